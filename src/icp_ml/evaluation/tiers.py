"""How often each tier's accounts turned out best."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from icp_ml.evaluation.figures import Scored
from icp_ml.evaluation.intervals import wilson_bounds


def tier_table(test: Scored, tiers: NDArray[Any], order: Sequence[str], confidence: float) -> pd.DataFrame:
    """Count how often each tier's accounts turned out best.

    Parameters
    ----------
    tiers : array of str, shape (n_rows,)
        The tier of each test row.
    order : sequence of str
        All tiers, in the order of the table; one without rows is kept.
    confidence : float
        Of the bounds, 0 to 1.

    Returns
    -------
    pd.DataFrame
        tier; n; share (of the list, 0 to 1); rate (of best, 0 to 1); lift (rate over the rate of all);
        low, high (Wilson's bounds of the rate over the rate of all, which itself counts as known).

    Raises
    ------
    ValueError
        If a row's tier is not in `order`.
    """
    unknown = sorted(set(tiers) - set(order))
    if unknown:
        raise ValueError(f"tiers that are not in the order given: {', '.join(unknown)}")
    n = np.array([(tiers == tier).sum() for tier in order], dtype=np.float64)
    n_best = np.array([test.is_best[tiers == tier].sum() for tier in order], dtype=np.float64)
    low, high = wilson_bounds(n_best, n, confidence)
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = n_best / n
        lift, low, high = (values / test.is_best.mean() for values in (rate, low, high))
    return pd.DataFrame(
        {
            "tier": list(order),
            "n": n.astype(np.int64),
            "share": n / len(tiers),
            "rate": rate,
            "lift": lift,
            "low": low,
            "high": high,
        }
    )
