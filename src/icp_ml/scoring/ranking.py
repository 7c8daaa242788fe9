"""What only the whole list knows: ranks, and who stands in it twice."""

from __future__ import annotations

from typing import Any

import numpy as np

from icp_ml.features.statistics import Floats


def midrank_percentile(scores: Floats, eligible: Floats) -> Floats:
    """Give the percentile of scores in a list: 0 to 100, high is good, ties at their middle.

    Parameters
    ----------
    scores : ndarray of float64, shape (n_rows,)
        Scores to place; where one is missing, so is its percentile.
    eligible : ndarray of float64, shape (n_eligible,), sorted
        The scores that make up the list, none missing.
    """
    if len(eligible) == 0:
        return np.full(len(scores), np.nan)
    below = np.searchsorted(eligible, scores, side="left")
    up_to = np.searchsorted(eligible, scores, side="right")
    percentile = 100.0 * (below + up_to) / (2 * len(eligible))
    return np.where(np.isnan(scores), np.nan, percentile)


def repeats_of_earlier(keys: np.ndarray[Any, np.dtype[np.uint64]]) -> dict[int, int]:
    """Give each repeat the position of its key's first occurrence.

    Takes 17 bytes a row beside the keys, and the rest for repeats alone: lists are long, repeats few.

    Parameters
    ----------
    keys : ndarray of uint64, shape (n_rows,)
        Digests of whatever makes two rows the same; 0 means unknown and repeats nothing.
    """
    ordered = np.sort(keys)
    twice = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    del ordered
    twice = twice[twice != 0]
    if len(twice) == 0:
        return {}
    place = np.minimum(np.searchsorted(twice, keys), len(twice) - 1)
    first: dict[int, int] = {}
    repeats: dict[int, int] = {}
    for at in np.flatnonzero(twice[place] == keys).tolist():
        earliest = first.setdefault(int(place[at]), at)
        if earliest != at:
            repeats[at] = earliest
    return repeats
