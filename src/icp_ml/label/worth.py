"""What customers are worth: when they became customers, and what they brought since."""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum  # the same sum in whatever order
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from icp_ml.errors import DataError, count
from icp_ml.label.labels import Tables, days, is_among

Floats = npt.NDArray[np.float64]
DECIMALS = 6  # of an amount: equal ones are equal, in whatever order their parts were added


@dataclass(frozen=True)
class Sales:
    """The order lines that count for some label rows, and what they are worth.

    Attributes
    ----------
    lines : pandas.DataFrame
        row (position of the label row), day (0 is the day it starts), worth; smallest worth first.
    n_rows : int
        How many label rows there are.
    measure : str
        margin or revenue.
    notes : list of str
        What was filled in.
    """

    lines: pd.DataFrame
    n_rows: int
    measure: str
    notes: list[str]

    def parts(self, n_days: int, n_parts: int) -> Floats:
        """Add up worth over equal parts of the first days.

        Day d lies in part floor(d * n_parts / n_days): where the days do not divide evenly, parts differ by
        one day.

        Returns
        -------
        array of shape (n_rows, n_parts)
        """
        inside = self.lines.loc[self.lines["day"] < n_days]
        cell = inside["row"] * n_parts + inside["day"] * n_parts // n_days
        sums: Floats = np.zeros(self.n_rows * n_parts)
        np.add.at(sums, cell.to_numpy(), inside["worth"].to_numpy())
        return sums.reshape(self.n_rows, n_parts).round(DECIMALS)

    def total(self, n_days: int) -> Floats:
        """Add up worth over the first days: array of shape (n_rows,)."""
        return self.parts(n_days, 1)[:, 0]


def first_days(tables: Tables) -> pd.Series[Any]:
    """Give the day each account became a customer: of its first order or its first deal won, the earlier.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        orders and deals, where they are mapped.

    Returns
    -------
    Series of datetime64
        By account, sorted; accounts with returns only have none.
    """
    found = [pd.Series([], index=pd.Index([], dtype="str"), dtype="datetime64[s]")]
    if "orders" in tables:
        orders = tables["orders"]
        found.append(orders.loc[orders["revenue"] > 0].groupby("account_id")["ordered_at"].min())
    if "deals" in tables and {"closed_at", "is_won"} <= set(tables["deals"]):
        deals = tables["deals"]
        won = deals.loc[(deals["is_won"] == 1) & deals["closed_at"].notna()]
        found.append(won.groupby("account_id")["closed_at"].min())
    return days(pd.concat(found).groupby(level=0).min())


def sales_since(orders: pd.DataFrame, starts: pd.Series[Any], n_days: int) -> Sales:
    """Give the order lines of the first days after each start: that day counts, the one n_days on does not.

    Parameters
    ----------
    orders : pandas.DataFrame
    starts : Series of datetime64
        The first day of each label row; the index holds the account ids, which may repeat.
    n_days : int
        Lines of day 0 to n_days - 1 count.
    """
    _check_one_currency(orders)
    rows = pd.DataFrame(
        {"account_id": starts.index.astype("str"), "start": starts.to_numpy(), "row": np.arange(len(starts))}
    )
    lines = orders.merge(rows, on="account_id", how="inner")
    lines = lines.assign(day=(days(lines["ordered_at"]) - lines["start"]).dt.days)
    counted = lines.loc[(lines["day"] >= 0) & (lines["day"] < n_days)]
    worth, measure, notes = _line_worth(counted)
    counted = counted[["row", "day"]].assign(worth=worth).astype({"day": "int64"})
    return Sales(counted.sort_values("worth", kind="stable"), len(starts), measure, notes)


def left_out(orders: pd.DataFrame, starts: pd.Series[Any], now: pd.Timestamp) -> list[str]:
    """Say which orders, and which accounts that ordered, do not count."""
    notes = []
    has_sale = is_among(orders["account_id"], starts.index.to_series())
    n_without_sale = orders.loc[~has_sale, "account_id"].nunique()
    if n_without_sale:
        accounts = count(n_without_sale, "account has", "accounts have")
        notes.append(f"{accounts} returns or credit notes only: left out")
    n_late = int((days(orders["ordered_at"]) > now).sum())
    if n_late:
        late = count(n_late, "order is", "orders are")
        notes.append(f"{late} dated after {now.date()} and do not count")
    return notes


def _line_worth(lines: pd.DataFrame) -> tuple[pd.Series[float], str, list[str]]:
    """Value each order line: margin where costs are known, else revenue.

    A line without a cost takes the average share of revenue, over those of the given lines that sell: a
    return given back at another cost would bend it. Only lines that count for a label are given, so neither
    the future nor a customer who is too young has a part in what another one is worth.
    """
    if "cost" not in lines or lines["cost"].isna().all():
        return lines["revenue"], "revenue", []
    is_known = lines["cost"].notna()
    sold = lines.loc[is_known & (lines["revenue"] > 0)]
    cost_share = fsum(sold["cost"]) / fsum(sold["revenue"]) if len(sold) else 0.0
    cost = lines["cost"].fillna(lines["revenue"] * cost_share)
    notes = []
    if not is_known.all():
        notes.append(
            f"{(~is_known).mean():.0%} of the order lines that count have no cost and take the average one, "
            f"{cost_share:.0%} of revenue"
        )
    return lines["revenue"] - cost, "margin", notes


def _check_one_currency(orders: pd.DataFrame) -> None:
    codes = orders["currency"].str.upper() if "currency" in orders else None
    if codes is not None and codes.nunique() > 1:
        counts = codes.value_counts().sort_index().sort_values(ascending=False, kind="stable")
        details = [f"currency: {code} in {n:,} rows" for code, n in counts.head(5).items()]
        raise DataError(
            "orders are in several currencies.", details, "Convert them to one before the export."
        )
