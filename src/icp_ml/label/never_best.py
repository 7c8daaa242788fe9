"""Won but regretted: customers who are rest whatever the definition says."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from icp_ml.errors import count
from icp_ml.label.labels import Tables, days
from icp_ml.label.needs import active
from icp_ml.label.worth import sales_since
from icp_ml.settings import NeverBestSettings

WORDS = {
    "churned_within_days": "churned within {limit:,} days",
    "loss_making_within_days": "lost money within {limit:,} days",
    "max_support_tickets": "had more than {limit:,} support tickets",
}


@dataclass(frozen=True)
class Regrets:
    """Which rows are regretted, and why.

    Attributes
    ----------
    is_regretted : Series of bool
        Row by row.
    table : pandas.DataFrame
        criterion, n, n_best, as in Labels.
    notes : list of str
        What could not be judged, or is not dated.
    """

    is_regretted: pd.Series[bool]
    table: pd.DataFrame
    notes: list[str]


def regrets(rows: pd.DataFrame, tables: Tables, settings: NeverBestSettings) -> Regrets:
    """Find the customers that churned early, lost money or cost too much support.

    Days count from the row's started_at: day 0 to N - 1 are within N days. Only customers can be regretted, a
    lost deal cannot; and whoever's first day is not known cannot have churned or lost money within days of
    it.

    Parameters
    ----------
    rows : pandas.DataFrame
        account_id, started_at, is_customer, is_best.
    """
    met = {name: _meets(name, rows, tables, settings) & rows["is_customer"] for name in active(settings)}
    if not met:
        return Regrets(pd.Series(False, index=rows.index), pd.DataFrame(), [])
    is_regretted = pd.DataFrame(met).any(axis=1)
    lines = [
        *((_words(name, settings), found) for name, found in met.items()),
        ("any of these", is_regretted),
    ]
    table = pd.DataFrame(
        [(words, int(found.sum()), int((found & rows["is_best"]).sum())) for words, found in lines],
        columns=["criterion", "n", "n_best"],
    )
    return Regrets(is_regretted, table, _notes(rows, settings))


def in_words(settings: NeverBestSettings) -> str:
    """Say who is never best, as the end of a sentence; nothing where nobody is."""
    said = [_words(name, settings) for name in active(settings)]
    return f"; never those who {' or '.join(said)}" if said else ""


def _words(name: str, settings: NeverBestSettings) -> str:
    return WORDS[name].format(limit=getattr(settings, name))


def _meets(name: str, rows: pd.DataFrame, tables: Tables, settings: NeverBestSettings) -> pd.Series[bool]:
    limit = getattr(settings, name)
    accounts = rows["account_id"]
    if name == "loss_making_within_days":
        starts = pd.Series(rows["started_at"].to_numpy(), index=accounts)
        return pd.Series(sales_since(tables["orders"], starts, limit).total(limit) < 0, index=rows.index)
    by_account = tables["signals"].groupby("account_id")
    if name == "max_support_tickets":
        is_heavy: pd.Series[bool] = accounts.map(by_account["support_tickets"].mean()) > limit
        return is_heavy
    first_churn = accounts.map(days(by_account["churned_at"].min()))
    lasted_days = (first_churn - rows["started_at"]).dt.days
    is_churned: pd.Series[bool] = (lasted_days >= 0) & (lasted_days < limit)
    return is_churned


def _notes(rows: pd.DataFrame, settings: NeverBestSettings) -> list[str]:
    notes = []
    if settings.max_support_tickets is not None:
        notes.append("support tickets are as of the export: an older customer had more time for them")
    n_unknown = int(np.sum(rows["is_customer"] & rows["started_at"].isna()))
    if settings.wait_days and n_unknown:
        customers = count(n_unknown, "customer")
        notes.append(
            f"the first day of {customers} is not known, so they count as neither churned nor losing money"
        )
    return notes
