"""Find the form that a column's values have: decimal sign, order of dates, separators, words for yes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from icp_ml.data.proposals.headings import has_word, unit_of
from icp_ml.data.proposals.samples import Column
from icp_ml.errors import count
from icp_ml.schema import Kind

COMMA = re.compile(r"(?:\d{1,3}(?:\.\d{3})+,\d+|\d+,\d{1,2}|\d+,\d{4,}|0,\d+)")
POINT = re.compile(r"(?:\d{1,3}(?:,\d{3})+\.\d+|\d+\.\d{1,2}|\d+\.\d{4,}|0\.\d+|\d{1,3}(?:,\d{3}){2,})")
GROUPS_BY_POINT = re.compile(r"\d{1,3}(?:\.\d{3}){2,}")
UNSURE = re.compile(r"[1-9]\d{0,2}([.,])\d{3}")
NUMERAL = re.compile(r"[\d.,]*\d")
THREE_PARTS = re.compile(r"(\d{1,2})[-/.] ?(\d{1,2})[-/.] ?(?:\d{4}|\d{2})(?!\d)")
SEPARATORS = ("|", ";", ",", "/")
BULLETS = re.compile(r"^\s*[*\u2022-]\s.*\n\s*[*\u2022-]\s", re.DOTALL)
SYSTEMS: dict[str, tuple[str, re.Pattern[str]]] = {
    "naics": ("naics", re.compile(r"(?!1[02-9]|2[04-9]|3[04-9]|4[0367]|[56789]0)[1-9]\d{5}(?:\.0)?")),
    "sic": ("sic", re.compile(r"(?!)")),
    "nace": ("nace wz naf ape cnae ateco", re.compile(r"(?:[A-U]\s?)?\d{2}\.\d{1,2}[A-Z]?(?:\.\d+)?")),
}
"""The systems of industry codes: how headings name them, and codes that only they have."""
CODE_WORDS = " ".join((*(words for words, _ in SYSTEMS.values()), "code", "codes"))
MIN_SYSTEM_SHARE = 0.9
WON = re.compile(r"\b(?:won|gewonnen|gagn[ée]e?|ganad[oa]|signed|closed[\s_-]?won)\b", re.IGNORECASE)
LOST = re.compile(r"\b(?:lost|verloren|perdue?|perdid[oa]|closed[\s_-]?lost)\b", re.IGNORECASE)
BEST = re.compile(r"(?:tier |class |klasse |level )?(?:a|a\+|1)|gold|platinum|best|top", re.IGNORECASE)
MAX_TIERS = 6
MAX_TOKENS = 5


@dataclass(frozen=True)
class Hints:
    """What the other columns of the file say, for columns that do not say it themselves."""

    decimal: str | None = None
    date_order: str | None = None


def hints_of(columns: Iterable[Column]) -> Hints:
    """Gather what the columns of a file say of decimals and of the order of dates.

    Industry codes say nothing of decimals: "28.11" is no number.
    """
    n_comma = n_point = n_day_first = n_month_first = 0
    for column in columns:
        comma, point, _ = (0, 0, 0) if has_word(column.heading, CODE_WORDS) else decimal_evidence(column)
        first, second, _ = date_evidence(column)
        n_comma, n_point = n_comma + comma, n_point + point
        n_day_first, n_month_first = n_day_first + first, n_month_first + second
    decimal = None if n_comma == n_point else "," if n_comma > n_point else "."
    order = None if n_day_first == n_month_first else "dmy" if n_day_first > n_month_first else "mdy"
    return Hints(decimal, order)


def decimal_evidence(column: Column) -> tuple[int, int, int]:
    """Count the rows that say decimal comma, decimal point, and neither though they hold such a sign."""
    n_comma = n_point = n_unsure = 0
    for text, n in column.counts.items():
        for numeral in NUMERAL.findall(text[:40]) if len(text) <= 40 else ():
            is_comma = COMMA.fullmatch(numeral) or GROUPS_BY_POINT.fullmatch(numeral)
            n_comma += n if is_comma else 0
            n_point += n if POINT.fullmatch(numeral) else 0
            n_unsure += n if UNSURE.fullmatch(numeral) else 0
    return n_comma, n_point, n_unsure


def date_evidence(column: Column) -> tuple[int, int, int]:
    """Count the rows whose first, whose second and neither of whose numbers is above 12."""
    n_first = n_second = n_unsure = 0
    for text, n in column.counts.items():
        if found := THREE_PARTS.match(text):
            first, second = int(found[1]), int(found[2])
            n_first += n if 12 < first <= 31 else 0
            n_second += n if first <= 12 < second <= 31 else 0
            n_unsure += n if first <= 12 and second <= 12 else 0
    return n_first, n_second, n_unsure


def shown(texts: Iterable[str], n: int = 2, width: int = 30) -> str:
    """Quote the first few texts for a comment."""
    cut = [text if len(text) <= width else text[: width - 3] + "..." for text in list(texts)[:n]]
    return ", ".join(f"'{' '.join(text.split())}'" for text in cut)


def settings_of(column: Column, kind: Kind, hints: Hints, ours: str) -> tuple[dict[str, Any], list[str]]:
    """Give the settings that the values of a column ask for when read as a kind, and the reasons."""
    match kind:
        case "number" | "money":
            return _number_settings(column, kind, hints)
        case "date" | "year":
            return _date_settings(column, hints)
        case "list":
            separator = separator_of(column) or ","
            return (
                ({"separator": separator}, [f"items between {separator!r}"]) if separator != "," else ({}, [])
            )
        case "industry_code":
            return _system_settings(column)
        case "yes_no":
            tell = {"is_won": _stage_settings, "is_best": _tier_settings}.get(ours)
            return tell(column) if tell else ({}, [])
        case _:
            return {}, []


def _number_settings(column: Column, kind: Kind, hints: Hints) -> tuple[dict[str, Any], list[str]]:
    settings, why = _decimal(column, hints)
    unit = unit_of(column.heading) if kind == "money" else None
    if unit:
        settings, why = settings | {"unit": unit[0]}, [*why, f"unit by {unit[1]!r} in the heading"]
    return settings, why


def _decimal(column: Column, hints: Hints) -> tuple[dict[str, Any], list[str]]:
    n_comma, n_point, n_unsure = decimal_evidence(column)
    if n_comma > n_point:
        example = next(text for text in column.counts if _says_comma(text))
        return {"decimal": ","}, [f"decimal comma: {count(n_comma, 'row')} like {shown([example])}"]
    if n_point == 0 and n_unsure == 0 and hints.decimal == ",":
        return {"decimal": ","}, ["decimal comma: no value tells, but others in this file do"]
    if n_point or not n_unsure:
        return {}, []
    example = next(text for text in column.counts if _is_unsure(text))
    if hints.decimal == "," or (hints.decimal is None and _groups_with_points(column)):
        reason = "as elsewhere in this file" if hints.decimal else "three digits after every point"
        return {"decimal": ","}, [f"ambiguous: {shown([example])}; decimal comma assumed, {reason}; check"]
    if hints.decimal is None:
        return {}, [f"ambiguous: {shown([example])} could have a decimal comma; point assumed, correct it"]
    return {}, []


def _says_comma(text: str) -> bool:
    return any(COMMA.fullmatch(one) or GROUPS_BY_POINT.fullmatch(one) for one in NUMERAL.findall(text[:40]))


def _is_unsure(text: str) -> bool:
    return any(UNSURE.fullmatch(one) for one in NUMERAL.findall(text[:40]))


def _groups_with_points(column: Column) -> bool:
    marks = [
        found[1]
        for text in column.counts
        for one in NUMERAL.findall(text[:40])
        if (found := UNSURE.fullmatch(one))
    ]
    return marks.count(".") > marks.count(",")


def _date_settings(column: Column, hints: Hints) -> tuple[dict[str, Any], list[str]]:
    n_first, n_second, n_unsure = date_evidence(column)
    if n_first > n_second:
        return {"date_order": "dmy"}, [_above_12(n_first, "first")]
    if n_second:
        return {"date_order": "mdy"}, [_above_12(n_second, "second")]
    if not n_unsure:
        return {}, []
    if hints.date_order:
        why = f"ambiguous: no day above 12; {hints.date_order} as in other columns of this file, check"
        return {"date_order": hints.date_order}, [why]
    return {"date_order": "dmy"}, ["ambiguous: no day above 12; dmy assumed, correct it"]


def _above_12(n_days: int, place: str) -> str:
    return f"{count(n_days, 'day')} above 12 {'stands' if n_days == 1 else 'stand'} {place}"


def _system_settings(column: Column) -> tuple[dict[str, Any], list[str]]:
    """Say of which system industry codes are, by the heading or by the form that only one of them has."""
    for system, (words, form) in SYSTEMS.items():
        if word := has_word(column.heading, words):
            return {"system": system}, [f"{system.upper()} by {word!r} in the heading"]
        n_fit = sum(n for text, n in column.counts.items() if form.fullmatch(text))
        if n_fit > MIN_SYSTEM_SHARE * column.n_given:
            return {"system": system}, [f"{system.upper()} by the form of {count(n_fit, 'value')}"]
    return {}, []


def _stage_settings(column: Column) -> tuple[dict[str, Any], list[str]]:
    """Say which stages are won and lost, where they are not a plain yes and no."""
    won = [text for text in column.counts if WON.search(text)][:MAX_TOKENS]
    lost = [text for text in column.counts if LOST.search(text) and text not in won][:MAX_TOKENS]
    if not won:
        return {}, []
    others = [text for text in column.counts if text not in (*won, *lost)]
    settings: dict[str, Any] = {"yes_values": won, "no_values": lost}
    if not lost:
        return {"yes_values": won}, [f"every other value, as {shown(others)}, is taken as lost; check"]
    if not others:
        return settings, []
    said = f"{shown(others, 3)} are open" if len(others) < MAX_TOKENS else f"{len(others)} others are open"
    return settings | {"missing": ["", *others]} if len(others) <= 20 else settings, [said]


def _tier_settings(column: Column) -> tuple[dict[str, Any], list[str]]:
    """Take the first of a few tiers for the best."""
    best = [text for text in column.counts if BEST.fullmatch(text)]
    if len(best) != 1 or not 2 <= len(column.counts) <= MAX_TIERS:
        return {}, []
    others = [text for text in column.counts if text not in best]
    return {"yes_values": best}, [f"{shown(best)} is yes, {shown(others, 4)} no; check"]


def separator_of(column: Column) -> str | None:
    """Give the sign that stands between items in at least a tenth of the rows, where there is one."""
    n_bulleted = sum(n for text, n in column.counts.items() if BULLETS.match(text))
    if n_bulleted >= max(0.1 * column.n_given, 1):
        return "\n"
    n_rows = {
        sign: sum(n for text, n in column.counts.items() if len(text) < 2_000 and sign in text[1:-1])
        for sign in SEPARATORS
    }
    return next((sign for sign in SEPARATORS if n_rows[sign] >= max(0.1 * column.n_given, 1)), None)
