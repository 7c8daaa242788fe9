"""Best = the top share by value within a fixed horizon, ranked in the cohort of the first order."""

from __future__ import annotations

from typing import Any

import pandas as pd

from icp_ml.errors import DataError
from icp_ml.label.labels import Labels, Tables, days, rows_of
from icp_ml.settings import ValueSettings

MEANING = (
    "the top {top_share:.0%} of customers by {measure} in the {horizon_days} days after the first "
    "order, within the {cohort} of that order"
)


def label_by_value(tables: Tables, settings: ValueSettings, now: pd.Timestamp) -> Labels:
    """Label each customer whose horizon has ended; orders on its last day count, those of the next do not."""
    orders = tables["orders"]
    worth, measure, notes = _order_worth(orders)
    starts = first_days(orders, tables.get("deals"))
    horizon = pd.Timedelta(days=settings.horizon_days)
    first_day = starts.reindex(orders["account_id"]).set_axis(orders.index)
    is_inside = (orders["ordered_at"] >= first_day) & (orders["ordered_at"] < first_day + horizon)
    is_mature = starts + horizon <= now
    mature = starts[is_mature]
    value = worth[is_inside].groupby(orders["account_id"]).sum().reindex(mature.index).fillna(0.0)
    cohort = mature.dt.to_period("Y" if settings.cohort == "year" else "Q").astype(str)
    rank = value.groupby(cohort).rank(ascending=False, method="max", pct=True)
    is_best = (rank <= settings.top_share) & (value > 0)
    meaning = MEANING.format(measure=measure, **settings.model_dump())
    notes += _left_out(orders, starts, now)
    rows = rows_of(mature, mature + horizon, is_best)
    return Labels(rows, meaning, int((~is_mature).sum()), tuple(notes), _cohort_table(cohort, is_best, value))


def first_days(orders: pd.DataFrame, deals: pd.DataFrame | None) -> pd.Series[Any]:
    """Give the day each account became a customer: of its first order or its first deal won, the earlier."""
    starts = orders.loc[orders["revenue"] > 0].groupby("account_id")["ordered_at"].min()
    if deals is not None and {"closed_at", "is_won"} <= set(deals):
        won = deals.loc[(deals["is_won"] == 1) & deals["closed_at"].notna()]
        starts = pd.concat([starts, won.groupby("account_id")["closed_at"].min()]).groupby(level=0).min()
    return days(starts)


def _order_worth(orders: pd.DataFrame) -> tuple[pd.Series[float], str, list[str]]:
    """Value each order line: margin where costs are known, else revenue.

    A line without a cost takes the average share of revenue, over lines that sell: a return given back at
    another cost would bend it.
    """
    _one_currency(orders)
    if "cost" not in orders or orders["cost"].isna().all():
        return orders["revenue"], "revenue", []
    is_known = orders["cost"].notna()
    sold = orders.loc[is_known & (orders["revenue"] > 0)]
    cost_share = sold["cost"].sum() / sold["revenue"].sum() if len(sold) else 0.0
    cost = orders["cost"].fillna(orders["revenue"] * cost_share)
    notes = []
    if not is_known.all():
        notes.append(
            f"{(~is_known).mean():.0%} of order lines have no cost and take the average one, "
            f"{cost_share:.0%} of revenue"
        )
    return orders["revenue"] - cost, "margin", notes


def _one_currency(orders: pd.DataFrame) -> None:
    if "currency" in orders and orders["currency"].nunique() > 1:
        counts = orders["currency"].value_counts().sort_index().sort_values(ascending=False, kind="stable")
        details = [f"currency: {code} in {n:,} rows" for code, n in counts.head(5).items()]
        raise DataError(
            "orders are in several currencies.", details, "Convert them to one before the export."
        )


def _left_out(orders: pd.DataFrame, starts: pd.Series[Any], now: pd.Timestamp) -> list[str]:
    """Say which orders, and which accounts that ordered, do not count."""
    notes = []
    n_without_sale = orders.loc[~orders["account_id"].isin(starts.index), "account_id"].nunique()
    if n_without_sale:
        notes.append(f"{n_without_sale:,} accounts have returns or credit notes only and are left out")
    n_late = int((days(orders["ordered_at"]) > now).sum())
    if n_late:
        notes.append(f"{n_late:,} orders are dated after {now.date()} and do not count")
    return notes


def _cohort_table(cohort: pd.Series[str], is_best: pd.Series[bool], value: pd.Series[float]) -> pd.DataFrame:
    by_cohort = pd.DataFrame(
        {"cohort": cohort, "is_best": is_best, "value": value, "best_value": value * is_best}
    )
    table = by_cohort.groupby("cohort").agg(
        n=("is_best", "size"),
        n_best=("is_best", "sum"),
        value=("value", "sum"),
        best_value=("best_value", "sum"),
    )
    table["share_best"] = table["n_best"] / table["n"]
    table["value_share_of_best"] = table["best_value"] / table["value"].where(table["value"] > 0)
    return table.drop(columns="best_value").reset_index()
