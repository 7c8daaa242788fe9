"""Read the values that are written plainly, all at once: most cells of most files.

What is read here is what the parser of its kind would give. Whatever is not surely plain is left to that.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from icp_ml.parsing import numbers, texts
from icp_ml.parsing.currencies import Rates
from icp_ml.schema import NUMERIC_KINDS, Kind
from icp_ml.settings import ColumnSettings

Mask = np.ndarray[Any, np.dtype[np.bool_]]

TIDY = r"\A[!-~]+(?: [!-~]+)*\z"
"""ASCII without outer, double or odd spaces: nothing is left to clean."""

WITH_POINT_ZERO = r"\A[0-9]+\.0+\z"
NUMBER = r"\A-?(?:[0-9]{1,15}|[0-9]{1,3}(?:,[0-9]{3}){1,4})(?:\.[0-9]{1,9})?\z"
SITE = r"\A(?:https?://)?(?:www\.)?(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)[a-z]{2,63}/?\z"
BEFORE_SITE = r"\A(?:https?://)?(?:www\.)?"
WWW = r"\Awww[0-9]?\."


class Plain(NamedTuple):
    """Distinct texts as they were read.

    Attributes
    ----------
    values : array
        float64, or str; missing where the text means "not known", or is left.
    is_left : array of bool
        Which texts have to be parsed one by one.
    """

    values: Any
    is_left: Mask


def parse_plain(distinct: Any, kind: Kind, column: ColumnSettings, rates: Rates | None) -> Plain | None:
    """Read the plain ones of distinct texts; None where a kind has no plain form.

    Parameters
    ----------
    distinct : pandas array of str
        None of them missing.
    kind : Kind
        What they mean.
    column : ColumnSettings
        Their form; `missing` holds the tokens that mean "not known", stripped and without case.
    rates : Rates, optional
        What money is converted with; without, its currency does not count.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    given = pa.array(distinct, type=pa.large_string())
    if kind in ("number", "money"):
        values, is_plain = _numbers(given, column, rates)
    elif kind == "domain":
        values, is_plain = _domains(given)
    elif kind in ("text", "id", "category", "region"):
        values, is_plain = _tidy(given, kind)
    else:
        return None
    absent = pa.array(column.missing or (), type=pa.large_string())
    is_known = pc.and_not(is_plain, pc.is_in(pc.ascii_lower(given), value_set=absent))
    nothing = pa.scalar(None, type=values.type)
    found = pc.if_else(is_known, values, nothing)
    is_left = ~is_plain.to_numpy(zero_copy_only=False)
    if kind in NUMERIC_KINDS:
        return Plain(np.array(found, dtype=np.float64), is_left)
    return Plain(pd.array(found, dtype="str"), is_left)


def _tidy(given: Any, kind: Kind) -> tuple[Any, Any]:
    import pyarrow.compute as pc

    is_tidy = pc.match_substring_regex(given, TIDY)
    if kind == "text":
        return given, is_tidy
    return given, pc.and_not(is_tidy, pc.match_substring_regex(given, WITH_POINT_ZERO))


def _numbers(given: Any, column: ColumnSettings, rates: Rates | None) -> tuple[Any, Any]:
    """Read "1234.5" and "1,234.5"; so few digits can neither overflow nor be rounded twice."""
    import pyarrow as pa
    import pyarrow.compute as pc

    factor = numbers.in_currency(1.0, "", column, rates)
    is_plain = pc.match_substring_regex(given, NUMBER)
    if factor is None or column.decimal != ".":
        is_plain = pa.array(np.zeros(len(given), dtype=bool))
    digits = pc.replace_substring(pc.if_else(is_plain, given, "0"), ",", "")
    values = digits.cast(pa.float64()).to_numpy() * column.unit * (factor or 0.0) + 0.0
    is_finite = pa.array(np.isfinite(values))
    return pa.array(values), pc.and_(is_plain, is_finite)


def _domains(given: Any) -> tuple[Any, Any]:
    """Read hosts of two labels: each is its own registrable domain, unless it is a public suffix itself."""
    import pyarrow.compute as pc

    lower = pc.ascii_lower(given)
    hosts = pc.ascii_rtrim(pc.replace_substring_regex(lower, BEFORE_SITE, ""), "/")
    suffixes, above_all = _suffixes()
    is_special = pc.or_(pc.is_in(hosts, value_set=suffixes), pc.match_substring_regex(hosts, WWW))
    is_special = pc.or_(is_special, pc.is_in(_top(hosts), value_set=above_all))
    is_special = pc.or_(is_special, pc.match_substring(hosts, "xn--"))
    return hosts, pc.and_not(pc.match_substring_regex(lower, SITE), is_special)


def _top(hosts: Any) -> Any:
    import pyarrow.compute as pc

    return pc.replace_substring_regex(hosts, r"\A.*\.", "")


@lru_cache(maxsize=1)
def _suffixes() -> tuple[Any, Any]:
    """Give all public suffixes, and the top-level domains below which every name is one."""
    import pyarrow as pa

    suffixes = texts.public_suffixes()
    above_all = [one.removeprefix("*.") for one in suffixes if one.startswith("*.")]
    return pa.array(suffixes, pa.large_string()), pa.array(above_all, pa.large_string())
