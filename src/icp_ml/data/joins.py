"""Add the columns of further files to each row, by a key."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from icp_ml.data.mapping import source_columns
from icp_ml.data.sources import read_all
from icp_ml.parsing import parse_column
from icp_ml.schema import Kind
from icp_ml.settings import ColumnSettings, DataSettings, TableSettings

KEY = ColumnSettings.model_validate("key")


def as_keys(values: pd.Series[Any], kind: Kind, mapping: DataSettings) -> np.ndarray[Any, Any]:
    """Bring keys to one form, so that 17850.0 meets 17850; NaN where the key is not known."""
    return parse_column(values, kind, KEY, mapping.missing).values.to_numpy(dtype=object)


def joined_rows(table: TableSettings, at: int, mapping: DataSettings) -> pd.DataFrame:
    """Read what a join adds, by key; the first row of a key counts, a row without a key matches nothing."""
    join = table.joins[at]
    prefix = f"{join.name}."
    names = [*source_columns(table), *(later.left_on for later in table.joins[at + 1 :])]
    theirs = [name.removeprefix(prefix) for name in names if name.startswith(prefix)]
    rows = read_all(join, [join.right_on, *theirs])
    keys = pd.Index(as_keys(rows[join.right_on], "id", mapping), dtype=object)
    kept = ~keys.isna() & ~keys.duplicated()
    return _nullable(rows[kept].set_axis(keys[kept], axis="index")).add_prefix(prefix)


def with_joins(
    rows: pd.DataFrame, table: TableSettings, joined: list[pd.DataFrame], mapping: DataSettings
) -> pd.DataFrame:
    """Put the joined columns beside each row, missing where nothing matches."""
    wide = rows
    for join, right in zip(table.joins, joined, strict=True):
        keys = as_keys(wide[join.left_on], "id", mapping)
        matched = right.reindex(keys).set_axis(wide.index, axis="index")
        wide = pd.concat([wide, matched], axis="columns")
    return wide


def _nullable(rows: pd.DataFrame) -> pd.DataFrame:
    """Let whole numbers and flags stay what they are beside a missing value."""
    exact = [name for name, dtype in rows.dtypes.items() if dtype.kind in "iub"]
    return rows.astype(dict.fromkeys(exact, object))
