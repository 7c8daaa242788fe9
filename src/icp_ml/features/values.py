"""Attributes that nothing is learnt of: numbers, ages, ratios, growth, time zone and what selling fills."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import numpy as np

from icp_ml.features.attributes import Attribute, Form
from icp_ml.features.columns import MONTHS, Columns, combined, years_between
from icp_ml.features.conditions import points_earned
from icp_ml.features.places import utc_hours
from icp_ml.features.statistics import Floats, Known

MIN_YEARS = 0.25
"""Growth over less than a quarter is given as it is: put on a year, it would be an extreme of nothing."""

DECIDERS = re.compile(
    r"(?<!\w)(?:c[a-z]o|chief|founder|co-?founder|owner|president|vp|vice president|head|director|managing|"
    r"partner|"
    r"gesch(?:ä|ae)ftsf(?:ü|ue)hrer(?:in)?|inhaber(?:in)?|vorstand|leiter(?:in)?|directeur|directrice|gérant)(?!\w)"
)
"""In any of its contact's roles, who decides on a purchase."""


def encode_value(attribute: Attribute, columns: Columns) -> Floats:
    """Give an attribute's one number for each row, from that row alone; NaN where missing, never infinite."""
    if attribute.form == "rubric":
        return points_earned(attribute.conditions, columns.accounts, columns.as_of)
    return ENCODE[attribute.form](attribute, columns)


def _number(attribute: Attribute, columns: Columns) -> Floats:
    return columns.numbers(attribute.sources[0])


def _age(attribute: Attribute, columns: Columns) -> Floats:
    return columns.years_old(attribute.sources[0])


def _recency(attribute: Attribute, columns: Columns) -> Floats:
    """Give whole months, in years: a score that moved with every day would say nothing by moving."""
    return np.floor(MONTHS * columns.years_since(attribute.sources[0])) / MONTHS


def _ratio(attribute: Attribute, columns: Columns) -> Floats:
    """Divide, where the divisor is above 0 and the quotient is a number."""
    above, below = (columns.numbers(name) for name in attribute.sources)
    return _finite(above, np.where(below > 0, below, np.nan))


def _growth(attribute: Attribute, columns: Columns) -> Floats:
    """Give the growth since the earlier figure: a year's, where both figures' dates are known.

    Returns
    -------
    ndarray of float64, shape (n_rows,)
        0.35 for 35 % more; NaN where a figure is below 0, the earlier one is 0, or its date is the later.
    """
    now, before = (columns.numbers(name) for name in attribute.sources[:2])
    times = _finite(np.where(now >= 0, now, np.nan), np.where(before > 0, before, np.nan))
    years = _years_apart(columns)
    exponent = np.where(years >= MIN_YEARS, 1 / np.maximum(years, MIN_YEARS), 1.0)
    with np.errstate(over="ignore"):
        growth = np.where(years < 0, np.nan, times ** np.where(np.isnan(years), 1.0, exponent) - 1.0)
    return np.where(np.isfinite(growth), growth, np.nan)


def _years_apart(columns: Columns) -> Floats:
    known = ("before_on", "known_on")
    if not set(known) <= set(columns.accounts):
        return np.full(len(columns), np.nan)
    start, end = (columns.accounts[name] for name in known)
    return years_between(start, end)


def _finite(above: Floats, below: Floats) -> Floats:
    with np.errstate(over="ignore"):
        quotient = above / below
    return np.where(np.isfinite(quotient), quotient, np.nan)


def _time_zone(attribute: Attribute, columns: Columns) -> Floats:
    """Give the standard time in hours from UTC; NaN where country and region leave it open."""
    codes, places = combined([columns.levels(name) for name in attribute.sources])
    hours = [utc_hours(**dict(zip(attribute.sources, levels, strict=True))) for levels in places]
    return np.array([*hours, np.nan])[codes]


def _decision_maker(attribute: Attribute, columns: Columns) -> Floats:
    """Say with 1 and 0 whether any of the contacts known decides; NaN where none is known."""
    codes, texts = columns.texts(attribute.sources[0])
    decides = [float(DECIDERS.search(text.casefold()) is not None) for text in texts]
    return np.array([*decides, np.nan])[codes]


def _completeness(attribute: Attribute, columns: Columns) -> Floats:
    """Give the share of the columns of ours that are known, 0 to 1."""
    return np.asarray(
        np.mean([columns.is_given(name) for name in attribute.sources], axis=0), dtype=np.float64
    )


ENCODE: Mapping[Form, Callable[[Attribute, Columns], Floats]] = {
    "number": _number,
    "yes_no": _number,
    "age": _age,
    "recency": _recency,
    "ratio": _ratio,
    "share": _ratio,
    "growth": _growth,
    "time_zone": _time_zone,
    "decision_maker": _decision_maker,
    "completeness": _completeness,
}


def is_value_known(attribute: Attribute, columns: Columns) -> Known:
    """Say which rows have a number."""
    return np.asarray(np.isfinite(encode_value(attribute, columns)))
