"""The demo's lists of accounts, which its example of rules names: some of the prospects, by their places."""

from __future__ import annotations

import pandas as pd

COMPETITOR_EVERY, PILOT_EVERY, NAMED_EVERY = 97, 3 * 97, 307


def competitors(prospects: pd.DataFrame) -> pd.DataFrame:
    """List companies as a product team does: name, website and country."""
    listed = prospects.iloc[::COMPETITOR_EVERY]
    return listed[["company", "url", "country"]].set_axis(["company", "website", "country"], axis=1)


def pilot(prospects: pd.DataFrame) -> pd.DataFrame:
    """List companies by their websites; some of them are competitors."""
    listed = prospects.iloc[::PILOT_EVERY]
    return listed[["url"]].set_axis(["website"], axis=1)


def named(prospects: pd.DataFrame) -> pd.DataFrame:
    """List accounts by their ids."""
    return prospects.iloc[::NAMED_EVERY][["prospect_id"]]
