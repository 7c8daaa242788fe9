"""Scored lists made up for the tests of what is done with them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pyarrow as pa

from icp_ml.data.scored import SCHEMA

REASON = {
    "attribute": "industry",
    "words": 'Industry: "software", 31 %',
    "contribution": 0.5,
    "rate": 0.31,
    "n_customers": 212,
}


def scored(n_rows: int, start: int = 0, **columns: Any) -> pa.Table:
    """Make a table of the scored list's schema; a column is a list, or one value for all rows."""
    places = range(start, start + n_rows)
    given = {
        "account_id": [f"P{at}" for at in places],
        "name": [f"Firm {at}" for at in places],
        "segment": "default",
        "fit_probability": [(at * 37 % 101) / 101 for at in places],
        "tier": "Bad fit",
        "reasons_for": [[REASON] for _ in places],
        "reasons_against": [[] for _ in places],
        "is_customer": False,
        "model_version": "abc",
        "scored_at": date(2026, 1, 1),
    } | columns
    arrays = [
        pa.array(value if isinstance(value, list) else [value] * n_rows, one.type)
        for one in SCHEMA
        for value in [given.get(one.name)]
    ]
    return pa.Table.from_arrays(arrays, schema=SCHEMA)
