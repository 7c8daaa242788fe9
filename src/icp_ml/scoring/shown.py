"""An account's own values in a salesperson's words, made once for each distinct one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from icp_ml.features.attributes import Attribute
from icp_ml.features.bands import bands_of
from icp_ml.features.columns import Columns
from icp_ml.features.conditions import Condition, matching_part, what_was_met
from icp_ml.features.items import ITEM_SEPARATOR
from icp_ml.features.statistics import Codes, Floats
from icp_ml.features.values import encode_value
from icp_ml.industries import industry_levels, industry_title
from icp_ml.schema import DEPARTMENT
from icp_ml.scoring.place_names import place_name

N_WORDS_SHOWN = 8
N_DIGITS_SHOWN = 3
NO_AMOUNT = 1e18
"""From here on nobody has a word for it: a fault of the file, shown by its power of ten."""
HEAD_COUNTS = ("employees", DEPARTMENT)
"""Attributes that count people: the middle of a band of sizes is shown whole."""


@dataclass(frozen=True)
class Shown:
    """What is shown of an attribute in some rows: each row's text by its place."""

    codes: Codes
    texts: list[str]


def shown(attribute: Attribute, columns: Columns, rows: Codes) -> Shown:
    """Give the value of each of the rows, which all have one, as a reader knows it.

    Lists, texts and pairs are not among the forms it knows: see `items` and `shown_pair`.
    """
    match attribute.form:
        case "rubric":
            return _points(attribute, columns, rows)
        case "recency":
            return _months(columns.accounts[attribute.name].iloc[rows])
        case "age":
            return _distinct(columns.numbers(attribute.name)[rows], "{:.0f}".format)
        case "yes_no" | "decision_maker":
            return _distinct(encode_value(attribute, columns)[rows], lambda value: "yes" if value else "no")
        case "number" | "ratio" | "growth" | "share" | "completeness" | "time_zone":
            values = shortened(attribute, encode_value(attribute, columns)[rows])
            return _distinct(values, lambda value: said_number(attribute, value))
        case _:
            return shown_level(attribute, columns, rows)


def shown_pair(parts: tuple[Attribute, Attribute], columns: Columns, rows: Codes) -> Shown:
    """Give both levels of each of the rows."""
    first, second = (shown_level(one, columns, rows) for one in parts)
    width = len(second.texts)
    codes, distinct = pd.factorize(first.codes * width + second.codes)
    both = (divmod(one, width) for one in distinct.tolist())
    return Shown(codes, [f"{first.texts[one]}, {second.texts[other]}" for one, other in both])


def shown_level(attribute: Attribute, columns: Columns, rows: Codes) -> Shown:
    """Give the level of each of the rows, as the list spells it."""
    if attribute.form == "band":
        bands = bands_of(attribute, columns)
        return Shown(bands.codes[rows], bands.names)
    codes, texts = columns.texts(attribute.name)
    used, distinct = pd.factorize(codes[rows])
    is_code = attribute.form == "industry_code"
    texts = [texts[at] for at in distinct.tolist()]
    return Shown(used, [_with_title(one) if is_code else place_name(attribute.name, one) for one in texts])


def _distinct(values: Any, words: Callable[[Any], str]) -> Shown:
    codes, distinct = pd.factorize(values)
    return Shown(codes, [words(one) for one in distinct.tolist()])


def _months(dates: pd.Series[Any]) -> Shown:
    codes, distinct = pd.factorize(dates.to_numpy().astype("datetime64[M]"))
    return Shown(codes, [f"{one:%B %Y}" for one in distinct.tolist()])


def _points(attribute: Attribute, columns: Columns, rows: Codes) -> Shown:
    """Say what met a point's conditions, or failed to."""
    day = columns.as_of.iloc[rows] if isinstance(columns.as_of, pd.Series) else columns.as_of
    met = what_was_met(attribute.conditions, columns.accounts.iloc[rows], day)
    said = [", ".join(_met(attribute.conditions[at], value) for at, value in one) for one in met]
    codes, distinct = pd.factorize(np.array(said, dtype=object))
    return Shown(codes, distinct.tolist())


def shortened(attribute: Attribute, values: Floats) -> Floats:
    """Round numbers to the digits that are shown of them, so that what reads alike is put in words once."""
    if attribute.form in ("growth", "share", "completeness"):
        return np.round(values, 2)
    if attribute.form == "time_zone":
        return values
    least = 0 if attribute.form == "ratio" else 999_500
    with np.errstate(divide="ignore", over="ignore", invalid="ignore"):
        digit = 10.0 ** (np.floor(np.log10(np.abs(values))) - N_DIGITS_SHOWN + 1)
        rounded = np.round(values / digit) * digit
    return np.where((np.abs(values) >= least) & np.isfinite(rounded), rounded, values)


def said_number(attribute: Attribute, value: float) -> str:
    """Write an attribute's number: in percent, as a time zone, whole where it counts people."""
    match attribute.form:
        case "growth":
            return f"{100 * value:+,.0f} %"
        case "share" | "completeness":
            return f"{100 * value:,.0f} %"
        case "time_zone":
            minutes = round(60 * abs(value))
            return f"UTC{'-' if value < 0 else '+'}{minutes // 60}" + (
                f":{minutes % 60}" if minutes % 60 else ""
            )
        case _:
            is_count = attribute.name.startswith(HEAD_COUNTS) and value >= 1
            return short_number(round(value) if is_count else value)


def short_number(value: float) -> str:
    """Write a number as people say it: 18.3 M, 1,200, 0.25."""
    size = abs(value)
    if size >= NO_AMOUNT:
        return f"{value:.3g}"
    if size >= 999.5e9:
        return f"{value / 1e9:,.0f} B"
    for limit, suffix in ((1e9, "B"), (1e6, "M")):
        if size >= limit * 0.9995:
            return f"{value / limit:.3g} {suffix}"
    if size >= 99.5 or value == round(value):
        return f"{value + 0.0:,.0f}"  # no "-0"
    return np.format_float_positional(value, precision=2, fractional=False, trim="-")


def opening(text: str) -> str:
    """Give the first words of a text."""
    cut = text.split()
    return " ".join(cut[:N_WORDS_SHOWN]) + (" …" if len(cut) > N_WORDS_SHOWN else "")


def _with_title(code: str) -> str:
    """Put the title of a code's sector behind it: "541511 (professional services)"."""
    title = industry_title(next(iter(industry_levels(code)), ""))
    return f"{code} ({title})" if title else code


def _met(condition: Condition, value: Any) -> str:
    """Say what of a column met a condition, or failed to: "funding 30 M"."""
    match condition.kind:
        case "number" | "money":
            said = short_number(value)
        case "year":
            said = f"{value:.0f}"
        case "yes_no":
            said = "yes" if value else "no"
        case "date":
            said = f"{value:%B %Y}"
        case "list" | "text":
            said = matching_part(condition, value) or opening(value.replace(ITEM_SEPARATOR, ", "))
        case _:
            said = value
    return f"{condition.words} {said}"
