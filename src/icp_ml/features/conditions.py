"""The conditions of a rubric's point: what is looked for in one column, and what of a row meets it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from icp_ml.features.statistics import Floats
from icp_ml.schema import LEVEL_KINDS, NUMERIC_KINDS, Kind

Dates = pd.Series | pd.Timestamp
Met = tuple[tuple[int, Any], ...]


@dataclass(frozen=True)
class Condition:
    """One thing to look for in one column; exactly one of bounds, one_of and within_days is given.

    Attributes
    ----------
    column : str
        Our column.
    kind : Kind
        Of the column.
    words : str
        What a salesperson calls the column.
    points : float
        What it earns, above 0 and at most 1.
    at_least, at_most : float, optional
        Bounds of a number or a year; yes is 1.
    one_of : tuple of str
        Levels as a whole; or words, one or several in a row, that a list's item or a text holds. Case does
        not matter.
    within_days : int, optional
        A date not longer ago than this.
    """

    column: str
    kind: Kind
    words: str
    points: float
    at_least: float | None = None
    at_most: float | None = None
    one_of: tuple[str, ...] = ()
    within_days: int | None = None


def points_earned(conditions: Sequence[Condition], accounts: pd.DataFrame, as_of: Dates) -> Floats:
    """Give each row the highest points of the conditions it meets.

    Returns
    -------
    ndarray of float64, shape (n_rows,)
        0 to 1; 0 where a known column meets no condition, NaN where none of the columns is known.
    """
    return _highest(earned_by_condition(conditions, accounts, as_of))


def what_was_met(conditions: Sequence[Condition], accounts: pd.DataFrame, as_of: Dates) -> list[Met]:
    """Give each row the condition that earned most, by its position, with the value that met it.

    Where none is met, the known values that failed; the first condition of a column speaks for it.
    """
    earned = earned_by_condition(conditions, accounts, as_of)
    highest = _highest(earned)
    best = np.argmax(np.where(np.isnan(earned), -1.0, earned), axis=1) if len(conditions) else highest
    first = {one.column: at for at, one in reversed(list(enumerate(conditions)))}
    values = [_column(one, accounts).tolist() for one in conditions]
    return [
        ((int(best[row]), values[int(best[row])][row]),)
        if points > 0
        else tuple((at, values[at][row]) for at in sorted(first.values()) if not np.isnan(earned[row, at]))
        for row, points in enumerate(highest.tolist())
    ]


def matching_part(condition: Condition, value: str) -> str:
    """Give what of a list or a text meets a condition: its matching items, or the words looked for."""
    if condition.kind == "list":
        met = [item for item in value.split("|") if _pattern(condition).search(item.casefold())]
        return ", ".join(met)
    found = dict.fromkeys(_pattern(condition).findall(value.casefold()))
    return ", ".join(found)


def _highest(earned: Floats) -> Floats:
    """Take the highest of what is known in each row, NaN where nothing is."""
    is_unknown = np.isnan(earned)
    highest = np.where(is_unknown, 0.0, earned).max(axis=1, initial=0.0)
    return np.where(is_unknown.all(axis=1), np.nan, highest)


def earned_by_condition(conditions: Sequence[Condition], accounts: pd.DataFrame, as_of: Dates) -> Floats:
    """Give what each condition earns, shape (n_rows, n_conditions); NaN where its column is not known."""
    parts = [one.points * _holds(one, accounts, as_of) for one in conditions]
    return np.column_stack(parts) if parts else np.empty((len(accounts), 0))


def _holds(condition: Condition, accounts: pd.DataFrame, as_of: Dates) -> Floats:
    """Say with 1 and 0 whether a condition holds; NaN where its column is unknown, or ahead of `as_of`."""
    column = _column(condition, accounts)
    if condition.within_days is not None:
        elapsed: pd.Series[Any] = as_of - column
        days = elapsed.dt.total_seconds().to_numpy(dtype=np.float64) / 86_400
        return np.where(days >= 0, days <= condition.within_days, np.nan)
    if condition.one_of:
        return _among(condition, column)
    values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    if condition.kind == "year":
        year = as_of.dt.year.to_numpy() if isinstance(as_of, pd.Series) else as_of.year
        values = np.where(values <= year, values, np.nan)
    low = -np.inf if condition.at_least is None else condition.at_least
    high = np.inf if condition.at_most is None else condition.at_most
    return np.where(np.isfinite(values), (values >= low) & (values <= high), np.nan)


def _among(condition: Condition, column: pd.Series[Any]) -> Floats:
    """Look each distinct value up once."""
    codes, distinct = pd.factorize(column)
    texts = list(map(str, distinct.tolist()))
    if condition.kind in LEVEL_KINDS:
        wanted = {_folded(one) for one in condition.one_of}
        found = [float(_folded(text) in wanted) for text in texts]
    else:
        pattern = _pattern(condition)
        found = [float(pattern.search(text.casefold()) is not None) for text in texts]
    return np.array([*found, np.nan])[codes]


def _pattern(condition: Condition) -> re.Pattern[str]:
    """Match any of the words looked for, as whole words: C is not in C++."""
    wanted = "|".join(re.escape(one) for one in sorted(map(_folded, condition.one_of), key=len, reverse=True))
    return re.compile(rf"(?<![\w+#])(?:{wanted})(?![\w+#])")


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


def _column(condition: Condition, accounts: pd.DataFrame) -> pd.Series[Any]:
    if condition.column in accounts:
        column: pd.Series[Any] = accounts[condition.column]
        return column
    numeric = "float64" if condition.kind in NUMERIC_KINDS else "str"
    dtype: Any = "datetime64[s]" if condition.kind == "date" else numeric
    missing: Any = pd.array([None] * len(accounts), dtype=dtype)
    return pd.Series(missing, index=accounts.index)
