"""Read a file, a folder, a glob or an SQL query as batches of raw rows, in bounded memory."""

from __future__ import annotations

import hashlib
import lzma
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pandas as pd

from icp_ml.data.copies import brought
from icp_ml.data.damaged import without_damaged
from icp_ml.data.databases import database_name, query_batches
from icp_ml.data.endings import EXCEL_ENDINGS, FOREIGN_ENDINGS, PARQUET_ENDINGS, is_hidden, is_table
from icp_ml.data.opening import open_bytes, open_text
from icp_ml.data.raw import RawBatch, Refused, column_names
from icp_ml.data.secrets import masked
from icp_ml.data.text_files import TextPiece, text_batches, text_pieces
from icp_ml.data.typed_files import RowGroup, excel_batches, parquet_batches, partition_values, unread_groups
from icp_ml.errors import DataError, UnavailableError
from icp_ml.settings import FileSettings

__all__ = [
    "Piece",
    "RawBatch",
    "Refused",
    "column_names",
    "masked",
    "open_bytes",
    "open_text",
    "place_name",
    "read_all",
    "read_batches",
    "read_pieces",
    "source_digest",
    "source_paths",
    "source_size",
    "source_state",
]

Piece = RawBatch | RowGroup | TextPiece
"""A piece of work: rows, or where they are."""
UNREADABLE = (OSError, EOFError, lzma.LZMAError, zlib.error, zipfile.BadZipFile, UnicodeError, LookupError)
UNSUPPORTED = (NotImplementedError, RuntimeError)  # what zipfile says of passwords and foreign methods


def read_batches(file: FileSettings, columns: Iterable[str], batch_rows: int) -> Iterator[RawBatch]:
    """Give the rows of a source in order, only the columns asked for.

    Parameters
    ----------
    file : FileSettings
        Where it is and the format it was found to have.
    columns : iterable of str
        The user's column names; nothing else is kept.
    batch_rows : int
        Most rows in one batch.

    Raises
    ------
    UnavailableError
        The file or database is not there.
    DataError
        It cannot be read in its declared format, or lacks a column.
    """
    wanted = list(dict.fromkeys(columns))
    if file.url is not None and file.copied_to is None:
        yield from map(without_damaged, query_batches(file, wanted, batch_rows))
        return
    n_before = n_rows = 0
    for path in source_paths(file):
        for batch in _file_batches(path, file, wanted, batch_rows):
            n_rows += len(batch.rows)
            placed = replace(batch, n_bytes=n_before + batch.n_bytes, places=_places(batch, file, n_rows))
            yield without_damaged(placed) if path.suffix.lower() in PARQUET_ENDINGS else placed
        n_before += path.stat().st_size


def read_pieces(file: FileSettings, columns: Iterable[str], batch_rows: int) -> Iterator[Piece]:
    """Give a source in order, cut into pieces of work that whoever works on them reads.

    Parquet is cut at its row groups, where they are short enough; plain text in UTF-8 after every so many
    rows. The rest is read here, and so is text from where it is no longer plain. The same file is always cut
    into the same pieces.
    """
    wanted = list(dict.fromkeys(columns))
    if file.url is not None:
        yield from read_batches(file, wanted, batch_rows)
        return
    n_before = 0
    for path in source_paths(file):
        for piece in _file_pieces(path, file, wanted, batch_rows):
            yield replace(piece, n_bytes=n_before + piece.n_bytes)
        n_before += path.stat().st_size


def _file_pieces(path: Path, file: FileSettings, wanted: list[str], batch_rows: int) -> Iterator[Piece]:
    ending, name = path.suffix.lower(), _shown_name(path, file)
    if ending not in (*PARQUET_ENDINGS, *EXCEL_ENDINGS, *FOREIGN_ENDINGS):
        with _reading(name):
            yield from text_pieces(path, name, file, wanted, batch_rows)
        return
    is_parquet = ending in PARQUET_ENDINGS
    groups = unread_groups(path, name, wanted) if is_parquet else None
    if groups is not None:
        yield from groups
        return
    batches = _file_batches(path, file, wanted, batch_rows)
    yield from map(without_damaged, batches) if is_parquet else batches


def read_all(file: FileSettings, columns: Iterable[str], batch_rows: int = 100_000) -> pd.DataFrame:
    """Read a whole source that is known to fit in memory; a malformed row is an error here."""
    wanted = list(dict.fromkeys(columns))
    batches = list(read_batches(file, wanted, batch_rows))
    refused = [refusal for batch in batches for refusal in batch.refused]
    if refused:
        lines = [f"line {refusal.row:,}: {refusal.reason}" for refusal in refused[:5]]
        raise DataError(f"{place_name(file)} has malformed rows.", lines, "Fix the file.")
    if not batches:
        return pd.DataFrame({name: pd.Series(dtype="str") for name in wanted})
    return pd.concat([_one_dtype(batch.rows) for batch in batches], ignore_index=True)


def source_paths(file: FileSettings) -> list[Path]:
    """List the files that a path, folder or glob names, in name order; hidden ones are left alone.

    Of what lies elsewhere it gives the copies that are here, and makes them where they are not.

    Raises
    ------
    UnavailableError
        There is none.
    """
    if file.copied_to is not None:
        return sorted(one for one in brought(file).rglob("*") if one.is_file())
    path = Path(file.path or "").expanduser()
    if path.is_file():
        return [path]
    if path.is_dir():
        found = [one for one in path.rglob("*") if is_table(one) and not is_hidden(one, path)]
    else:
        anchor = Path(path.anchor) if path.is_absolute() else Path()
        pattern = path.relative_to(anchor)
        shown = set(pattern.parts)  # a hidden folder that the pattern itself names is meant
        found = [one for one in anchor.glob(str(pattern)) if not is_hidden(one, anchor, shown)]
    found = sorted(one for one in found if one.is_file())
    if not found:
        raise UnavailableError(
            f"{file.path} is not there.", fix="Name a file, a folder or a glob that exists."
        )
    return found


def source_size(file: FileSettings) -> int:
    """Give the bytes of a source, 0 for a query that is not copied: the length of a progress bar."""
    if file.url is not None and file.copied_to is None:
        return 0
    return sum(path.stat().st_size for path in source_paths(file))


def source_state(file: FileSettings) -> tuple[object, ...]:
    """Say in what state the files of a source are, by size and time; of SQL nothing is known."""
    if file.url is not None:
        return ()
    stats = [(path, path.stat()) for path in source_paths(file)]
    return tuple((str(path), stat.st_size, stat.st_mtime_ns) for path, stat in stats)


def source_digest(file: FileSettings) -> str:
    """Digest what a source holds now: the bytes of its files, or the rows of its query in their order.

    Of what was copied it digests the copy, so that what is digested is what is read.
    """
    digest = hashlib.sha256()
    if file.url is not None and file.copied_to is None:
        for batch in query_batches(file, None, 50_000):
            lines = [repr(tuple(row)) for row in batch.rows.itertuples(index=False, name=None)]
            digest.update("\n".join([repr(list(batch.rows.columns)), *lines]).encode())
        return digest.hexdigest()
    for path in source_paths(file):
        digest.update(repr(sorted(partition_values(path).items())).encode())
        with path.open("rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()


def place_name(file: FileSettings) -> str:
    """Name a source in a message, without any secret."""
    if file.url is not None:
        return database_name(file.url)
    return Path((file.path or "").partition("?")[0] if file.is_elsewhere else file.path or "").name


def _places(batch: RawBatch, file: FileSettings, n_rows: int) -> list[int]:
    """Count the rows of a query through its copy's files; those of other files each for itself."""
    return batch.places if file.url is None else list(range(n_rows - len(batch.rows) + 1, n_rows + 1))


def _one_dtype(rows: pd.DataFrame) -> pd.DataFrame:
    """Keep whole numbers whole where another part of the source has floats or nulls."""
    whole = [name for name in rows if pd.api.types.is_integer_dtype(rows[name].dtype)]
    return rows.astype(dict.fromkeys(whole, object))


def _shown_name(path: Path, file: FileSettings) -> str:
    """Name one of several files by its place in the folder: parts of a table often share a name."""
    if file.url is not None:
        return place_name(file)
    folder = Path(file.copied_to or file.path or "").expanduser()
    return str(path.relative_to(folder)) if path != folder and path.is_relative_to(folder) else path.name


def _file_batches(path: Path, file: FileSettings, wanted: list[str], batch_rows: int) -> Iterator[RawBatch]:
    ending, name = path.suffix.lower(), _shown_name(path, file)
    if ending in FOREIGN_ENDINGS:
        raise DataError(f"{name} is a spreadsheet of a kind that is not read.", fix="Save it as .xlsx.")
    with _reading(name):
        if ending in PARQUET_ENDINGS:
            yield from parquet_batches(path, name, wanted, batch_rows)
        elif ending in EXCEL_ENDINGS:
            yield from excel_batches(path, name, file.sheet, wanted, batch_rows)
        else:
            yield from text_batches(path, name, file, wanted, batch_rows)


@contextmanager
def _reading(name: str) -> Iterator[None]:
    try:
        yield
    except (*UNREADABLE, *UNSUPPORTED) as failure:
        fix = "Export it again, or correct its format in conf/data."
        raise DataError(f"{name} cannot be read: {str(failure).rstrip('.')}.", fix=fix) from failure
