"""Ages in whole calendar years, so that a person, a filter and SQL count them alike."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from icp_ml.features.statistics import Floats
from icp_ml.schema import Kind


def years_before(column: pd.Series[Any], kind: Kind, day: pd.Series | pd.Timestamp) -> Floats:
    """Count the years from each value to its row's day; NaN where it is missing or lies ahead.

    Parameters
    ----------
    column : pandas.Series
        Years as numbers, or dates.
    kind : Kind
        "year" or "date".
    day : pandas.Timestamp, or Series with one for each row

    Returns
    -------
    ndarray of float64, shape (n_rows,)
        Of years, the difference. Of dates, the whole years that have passed, and half a year more where it is
        not to the day: at most 2 years ago means on the same day two years ago, or later.
    """
    if kind == "year":
        today = day.dt.year.to_numpy(dtype=np.float64) if isinstance(day, pd.Series) else float(day.year)
        years = today - column.to_numpy(dtype=np.float64, na_value=np.nan)
        return np.asarray(np.where(years >= 0, years, np.nan))
    year, month_day = _calendar(column)
    todays = _calendar(day) if isinstance(day, pd.Series) else _calendar(pd.Series([day]))
    whole = todays[0] - year - (month_day > todays[1])
    age = whole + 0.5 * (month_day != todays[1])
    return np.asarray(np.where(age >= 0, age, np.nan))


def day_before(today: date, n_years: int, is_later: bool) -> date:
    """Give the same day some years ago; where there is no 29 February, the day after or the one before."""
    try:
        return today.replace(year=today.year - n_years)
    except ValueError:
        day = (3, 1) if is_later else (2, 28)
        return date(today.year - n_years, *day)


def _calendar(dates: pd.Series[Any]) -> tuple[Floats, Floats]:
    day = pd.to_datetime(dates).dt
    in_year = 100 * day.month + day.day
    return np.asarray(day.year, dtype=np.float64), np.asarray(in_year, dtype=np.float64)
