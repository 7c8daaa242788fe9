"""Find the score that stood for an account on a day: never one that was given later."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import pandas as pd
import pyarrow as pa

READ = (
    *("scored_at", "account_id", "segment", "event", "fit_probability", "score"),
    *("model_tier", "is_customer", "model_version", "label_digest"),
)
"""What of an entry is compared; the tier is the model's own, before any rule."""
MOMENT = "datetime64[s]"


@dataclass(frozen=True)
class Standing:
    """Rows beside the scores that stood for them, and how many had none.

    Attributes
    ----------
    rows : pandas.DataFrame
        account_id, day, is_true; of the entry scored_at, tier, fit_probability, score, model_version,
        label_digest. Sorted by account and day.
    left_out : mapping of str to int
        "unscored", "gone", "customers".
    """

    rows: pd.DataFrame
    left_out: Mapping[str, int]


def entry_rows(tables: Iterable[pa.Table]) -> pd.DataFrame:
    """Put the entries of a ledger into one table, keeping the order of their cycles.

    Parameters
    ----------
    tables : iterable of pyarrow.Table
        Of `rescore.entries.ENTRY`, those of the accounts in question, in the order of cycles.
    """
    parts = [one.select(list(READ)) for one in tables]
    if not parts:
        empty = pd.DataFrame({name: pd.Series(dtype="object") for name in READ})
        return empty.astype({"scored_at": MOMENT, "account_id": "str", "segment": "str"})
    rows: pd.DataFrame = pa.concat_tables(parts).to_pandas(date_as_object=False)
    kinds = {"scored_at": MOMENT, "account_id": "str", "segment": "str"}
    typed: pd.DataFrame = rows.astype(kinds).rename(columns={"model_tier": "tier"})
    return typed


def closed_deals(deals: pd.DataFrame, today: date) -> pd.DataFrame:
    """Give the deals that are closed, and whether each was won.

    Parameters
    ----------
    deals : pandas.DataFrame
        Our table: account_id, created_at, closed_at, is_won (1, 0 or missing).

    Returns
    -------
    pandas.DataFrame
        account_id, created, closed (days), is_true; sorted. A deal that closes before it was created, or
        after today, is left out.
    """
    created, closed = (deals[name].dt.normalize().astype(MOMENT) for name in ("created_at", "closed_at"))
    is_kept = deals["is_won"].notna() & (closed <= pd.Timestamp(today)) & (created <= closed)
    rows = pd.DataFrame(
        {
            "account_id": deals["account_id"].astype("str"),
            "created": created,
            "closed": closed,
            "is_true": deals["is_won"] == 1,
        }
    )
    order = ["account_id", "created", "closed", "is_true"]
    kept: pd.DataFrame = rows.loc[is_kept].sort_values(order, ignore_index=True)
    return kept


def bought_before(deals: pd.DataFrame, day: pd.Series[pd.Timestamp]) -> pd.Series[bool]:
    """Say of each closed deal whether its account had won another one before a day."""
    first_won = deals.loc[deals["is_true"]].groupby("account_id")["closed"].min()
    of_each = first_won.reindex(deals["account_id"]).to_numpy()
    return pd.Series(of_each < day.to_numpy(), index=deals.index)


def standing(cases: pd.DataFrame, entries: pd.DataFrame) -> Standing:
    """Find what the ledger said of each account on a day.

    Parameters
    ----------
    cases : pandas.DataFrame
        account_id str, day datetime64, is_true bool, is_known bool (a customer already).
    entries : pandas.DataFrame
        Of one segment, as `entry_rows` gives them: where two cycles are of one day, the later one counts.
    """
    ordered = entries.sort_values("scored_at", kind="stable")
    found = pd.merge_asof(
        cases.astype({"day": MOMENT}).sort_values(["day", "account_id"], kind="stable"),
        ordered,
        by="account_id",
        left_on="day",
        right_on="scored_at",
    )
    is_unscored = found["scored_at"].isna()
    is_gone = found["event"].eq("gone") | (found["score"].isna() & ~is_unscored)
    is_customer = ~is_unscored & (found["is_customer"].eq(True) | found["is_known"])
    is_gone &= ~is_customer
    kept = found.loc[~(is_unscored | is_gone | is_customer)]
    left_out = {"unscored": is_unscored, "gone": is_gone, "customers": is_customer}
    columns = ["is_known", "is_customer", "event", "segment"]
    rows = kept.drop(columns=columns).sort_values(["account_id", "day"], kind="stable", ignore_index=True)
    typed = rows.astype({"score": "float64", "fit_probability": "float64"})
    return Standing(typed, {name: int(one.sum()) for name, one in left_out.items()})
