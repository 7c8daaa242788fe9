"""Best against rest by industry, geography, size, age and the other categories, with lift and interval."""

from __future__ import annotations

from collections.abc import Mapping
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from icp_ml.schema import LEVEL_KINDS, Field

Bools = npt.NDArray[np.bool_]
Levels = dict[tuple[str, str], Bools]

FIRST = ("industry", "country", "region", "employees", "founded_year")
SIZES = {"1–10": 10, "11–50": 50, "51–200": 200, "201–1,000": 1_000, "1,001–5,000": 5_000, "5,001+": np.inf}
AGES = {"0–2 years": 2, "3–5 years": 5, "6–10 years": 10, "11–20 years": 20, "21+ years": np.inf}
N_LEVELS = 8  # most frequent ones that get a line of their own
MIN_COVERED = 0.5  # of the known values, by those levels: a column of many more says little by level
NOT_KNOWN, OTHER = "not known", "other"
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


def account_levels(accounts: pd.DataFrame, fields: Mapping[str, Field]) -> pd.DataFrame:
    """Give each account its level of every characteristic, so that no label has a part in how they are cut.

    Returns
    -------
    pandas.DataFrame
        By account: a column for each characteristic, in words; of a list its items, joined with "|";
        founded_year as it is, because an age depends on the label row.
    """
    found: dict[str, Any] = {}
    by_account = accounts.set_index("account_id")
    others = [name for name, field in fields.items() if field.kind in LEVEL_KINDS and field.is_feature]
    for name in [one for one in dict.fromkeys([*FIRST, *others]) if one in by_account and one in fields]:
        column, field = by_account[name], fields[name]
        if name == "founded_year":
            found[name] = column
        elif name == "employees":
            found["size (employees)"] = _band(column, SIZES)
        elif field.kind == "list":
            found[field.words] = _frequent_items(column)
        elif field.kind in LEVEL_KINDS and (name in FIRST or _is_covered(column)):
            found[field.words] = _frequent(column)
    return pd.DataFrame(found, index=by_account.index)


def row_levels(rows: pd.DataFrame, levels: pd.DataFrame) -> Levels:
    """Say which label rows lie in which level of which characteristic.

    The level of most rows comes first, "other" and "not known" last; bands in their order.

    Parameters
    ----------
    rows : pandas.DataFrame
        Label rows.
    levels : pandas.DataFrame
        As `account_levels` gives them.
    """
    mine = levels.reindex(rows["account_id"])
    found: Levels = {}
    for characteristic in mine:
        column = mine[characteristic]
        if characteristic == "founded_year":
            age = rows["as_of"].dt.year.to_numpy() - column.to_numpy()
            characteristic, column = "age", _band(pd.Series(age), AGES)
        column = column.fillna(NOT_KNOWN)
        is_list = column.str.contains("|", regex=False).any()
        names = column.str.split("|").explode().unique() if is_list else column.unique()
        masks = {
            name: (("|" + column + "|").str.contains(f"|{name}|", regex=False) if is_list else column == name)
            for name in names
        }
        for name in sorted(masks, key=lambda one: _place(one, int(masks[one].sum()))):
            found[str(characteristic), name] = masks[name].to_numpy(dtype=bool)
    return found


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


def _place(level: str, n_rows: int) -> tuple[int, int, str]:
    bands = [*SIZES, *AGES]
    if level in (OTHER, NOT_KNOWN):
        return (1, [OTHER, NOT_KNOWN].index(level), level)
    return (0, bands.index(level) if level in bands else -n_rows, level)


def _band(values: pd.Series[float], bands: Mapping[str, float]) -> pd.Series[Any]:
    """Name the first band whose top a value does not exceed; below 0, as of a company founded later, none."""
    tops = np.array(list(bands.values()))
    names = np.array([*bands, None], dtype=object)
    numbers = values.to_numpy(dtype=np.float64)
    place = np.where(numbers >= 0, np.searchsorted(tops, numbers), len(tops))
    return pd.Series(names[place], index=values.index, dtype="str")


def _is_covered(column: pd.Series[Any]) -> bool:
    counts = column.value_counts()
    return len(counts) > 1 and counts.head(N_LEVELS).sum() >= MIN_COVERED * counts.sum()


def _top(values: pd.Series[Any]) -> list[str]:
    counts = values.value_counts().sort_index().sort_values(ascending=False, kind="stable")
    return list(counts.index[:N_LEVELS]) if len(counts) > N_LEVELS + 1 else list(counts.index)


def _frequent(column: pd.Series[Any]) -> pd.Series[Any]:
    kept: pd.Series[Any] = column.where(column.isna() | column.isin(_top(column)), OTHER)
    return kept.str.replace("|", "/", regex=False)  # the bar is for lists


def _frequent_items(column: pd.Series[Any]) -> pd.Series[Any]:
    """Keep the frequent items of each list; one of none but rare items is other."""
    items = column.dropna().str.split("|").explode()
    kept = items.where(items.isin(_top(items)), OTHER)
    by_account = kept[~kept.reset_index().duplicated().to_numpy()]
    return by_account.groupby(level=0).agg("|".join).reindex(column.index)
