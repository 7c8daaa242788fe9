"""Write Parquet whose bytes depend on the rows alone, however they come in parts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

GROUP_ROWS = 100_000


def write_rows(tables: Iterable[pa.Table], schema: pa.Schema, path: Path) -> None:
    """Write tables one after the other, in row groups of one size."""
    with parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        for group in _groups(tables, schema):
            writer.write_table(group, row_group_size=GROUP_ROWS)


def _groups(tables: Iterable[pa.Table], schema: pa.Schema) -> Iterator[pa.Table]:
    waiting = schema.empty_table()
    for table in tables:
        waiting = pa.concat_tables([waiting, table.cast(schema)])
        while len(waiting) >= GROUP_ROWS:
            yield _alone(waiting.slice(0, GROUP_ROWS))
            waiting = waiting.slice(GROUP_ROWS)
    if len(waiting):
        yield _alone(waiting)


def _alone(rows: pa.Table) -> pa.Table:
    """Copy rows out of the memory that they share with others: even of a gap the bytes may be written."""
    whole = rows.combine_chunks()
    return whole.take(pa.array(range(len(whole)), pa.int64()))
