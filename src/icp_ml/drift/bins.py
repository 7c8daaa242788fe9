"""The bins that two lists are compared by: enough rows in each, and none of what both lack."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from icp_ml.drift.counts import Counts
from icp_ml.features.statistics import Floats

MIN_EXPECTED = 5
"""Rows that a bin needs in the shorter list, were both alike (Cochran 1954)."""
REST = -1
"""The bin of all that has none of its own."""
NO_SCORE = -2


@dataclass(frozen=True)
class Bins:
    """Rows of two lists in the same bins.

    Attributes
    ----------
    keys : tuple of int
        What each bin is of: a code, or the number of a tenth; REST for what was put together.
    then, now : ndarray of float64, shape (n_bins,)
    """

    keys: tuple[int, ...]
    then: Floats
    now: Floats


def bins_of(then: Mapping[int, int], now: Mapping[int, int], n_bins: int) -> Bins:
    """Keep the bins with most rows of both lists together, and put the others into one.

    Both lists choose alike, so that the choice favours no side. A rest that is still too small joins the
    smallest bin.
    """
    both = Counter(then)
    both.update(now)
    n_then, n_now = sum(then.values()), sum(now.values())
    enough = MIN_EXPECTED * (n_then + n_now) / max(min(n_then, n_now), 1)
    order = sorted(both, key=lambda key: (-both[key], key))
    kept = [key for key in order[:n_bins] if both[key] >= enough]
    left = sum(both[key] for key in order[len(kept) :])
    if kept and 0 < left < enough:
        kept.pop()
    keys = (*sorted(kept), *([REST] if left else []))
    place = {key: at for at, key in enumerate(keys)}
    return Bins(keys, _placed(then, place), _placed(now, place))


def _placed(counts: Mapping[int, int], place: Mapping[int, int]) -> Floats:
    found = np.zeros(len(place))
    for key, n in counts.items():
        found[place.get(key, len(place) - 1)] += n
    return found


def score_edges(then: Counts, n_bins: int) -> tuple[int, ...]:
    """Cut the score's grid where the first list's rows fall into parts alike; each begins at its edge."""
    steps = sorted(then.scores)
    if not steps:
        return ()
    total = np.cumsum([then.scores[one] for one in steps])
    at = np.searchsorted(total, total[-1] * np.arange(1, n_bins) / n_bins, side="right")
    return tuple(sorted({steps[one] for one in at.tolist() if 0 < one < len(steps)}))


def score_bins(then: Counts, now: Counts, edges: tuple[int, ...]) -> Bins:
    """Count both lists' scores between the edges, and the rows without one."""
    parts = [_between(one, edges) for one in (then, now)]
    return bins_of(parts[0], parts[1], len(edges) + 2)


def _between(counts: Counts, edges: tuple[int, ...]) -> Mapping[int, int]:
    found: Counter[int] = Counter()
    steps = np.array(list(counts.scores), dtype=np.int64)
    for place, n in zip(np.searchsorted(edges, steps, side="right"), counts.scores.values(), strict=True):
        found[int(place)] += n
    without = counts.n - found.total()
    return {**found, NO_SCORE: without} if without else found
