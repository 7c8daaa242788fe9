"""What only the whole list knows: ranks."""

from __future__ import annotations

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
