"""Search for the box of companies that stands out most: a beam of conjunctions, refined column by column."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from icp_ml.features.statistics import Floats
from icp_ml.profile.axes import Axis, Bools

Box = tuple[tuple[int, tuple[int, ...]], ...]
"""The chosen parts of each axis that is asked for, by its place; in the order of places."""
Choice = tuple[tuple[int, ...], float]
"""Parts of an axis, and the quality of the box with them."""

N_BEAM = 5  # boxes that go on at each step
N_ROUNDS = 3  # times that every condition is chosen anew beside the others
MIN_GAIN = 0.02  # that one more condition must add to the quality, of it
MIN_ITEM_GAIN = 0.002  # that one more item of a list must add


@dataclass(frozen=True)
class Asked:
    """What is asked of a box.

    Attributes
    ----------
    min_counted : float
        Customers that it needs.
    size_power : float
        What its share of rows counts, against how far its mean lies above that of all: at 1 the quality is
        weighted relative accuracy, which prefers large and vague boxes; at 0.5 that of the mean test; near 0
        the mean alone. See Klösgen, "Explora", 1996.
    max_named : int
        Levels or items that one condition names.
    """

    min_counted: float
    size_power: float
    max_named: int


@dataclass(frozen=True)
class Ground:
    """What a box is searched in.

    Attributes
    ----------
    axes : sequence of Axis
    target : ndarray of float64, shape (n_rows,)
        What should be high.
    weight : ndarray of float64, shape (n_rows,)
        0 for rows that are taken already.
    counted : ndarray of float64, shape (n_rows,)
        1 for customers.
    asked : Asked
    """

    axes: Sequence[Axis]
    target: Floats
    weight: Floats
    counted: Floats
    asked: Asked

    def sums(self) -> Floats:
        """Give each row's share of the weight, that times target above the mean, and customers left."""
        share = self.weight / self.weight.sum()
        left = self.counted * (self.weight > 0)
        return np.stack([share, share * (self.target - share @ self.target), left])


@dataclass(frozen=True)
class Found:
    """A box and how much it stands out."""

    box: Box
    quality: float


def best_box(ground: Ground, max_conditions: int) -> Found | None:
    """Find the box of highest quality; None where no box stands out.

    From the empty box on, each step asks one more column, with the parts that are best beside what is asked
    already; the best few boxes go on, after every condition of theirs is chosen anew beside the others. Of
    the best of each length, one more condition must earn its place.

    Sources: Friedman and Fisher, "Bump hunting in high-dimensional data", 1999 (boxes, for the mean of a
    target); Clark and Niblett, "The CN2 induction algorithm", 1989 (the beam); Lemmerich, Atzmueller and
    Puppe, "Fast exhaustive subgroup discovery with numerical target concepts", 2016 (the quality).

    Parameters
    ----------
    ground : Ground
    max_conditions : int
    """
    if ground.weight.sum() == 0 or not ground.axes:
        return None
    sums = ground.sums()
    beam = [Found((), 0.0)]
    best: Found | None = None
    for _ in range(max_conditions):
        longer = {one.box: one for old in beam for one in _longer(ground, sums, old.box)}
        beam = sorted(longer.values(), key=lambda one: (-one.quality, one.box))[:N_BEAM]
        refined = {one.box: one for one in (_refined(ground, sums, old) for old in beam)}
        beam = sorted(refined.values(), key=lambda one: (-one.quality, one.box))
        if not beam or beam[0].quality <= 0:
            break
        if best is None or beam[0].quality > best.quality * (1 + MIN_GAIN):
            best = beam[0]
    return best


def met_by(axes: Sequence[Axis], box: Box) -> Bools:
    """Say which rows meet a box."""
    is_in = np.ones(axes[0].n_rows, dtype=bool)
    for at, parts in box:
        is_in &= axes[at].met(parts)
    return is_in


def _longer(ground: Ground, sums: Floats, box: Box) -> list[Found]:
    places = {at for at, _ in box}
    is_in = met_by(ground.axes, box)
    found = []
    for at, axis in enumerate(ground.axes):
        if at not in places:
            parts, quality = _best_parts(axis, sums, is_in, ground.asked)
            if quality > -np.inf:
                found.append(Found(tuple(sorted((*box, (at, parts)))), quality))
    return found


def _refined(ground: Ground, sums: Floats, found: Found) -> Found:
    """Choose every condition anew beside the others, until nothing gets better."""
    for _ in range(N_ROUNDS):
        before = found
        for at, _ in before.box:
            others = tuple(one for one in found.box if one[0] != at)
            is_in = met_by(ground.axes, others)
            parts, quality = _best_parts(ground.axes[at], sums, is_in, ground.asked)
            if quality > found.quality:
                found = Found(tuple(sorted((*others, (at, parts)))), quality)
        if found == before:
            break
    return found


def _quality(sums: Floats, asked: Asked) -> Floats:
    """Give the quality of boxes by their sums, shape (3, n_boxes); minus infinity where too small."""
    share, above, counted = sums
    is_there = (counted >= asked.min_counted) & (share > 0)
    mean = np.divide(above, share, out=np.zeros_like(share), where=is_there)
    return np.where(is_there, np.abs(share) ** asked.size_power * mean, -np.inf)


def _best_parts(axis: Axis, sums: Floats, is_in: Bools, asked: Asked) -> Choice:
    """Give the parts of an axis that are best among some rows, and their quality."""
    inside = sums[:, is_in]
    if axis.holds is not None:
        return _best_items(axis.holds[is_in], axis.starts, inside, asked)
    assert axis.codes is not None
    codes = axis.codes[is_in]
    known = codes >= 0
    by_part = np.stack([np.bincount(codes[known], one[known], axis.n_parts) for one in inside], dtype=float)
    choose = _best_range if axis.shape == "range" else _best_levels
    return choose(by_part, asked)


def _best_range(by_part: Floats, asked: Asked) -> Choice:
    """Try every run of neighbouring parts but that of all, which would ask only that something is known."""
    n = by_part.shape[1]
    ends = np.concatenate([np.zeros((3, 1)), by_part.cumsum(axis=1)], axis=1)
    low, high = np.triu_indices(n + 1, k=1)
    quality = np.where(high - low < n, _quality(ends[:, high] - ends[:, low], asked), -np.inf)
    at = int(np.argmax(quality))
    return tuple(range(low[at], high[at])), float(quality[at])


def _best_levels(by_part: Floats, asked: Asked) -> Choice:
    """Try the levels of highest mean, one more at a time: no other set of as many rows has a higher one.

    Source: Fisher, "On grouping for maximum homogeneity", JASA 1958.
    """
    weight, above, _ = by_part
    mean = np.divide(above, weight, out=np.full(len(weight), -np.inf), where=weight > 0)
    order = np.argsort(-mean, kind="stable")[: min(asked.max_named, len(mean) - 1)]
    quality = _quality(by_part[:, order].cumsum(axis=1), asked)
    n = int(np.argmax(quality)) + 1
    return tuple(sorted(order[:n].tolist())), float(quality[n - 1])


def _best_items(holds: Bools, starts: Sequence[tuple[int, ...]], inside: Floats, asked: Asked) -> Choice:
    """Begin with an item or a family, and add what makes it better."""
    single = _quality(inside @ holds, asked)
    few = [one for one in starts if len(one) <= asked.max_named]
    grown = [_grown(holds, start, inside, asked) for start in [(int(np.argmax(single)),), *few]]
    return max(grown, key=lambda one: one[1])


def _grown(holds: Bools, start: tuple[int, ...], inside: Floats, asked: Asked) -> Choice:
    chosen, is_held = start, holds[:, list(start)].any(axis=1)
    held = inside[:, is_held].sum(axis=1, keepdims=True)
    quality = float(_quality(held, asked)[0])
    while len(chosen) < asked.max_named:
        more = _quality(held + inside[:, ~is_held] @ holds[~is_held], asked)
        more[list(chosen)] = -np.inf
        at = int(np.argmax(more))
        if not more[at] > max(quality * (1 + MIN_ITEM_GAIN), 0):
            break
        chosen, quality, is_held = (*chosen, at), float(more[at]), is_held | holds[:, at]
        held = inside[:, is_held].sum(axis=1, keepdims=True)
    return tuple(sorted(chosen)), quality
