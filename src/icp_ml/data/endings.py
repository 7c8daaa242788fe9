"""Which files of a folder are tables, by their names."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePath

EXCEL_ENDINGS = (".xlsx", ".xlsm")
FOREIGN_ENDINGS = (".xls", ".xlsb", ".ods", ".numbers")
PARQUET_ENDINGS = (".parquet", ".pq")
TEXT_ENDINGS = (".csv", ".tsv", ".txt")
COMPRESSED_ENDINGS = (".gz", ".bz2", ".xz", ".zip", ".zst")


def is_table(path: PurePath) -> bool:
    """Say whether a name ends as that of a table does, compressed or not."""
    endings = [ending.lower() for ending in path.suffixes if ending.lower() not in COMPRESSED_ENDINGS]
    return bool(endings) and endings[-1] in (*TEXT_ENDINGS, *PARQUET_ENDINGS, *EXCEL_ENDINGS)


def is_hidden(path: PurePath, below: PurePath, shown: Iterable[str] = ()) -> bool:
    """Say whether a file or a folder that it lies in is hidden; `shown` are not, whatever their names."""
    parts = [part for part in path.relative_to(below).parts if part not in shown]
    return any(part.startswith((".", "_")) for part in parts if part != "..")
