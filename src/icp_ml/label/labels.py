"""Label rows, and the counts that a reader needs to believe them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

Tables = Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class Labels:
    """The label rows of a definition, and the counts a reader needs to believe them.

    Attributes
    ----------
    rows : pandas.DataFrame
        account_id str, as_of and complete_at datetime64, group str, is_best bool, weight float64; sorted by
        as_of and account_id.
    meaning : str
        The definition in words.
    n_young : int
        Customers left out because they are too young to judge, or deals that are still open.
    notes : tuple of str
        What else was left out, filled in or assumed.
    by_cohort : pandas.DataFrame
        Counts, best and value per cohort (columns cohort, n, n_best, value, share_best,
        value_share_of_best).
    """

    rows: pd.DataFrame
    meaning: str
    n_young: int = 0
    notes: tuple[str, ...] = ()
    by_cohort: pd.DataFrame = field(default_factory=pd.DataFrame)

    def summary(self) -> str:
        """Say the counts in one line."""
        n_best = int(self.rows["is_best"].sum())
        young = f" ({self.n_young:,} too young to judge)" if self.n_young else ""
        return f"{len(self.rows):,} label rows, {n_best:,} of them best{young}"


def rows_of(as_of: pd.Series[Any], complete_at: pd.Series[Any], is_best: pd.Series[Any]) -> pd.DataFrame:
    """Put label rows together in an order that the order of the inputs does not change.

    Parameters
    ----------
    as_of, complete_at, is_best : Series
        Row by row alike; the index of `as_of` holds the account ids.
    """
    rows = pd.DataFrame(
        {
            "account_id": as_of.index.astype("str"),
            "as_of": days(as_of).to_numpy(dtype="datetime64[s]"),
            "complete_at": days(complete_at).to_numpy(dtype="datetime64[s]"),
            "is_best": is_best.to_numpy(dtype=bool),
            "weight": 1.0,
        }
    )
    return rows.sort_values(["as_of", "account_id", "complete_at", "is_best"], ignore_index=True)


def days(moments: pd.Series[Any]) -> pd.Series[Any]:
    """Drop the time of the day: one system exports it, another does not."""
    dropped: pd.Series[Any] = moments.dt.normalize()
    return dropped
