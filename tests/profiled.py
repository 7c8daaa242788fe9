"""Profiles of made-up companies whose planted rule is known, with a model that knows the truth."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
from support import compose

from icp_ml.profile.distilling import Evidence
from icp_ml.profile.grouping import distil
from icp_ml.schema import FIRMOGRAPHICS, Field

TODAY = pd.Timestamp("2026-01-01")
NAMES = (
    "account_id",
    "name",
    "industry",
    "industry_code",
    "employees",
    "revenue",
    "country",
    "region",
    "city",
)
FIELDS = {
    **{name: FIRMOGRAPHICS[name] for name in NAMES},
    **{
        name: FIRMOGRAPHICS[name]
        for name in ("technologies", "founded_year", "last_funding_at", "description")
    },
    **{name: FIRMOGRAPHICS[name] for name in ("funding_stage", "ownership")},
    "is_listed": Field("yes_no", "listed"),
}
INDUSTRIES = np.array(["Software", "Banking", "Retail", "Mining", "Health", "SOFTWARE"])
COUNTRIES = np.array(["US", "DE", "FR", "IN"])
TOOLS = np.array(["Snowflake", "BigQuery", "Excel", "SAP", "O'Reilly %_"])
STAGES = np.array(["Seed", "Series A", "Series B", "Series C"])


def companies(n, seed=0):
    """Draw companies with gaps, of every kind of column."""
    rng = np.random.default_rng(seed)
    tools = ["|".join(sorted(rng.choice(TOOLS, k, replace=False))) for k in rng.integers(1, 4, n)]
    table = pd.DataFrame(
        {
            "account_id": [f"A{at:05}" for at in range(n)],
            "name": [f"Company {at}" for at in range(n)],
            "industry": INDUSTRIES[rng.integers(0, 6, n)],
            "industry_code": rng.choice(["513210", "522110", "445110"], n),
            "employees": np.round(np.exp(rng.normal(5, 1.5, n))),
            "revenue": np.exp(rng.normal(15, 2, n)),
            "country": COUNTRIES[rng.integers(0, 4, n)],
            "region": rng.choice(["US-CA", "DE-BY"], n),
            "city": rng.choice(["Paris", "Rome"], n),
            "technologies": tools,
            "founded_year": rng.integers(1970, 2028, n).astype(float),
            "last_funding_at": pd.Timestamp("2012-01-01") + pd.to_timedelta(rng.integers(0, 5600, n), "D"),
            "description": "We do things",
            "funding_stage": STAGES[rng.integers(0, 4, n)],
            "ownership": rng.choice(["Private", "Public"], n),
            "is_listed": rng.integers(0, 2, n).astype(float),
        }
    )
    for name in table.columns.drop(["account_id", "name"]):
        table.loc[rng.random(n) < 0.05, name] = None
    texts = [name for name in table if FIELDS[name].kind not in ("number", "money", "year", "yes_no", "date")]
    return table.astype({**dict.fromkeys(texts, "str"), "last_funding_at": "datetime64[s]"})


def meets_rule(accounts):
    """Say who meets the planted rule."""
    is_soft = accounts["industry"].str.casefold().isin(["software", "banking"])
    uses = accounts["technologies"].fillna("").str.contains("Snowflake|BigQuery")
    return (is_soft & uses & accounts["employees"].between(100, 1000)).to_numpy(dtype=bool)


def evidence(n=4_000, n_prospects=6_000, seed=0, accounts=None, fit=None):
    """Give label rows and prospects with the fit of a model that knows the truth."""
    accounts = companies(n, seed) if accounts is None else accounts
    prospects = companies(n_prospects, seed + 1)
    rng = np.random.default_rng(seed + 2)
    true = np.where(meets_rule(accounts), 0.75, 0.08)
    as_of = pd.Series(pd.Timestamp("2024-01-01") + pd.to_timedelta(np.arange(len(accounts)) % 700, "D"))
    rows = pd.DataFrame(
        {
            "account_id": accounts["account_id"],
            "as_of": as_of.dt.as_unit("s"),
            "group": accounts["account_id"],
            "is_best": rng.random(len(accounts)) < true,
        }
    )
    return Evidence(
        accounts,
        rows,
        true if fit is None else fit(rng, len(accounts)),
        np.arange(len(accounts)) % 5 == 0,
        prospects,
        np.where(meets_rule(prospects), 0.75, 0.08) if fit is None else fit(rng, len(prospects)),
        FIELDS,
        TODAY,
        0.4,
    )


@cache
def settings():
    return compose().config.profile


@cache
def profiled():
    return distil(evidence(), settings(), 0.95, 1)
