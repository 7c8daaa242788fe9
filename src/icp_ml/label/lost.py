"""Accounts that only ever lost deals, as further rest."""

from __future__ import annotations

import pandas as pd

from icp_ml.label.labels import Tables, days, is_among


def lost_rows(tables: Tables, judged: pd.DataFrame, wait_days: int, now: pd.Timestamp) -> pd.DataFrame:
    """Give a row for each account that lost a deal, never won one, never ordered and is not judged yet.

    It is described on the day its first lost deal was created. It waits as long as customers do: until then
    it might have become one, and otherwise the newest rows would all be lost deals.

    Returns
    -------
    pandas.DataFrame
        account_id, as_of, complete_at, is_best (false); as_of + wait_days <= now.
    """
    deals = tables["deals"]
    created, closed = days(deals["created_at"]), days(deals["closed_at"])
    ends = (created + pd.Timedelta(days=wait_days)).where(lambda end: end > closed, closed)
    is_lost = (deals["is_won"] == 0) & (closed >= created) & (closed <= now)
    customers = [deals.loc[deals["is_won"] == 1, "account_id"], judged["account_id"]]
    if "orders" in tables:
        customers.append(tables["orders"]["account_id"])
    is_customer = is_among(deals["account_id"], pd.concat(customers))
    found = pd.DataFrame(
        {"account_id": deals["account_id"], "as_of": created, "complete_at": ends, "is_best": False}
    )
    first = found.loc[is_lost & ~is_customer].sort_values(["as_of", "complete_at"])
    first = first.drop_duplicates("account_id")
    return first.loc[first["complete_at"] <= now].reset_index(drop=True)
