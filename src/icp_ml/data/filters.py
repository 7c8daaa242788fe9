"""Say which rows belong to a table, or to a part of one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from icp_ml.data.joins import as_keys
from icp_ml.data.mapping import column_form
from icp_ml.data.sources import read_all
from icp_ml.errors import ConfigError, examples
from icp_ml.parsing import parse_column
from icp_ml.parsing.regions import meant_by
from icp_ml.parsing.texts import JOINER
from icp_ml.schema import Field
from icp_ml.settings import DataSettings, FilterSettings, TableSettings

Values = frozenset[Any]


@dataclass(frozen=True)
class Listed:
    """The values that a filter names, and those of the file it names, in the form of the column."""

    meant: Values
    excluded: Values
    is_list: bool  # the column holds lists: one item is enough


def listed_values(rule: FilterSettings, table: TableSettings, field: Field, mapping: DataSettings) -> Listed:
    """Bring the values that a filter names, and those of the file it names, to the form of the column.

    Raises
    ------
    ConfigError
        A named value is none that the column can hold.
    """
    given = pd.Series(list(rule.one_of), dtype="str")
    parsed = parse_column(given, field.kind, column_form(rule.column, table, mapping), ())
    if parsed.n_known < len(given):
        strange = examples(given[parsed.values.isna()])
        what = f"the filter on {rule.column} names {strange}, which cannot be read as {field.kind}."
        raise ConfigError(what, fix="Correct one_of; it is read as the column of the file is.")
    is_list = field.kind == "list"
    meant = _known(parsed.values.to_numpy(dtype=object), is_list)
    if field.kind == "region":  # the filter names it without its country
        meant = frozenset(code for text in meant for code in meant_by(text))
    if rule.not_in is None:
        return Listed(meant, frozenset(), is_list)
    excluded = read_all(rule.not_in, [rule.not_in.column])[rule.not_in.column]
    return Listed(meant, _known(as_keys(excluded, field.kind, mapping), is_list), is_list)


def kept_rows(
    rows: pd.DataFrame, rules: Iterable[FilterSettings], listed: Iterable[Listed]
) -> pd.Series[bool]:
    """Say which rows pass every filter.

    A row whose value is missing passes no `at_least`, `at_most` or `one_of`, and every `not_in`. A list
    passes by any of its items.
    """
    kept = pd.Series(True, index=rows.index)
    for rule, named in zip(rules, listed, strict=True):
        values = rows[rule.column]
        if rule.at_least is not None:
            kept &= values >= _bound(rule.at_least)
        if rule.at_most is not None:
            kept &= _is_at_most(values, rule.at_most)
        if rule.one_of:
            kept &= _is_among(values, named.meant, named.is_list)
        if named.excluded:
            kept &= ~_is_among(values, named.excluded, named.is_list)
    return kept


def _is_among(values: pd.Series[Any], wanted: Values, is_list: bool) -> Any:
    if not is_list:
        return values.isin(wanted)
    codes, distinct = pd.factorize(values)
    hits = [not wanted.isdisjoint(str(one).split(JOINER)) for one in distinct.tolist()]
    return pd.Series(np.array([*hits, False])[codes], index=values.index)  # a missing list has code -1


def _known(values: np.ndarray[Any, Any], is_list: bool) -> Values:
    known = [value for value in values.tolist() if not pd.isna(value)]
    return frozenset(item for one in known for item in one.split(JOINER)) if is_list else frozenset(known)


def _is_at_most(values: pd.Series[Any], bound: Any) -> Any:
    """Compare; a day counts to its last second."""
    if isinstance(bound, int | float):
        return values <= bound
    return values < pd.Timestamp(bound) + pd.Timedelta(days=1)


def _bound(value: Any) -> Any:
    return value if isinstance(value, int | float) else pd.Timestamp(value)
