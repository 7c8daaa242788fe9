"""Parse a whole column: each distinct value once, whatever the type it arrives in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from icp_ml.parsing import codes as industry_codes
from icp_ml.parsing import dates, flags, languages, numbers, places, texts, typed
from icp_ml.parsing.currencies import Rates
from icp_ml.schema import NUMERIC_KINDS, Kind
from icp_ml.settings import ColumnSettings

PARSER_VERSION = 2

Value = float | datetime | str | None
Codes = np.ndarray[Any, np.dtype[np.intp]]

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


@dataclass(frozen=True)
class Parsed:
    """A column as it was understood.

    Attributes
    ----------
    values : pd.Series
        Index of the raw column; float64, datetime64[s] or str by kind.
    n_known : int
        How many rows have a value.
    not_understood : dict of str to int
        Raw text and in how many rows it stood, most frequent first; these rows are missing in `values`.
    """

    values: pd.Series
    n_known: int
    not_understood: dict[str, int]


def parse_column(
    raw: pd.Series, kind: Kind, column: ColumnSettings, missing: Collection[str], rates: Rates | None = None
) -> Parsed:
    """Understand every value of a column, each distinct one once.

    Parameters
    ----------
    raw : pd.Series
        Texts, or values already typed: those are taken as they are where they fit the kind.
    kind : Kind
        What the values mean.
    column : ColumnSettings
        The form they have.
    missing : collection of str
        Tokens that mean "not known", compared stripped and without case; `column.missing` replaces them.
    rates : Rates, optional
        What money is converted with; without, its currency does not count.

    Returns
    -------
    Parsed
        Values that are missing or not understood are missing; only the latter are counted by their text.
    """
    absent = _absent_tokens(missing if column.missing is None else column.missing)
    column = column.model_copy(update={"missing": tuple(sorted(absent.texts))})
    rates = rates if kind == "money" else None
    if kind in AMOUNTS and _is_real(raw):
        return _parse_real(raw, column, absent, rates)
    codes, distinct = _distinct_values(raw)
    is_absent = [_is_absent(value, absent) for value in distinct]
    pairs = zip(distinct, is_absent, strict=True)
    parsed = [None if skip else _parse_value(value, kind, column, rates) for value, skip in pairs]
    is_strange = [value is None and not skip for value, skip in zip(parsed, is_absent, strict=True)]
    values = pd.Series(_spread(parsed, codes, kind), index=raw.index, name=raw.name)
    return Parsed(values, int(values.notna().sum()), _count_rows(codes, distinct, is_strange))


def _absent_tokens(missing: Collection[str]) -> AbsentTokens:
    texts_of = frozenset(_token(each) for each in missing)
    return AbsentTokens(texts_of, typed.numeric_tokens(texts_of))


def _token(text: str) -> str:
    return text.strip().casefold()


def _is_real(raw: pd.Series) -> bool:
    is_number = pd.api.types.is_integer_dtype(raw.dtype) or pd.api.types.is_float_dtype(raw.dtype)
    return is_number and not isinstance(raw.dtype, pd.SparseDtype)


def _parse_real(raw: pd.Series, column: ColumnSettings, absent: AbsentTokens, rates: Rates | None) -> Parsed:
    """Take a column of numbers as it is, without a loop over its values."""
    factor = numbers.in_currency(1.0, "", column, rates)
    given = raw.to_numpy(dtype=np.float64, na_value=np.nan)
    is_absent = np.isnan(given) | np.isin(given, list(absent.numbers))
    with np.errstate(over="ignore", invalid="ignore"):
        scaled = given * column.unit * (np.nan if factor is None else factor) + 0.0
    is_strange = ~is_absent & ~np.isfinite(scaled)
    values = pd.Series(np.where(is_absent | is_strange, np.nan, scaled), index=raw.index, name=raw.name)
    strange = Counter(map(str, given[is_strange].tolist()))
    return Parsed(values, int(values.notna().sum()), _by_frequency(strange))


def _distinct_values(raw: pd.Series) -> tuple[Codes, list[object]]:
    """Give each row the number of its distinct value, -1 for missing.

    1, 1.0, "1" and True are four values, or one of them would be read as its neighbour is.
    """
    if isinstance(raw.dtype, pd.ArrowDtype):
        raw = raw.astype(object)
    if raw.dtype != object or pd.api.types.infer_dtype(raw, skipna=True) == "string":
        codes, uniques = pd.factorize(raw)
        return codes, list(uniques)
    numbering: dict[object, int] = {}
    distinct: list[object] = []
    codes = np.full(len(raw), -1, dtype=np.intp)
    given = raw.to_numpy(dtype=object)
    for row in np.flatnonzero(raw.notna().to_numpy()):
        codes[row] = numbering.setdefault(_key(given[row]), len(distinct))
        if codes[row] == len(distinct):
            distinct.append(given[row])
    return codes, distinct


def _key(value: object) -> object:
    if isinstance(value, str):
        return value
    return type(value), repr(value.tolist() if isinstance(value, np.ndarray) else value)


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


def _spread(parsed: list[Value], codes: Codes, kind: Kind) -> Any:
    """Put the parsed values back on their rows, as the dtype of the kind."""
    if kind in NUMERIC_KINDS:
        known = [np.nan if value is None else value for value in parsed]
        return np.array([*known, np.nan], dtype=np.float64)[codes]
    if kind == "date":
        return np.array([*parsed, None], dtype="datetime64[s]")[codes]
    return pd.array(np.array([*parsed, None], dtype=object), dtype="str").take(codes)


def _count_rows(codes: Codes, distinct: list[object], is_strange: list[bool]) -> dict[str, int]:
    n_rows = np.bincount(codes[codes >= 0], minlength=len(distinct))
    strange: Counter[str] = Counter()
    for code in np.flatnonzero(is_strange):
        strange[typed.as_text(distinct[code])] += int(n_rows[code])
    return _by_frequency(strange)


def _by_frequency(n_rows: Counter[str]) -> dict[str, int]:
    return dict(sorted(n_rows.items(), key=lambda pair: (-pair[1], pair[0])))
