"""Label rows, and the counts that a reader needs to believe them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Bools = npt.NDArray[np.bool_]
Tables = Mapping[str, pd.DataFrame]
CUSTOMER = "becomes a customer"


@dataclass(frozen=True)
class Judged:
    """What a definition says of its accounts or deals, before anything is combined with it.

    Attributes
    ----------
    rows : pandas.DataFrame
        account_id, as_of, complete_at, is_best; started_at (the day of becoming a customer, missing where
        it is not known), is_customer (false for a deal that was lost); and where customers are compared by
        value: cohort and value.
    meaning : str
        The definition in words.
    n_young : int
        Left out because it is too early to judge them.
    notes : list of str
        What else was left out, filled in or assumed.
    measure : str
        What value is: margin or revenue; empty without it.
    matrix : pandas.DataFrame
        Of abc_xyz.
    """

    rows: pd.DataFrame
    meaning: str
    n_young: int
    notes: list[str]
    measure: str = ""
    matrix: pd.DataFrame = field(default_factory=pd.DataFrame)


@dataclass(frozen=True)
class Labels:
    """The label rows of a definition, and the counts a reader needs to believe them.

    Attributes
    ----------
    rows : pandas.DataFrame
        account_id str, as_of and complete_at datetime64, is_best bool, weight float64, group str; sorted by
        as_of and account_id.
    meaning : str
        The definition in words.
    condition : str
        What the probability of best is conditional on: P(best | <condition>, firmographics).
    n_young : int
        Customers left out because they are too young to judge, or deals that are still open.
    notes : tuple of str
        What else was left out, filled in or assumed.
    measure : str
        What value is in by_cohort and matrix: margin or revenue; empty without it.
    by_cohort : pandas.DataFrame
        Counts, best and value per cohort (columns cohort, n, n_best, value, best_value).
    regrets : pandas.DataFrame
        Won but regretted: criterion, n (customers that meet it), n_best (those of them that would have been
        best); the last line counts those that meet any.
    n_lost : int
        Rows of accounts that only lost deals.
    matrix : pandas.DataFrame
        Of abc_xyz: abc, xyz, n, volume, share_of_customers, share_of_volume, is_best; one line for each of
        the nine cells, before never_best.
    """

    rows: pd.DataFrame
    meaning: str
    condition: str = CUSTOMER
    n_young: int = 0
    notes: tuple[str, ...] = ()
    measure: str = ""
    by_cohort: pd.DataFrame = field(default_factory=pd.DataFrame)
    regrets: pd.DataFrame = field(default_factory=pd.DataFrame)
    n_lost: int = 0
    matrix: pd.DataFrame = field(default_factory=pd.DataFrame)

    def summary(self) -> str:
        """Say the counts in one line."""
        n_best = int(self.rows["is_best"].sum())
        young = f" ({self.n_young:,} too young to judge)" if self.n_young else ""
        regretted = f", {self.regrets['n_best'].iloc[-1]:,} won but regretted" if len(self.regrets) else ""
        return f"{len(self.rows):,} label rows, {n_best:,} of them best{regretted}{young}"


def is_among(accounts: pd.Series[Any], ids: pd.Series[Any]) -> Bools:
    """Say which accounts are among some ids, several times faster on strings than `isin`."""
    found: Bools = pd.Index(ids.unique()).get_indexer(accounts) >= 0
    return found


def days(moments: pd.Series[Any]) -> pd.Series[Any]:
    """Drop the time of the day: one system exports it, another does not."""
    dropped: pd.Series[Any] = moments.dt.normalize()
    return dropped


def days_of(rows: pd.DataFrame, name: str) -> pd.Series[Any]:
    """Give a column's days, or as many missing ones where the column is not mapped."""
    if name in rows:
        return days(rows[name])
    return pd.Series(pd.NaT, index=rows.index, dtype="datetime64[s]")
