"""Best against rest by industry, geography, size, age and the other categories, with lift and interval."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import NormalDist

import numpy as np
import numpy.typing as npt
import pandas as pd

from icp_ml.label.levels import Bools, account_levels, row_levels
from icp_ml.schema import Field

PRIOR = 0.5  # best, and as many rest, added to a level: Jeffreys' prior, so that 0 of 20 has an interval


def cross_tables(
    rows: pd.DataFrame, accounts: pd.DataFrame | None, fields: Mapping[str, Field], confidence: float
) -> pd.DataFrame:
    """Set best against rest, level by level of what is known of the accounts.

    Parameters
    ----------
    rows : pandas.DataFrame
        Label rows: account_id, as_of, group, is_best.
    accounts : pandas.DataFrame, optional
        The customers' firmographics, one row each; without them there are no lines.
    fields : mapping of str to Field
        The meaning of their columns.
    confidence : float
        Of the interval, 0 to 1.

    Returns
    -------
    pandas.DataFrame
        characteristic, level, n, n_best, rate, lift (rate over that of all rows), low and high (its interval,
        in which rows of one group count as dependent).
    """
    is_best = rows["is_best"].to_numpy(dtype=bool)
    group = pd.factorize(rows["group"])[0]
    lines = []
    levels = {} if accounts is None else row_levels(rows, account_levels(accounts, fields))
    for (characteristic, level), is_in in levels.items():
        n, n_best = int(is_in.sum()), int(is_best[is_in].sum())
        low, high = lift_bounds(is_best, is_in, group, confidence)
        lines.append((characteristic, level, n, n_best, n_best / n, n_best / n / is_best.mean(), low, high))
    names = ["characteristic", "level", "n", "n_best", "rate", "lift", "low", "high"]
    return pd.DataFrame(lines, columns=names)


def lift_bounds(
    is_best: Bools, is_in: Bools, group: npt.NDArray[np.int64], confidence: float
) -> tuple[float, float]:
    """Give the bounds of a level's lift, its rate of best over that of all rows.

    The logarithm of the lift is taken as normal, with the variance of its linear part times a design effect:
    how much more sums over groups vary than they would if rows were independent, 1 at least. Source:
    Woodruff, "A simple method for approximating the variance of a complicated estimate", JASA 1971 (the
    linear part); Kish, "Survey Sampling", 1965, chapter 8 (the design effect).

    Parameters
    ----------
    is_best, is_in : array of shape (n_rows,)
        The label, and whether the row lies in the level.
    group : array of shape (n_rows,)
        Number of the row's group.
    confidence : float
        0 to 1.
    """
    n, n_in = len(is_in), is_in.sum()
    rate_in = (is_best[is_in].sum() + PRIOR) / (n_in + 2 * PRIOR)
    rate_out = (is_best[~is_in].sum() + PRIOR) / (n - n_in + 2 * PRIOR)
    share = n_in / n
    rate = share * rate_in + (1 - share) * rate_out
    pull = np.where(is_in, (is_best - rate_in) / (share * rate_in), 0.0) - (is_best - rate) / rate
    variance = (
        share * rate_in * ((1 - rate_in) / (share * rate_in) - (1 - rate) / rate) ** 2
        + share * (1 - rate_in) * (1 - 1 / share) ** 2
        + (1 - share) * rate_out * ((1 - rate) / rate) ** 2
        + (1 - share) * (1 - rate_out)
    ) / n  # of the mean pull, with these rates
    by_group, by_row = np.sum(np.bincount(group, weights=pull) ** 2), np.sum(pull**2)
    design_effect = max(1.0, by_group / by_row) if by_row > 0 else 1.0
    reach = NormalDist().inv_cdf((1 + confidence) / 2) * np.sqrt(variance * design_effect)
    middle, lift = rate_in / rate, is_best[is_in].mean() / is_best.mean()
    high = min(middle * np.exp(reach), 1 / is_best.mean())  # where all in the level are best
    return min(lift, middle * np.exp(-reach)), max(lift, high)
