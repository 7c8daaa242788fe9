"""Entries and input rows in the one form that both stores give them back in."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from icp_ml.rescore.entries import ENTRY

DIGEST = "input_digest"
KEY = ["account_id", "segment"]
"""What an entry is of."""
DTYPES = {"texts": "str", "numbers": "float64", "days": "datetime64[s]", "flags": "boolean"}
"""What an input row is made of: the dtypes that parsing gives, by what JSON calls them."""


def plain_entries(table: pa.Table) -> pa.Table:
    """Give entries by their schema; what is no number is missing.

    Raises
    ------
    KeyError, pyarrow.ArrowException
        They are of another schema.
    """
    columns = []
    for one in ENTRY:
        column = table[one.name].cast(one.type)
        if pa.types.is_floating(one.type):
            column = pc.if_else(pc.is_nan(column), pa.scalar(None, one.type), column)
        columns.append(column)
    return pa.table(columns, schema=ENTRY)


def no_entries() -> pa.Table:
    """Give a table without a row."""
    return ENTRY.empty_table()


def parsed_inputs(tables: Iterable[pa.Table]) -> pd.DataFrame:
    """Give stored input rows as they were parsed: the columns by name, the rows by digest.

    What a row lacks because its mapping had no such column is missing, which scores the same.
    """
    return _joined([_parsed(table) for table in tables])


def _joined(parts: list[pd.DataFrame]) -> pd.DataFrame:
    filled = [one for one in parts if len(one)] or [pd.DataFrame({DIGEST: pd.Series(dtype="str")})]
    rows = pd.concat(filled, ignore_index=True) if len(filled) > 1 else filled[0]
    rows = rows.drop_duplicates(DIGEST).sort_values(DIGEST, ignore_index=True)
    return rows[[DIGEST, *sorted(name for name in rows.columns if name != DIGEST)]]


def _parsed(table: pa.Table) -> pd.DataFrame:
    return pd.DataFrame({name: _as_parsed(table[name]) for name in table.column_names})


def _as_parsed(column: pa.ChunkedArray) -> pd.Series[Any]:
    """Give a column its parsed dtype: Parquet knows neither seconds nor missing numbers."""
    kind = DTYPES[_kind(column.type)]
    if kind == "float64":
        return pd.Series(column.cast(pa.float64()).to_numpy(zero_copy_only=False), dtype=kind)
    if kind == "datetime64[s]":
        return pd.Series(column.cast(pa.timestamp("s")).to_numpy(zero_copy_only=False), dtype=kind)
    return pd.Series(column.to_pylist(), dtype=kind)


def _kind(one: pa.DataType) -> str:
    if pa.types.is_boolean(one):
        return "flags"
    if pa.types.is_timestamp(one) or pa.types.is_date(one):
        return "days"
    return "numbers" if pa.types.is_floating(one) or pa.types.is_integer(one) else "texts"


def written_inputs(table: pa.Table) -> pa.Table:
    """Write input rows as JSON: the values of each dtype by column, null where one is missing.

    Returns
    -------
    pyarrow.Table
        input_digest and content; a number is written by its shortest text that reads back as itself.
    """
    rows = _parsed(table).drop_duplicates(DIGEST)
    names = [name for name in rows.columns if name != DIGEST]
    kinds = {name: _kind(table[name].type) for name in names}
    values = {name: _plain_values(rows[name], kinds[name]) for name in names}
    contents = [
        json.dumps(_by_kind({name: values[name][at] for name in names}, kinds)) for at in range(len(rows))
    ]
    digests = pa.array(rows[DIGEST].tolist(), pa.string())
    return pa.table({DIGEST: digests, "content": pa.array(contents, pa.string())})


def _plain_values(column: pd.Series[Any], kind: str) -> list[Any]:
    present = column.notna().tolist()
    days = np.datetime_as_string(column.to_numpy(), unit="s") if kind == "days" else column
    return [value if there else None for value, there in zip(days.tolist(), present, strict=True)]


def _by_kind(row: Mapping[str, Any], kinds: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    grouped: dict[str, dict[str, Any]] = {}
    for name, value in row.items():
        grouped.setdefault(kinds[name], {})[name] = value
    return grouped


def read_inputs(rows: Iterable[tuple[str, str]]) -> pd.DataFrame:
    """Read digests and contents that `written_inputs` wrote, as `parsed_inputs` gives them.

    Raises
    ------
    ValueError, KeyError, TypeError, AttributeError
        A content is damaged.
    """
    alike: dict[Any, dict[str, list[Any]]] = {}
    for digest, content in rows:
        values = {
            (name, kind): value for kind, one in json.loads(content).items() for name, value in one.items()
        }
        columns = alike.setdefault(tuple(values), {})
        for (name, _), value in [((DIGEST, "texts"), digest), *values.items()]:
            columns.setdefault(name, []).append(value)
    parts = []
    for shape, columns in alike.items():
        kinds = {DIGEST: "texts", **dict(shape)}
        parts.append(pd.DataFrame({name: _read(columns[name], kind) for name, kind in kinds.items()}))
    return _joined(parts)


def _read(values: list[Any], kind: str) -> pd.Series[Any]:
    if kind == "days":
        return pd.Series(np.array(["NaT" if one is None else one for one in values], dtype=DTYPES[kind]))
    return pd.Series(values, dtype=DTYPES[kind])
