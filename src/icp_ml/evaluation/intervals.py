"""Uncertainty: resampled groups, percentile bounds and Wilson bounds."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from icp_ml.evaluation.ranking import Numbers

BLOCK_CELLS = 250_000  # replicates times rows held at once: 2 MB an array, which stays in cache


def replicate_weights(group: NDArray[Any], n_replicates: int, seed: int) -> Iterator[Numbers]:
    """Resample groups with replacement, a few replicates at a time.

    Rows of one group (an account with several deals) are not independent, so they are drawn together.
    The same groups, number and seed give the same replicates. Source: Davison and Hinkley, "Bootstrap
    Methods and their Application", 1997, section 3.8.

    Parameters
    ----------
    group : array of shape (n_rows,)
        Which group a row belongs to.

    Yields
    ------
    array of shape (n_some, n_rows)
        How often each row counts in each replicate; `n_replicates` lines in all.
    """
    names, codes = np.unique(group, return_inverse=True)
    n_groups, generator = len(names), np.random.default_rng(seed)
    n_at_once = max(1, BLOCK_CELLS // len(codes))
    for start in range(0, n_replicates, n_at_once):
        n_some = min(n_at_once, n_replicates - start)
        drawn = generator.integers(n_groups, size=(n_some, n_groups))
        cells = drawn + n_groups * np.arange(n_some)[:, None]
        counts = np.bincount(cells.ravel(), minlength=n_some * n_groups).reshape(n_some, n_groups)
        yield counts[:, codes].astype(np.float64)


def percentile_bounds(replicates: Numbers, confidence: float) -> tuple[Numbers, Numbers]:
    """Give the bounds that hold the middle share of the replicates, over axis 0.

    Parameters
    ----------
    replicates : array of shape (n_replicates, ...)
        At least one replicate.
    confidence : float
        The middle share, 0 to 1.
    """
    low, high = np.quantile(replicates, [(1 - confidence) / 2, (1 + confidence) / 2], axis=0)
    return low, high


def wilson_bounds(n_hits: Numbers, n_rows: Numbers, confidence: float) -> tuple[Numbers, Numbers]:
    """Give the bounds of a rate; NaN where there are no rows.

    Unlike the textbook interval it stays within 0 and 1 and holds for few rows. Source: Wilson,
    "Probable inference, the law of succession, and statistical inference", JASA 1927.

    Parameters
    ----------
    n_hits, n_rows : array of one shape
        Counts, not necessarily whole.
    confidence : float
        0 to 1.
    """
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    with np.errstate(invalid="ignore", divide="ignore"):
        middle = (n_hits + z**2 / 2) / (n_rows + z**2)
        half = z / (n_rows + z**2) * np.sqrt(n_hits * (n_rows - n_hits) / n_rows + z**2 / 4)
    return np.clip(middle - half, 0, 1), np.clip(middle + half, 0, 1)
