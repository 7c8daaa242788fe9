"""Numbers, years and dates as bands that lie side by side: what "near its own" means for each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from icp_ml.features.columns import MONTHS, Columns
from icp_ml.features.conditions import Condition
from icp_ml.features.statistics import Codes, Floats
from icp_ml.model.candidate import Model
from icp_ml.schema import DEPARTMENT, Field
from icp_ml.scoring.shown import short_number

DAYS_PER_MONTH = 365.25 / MONTHS
ALL_MEASURED = ("number", "age", "recency")
COUNTED_UP_TO = 10_000
"""A band of whole numbers up to here is said to end one below the next."""
N_DIGITS = 3


@dataclass(frozen=True)
class Bands:
    """The bands of one column, low to high; of years and dates, young to old.

    Attributes
    ----------
    own : ndarray of int, shape (n_rows,)
        The band of each account, -1 where its value is not known.
    points : ndarray of float64, shape (n_bands, 3)
        First, middle and last value of each band: numbers, years of age, or days ago.
    values : ndarray, shape (n_bands, 3)
        The same in the column's own type.
    words : list of str
        Of each band.
    point_words : list of list of str
        Of each point.
    """

    own: Codes
    points: Floats
    values: Any
    words: list[str]
    point_words: list[list[str]]


def bands_of_column(model: Model, columns: Columns, name: str, field: Field) -> Bands | None:
    """Give the bands that a model saw, or asks for, in a column; None where it knows of none.

    The lowest begins at half of where it ends, the highest ends at twice of where it begins: values beyond
    were not looked at.
    """
    day = pd.Timestamp(columns.as_of)  # type: ignore[arg-type]  # one day for all
    edges = sorted(set(_edges(model, name, field, day)))
    if not edges:
        return None
    measured = _measured(columns, name, field, day)
    own = np.where(np.isfinite(measured), np.searchsorted(edges, measured, side="right"), -1)
    is_whole = field.kind in ("year", "date") or _is_count(model, name)
    points = _points(np.array(edges), is_whole, field.kind in ("year", "date"))
    values = _values(points, field, day)
    said = [[_said(field, one) for one in line] for line in values.tolist()]
    if field.kind == "date":
        said = [[f"{one:%B %Y}" for one in pd.to_datetime(line)] for line in values]
    is_back = field.kind in ("year", "date")
    words = [_span(*((line[2], line[0]) if is_back else (line[0], line[2]))) for line in said]
    return Bands(own, points, values, words, said)


def _span(low: str, high: str) -> str:
    return low if low == high else f"{low} to {high}"


def _said(field: Field, value: Any) -> str:
    return f"{value:.0f}" if field.kind == "year" else short_number(value) if field.kind != "date" else ""


def _measured(columns: Columns, name: str, field: Field, day: pd.Timestamp) -> Floats:
    """Measure each account's own value; what lies ahead of the day is not known."""
    if field.kind == "date":
        elapsed: Any = day - columns.accounts[name]
        days = np.asarray(elapsed.dt.total_seconds().to_numpy(dtype=np.float64)) / 86_400
        return np.where(days >= 0, days, np.nan)
    values = columns.numbers(name)
    if field.kind == "year":
        return np.where(values <= day.year, day.year - values, np.nan)
    return np.where(values >= 0, values, np.nan)


def _edges(model: Model, name: str, field: Field, day: pd.Timestamp) -> Iterator[float]:
    """Give where bands begin: of the rows that the model learnt from, or at the bounds of a rubric."""
    for one in model.encoder.attributes:
        if one.form in ALL_MEASURED and one.sources == (name,):
            months = DAYS_PER_MONTH if one.form == "recency" else 1.0
            yield from (edge * months for edge in model.observed.of(one).edges)
        yield from _bounds((each for each in one.conditions if each.column == name), field, day)


def _bounds(conditions: Iterable[Condition], field: Field, day: pd.Timestamp) -> Iterator[float]:
    for one in conditions:
        low, high = one.at_least, one.at_most
        if one.within_days is not None:
            yield one.within_days + 1.0
        if field.kind == "year":
            low, high = (
                None if high is None else day.year - high,
                None if low is None else day.year - low,
            )
        if low is not None:
            yield low
        if high is not None:
            yield high + 1


def _is_count(model: Model, name: str) -> bool:
    is_whole = [model.observed.of(one).is_whole for one in model.encoder.attributes if one.sources == (name,)]
    return name.startswith(("employees", DEPARTMENT)) or any(is_whole)


def _points(edges: Floats, is_whole: bool, is_time: bool) -> Floats:
    """Give first, middle and last value of each band."""
    first = np.concatenate([[0.0 if is_time else _rounded(edges[0] / 2, 2)], edges])
    after = np.concatenate([edges, [_rounded(2 * edges[-1], 2)]])
    is_counted = is_whole & ((edges <= COUNTED_UP_TO) | is_time)
    last = np.concatenate([np.where(is_counted, np.ceil(edges) - 1, edges), after[-1:]])
    last = np.maximum(last, np.ceil(first) if is_whole else first)
    if is_whole:
        first = np.ceil(first)
    middle = np.sqrt(np.maximum(first, 0) * np.maximum(last, 0))
    middle = np.array([_rounded(one, N_DIGITS) for one in middle.tolist()])
    middle = np.clip(np.round(middle) if is_whole else middle, first, last)
    return np.column_stack([first, middle, last])


def _rounded(value: float, n_digits: int) -> float:
    return float(f"{value:.{n_digits}g}")


def _values(points: Floats, field: Field, day: pd.Timestamp) -> Any:
    if field.kind == "year":
        return day.year - np.floor(points)
    if field.kind == "date":
        days = pd.to_timedelta(np.floor(points).ravel(), unit="D")
        return (day.normalize() - days).to_numpy().astype("datetime64[s]").reshape(points.shape)
    return points
