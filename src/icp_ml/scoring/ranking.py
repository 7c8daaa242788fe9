"""What only the whole list knows: ranks, and who stands in it twice."""

from __future__ import annotations

from typing import Any

import numpy as np

from icp_ml.features.statistics import Floats


def midrank_percentile(fit_probability: Floats, eligible: Floats) -> Floats:
    """Give the percentile of scores in a list: 0 to 100, high is good, ties at their middle.

    Parameters
    ----------
    fit_probability : ndarray of float64, shape (n_rows,)
        Scores to place.
    eligible : ndarray of float64, shape (n_eligible,), sorted
        The scores that make up the list.
    """
    if len(eligible) == 0:
        return np.full(len(fit_probability), np.nan)
    below = np.searchsorted(eligible, fit_probability, side="left")
    up_to = np.searchsorted(eligible, fit_probability, side="right")
    return np.asarray(100.0 * (below + up_to) / (2 * len(eligible)), dtype=np.float64)


def repeats_of_earlier(keys: np.ndarray[Any, np.dtype[np.uint64]]) -> Any:
    """Give each key the position of its first occurrence, its own where it is the first.

    Parameters
    ----------
    keys : ndarray of uint64, shape (n_rows,)
        Digests of whatever makes two rows the same; 0 means unknown and repeats nothing.
    """
    order = np.argsort(keys, kind="stable")
    starts = np.flatnonzero(np.diff(keys[order], prepend=keys[order][:1] ^ np.uint64(1)) != 0)
    first_of_run = np.repeat(order[starts], np.diff(starts, append=len(keys))) if len(keys) else order
    first = np.empty(len(keys), dtype=np.int64)
    first[order] = first_of_run
    return np.where(keys == 0, np.arange(len(keys)), first)
