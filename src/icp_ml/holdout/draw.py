"""Draw the accounts that are left alone, and mark them in a list as a rule would."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from icp_ml.scoring import is_drawn
from icp_ml.settings import HoldoutSettings

RULE = "holdout"
"""What the rule column says of an account that is left alone."""


def with_holdout(ruled: pd.DataFrame, holdout: HoldoutSettings, today: date) -> pd.DataFrame:
    """Exclude those of the share who could be worked: they keep score and tier, and say why.

    Drawn is who stands in one of the tiers, is no customer, and is excluded by nothing else; one who enters a
    tier later is drawn by then, as the draw depends on the account alone. Left alone is the account: where
    segments overlap, in each of them, whatever its tier is there.

    Parameters
    ----------
    ruled : pandas.DataFrame
        account_id, place (of its row in the input: the same in each segment that covers it), tier,
        is_customer, is_excluded, exclusion_reason and rule, as the rules leave them.
    holdout : HoldoutSettings
    today : date
        Before the experiment starts nobody is left alone.

    Returns
    -------
    pandas.DataFrame
        The same rows; the outcome of an input row depends on this row alone.
    """
    if holdout.name is None or holdout.starts is None or today < holdout.starts:
        return ruled
    is_barred = ruled["is_excluded"].to_numpy(dtype=bool) | ruled["is_customer"].to_numpy(dtype=bool)
    is_met = ruled["tier"].isin(holdout.tiers).to_numpy() & ~is_barred
    drawn = ruled.loc[is_met & is_left_alone(ruled["account_id"], holdout), "place"]
    is_alone = ruled["place"].isin(drawn).to_numpy() & ~is_barred
    reason = f"Hold-out {holdout.name}: left alone to measure what working accounts brings"
    return ruled.assign(
        is_excluded=ruled["is_excluded"].to_numpy(dtype=bool) | is_alone,
        exclusion_reason=np.where(is_alone, reason, ruled["exclusion_reason"].to_numpy(dtype=object)),
        rule=np.where(is_alone, RULE, ruled["rule"].to_numpy(dtype=object)),
    )


def is_left_alone(account_ids: pd.Series[str], holdout: HoldoutSettings) -> Any:
    """Say which accounts the experiment draws, by its name and their ids alone.

    Returns
    -------
    ndarray of bool, shape (n_rows,)
    """
    digest = hashlib.sha256(f"hold-out {holdout.name}".encode()).hexdigest()
    return is_drawn(account_ids, holdout.share, int(digest[:16], 16))
