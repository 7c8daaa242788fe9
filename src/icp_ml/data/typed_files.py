"""Read Parquet and Excel, whose cells have types of their own."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import accumulate, islice
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pandas as pd

from icp_ml.data.damaged import without_damaged
from icp_ml.data.raw import UNMAPPED, RawBatch, Refused, check_is_seen, column_names, column_positions
from icp_ml.errors import DataError, examples

MAX_GROUP_ROWS = 250_000
"""Of a row group that is one piece of work: it is in memory as a whole while it is read."""
NULL_PARTITION = "__HIVE_DEFAULT_PARTITION__"
Cells = tuple[Any, ...]


def partition_values(path: Path) -> dict[str, str | None]:
    """Read the columns that folders of the form year=2024 stand for."""
    pairs = [part.split("=", 1) for part in path.parent.parts if "=" in part]
    return {unquote(key): None if value == NULL_PARTITION else unquote(value) for key, value in pairs}


@dataclass(frozen=True)
class RowGroup:
    """A row group of a Parquet file, not yet read: whoever works on its rows reads them.

    Attributes
    ----------
    path : Path
        Absolute: a worker may have another working folder.
    name : str
        What messages call the file.
    partition : mapping of str to str or None
        The columns that its folders stand for.
    wanted : tuple of str
        The user's column names.
    number : int
    n_bytes : int
        How much of the source is read when this group is, for the progress bar.
    """

    path: Path
    name: str
    partition: Mapping[str, str | None]
    wanted: tuple[str, ...]
    number: int
    n_bytes: int

    def batches(self, batch_rows: int) -> Iterator[RawBatch]:
        """Read the rows, batch by batch.

        Raises
        ------
        UnavailableError
            Whoever works on the rows does not see the file.
        """
        check_is_seen(self.path)
        for batch in parquet_batches(self.path, self.name, list(self.wanted), batch_rows, self):
            yield without_damaged(replace(batch, n_bytes=self.n_bytes))


def unread_groups(path: Path, name: str, wanted: list[str]) -> list[RowGroup] | None:
    """List the row groups of a Parquet file; None where one is too long to be one piece of work."""
    with _opened_parquet(path, name) as file:
        sizes = [file.metadata.row_group(at).num_rows for at in range(file.metadata.num_row_groups)]
    if max(sizes, default=0) > MAX_GROUP_ROWS:
        return None
    ends, size = accumulate(sizes), path.stat().st_size
    whole, partition = path.absolute(), partition_values(path)
    return [
        RowGroup(whole, name, partition, tuple(wanted), at, size * end // max(sum(sizes), 1))
        for at, end in enumerate(ends)
    ]


def parquet_batches(
    path: Path, name: str, wanted: list[str], batch_rows: int, group: RowGroup | None = None
) -> Iterator[RawBatch]:
    """Give the rows of a Parquet file, or of one group of it, with the columns that its folders stand for.

    Whole numbers beside nulls stay whole: as floats, ids above 2**53 would lose digits.
    """
    partition = partition_values(path) if group is None else group.partition
    with _opened_parquet(path, name) as file:
        given, metadata = file.schema_arrow.names, file.metadata
        header = column_names(given)
        further = [key for key in partition if key not in header]
        offered = [*header, *further]
        positions = column_positions(offered, wanted, name)
        n_rows, size = metadata.num_rows, path.stat().st_size
        groups = list(range(metadata.num_row_groups)) if group is None else [group.number]
        n_read = sum(metadata.row_group(at).num_rows for at in range(groups[0] if groups else 0))
        inside = [given[at] for at in positions.values() if at < len(given)]
        for batch in file.iter_batches(batch_rows, row_groups=groups, columns=inside):
            rows = _parquet_rows(batch, {key: partition[key] for key in further})
            rows = pd.DataFrame({column: rows[offered[at]] for column, at in positions.items()})
            places = list(range(n_read + 1, n_read + len(rows) + 1))
            n_read += len(rows)
            yield RawBatch(name, rows, places, [], size * n_read // max(n_rows, 1))


@contextmanager
def _opened_parquet(path: Path, name: str) -> Iterator[Any]:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(path) as file:
            yield file
    except (pa.ArrowException, OSError) as failure:
        fix = "Write it again; it may be truncated, or may not be read by this user."
        raise DataError(f"{name} is not a readable Parquet file.", [str(failure)[:200]], fix) from failure


def excel_batches(
    path: Path, name: str, sheet: str | None, wanted: list[str], batch_rows: int
) -> Iterator[RawBatch]:
    """Give the rows of a sheet; its first row that holds anything is the header, a blank row is no row.

    Formulas give the value that was saved with them, cells in error (#N/A) nothing.
    """
    size = path.stat().st_size
    with _opened_sheet(path, name, sheet) as rows:
        _, cells = next(rows, (0, ()))
        header = column_names([_heading(cell) for cell in _trimmed(cells)])
        positions = column_positions(header, wanted, name)
        n_read = 0
        ahead = list(islice(rows, 1))
        while ahead:
            part = ahead + list(islice(rows, batch_rows - 1))
            ahead = list(islice(rows, 1))
            n_read += len(part)
            n_bytes = size * n_read // (n_read + batch_rows) if ahead else size  # the length is not known
            yield _sheet_batch(part, name, len(header), positions, n_bytes)


def _parquet_rows(batch: Any, partition: dict[str, str | None]) -> pd.DataFrame:
    named = batch.rename_columns(column_names(batch.schema.names))
    rows: pd.DataFrame = named.to_pandas(integer_object_nulls=True)
    return rows.assign(**{key: pd.Series([value] * len(rows)) for key, value in partition.items()})


@contextmanager
def _opened_sheet(path: Path, name: str, sheet: str | None) -> Iterator[Iterator[tuple[int, Cells]]]:
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with warnings.catch_warnings():  # about styles and validations, which are not read
            warnings.simplefilter("ignore")
            workbook = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (ValueError, KeyError, OSError, zipfile.BadZipFile, InvalidFileException) as failure:
        fix = "Save it as .xlsx again, without a password."
        raise DataError(f"{name} is not a readable Excel file.", [str(failure)[:200]], fix) from failure
    try:
        if sheet is not None and sheet not in workbook.sheetnames:
            what = f"{name} has no sheet {sheet!r}; it has {examples(workbook.sheetnames)}."
            raise DataError(what, fix="Correct sheet in conf/data.")
        chosen: Any = workbook.worksheets[0] if sheet is None else workbook[sheet]
        chosen.reset_dimensions()  # some programs write a wrong size
        yield _filled_rows(chosen)
    finally:
        workbook.close()


def _filled_rows(sheet: Any) -> Iterator[tuple[int, Cells]]:
    from openpyxl.cell.cell import ERROR_CODES

    for place, cells in enumerate(sheet.iter_rows(values_only=True), start=1):
        values = tuple(None if isinstance(cell, str) and cell in ERROR_CODES else cell for cell in cells)
        if any(value is not None and value != "" for value in values):
            yield place, values


def _trimmed(cells: Cells) -> list[Any]:
    filled = [at for at, cell in enumerate(cells) if cell is not None and cell != ""]
    return list(cells[: filled[-1] + 1]) if filled else []


def _heading(cell: Any) -> str:
    return "" if cell is None else str(cell)


def _sheet_batch(
    part: list[tuple[int, Cells]], name: str, width: int, positions: dict[str, int], n_bytes: int
) -> RawBatch:
    refused, whole, places = [], [], []
    for place, cells in part:
        given = _trimmed(cells)
        if len(given) > width:
            reason = f"{len(given)} cells where the header has {width}"
            refused.append(Refused(name, place, reason, UNMAPPED))
        else:
            whole.append([*given, *[None] * (width - len(given))])
            places.append(place)
    kept = {key: pd.Series([row[at] for row in whole], dtype=object) for key, at in positions.items()}
    return RawBatch(name, pd.DataFrame(kept, index=range(len(whole))), places, refused, n_bytes)
