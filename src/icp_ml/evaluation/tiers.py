"""How often each tier's accounts turned out best."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from icp_ml.evaluation.figures import Scored
from icp_ml.evaluation.rates import rates
from icp_ml.settings import EvaluationSettings


def tier_table(
    test: Scored, tiers: NDArray[Any], order: Sequence[str], settings: EvaluationSettings, seed: int
) -> pd.DataFrame:
    """Count how often each tier's accounts turned out best.

    Parameters
    ----------
    tiers : array of str, shape (n_rows,)
        The tier of each test row.
    order : sequence of str
        All tiers, in the order of the table; one without rows is kept.
    settings : EvaluationSettings
    seed : int
        Of the resampling.

    Returns
    -------
    pd.DataFrame
        tier; n; n_best; share (of the list, 0 to 1); rate (of best, 0 to 1) with rate_low and rate_high; lift
        (rate over the rate of all) with low and high. The bounds are those of `rates`.

    Raises
    ------
    ValueError
        If a row's tier is not in `order`.
    """
    unknown = sorted(set(tiers) - set(order))
    if unknown:
        raise ValueError(f"tiers that are not in the order given: {', '.join(unknown)}")
    place = {tier: at for at, tier in enumerate(order)}
    codes = np.array([place[tier] for tier in tiers.tolist()], dtype=np.intp)
    found = rates(test, codes, len(order), settings, seed)
    return pd.DataFrame(
        {
            "tier": list(order),
            "n": found.n.astype(np.int64),
            "n_best": found.n_best.astype(np.int64),
            "share": found.n / len(tiers),
            "rate": found.rate,
            "rate_low": found.rate_low,
            "rate_high": found.rate_high,
            "lift": found.lift,
            "low": found.lift_low,
            "high": found.lift_high,
        }
    )
