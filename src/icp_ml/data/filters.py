"""Say which rows belong to a table."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from icp_ml.data.joins import as_keys
from icp_ml.data.sources import read_all
from icp_ml.parsing import parse_column
from icp_ml.schema import Field
from icp_ml.settings import DataSettings, FilterSettings, TableSettings

Values = frozenset[Any]


def listed_values(
    rule: FilterSettings, table: TableSettings, field: Field, mapping: DataSettings
) -> tuple[Values, Values]:
    """Bring the values that a filter names, and those of the file it names, to the form of the column."""
    meant = parse_column(
        pd.Series(list(rule.one_of), dtype="str"), field.kind, table.columns[rule.column], ()
    ).values
    if rule.not_in is None:
        return _known(meant.to_numpy(dtype=object)), frozenset()
    excluded = read_all(rule.not_in, [rule.not_in.column])[rule.not_in.column]
    return _known(meant.to_numpy(dtype=object)), _known(as_keys(excluded, field.kind, mapping))


def kept_rows(
    rows: pd.DataFrame, rules: tuple[FilterSettings, ...], listed: list[tuple[Values, Values]]
) -> pd.Series[bool]:
    """Say which rows pass every filter.

    A row whose value is missing passes no `at_least`, `at_most` or `one_of`, and every `not_in`.
    """
    kept = pd.Series(True, index=rows.index)
    for rule, (meant, excluded) in zip(rules, listed, strict=True):
        values = rows[rule.column]
        if rule.at_least is not None:
            kept &= values >= _bound(rule.at_least)
        if rule.at_most is not None:
            kept &= _is_at_most(values, rule.at_most)
        if rule.one_of:
            kept &= values.isin(meant)
        if excluded:
            kept &= ~values.isin(excluded)
    return kept


def _known(values: np.ndarray[Any, Any]) -> Values:
    return frozenset(value for value in values.tolist() if not pd.isna(value))


def _is_at_most(values: pd.Series[Any], bound: Any) -> Any:
    """Compare; a day counts to its last second."""
    if isinstance(bound, int | float):
        return values <= bound
    return values < pd.Timestamp(bound) + pd.Timedelta(days=1)


def _bound(value: Any) -> Any:
    return value if isinstance(value, int | float) else pd.Timestamp(value)
