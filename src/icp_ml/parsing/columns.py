"""Parse a whole column: each distinct value once, whatever the type it arrives in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from icp_ml.parsing import numbers, typed
from icp_ml.parsing.currencies import Rates
from icp_ml.parsing.plain import parse_plain
from icp_ml.parsing.values import ABSENT, AMOUNTS, AbsentTokens, Value, absent_tokens, parser_of
from icp_ml.schema import NUMERIC_KINDS, Kind
from icp_ml.settings import ColumnSettings

PARSER_VERSION = 2

Codes = np.ndarray[Any, np.dtype[np.intp]]
Texts = pd.arrays.ArrowStringArray


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
    absent = absent_tokens(missing if column.missing is None else column.missing)
    column = column.model_copy(update={"missing": tuple(sorted(absent.texts))})
    rates = rates if kind == "money" else None
    if kind in AMOUNTS and _is_real(raw):
        return _parse_real(raw, column, absent, rates)
    codes, distinct = _distinct_values(raw)
    read, is_strange = _parse_distinct(distinct, kind, column, rates)
    spread = pd.api.extensions.take(read, codes, allow_fill=True)
    values = pd.Series(spread, index=raw.index, name=raw.name)
    return Parsed(values, int(values.notna().sum()), _count_rows(codes, distinct, is_strange))


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


def _distinct_values(raw: pd.Series) -> tuple[Codes, Any]:
    """Give each row the number of its distinct value, -1 for missing; a column of texts stays one.

    1, 1.0, "1" and True are four values, or one of them would be read as its neighbour is.
    """
    if isinstance(raw.dtype, pd.ArrowDtype):
        raw = raw.astype(object)
    if raw.dtype != object or pd.api.types.infer_dtype(raw, skipna=True) == "string":
        codes, uniques = pd.factorize(raw)
        return codes, uniques.array if isinstance(uniques.dtype, pd.StringDtype) else list(uniques)
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


def _parse_distinct(
    distinct: Any, kind: Kind, column: ColumnSettings, rates: Rates | None
) -> tuple[Any, Codes]:
    """Parse distinct values: what is plain at once, the rest one by one; say which are not understood."""
    plain = parse_plain(distinct, kind, column, rates) if isinstance(distinct, Texts) else None
    left = np.arange(len(distinct)) if plain is None else np.flatnonzero(plain.is_left)
    understand = parser_of(kind, column, rates)
    given = distinct if plain is None else distinct[left]
    found = [understand(value) for value in (given if isinstance(given, list) else given.tolist())]
    read = _as_array([None if value is ABSENT else value for value in found], kind)
    is_strange = np.fromiter((value is None for value in found), dtype=bool, count=len(found))
    if plain is None:
        return read, left[is_strange]
    values = plain.values
    values[left] = read
    return values, left[is_strange]


def _as_array(parsed: list[Value], kind: Kind) -> Any:
    """Give parsed values as an array of the dtype of the kind."""
    if kind in NUMERIC_KINDS:
        return np.array([np.nan if value is None else value for value in parsed], dtype=np.float64)
    if kind == "date":
        return np.array(parsed, dtype="datetime64[s]")
    return pd.array(np.array(parsed, dtype=object), dtype="str")


def _count_rows(codes: Codes, distinct: Any, strange: Codes) -> dict[str, int]:
    """Count the rows of each strange text; `strange` holds the places in `distinct`."""
    n_rows = np.bincount(codes[codes >= 0], minlength=len(distinct)) if len(strange) else codes
    counted: Counter[str] = Counter()
    for code in strange.tolist():
        counted[typed.as_text(distinct[code])] += int(n_rows[code])
    return _by_frequency(counted)


def _by_frequency(n_rows: Counter[str]) -> dict[str, int]:
    return dict(sorted(n_rows.items(), key=lambda pair: (-pair[1], pair[0])))
