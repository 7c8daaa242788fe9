"""Values that arrive typed, from Parquet, SQL or Excel: numbers, dates, flags and lists."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from numbers import Real
from typing import Any

import numpy as np

NOT_THERE = frozenset(("None", "nan", "NaT", "<NA>"))
"""How None, NaN, NaT and NA look as text inside a list."""
EXACT_BELOW = 2**53
"""Whole numbers below it are exact as float64."""


def as_number(value: object) -> float | None:
    """Give a number or a truth value as a float; None for anything else and for infinities."""
    if not isinstance(value, (Real, Decimal, np.bool_)):
        return None
    try:
        number = float(value)
    except (OverflowError, ValueError):
        return None
    return number + 0.0 if np.isfinite(number) else None


def as_datetime(value: object) -> datetime | None:
    """Give a date or date-time as it was written, without its time zone; None for anything else."""
    if isinstance(value, datetime):
        written = value.replace(tzinfo=None)
        return datetime(*written.timetuple()[:6])
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)
    if isinstance(value, np.datetime64):
        return as_datetime(value.astype("datetime64[s]").item())
    return None


def as_items(value: object) -> list[str] | None:
    """Give the items of a list, tuple, set or array as texts; None for anything else."""
    if isinstance(value, np.ndarray):
        return as_items(value.tolist())
    if isinstance(value, (list, tuple, set, frozenset)):
        return [as_text(item) for item in value if str(item) not in NOT_THERE]
    return None


def as_text(value: Any) -> str:
    """Write a value as text, a whole number without its ".0"."""
    is_number = isinstance(value, (float, np.floating, Decimal))
    if is_number and abs(value) < EXACT_BELOW and value == int(value):
        return str(int(value))
    return str(value)


def numeric_tokens(tokens: Iterable[str]) -> frozenset[float]:
    """Pick the tokens that are numbers, so that "-1" also means -1.0 in a typed column."""
    return frozenset(number for number in map(_float_or_none, tokens) if number is not None)


def _float_or_none(token: str) -> float | None:
    try:
        return float(token)
    except ValueError:
        return None
