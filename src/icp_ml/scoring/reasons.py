"""Say in a salesperson's words what speaks for and against an account, from the model's own contributions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from icp_ml.features.attributes import Attribute
from icp_ml.features.conditions import Condition, matching_part
from icp_ml.features.encoder import Encoder
from icp_ml.features.encoding import ITEM_SEPARATOR, shown_items, shown_value
from icp_ml.features.statistics import Floats
from icp_ml.industries import industry_levels, industry_title
from icp_ml.schema import DEPARTMENT
from icp_ml.scoring.place_names import place_name

N_ITEMS_SHOWN = 3
N_WORDS_SHOWN = 8
HEAD_COUNTS = ("employees", DEPARTMENT)
"""Attributes that count people: the middle of a band of sizes is shown whole."""
Reason = tuple[str, str, float]


def reasons(
    encoder: Encoder, accounts: pd.DataFrame, as_of: pd.Timestamp, heard: Floats, n_reasons: int
) -> tuple[list[list[Reason]], list[list[Reason]]]:
    """Give each row its strongest reasons for and against.

    Parameters
    ----------
    encoder : Encoder
    accounts : pandas.DataFrame
        Our columns, parsed.
    as_of : pandas.Timestamp
        The day that a rubric's dates are counted to.
    heard : ndarray of float64, shape (n_rows, n_attributes)
        Contributions; 0 where an attribute has no known value: a gap is no fact about the company.
    n_reasons : int
        Most reasons for, and as many against.

    Returns
    -------
    reasons_for, reasons_against : list of list of (attribute, words, contribution)
        Strongest first.
    """
    phrases = _Phrases(encoder, accounts, as_of)
    return _strongest(heard, phrases, True, n_reasons), _strongest(heard, phrases, False, n_reasons)


def reason_line(found: list[Reason]) -> str:
    """Join reasons into the one line that a CSV cell holds."""
    return "; ".join(words for _, words, _ in found)


def _strongest(heard: Floats, phrases: _Phrases, is_for: bool, n_reasons: int) -> list[list[Reason]]:
    signed = heard if is_for else -heard
    order = np.argsort(-signed, axis=1, kind="stable")[:, :n_reasons]
    amounts = np.take_along_axis(signed, order, axis=1)
    found: list[list[Reason]] = []
    for row, (attributes, strengths) in enumerate(zip(order.tolist(), amounts.tolist(), strict=True)):
        found.append(
            [
                (phrases.name(at), phrases.words(at, row, is_for), strength if is_for else -strength)
                for at, strength in zip(attributes, strengths, strict=True)
                if strength > 0
            ]
        )
    return found


class _Phrases:
    """Words for each attribute of each row, made once per distinct value and direction."""

    def __init__(self, encoder: Encoder, accounts: pd.DataFrame, as_of: pd.Timestamp) -> None:
        self._attributes = encoder.attributes
        self._values = [shown_value(one, accounts, as_of) for one in encoder.attributes]
        self._made: dict[tuple[int, Any, bool], str] = {}

    def name(self, at: int) -> str:
        return self._attributes[at].name

    def words(self, at: int, row: int, is_for: bool) -> str:
        value = self._values[at][row]
        key = (at, value, is_for)
        if key not in self._made:
            self._made[key] = _phrase(self._attributes[at], value, is_for)
        return self._made[key]


def _phrase(attribute: Attribute, value: Any, is_for: bool) -> str:
    match attribute.form:
        case "rubric":
            shown = ", ".join(_met(attribute.conditions[at], one) for at, one in value)
        case "items":
            shown = ", ".join(shown_items(attribute, value, is_for, N_ITEMS_SHOWN))
        case "words":
            shown = _opening(value)
        case "recency":
            shown = f"{value:%B %Y}"
        case "age":
            shown = f"{value:.0f}"
        case "yes_no" | "decision_maker":
            shown = "yes" if value else "no"
        case "number" | "ratio" | "growth" | "share" | "completeness" | "time_zone":
            shown = _number(attribute, value)
        case "pair":
            shown = ", ".join(map(str, value))
        case "industry_code":
            shown = _with_title(value)
        case _:
            shown = place_name(attribute.name, value)
    return f"{attribute.words[:1].upper()}{attribute.words[1:]}: {shown}"


def _number(attribute: Attribute, value: float) -> str:
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


def _with_title(code: str) -> str:
    """Put the title of a code's sector behind it: "541511, professional services"."""
    title = industry_title(next(iter(industry_levels(code)), ""))
    return f"{code}, {title}" if title else code


def _met(condition: Condition, value: Any) -> str:
    """Say what of a column met a condition, or failed to: "funding 30 M"."""
    match condition.kind:
        case "number" | "money":
            shown = short_number(value)
        case "year":
            shown = f"{value:.0f}"
        case "yes_no":
            shown = "yes" if value else "no"
        case "date":
            shown = f"{value:%B %Y}"
        case "list" | "text":
            shown = matching_part(condition, value) or _opening(value.replace(ITEM_SEPARATOR, ", "))
        case _:
            shown = value
    return f"{condition.words} {shown}"


def _opening(text: str) -> str:
    cut = text.split()
    return " ".join(cut[:N_WORDS_SHOWN]) + (" …" if len(cut) > N_WORDS_SHOWN else "")


def short_number(value: float) -> str:
    """Write a number as people say it: 18.3 M, 1,200, 0.25."""
    size = abs(value)
    if size >= 999.5e9:
        return f"{value / 1e9:,.0f} B"
    for limit, suffix in ((1e9, "B"), (1e6, "M")):
        if size >= limit * 0.9995:
            return f"{value / limit:.3g} {suffix}"
    if size >= 99.5 or value == round(value):
        return f"{value + 0.0:,.0f}"  # no "-0"
    return np.format_float_positional(value, precision=2, fractional=False, trim="-")
