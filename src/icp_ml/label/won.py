"""Best = deals won, against deals lost; one label row for each closed deal."""

from __future__ import annotations

import numpy as np
import pandas as pd

from icp_ml.errors import ConfigError, count
from icp_ml.label.labels import Judged, Tables, days
from icp_ml.settings import WonSettings

MEANING = "deals won, against deals lost"
CONDITION = "a deal is opened"


def label_by_deals(tables: Tables, settings: WonSettings, now: pd.Timestamp) -> Judged:
    """Label each deal that is closed, as of the day it was created.

    Where never_best looks at the days after it, lost deals wait as long as won ones do: otherwise the newest
    would all be lost.

    Raises
    ------
    ConfigError
        The deals do not say when they closed, or how.
    """
    deals = tables["deals"]
    if not {"closed_at", "is_won"} <= set(deals):
        raise ConfigError("label=won needs closed_at and is_won.", fix="Map both in data.deals.columns.")
    created, closed = days(deals["created_at"]), days(deals["closed_at"])
    wait = pd.Timedelta(days=settings.never_best.wait_days)
    is_closed = deals["is_won"].notna() & (closed <= now)
    is_backward = is_closed & (closed < created)
    is_mature = is_closed & (closed + wait <= now)
    kept = is_mature & ~is_backward
    is_won = deals.loc[kept, "is_won"] == 1
    rows = pd.DataFrame(
        {
            "account_id": deals.loc[kept, "account_id"],
            "as_of": created[kept],
            "complete_at": closed[kept] + wait,
            "is_best": is_won,
            "started_at": closed[kept].where(is_won, np.datetime64("NaT")),
            "is_customer": is_won,
        }
    ).reset_index(drop=True)
    notes = []
    if is_backward.any():
        backward = count(int(is_backward.sum()), "deal closes", "deals close")
        notes.append(f"{backward} before being created: left out")
    n_recent = int((is_closed & ~is_mature).sum())
    if n_recent:
        recent = count(n_recent, "deal")
        notes.append(f"too young are {recent} closed in the last {wait.days} days, which never_best looks at")
    return Judged(rows, MEANING, int((~is_mature).sum()), notes)
