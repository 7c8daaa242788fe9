"""Dates and years, read as written: no time zone is applied, and no order is guessed.

dateparser fills what a text lacks from today's date, so that a row would mean something else tomorrow.
"""

from __future__ import annotations

import re
from datetime import datetime

from icp_ml.settings import ColumnSettings

FIRST_YEAR, LAST_YEAR = 1800, 2200
FIRST_FOUNDING_YEAR = 1000
NOON = 12
LAST_YOUNG_YEAR = 68
"""Two-digit years up to it are 2000 and later, as in POSIX: 68 is 2068, 69 is 1969."""

MONTH_WORDS = (
    "jan january januar janvier enero ene jän jänner",
    "feb february februar février fév febrero",
    "mar march mär märz maerz mrz mars marzo",
    "apr april avril avr abril abr",
    "may mai mayo",
    "jun june juni juin junio",
    "jul july juli juillet juil julio",
    "aug august août aout agosto ago",
    "sep sept september septembre septiembre",
    "oct october okt oktober octobre octubre",
    "nov november novembre noviembre",
    "dec december dez dezember décembre déc diciembre dic",
)
MONTHS = {word: number for number, words in enumerate(MONTH_WORDS, start=1) for word in words.split()}
WEEKDAY = re.compile(r"(?:mon|tue|tues|wed|wednes|thu|thur|thurs|fri|sat|satur|sun)(?:day)?\b[,.]?\s*")
SINCE = re.compile(r"(?:founded|established|est\.?|since|seit|circa|ca\.?|c\.)(?: in)?\s+|\.0+$")
YEAR = re.compile(r"[0-9]{4}")

_ZONE = r"\s*(?:z|(?:utc|gmt)?\s?[-+][0-9]{2}(?::?[0-9]{2})?|utc|gmt)?"
_SECOND = r"(?::(?P<second>[0-9]{2})(?:[.,][0-9]+)?)?"
_HOUR = r"(?:,?\s+|t)(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})"
_TIME = rf"(?:{_HOUR}{_SECOND}\s*(?P<half>[ap]\.?m\.?)?{_ZONE})?"
_DAY = r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?"
_NAME = r"(?P<name>[^\W\d_]{3,10})"
_ANY_YEAR = r"(?P<year>[0-9]{4}|[0-9]{2})"
_GAP = r"(?:\.?\s*[-/,]\s*|\.?\s+(?:of |de )?|\.)"
FORMS = tuple(
    re.compile(form)
    for form in (
        rf"(?P<year>[0-9]{{4}})(?P<mark>[-/.])(?P<month>[0-9]{{1,2}})(?P=mark)(?P<day>[0-9]{{1,2}}){_TIME}",
        rf"(?P<a>[0-9]{{1,2}})(?P<mark>[-/.]|\.? )(?P<b>[0-9]{{1,2}})(?P=mark)"
        rf"(?P<c>[0-9]{{4}}|[0-9]{{2}}){_TIME}",
        r"(?P<year>[0-9]{4})(?:[-/](?P<month>[0-9]{1,2}))?",
        r"(?P<month>[0-9]{1,2})[-/.](?P<year>[0-9]{4})",
        r"(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})"
        r"(?:t?(?P<hour>[0-9]{2})(?P<minute>[0-9]{2})(?P<second>[0-9]{2})z?)?",
        rf"{_DAY}{_GAP}{_NAME}{_GAP}{_ANY_YEAR}{_TIME}",
        rf"{_NAME}{_GAP}{_DAY}(?:,\s*|\s+|[-/]){_ANY_YEAR}{_TIME}",
        rf"{_NAME}{_GAP}(?P<year>[0-9]{{4}})",
        rf"(?P<year>[0-9]{{4}}){_GAP}{_NAME}(?:{_GAP}{_DAY})?{_TIME}",
        r"(?P<year>[0-9]{4})[-/ ]?q(?P<quarter>[1-4])",
        r"q(?P<quarter>[1-4])[-/ ]?(?P<year>[0-9]{4})",
    )
)


def parse_one(text: str, column: ColumnSettings) -> datetime | None:
    """Understand a date, with or without a time; a month, quarter or year alone is its first day.

    Parameters
    ----------
    text : str
        For example "2014-09-04T12:50:19Z", "26-02-2018 19:58", "12 Mar 2019", "2014-Q3", "20140904".
    column : ColumnSettings
        `date_order` orders the three numbers of "04/09/2014"; a year of four digits in front is
        always followed by month and day.

    Returns
    -------
    datetime or None
        Without a zone: the time as written. None where not understood, impossible, or outside 1800 to 2200.
    """
    written = _parse_any(text, column)
    return None if written is None else in_range(written)


def parse_year(text: str, column: ColumnSettings) -> float | None:
    """Understand a year, alone or as part of a date."""
    bare = SINCE.sub("", text.strip().casefold())
    written = None if YEAR.fullmatch(bare) else _parse_any(text, column)
    year = int(bare) if YEAR.fullmatch(bare) else written.year if written else 0
    return float(year) if FIRST_FOUNDING_YEAR <= year <= LAST_YEAR else None


def in_range(written: datetime) -> datetime | None:
    """Give the date unless its year is implausible."""
    return written if FIRST_YEAR <= written.year <= LAST_YEAR else None


def _parse_any(text: str, column: ColumnSettings) -> datetime | None:
    text = WEEKDAY.sub("", text.strip().casefold(), count=1)
    for form in FORMS:
        if found := form.fullmatch(text):
            return _to_datetime(found.groupdict(), column.date_order)
    return None


def _to_datetime(parts: dict[str, str | None], date_order: str) -> datetime | None:
    if parts.get("a"):
        parts = parts | dict(zip(_names_of(date_order), (parts["a"], parts["b"], parts["c"]), strict=True))
    try:
        minute, second = int(parts.get("minute") or 0), int(parts.get("second") or 0)
        day = int(parts.get("day") or 1)
        return datetime(_full_year(parts["year"] or ""), _month(parts), day, _hour(parts), minute, second)
    except (KeyError, ValueError):
        return None


def _names_of(date_order: str) -> list[str]:
    return [{"y": "year", "m": "month", "d": "day"}[letter] for letter in date_order]


def _full_year(digits: str) -> int:
    """Give a year of four digits; a day or month can never stand for one."""
    if len(digits) not in (2, 4):
        raise ValueError(digits)
    year = int(digits)
    if len(digits) == len("1999"):
        return year
    return year + (2000 if year <= LAST_YOUNG_YEAR else 1900)


def _month(parts: dict[str, str | None]) -> int:
    if name := parts.get("name"):
        return MONTHS[name]
    if quarter := parts.get("quarter"):
        return 3 * int(quarter) - 2
    return int(parts.get("month") or 1)


def _hour(parts: dict[str, str | None]) -> int:
    hour, half = int(parts.get("hour") or 0), parts.get("half")
    if not half:
        return hour
    if not 1 <= hour <= NOON:
        raise ValueError(hour)
    return hour % NOON + (NOON if half.startswith("p") else 0)
