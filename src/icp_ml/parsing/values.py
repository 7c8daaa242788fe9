"""Parse one value by the kind of its column."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from icp_ml.parsing import codes as industry_codes
from icp_ml.parsing import dates, flags, languages, numbers, places, texts, typed
from icp_ml.parsing.currencies import Rates
from icp_ml.schema import Kind
from icp_ml.settings import ColumnSettings

MEMOS = 64
MEMO_TEXTS = 8_192
"""How many columns, and how many texts of each, are remembered: some 3 MB a column."""

HARDLY_REPEATED = ("text", "id")
"""Kinds whose texts are long, or each its own: not worth the memory."""

Value = float | datetime | str | None


class Absent(Enum):
    """What is read of a token that means "not known"."""

    ABSENT = 0


ABSENT = Absent.ABSENT

AMOUNTS = ("number", "money")
FROM_TEXT: dict[Kind, Callable[[str, ColumnSettings], Value]] = {
    "id": texts.parse_id,
    "text": texts.parse_text,
    "category": texts.parse_category,
    "list": texts.parse_list,
    "domain": texts.parse_domain,
    "year": dates.parse_year,
    "date": dates.parse_one,
    "country": places.parse_one,
    "region": texts.parse_category,
    "language": languages.parse_one,
    "industry_code": industry_codes.parse_one,
    "yes_no": flags.parse_one,
}


class AbsentTokens(NamedTuple):
    """What means "not known": texts, folded, and the numbers among them."""

    texts: frozenset[str]
    numbers: frozenset[float]


@lru_cache(maxsize=MEMOS)
def parser_of(kind: Kind, column: ColumnSettings, rates: Rates | None) -> Callable[[object], Value | Absent]:
    """Give the parser of one column; it remembers the texts that it met last, from batch to batch."""
    absent = absent_tokens(column.missing or ())

    def parse(value: object) -> Value | Absent:
        return ABSENT if _is_absent(value, absent) else _parse_value(value, kind, column, rates)

    if kind in HARDLY_REPEATED:
        return parse
    remembered = lru_cache(maxsize=MEMO_TEXTS)(parse)
    return lambda value: remembered(value) if type(value) is str else parse(value)


def _is_absent(value: object, absent: AbsentTokens) -> bool:
    if not isinstance(value, str):
        number = None if isinstance(value, (bool, np.bool_)) else typed.as_number(value)
        if number is not None:
            return number in absent.numbers
        value = typed.as_text(value)
    token = _token(value)
    return not token or token in absent.texts


def _parse_value(value: object, kind: Kind, column: ColumnSettings, rates: Rates | None) -> Value:
    if kind in AMOUNTS:
        return _parse_amount(value, column, rates)
    if isinstance(value, str):
        return FROM_TEXT[kind](value, column)
    if kind in ("date", "year") and (written := typed.as_datetime(value)) is not None:
        return dates.in_range(written) if kind == "date" else float(written.year)
    if kind == "list" and (items := typed.as_items(value)) is not None:
        return texts.join_items(items, column)
    return FROM_TEXT[kind](typed.as_text(value), column)


def _parse_amount(value: object, column: ColumnSettings, rates: Rates | None) -> float | None:
    if isinstance(value, str):
        return numbers.parse_one(value, column, rates)
    if type(value) is datetime:  # no Timestamp: a column of dates is none of numbers
        return numbers.parse_written(value, column, rates)
    number = typed.as_number(value)
    return None if number is None else numbers.in_currency(number * column.unit, "", column, rates)


def absent_tokens(missing: Collection[str]) -> AbsentTokens:
    """Fold the tokens that mean "not known", and pick the numbers among them."""
    texts_of = frozenset(_token(each) for each in missing)
    return AbsentTokens(texts_of, typed.numeric_tokens(texts_of))


def _token(text: str) -> str:
    return text.strip().casefold()
