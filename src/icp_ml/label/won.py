"""Best = deals won, against deals lost; one label row for each closed deal."""

from __future__ import annotations

import pandas as pd

from icp_ml.errors import ConfigError
from icp_ml.label.labels import Labels, days, rows_of

MEANING = "deals won, against deals lost"


def label_by_deals(deals: pd.DataFrame, now: pd.Timestamp) -> Labels:
    """Label each deal that is closed, as of the day it was created.

    Raises
    ------
    ConfigError
        The deals do not say when they closed, or how.
    """
    if not {"closed_at", "is_won"} <= set(deals):
        raise ConfigError("label=won needs closed_at and is_won.", fix="Map both in data.deals.columns.")
    created, closed = days(deals["created_at"]), days(deals["closed_at"])
    is_closed = deals["is_won"].notna() & (closed <= now)
    is_backward = is_closed & (closed < created)
    kept = is_closed & ~is_backward
    as_of = created[kept].set_axis(deals.loc[kept, "account_id"], axis="index")
    rows = rows_of(as_of, closed[kept], deals.loc[kept, "is_won"] == 1)
    n_backward = int(is_backward.sum())
    notes = [f"{n_backward:,} deals close before they were created and are left out"] if n_backward else []
    return Labels(rows, MEANING, int((~is_closed).sum()), tuple(notes))
