"""Say which customers are best, by the definition that the user chose.

A label row is (account_id, as_of, complete_at, group, is_best, weight): one per customer, or one per
closed deal for `won`. `as_of` is the day its firmographics speak of, `complete_at` the day its outcome was
known in full (missing where nobody recorded it), `group` keeps what belongs together on one side of a split.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pandas as pd

from icp_ml.errors import ConfigError, DataError, examples
from icp_ml.settings import FlagSettings, LabelSettings, ValueSettings, WonSettings

Tables = Mapping[str, pd.DataFrame]

NEEDS: dict[str, tuple[str, ...]] = {"value": ("orders",), "won": ("deals",), "flag": ("signals",)}
USES: dict[str, tuple[str, ...]] = {
    "value": ("orders", "deals"),
    "won": ("deals",),
    "flag": ("signals", "orders"),
}
"""The outcome tables that a definition must have, and those it reads where they are mapped."""

MEANING = {
    "value": "the top {top_share:.0%} of customers by {measure} in the {horizon_days} days after the first "
    "order, within the {cohort} of that order",
    "won": "deals won, against deals lost",
    "flag": "the customers that are flagged as best",
}


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
        Customers left out because they are too young to judge.
    notes : tuple of str
        What else was left out, filled in or assumed.
    by_cohort : pandas.DataFrame
        Counts, best and value per cohort (columns cohort, n, n_best, share_best, value_share_of_best).
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


def label_rows(tables: Tables, settings: LabelSettings, today: date) -> Labels:
    """Label the customers by the chosen definition.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        The outcome tables that are mapped, and customers (for the groups) where there are any.
    settings : LabelSettings
        The definition.
    today : datetime.date
        The day the outcomes were exported: what happened later is not known.

    Raises
    ------
    DataError
        The outcomes cannot carry this definition: nothing to judge, or all alike.
    """
    now = pd.Timestamp(today)
    if isinstance(settings, ValueSettings):
        labels = _by_value(tables, settings, now)
    elif isinstance(settings, WonSettings):
        labels = _by_deals(tables["deals"], now)
    else:
        labels = _by_flag(tables, settings, now)
    return _checked(_grouped(labels, tables.get("customers")))


def _by_value(tables: Tables, settings: ValueSettings, now: pd.Timestamp) -> Labels:
    orders = tables["orders"]
    worth, measure, notes = _order_worth(orders)
    starts = _starts(orders, tables.get("deals"))
    horizon = pd.Timedelta(days=settings.horizon_days)
    first_day = orders["account_id"].map(starts)
    is_inside = (orders["ordered_at"] >= first_day) & (orders["ordered_at"] < first_day + horizon)
    value = worth[is_inside].groupby(orders["account_id"]).sum()
    is_mature = starts + horizon <= now
    mature = starts[is_mature]
    value = value.reindex(mature.index).fillna(0.0)
    cohort = mature.dt.to_period("Y" if settings.cohort == "year" else "Q").astype(str)
    rank = value.groupby(cohort).rank(ascending=False, method="max", pct=True)
    is_best = (rank <= settings.top_share) & (value > 0)
    rows = _rows(mature, mature + horizon, is_best)
    meaning = MEANING["value"].format(measure=measure, **settings.model_dump())
    n_late = int((orders["ordered_at"] > now).sum())
    if n_late:
        notes.append(f"{n_late:,} orders are dated after {now.date()} and do not count")
    return Labels(rows, meaning, int((~is_mature).sum()), tuple(notes), _cohort_table(cohort, is_best, value))


def _order_worth(orders: pd.DataFrame) -> tuple[pd.Series[float], str, list[str]]:
    """Value each order line: margin where costs are known, else revenue."""
    _one_currency(orders)
    if "cost" not in orders or orders["cost"].isna().all():
        return orders["revenue"], "revenue", []
    is_known = orders["cost"].notna()
    known = orders.loc[is_known]
    cost_share = known["cost"].sum() / known["revenue"].sum() if known["revenue"].sum() else 0.0
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
        counts = orders["currency"].value_counts()
        details = [f"currency: {code} in {n:,} rows" for code, n in counts.head(5).items()]
        raise DataError(
            "orders are in several currencies.", details, "Convert them to one before the export."
        )


def _starts(orders: pd.DataFrame, deals: pd.DataFrame | None) -> pd.Series[Any]:
    """Give the day each account became a customer: of its first order or its first deal won, the earlier."""
    starts = orders.loc[orders["revenue"] > 0].groupby("account_id")["ordered_at"].min()
    if deals is not None and {"closed_at", "is_won"} <= set(deals):
        won = deals.loc[(deals["is_won"] == 1) & deals["closed_at"].notna()]
        starts = pd.concat([starts, won.groupby("account_id")["closed_at"].min()]).groupby(level=0).min()
    days: pd.Series[Any] = starts.dt.normalize()
    return days


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
    table["value_share_of_best"] = table["best_value"] / table["value"]
    return table.drop(columns="best_value").reset_index()


def _by_deals(deals: pd.DataFrame, now: pd.Timestamp) -> Labels:
    if not {"closed_at", "is_won"} <= set(deals):
        raise ConfigError("label=won needs closed_at and is_won.", fix="Map both in data.deals.columns.")
    is_closed = deals["closed_at"].notna() & deals["is_won"].notna() & (deals["closed_at"] <= now)
    closed = deals.loc[is_closed]
    is_backward = closed["closed_at"] < closed["created_at"]
    closed = closed.loc[~is_backward]
    as_of = closed.set_index("account_id")["created_at"].dt.normalize()
    rows = _rows(as_of, closed["closed_at"].to_numpy(), closed["is_won"].to_numpy() == 1)
    notes = [f"{int(is_backward.sum()):,} deals close before they were created and are left out"]
    return Labels(rows, MEANING["won"], int((~is_closed).sum()), tuple(notes if is_backward.any() else ()))


def _by_flag(tables: Tables, settings: FlagSettings, now: pd.Timestamp) -> Labels:
    signals = tables["signals"]
    if "is_best" not in signals:
        raise ConfigError(
            "label=flag needs is_best.", fix="Map your column to is_best in data.signals.columns."
        )
    flagged = signals.loc[signals["is_best"].notna()].drop_duplicates("account_id").set_index("account_id")
    complete_at = flagged["flagged_at"] if "flagged_at" in flagged else pd.Series(pd.NaT, index=flagged.index)
    is_known = ~(complete_at > now)
    flagged, complete_at = flagged.loc[is_known], complete_at.loc[is_known]
    if "as_of" in flagged:
        as_of = flagged["as_of"]
    elif "orders" in tables:
        as_of = _starts(tables["orders"], None).reindex(flagged.index).fillna(complete_at)
    else:
        as_of = complete_at
    rows = _rows(as_of, complete_at.to_numpy(), flagged["is_best"].to_numpy() == 1)
    n_unflagged = int(signals["is_best"].isna().sum())
    notes = (f"{n_unflagged:,} customers have no flag and are left out",) if n_unflagged else ()
    return Labels(rows, MEANING["flag"], int((~is_known).sum()), notes)


def _rows(as_of: pd.Series[Any], complete_at: Any, is_best: Any) -> pd.DataFrame:
    rows = pd.DataFrame(
        {
            "account_id": as_of.index.astype("str"),
            "as_of": as_of.to_numpy(dtype="datetime64[s]"),
            "complete_at": pd.Series(complete_at).to_numpy(dtype="datetime64[s]"),
            "is_best": pd.Series(is_best).to_numpy(dtype=bool),
            "weight": 1.0,
        }
    )
    return rows.sort_values(["as_of", "account_id", "complete_at"], kind="stable", ignore_index=True)


def _grouped(labels: Labels, customers: pd.DataFrame | None) -> Labels:
    """Join firmographics' groups: parent, else web domain, else the account itself."""
    rows = labels.rows
    group = rows["account_id"]
    notes = list(labels.notes)
    if customers is not None:
        is_known = rows["account_id"].isin(customers["account_id"])
        if not is_known.all():
            notes.append(
                f"{int((~is_known).sum()):,} label rows are of accounts not among the customers and are left "
                f"out, for example {examples(rows.loc[~is_known, 'account_id'].unique())}"
            )
        rows = rows.loc[is_known].reset_index(drop=True)
        by_account = account_groups(customers)
        group = rows["account_id"].map(by_account)
    rows = rows.assign(group=group.astype("str"))
    return Labels(rows, labels.meaning, labels.n_young, tuple(notes), labels.by_cohort)


def account_groups(customers: pd.DataFrame) -> pd.Series[str]:
    """Give each account's group: parent company, else web domain, else the account itself.

    Accounts that share a domain with a parent's child still form groups of their own; joining those is
    entity matching.
    """
    group = customers["account_id"].copy()
    for column in ("domain", "parent_id"):
        if column in customers:
            group = customers[column].where(customers[column].notna(), group)
    return group.set_axis(customers["account_id"], axis="index")


def _checked(labels: Labels) -> Labels:
    n, n_best = len(labels.rows), int(labels.rows["is_best"].sum())
    if n == 0:
        details = [f"too young to judge: {labels.n_young:,}", *labels.notes]
        raise DataError("no customer can be judged.", details, "Shorten label.horizon_days, or export more.")
    if n_best in (0, n):
        what = f"all {n:,} label rows are {'best' if n_best else 'rest'}; there is nothing to tell apart."
        raise DataError(what, labels.notes, "Choose another label, or correct the mapping of the outcomes.")
    return labels


def labels_markdown(title: str, labels: Labels, notes: Iterable[str]) -> str:
    """Write the label report: the definition in words, counts, each cohort, and what to beware of."""
    n, n_best = len(labels.rows), int(labels.rows["is_best"].sum())
    lines = [
        f"# Who is best: {title}",
        "",
        f"Best is {labels.meaning}.",
        "",
        f"- label rows: {n:,}, {n_best:,} of them best ({n_best / n:.1%})",
        f"- too young to judge, left out: {labels.n_young:,}",
        f"- described on: {labels.rows['as_of'].min():%Y-%m-%d} to {labels.rows['as_of'].max():%Y-%m-%d}",
    ]
    if len(labels.by_cohort):
        lines += ["", "| cohort | customers | best | share of best | value | value held by best |"]
        lines += ["|---|---:|---:|---:|---:|---:|"]
        lines += [
            f"| {row.cohort} | {row.n:,} | {row.n_best:,} | {row.share_best:.1%} | {row.value:,.0f} "
            f"| {row.value_share_of_best:.1%} |"
            for row in labels.by_cohort.itertuples()
        ]
    noted = list(notes)
    return "\n".join([*lines, *(["", "## Notes", ""] if noted else []), *(f"- {note}" for note in noted), ""])
