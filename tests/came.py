"""Ledger entries and deals made by hand, for the tests of outcomes."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

import numpy as np
import pandas as pd
import pyarrow as pa
from support import compose

from icp_ml.outcomes import Asked, closed_deals, entry_rows
from icp_ml.rescore.entries import ENTRY
from icp_ml.scoring import TIERS
from icp_ml.segments import segment_digest

TODAY = date(2026, 1, 1)
START = date(2025, 1, 1)
CUT_OFFS = (0.6, 0.3)


@cache
def config():
    return compose("evaluation.n_bootstrap=60").config


@cache
def digest() -> str:
    return segment_digest(next(iter(config().segments.values())))


def asked(**changed) -> Asked:
    given = {"exploration_share": 0.0, "label_digest": digest(), "is_shifted": False, **changed}
    return Asked(config().outcomes, config().evaluation, config().seed, **given)


def tier(probability) -> str:
    return TIERS[0] if probability >= CUT_OFFS[0] else TIERS[1] if probability >= CUT_OFFS[1] else TIERS[2]


def entry(account, day, probability=0.5, **changed) -> dict[str, object]:
    """Make one entry of the ledger; what is not told is missing."""
    score = None if probability is None else float(np.log(probability / (1 - probability)))
    known = {
        "cycle": f"{day}_ab12cd34",
        "scored_at": day,
        "account_id": account,
        "segment": "default",
        "event": "new",
        "fit_probability": probability,
        "score": score,
        "model_tier": None if probability is None else tier(probability),
        "is_customer": False,
        "is_excluded": False,
        "model_version": "aaaaaaaaaaaa",
        "label_digest": digest(),
    }
    return {**known, **changed}


def table(*entries) -> pa.Table:
    return pa.Table.from_pylist(list(entries), schema=ENTRY)


def rows(*entries) -> pd.DataFrame:
    return entry_rows([table(*entries)])


def deals(*made, today=TODAY) -> pd.DataFrame:
    """Give closed deals of (account, created, closed, won)."""
    columns = ["account_id", "created_at", "closed_at", "is_won"]
    found = pd.DataFrame(made, columns=columns).astype({"is_won": "float64", "account_id": "str"})
    moments = {name: pd.to_datetime(found[name]).astype("datetime64[s]") for name in columns[1:3]}
    return closed_deals(found.assign(**moments), today)


def company(n, seed=1, won=lambda probability: probability, **changed):
    """Make n accounts scored on the first day, one deal each, won with a chance that their score gives."""
    draw = np.random.default_rng(seed)
    probability = np.clip(draw.random(n), 0.02, 0.98)
    is_won = draw.random(n) < np.array([won(one) for one in probability])
    names = [f"A{at:05d}" for at in range(n)]
    entries = [entry(one, START, float(p), **changed) for one, p in zip(names, probability, strict=True)]
    created, closed = START + timedelta(days=30), START + timedelta(days=200)
    return table(*entries), deals(*((one, created, closed, w) for one, w in zip(names, is_won, strict=True)))
