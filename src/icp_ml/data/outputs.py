"""Write a scored list in the forms and to the places that were asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from icp_ml.data.crm import check_preset, with_import_file
from icp_ml.data.database_output import TableOutput
from icp_ml.data.forms import write_parts, write_whole
from icp_ml.data.scored import SCHEMA
from icp_ml.data.sorting import by_fit
from icp_ml.data.stores import check_store, put_folder
from icp_ml.settings import OutputSettings, ScoringSettings


def check_outputs(output: OutputSettings) -> None:
    """Stop before the work begins where its result could not be put where it is to go.

    Raises
    ------
    ConfigError
        The import of a CRM is mapped to columns that no list has.
    UnavailableError
        The table cannot be written or is not one of ours, or the client of a store is not installed.
    """
    check_preset(output)
    if output.table is not None:
        TableOutput(output.table, "").check()
    if output.copy_to is not None:
        check_store(output.copy_to)


def join_list(parts: Iterable[Path], folder: Path, settings: ScoringSettings, key: str) -> Path:
    """Make the list of its written parts, in order; lines of CSV that need no more are only put together."""
    return write_list(part_tables(parts), folder, settings, key)


def part_tables(parts: Iterable[Path]) -> Iterator[pa.Table]:
    """Read the written parts of a list, in order."""
    return (parquet.read_table(one, schema=SCHEMA) for one in parts)


def write_list(tables: Iterable[pa.Table], folder: Path, settings: ScoringSettings, key: str) -> Path:
    """Write a scored list into a folder, sorted as asked for; for a CRM's import and beside a table, too.

    Parameters
    ----------
    tables : iterable of pyarrow.Table
        Placed rows in the order of the list; read once, a batch at a time.
    key : str
        Of the list, as in its manifest.

    Returns
    -------
    Path
        Of the list itself: a file, or a folder of files.
    """
    output = settings.output
    if output.sort == "fit":
        tables = by_fit(tables, folder, output.sort_rows)
    tables = with_import_file(tables, folder, output)
    if output.table is not None:
        tables = TableOutput(output.table, key).staged(tables)
    if settings.format == "parquet_folder":
        return write_parts(tables, folder, output.part_rows)
    return write_whole(tables, folder, settings.format)


def send_list(folder: Path, output: OutputSettings, key: str, name: str) -> None:
    """Bring a finished folder, with its manifest, to where others read it: the store, then the table.

    Call it before the folder is published: where it fails, the old list stays, and the next run does all of
    it again.
    """
    if output.copy_to is not None:
        put_folder(folder, output.copy_to, name)
    if output.table is not None:
        TableOutput(output.table, key).publish()
