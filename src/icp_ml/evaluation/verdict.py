"""Whether the scores rank the test rows better than chance: labels shuffled in groups, scores fixed."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from icp_ml.evaluation.figures import Interval, Scored
from icp_ml.evaluation.ranking import Numbers
from icp_ml.evaluation.words import figure_text, figure_words
from icp_ml.settings import EvaluationSettings

VerdictWord = Literal["signal", "weak", "none found"]
Places = NDArray[np.intp]

MAX_SIGNAL_P, MAX_WEAK_P = 0.01, 0.05
MIN_CLASS_GROUPS = 5  # groups of about one size that exchange their labels
BLOCK_CELLS = 1_000_000  # shuffles times rows held at once
TOLERANCE = 1e-12  # two sums of the same numbers in another order


@dataclass(frozen=True)
class Verdict:
    """What the test says of the ranking.

    Attributes
    ----------
    word : str
        "signal", "weak" or "none found".
    p_value : float
        Share of shuffles that rank as well or better, the real labels counted as one; above 0, at most 1.
    n_permutations : int
    lift_name : str
        The lift at the leading share, for example lift_at_10.
    lift : Interval
    """

    word: VerdictWord
    p_value: float
    n_permutations: int
    lift_name: str
    lift: Interval


def verdict(
    test: Scored, origin: Places, lift: tuple[str, Interval], settings: EvaluationSettings, seed: int
) -> Verdict:
    """Say whether the ranking could come from chance.

    "signal" where p is below 0.01 and the lower bound of the lift at the leading share is above 1, "weak"
    where p is below 0.05, else "none found".

    Parameters
    ----------
    test : Scored
    origin : array of int, shape (n_rows,)
        The test each row belongs to, where figures are pooled over several.
    lift : tuple of str and Interval
        The lift at the leading share by its name.
    settings : EvaluationSettings
    seed : int
        Of the shuffles.
    """
    p_value = permutation_p_value(test, origin, settings.n_permutations, seed)
    name, found = lift
    word: VerdictWord = "none found"
    if p_value < MAX_WEAK_P:
        word = "signal" if p_value < MAX_SIGNAL_P and found.low > 1 else "weak"
    return Verdict(word, p_value, settings.n_permutations, name, found)


def verdict_words(found: Verdict) -> str:
    """Say the verdict in a sentence or two."""
    value, low = (figure_text(found.lift_name, part) for part in (found.lift.value, found.lift.low))
    lift = f"{figure_words(found.lift_name).lower()} is {value}, {{}} {low}."
    if found.word == "signal":
        said = f"**Signal**: such a ranking would come from chance {_how_often(found)}"
        return f"{said}; the {lift.format('at least')}"
    if found.word == "weak":
        said = f"**Weak**: such a ranking would come from chance {_how_often(found)}"
        return f"{said}; the {lift.format('at least' if found.lift.low > 1 else 'but may be as low as')}"
    often = f"{100 * found.p_value:.0f} of 100 shuffles of their labels"
    return (
        f"**None found**: chance ranks the test rows at least as well in {often}. Nothing shows that these "
        "scores tell best from rest."
    )


def permutation_p_value(test: Scored, origin: Places, n_permutations: int, seed: int) -> float:
    """Give the chance of a ROC AUC as high as that of the scores, were labels and scores unrelated.

    Rows of one group are not independent, so whole groups exchange their labels, within a test and among
    groups of similar size (at least five of them, neighbours in size joined until they are). A group that
    gets the labels of a smaller one repeats them in their order, of a larger one takes a part; where it
    starts in them is drawn too; one that keeps its own keeps them in place. What groups have in common thus
    stays together, and only what ties labels to scores is broken. One-sided; a constant score gives 1.

    In simulations of noise that is alike within groups (equal, unequal, few large), p is below 0.05 in 3 to
    5 % of cases; rows shuffled one by one would give 18 to 33 %. Source: Winkler and others, "Permutation
    inference for the general linear model", NeuroImage 2014 (whole-block exchange); p = (1 + hits) / (1 + n)
    after Phipson and Smyth, Stat. Appl. Genet. Mol. Biol. 2010.

    Parameters
    ----------
    test : Scored
    origin : array of int, shape (n_rows,)
        The test each row belongs to: base rates of tests differ, so labels never move between them.
    n_permutations : int
    seed : int
    """
    from scipy.stats import rankdata

    if not 0 < test.is_best.sum() < len(test.is_best):
        return 1.0
    blocks = _blocks(test.group, origin)
    place = rankdata(test.place)[blocks.order]
    is_best = test.is_best[blocks.order].astype(np.float64)
    reached = _roc_aucs(is_best[None, :], place)[0] - TOLERANCE
    hits = sum(
        int((_roc_aucs(is_best[donors], place) >= reached).sum())
        for donors in _shuffles(blocks, n_permutations, seed)
    )
    return (1 + hits) / (1 + n_permutations)


@dataclass(frozen=True)
class _Blocks:
    """Rows sorted into blocks, each one group in one test, and blocks into classes of similar size.

    Attributes
    ----------
    order : array of shape (n_rows,)
        The rows' places in the table, block after block, in the table's order within a block.
    block, offset : array of shape (n_rows,)
        Each sorted row's block, and its place within it.
    start, size : array of shape (n_blocks,)
    classes : list of arrays
        The blocks that exchange their labels.
    """

    order: Places
    block: Places
    offset: Places
    start: Places
    size: Places
    classes: list[Places]


def _blocks(group: NDArray[Any], origin: Places) -> _Blocks:
    _, of_group = np.unique(group, return_inverse=True)
    _, block = np.unique(origin * (of_group.max() + 1) + of_group, return_inverse=True)
    order = np.argsort(block, kind="stable")
    size = np.bincount(block)
    start = np.cumsum(size) - size
    offset = np.arange(len(order)) - start[block[order]]
    origin_of_block = origin[order][start]
    classes = [
        one
        for number in np.unique(origin_of_block)
        for one in _classes_of_size(np.flatnonzero(origin_of_block == number), size)
    ]
    return _Blocks(order, block[order], offset, start, size, classes)


def _classes_of_size(blocks: Places, size: Places) -> list[Places]:
    """Cut blocks into classes of similar size, blocks of one size never apart."""
    ordered = blocks[np.argsort(size[blocks], kind="stable")]
    ends = np.flatnonzero(np.diff(size[ordered], append=np.inf)) + 1
    cuts = [0]
    for end in ends.tolist():
        if end - cuts[-1] >= MIN_CLASS_GROUPS:
            cuts.append(end)
    cuts = [*cuts[:-1], len(ordered)] if len(cuts) > 1 else [0, len(ordered)]
    return [ordered[first:last] for first, last in pairwise(cuts)]


def _shuffles(blocks: _Blocks, n_permutations: int, seed: int) -> Iterator[Places]:
    """Say whose label each sorted row gets, a few shuffles at a time, of shape (n_some, n_rows)."""
    generator = np.random.default_rng(seed)
    n_at_once = max(1, BLOCK_CELLS // len(blocks.order))
    for first in range(0, n_permutations, n_at_once):
        n_some = min(n_at_once, n_permutations - first)
        donor = np.empty((n_some, len(blocks.size)), dtype=np.intp)
        for members in blocks.classes:
            donor[:, members] = generator.permuted(np.tile(members, (n_some, 1)), axis=1)
        is_other = donor != np.arange(len(blocks.size))
        shift = (generator.random(donor.shape) * blocks.size[donor] * is_other).astype(np.intp)
        of_row = donor[:, blocks.block]
        yield blocks.start[of_row] + (blocks.offset + shift[:, blocks.block]) % blocks.size[of_row]


def _roc_aucs(is_best: Numbers, place: Numbers) -> Numbers:
    """Give the ROC AUC of each line of labels from the places of the scores; 0.5 where a class is lacking."""
    n_best = is_best.sum(axis=1)
    n_pairs = n_best * (len(place) - n_best)
    won = is_best @ place - n_best * (n_best + 1) / 2
    return np.where(n_pairs > 0, won / np.maximum(n_pairs, 1), 0.5)


def _how_often(found: Verdict) -> str:
    is_rarest = math.isclose(found.p_value, 1 / (1 + found.n_permutations))
    how = (
        f"at most once in {found.n_permutations:,}"
        if is_rarest
        else f"about once in {1 / found.p_value:,.0f}"
    )
    return f"{how} shuffles of the test labels (p = {found.p_value:.2g})"
