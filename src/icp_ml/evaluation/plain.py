"""Figures and tables in plain JSON types; what is not defined is None."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from icp_ml.evaluation.figures import Interval


def plain_figures(found: Mapping[str, Interval]) -> dict[str, dict[str, float | None]]:
    """Give each figure as its value and bounds."""
    return {
        name: {"value": plain(part.value), "low": plain(part.low), "high": plain(part.high)}
        for name, part in found.items()
    }


def interval_of(part: Mapping[str, float | None]) -> Interval:
    """Read one of `plain_figures` again."""
    value, low, high = (math.nan if part[name] is None else part[name] for name in ("value", "low", "high"))
    return Interval(float(value or 0), float(low or 0), float(high or 0))


def plain_table(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Give one mapping a line."""
    return [
        {str(name): plain(value) for name, value in row.items()} for row in table.to_dict(orient="records")
    ]


def plain(value: Any) -> Any:
    """Turn a NumPy scalar into Python's own, and what is no finite number into None."""
    bare = value.item() if hasattr(value, "item") else value
    return None if isinstance(bare, float) and not math.isfinite(bare) else bare
