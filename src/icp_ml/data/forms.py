"""Write scored tables as they stream by: one file, or a folder of parts."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
from pyarrow import parquet

from icp_ml.data.scored import STAMPED
from icp_ml.data.scored_text import csv_lines, header_line
from icp_ml.scoring import SCORED_COLUMNS

ROW_GROUP_ROWS = 20_000


def write_whole(tables: Iterable[pa.Table], folder: Path, form: Literal["csv", "parquet"]) -> Path:
    """Write the scored list as one file of the form asked for."""
    path = folder / f"scored.{form}"
    if form == "parquet":
        _write_parquet(tables, path)
        return path
    with path.open("wb") as stream:
        stream.write(codecs.BOM_UTF8 + header_line(SCORED_COLUMNS))
        for table in tables:
            stream.write(csv_lines(table.select(SCORED_COLUMNS)))
    return path


def write_parts(tables: Iterable[pa.Table], folder: Path, part_rows: int) -> Path:
    """Write the scored list as a folder of Parquet files, in order by name, each of `part_rows` rows."""
    path = folder / "scored"
    path.mkdir()
    for number, pieces in groupby(_numbered(tables, part_rows), key=itemgetter(0)):
        _write_parquet((piece for _, piece in pieces), path / f"part-{number:06}.parquet")
    if not any(path.iterdir()):
        _write_parquet([], path / f"part-{0:06}.parquet")
    return path


def gathered(tables: Iterable[pa.Table], n_rows: int) -> Iterator[pa.Table]:
    """Put consecutive tables together until they have so many rows, or more by the last of them."""
    parts: list[pa.Table] = []
    for table in tables:
        parts.append(table)
        if sum(len(one) for one in parts) >= n_rows:
            yield pa.concat_tables(parts)
            parts = []
    if parts:
        yield pa.concat_tables(parts)


def plain_values(table: pa.Table, name: str) -> list[Any]:
    """Give a column's values, with reasons and similar accounts as a line of words each."""
    values: list[Any] = table[name].to_pylist()
    if name.startswith("reasons_"):
        return ["; ".join(one["words"] for one in row or ()) for row in values]
    if name.startswith("similar_"):
        return ["; ".join(one["name"] or one["account_id"] for one in row or ()) for row in values]
    return values


def _write_parquet(tables: Iterable[pa.Table], path: Path) -> None:
    with parquet.ParquetWriter(path, STAMPED) as writer:
        for table in gathered(tables, ROW_GROUP_ROWS):
            writer.write_table(table)


def _numbered(tables: Iterable[pa.Table], part_rows: int) -> Iterator[tuple[int, pa.Table]]:
    """Cut tables where a part is full; give the number of its part with each piece."""
    n_rows = 0
    for table in tables:
        start = 0
        while start < len(table):
            piece = table.slice(start, part_rows - n_rows % part_rows)
            yield n_rows // part_rows, piece
            start, n_rows = start + len(piece), n_rows + len(piece)
