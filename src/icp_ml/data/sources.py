"""Read a file, a folder, a glob or an SQL query as batches of raw rows, in bounded memory."""

from __future__ import annotations

import bz2
import csv
import gzip
import hashlib
import io
import lzma
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import pandas as pd

from icp_ml.errors import DataError, UnavailableError, examples
from icp_ml.settings import FileSettings

EXCEL_ENDINGS = (".xlsx", ".xlsm")
PARQUET_ENDINGS = (".parquet", ".pq")
TEXT_ENDINGS = (".csv", ".tsv", ".txt")
COMPRESSED_ENDINGS = (".gz", ".bz2", ".xz", ".zip", ".zst")
MAX_CELL_CHARACTERS = 1 << 20  # a longer cell is a quote that never closes


@dataclass(frozen=True)
class Refused:
    """A row that cannot be used: where it stands, why, and what it held."""

    source: str
    row: int  # 1-based: the line of a text file, the row below the header elsewhere
    reason: str
    content: str


@dataclass(frozen=True)
class RawBatch:
    """Consecutive rows as they stand in the source.

    Attributes
    ----------
    rows : pandas.DataFrame
        One str column per column of a text file; Parquet, Excel and SQL keep their types.
    places : list of int
        Where each row stands, as in `Refused.row`.
    refused : list of Refused
        Rows whose number of cells is not that of the header.
    n_bytes : int
        How much of the source was read so far, for the progress bar.
    """

    source: str
    rows: pd.DataFrame
    places: list[int]
    refused: list[Refused] = field(default_factory=list)
    n_bytes: int = 0


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
    if file.url is not None:
        yield from _sql_batches(file, wanted, batch_rows)
        return
    n_before = 0
    for path in source_paths(file):
        for batch in _file_batches(path, file, wanted, batch_rows):
            yield RawBatch(batch.source, batch.rows, batch.places, batch.refused, n_before + batch.n_bytes)
        n_before += path.stat().st_size


def read_all(file: FileSettings, columns: Iterable[str], batch_rows: int = 100_000) -> pd.DataFrame:
    """Read a whole source that is known to fit in memory; a malformed row is an error here."""
    batches = list(read_batches(file, columns, batch_rows))
    refused = [refusal for batch in batches for refusal in batch.refused]
    if refused:
        lines = [f"line {refusal.row}: {refusal.reason}" for refusal in refused[:5]]
        raise DataError(f"{place_name(file)} has malformed rows.", lines, "Fix the file.")
    return pd.concat([batch.rows for batch in batches], ignore_index=True)


def source_paths(file: FileSettings) -> list[Path]:
    """List the files that a path, folder or glob names, in name order.

    Raises
    ------
    UnavailableError
        There is none.
    """
    assert file.path is not None
    path = Path(file.path).expanduser()
    if path.is_file():
        return [path]
    if path.is_dir():
        found = sorted(one for one in path.rglob("*") if one.is_file() and _is_table(one))
    else:
        anchor = Path(path.anchor) if path.is_absolute() else Path()
        pattern = str(path.relative_to(anchor))
        found = sorted(one for one in anchor.glob(pattern) if one.is_file())
    if not found:
        raise UnavailableError(
            f"{file.path} is not there.", fix="Name a file, a folder or a glob that exists."
        )
    return found


def source_size(file: FileSettings) -> int:
    """Give the bytes of a file source, 0 for SQL: the length of a progress bar."""
    return 0 if file.url else sum(path.stat().st_size for path in source_paths(file))


def source_digest(file: FileSettings) -> str:
    """Digest what a source holds now: the bytes of its files, or the rows of its query in their order."""
    digest = hashlib.sha256()
    if file.url is not None:
        for batch in _sql_batches(file, None, 50_000):
            digest.update(repr(batch.rows.to_numpy().tolist()).encode())
        return digest.hexdigest()
    for path in source_paths(file):
        with path.open("rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()


def place_name(file: FileSettings) -> str:
    """Name a source in a message, without any secret."""
    return masked(file.url) if file.url else Path(file.path or "").name


def masked(text: str) -> str:
    """Hide passwords in addresses of the form scheme://user:password@host, and in `password=` arguments."""
    hidden = re.sub(r"(://[^:/@\s]*:)[^@\s]+@", r"\1***@", text)
    return re.sub(r"(?i)((?:password|pwd|token|secret)=)[^&\s;]+", r"\1***", hidden)


def open_text(path: Path, encoding: str) -> IO[str]:
    """Open a text file, decompressed by its first bytes; an undecodable byte becomes U+FFFD."""
    return io.TextIOWrapper(open_bytes(path), encoding=encoding, errors="replace", newline="")


def open_bytes(path: Path) -> IO[bytes]:
    """Open a file, decompressed where its first bytes say that it is compressed."""
    with path.open("rb") as stream:
        start = stream.read(6)
    for magic, opened in _MAGIC.items():
        if start.startswith(magic):
            stream_of_bytes: IO[bytes] = opened(path)
            return stream_of_bytes
    return path.open("rb")


def column_names(header: list[str]) -> list[str]:
    """Strip a header; name the nameless "Unnamed: 3" and the second "state" "state.1", as pandas does."""
    seen: dict[str, int] = {}
    names = []
    for position, cell in enumerate(header):
        name = cell.strip() or f"Unnamed: {position}"
        n_before = seen.get(name, 0)
        seen[name] = n_before + 1
        names.append(f"{name}.{n_before}" if n_before else name)
    return names


def _is_table(path: Path) -> bool:
    endings = [ending.lower() for ending in path.suffixes if ending.lower() not in COMPRESSED_ENDINGS]
    known = (*TEXT_ENDINGS, *PARQUET_ENDINGS, *EXCEL_ENDINGS)
    return bool(endings) and endings[-1] in known and not path.name.startswith((".", "_"))


def _file_batches(path: Path, file: FileSettings, wanted: list[str], batch_rows: int) -> Iterator[RawBatch]:
    ending = path.suffix.lower()
    try:
        if ending in PARQUET_ENDINGS:
            yield from _parquet_batches(path, wanted, batch_rows)
        elif ending in EXCEL_ENDINGS:
            yield from _excel_batches(path, file.sheet, wanted, batch_rows)
        else:
            yield from _text_batches(path, file, wanted, batch_rows)
    except (OSError, EOFError, lzma.LZMAError, zipfile.BadZipFile, UnicodeError, LookupError) as failure:
        fix = "Export it again, or correct its format in conf/data."
        raise DataError(f"{path.name} cannot be read: {failure}.", fix=fix) from failure


def _text_batches(path: Path, file: FileSettings, wanted: list[str], batch_rows: int) -> Iterator[RawBatch]:
    csv.field_size_limit(MAX_CELL_CHARACTERS)
    with open_text(path, file.encoding) as stream:
        reader = csv.reader(stream, delimiter=file.delimiter, strict=True)
        header = column_names(_next_row(reader, path) or [])
        positions = _positions(header, wanted, path.name)
        while True:
            rows, places, refused = _take_rows(reader, path, len(header), batch_rows)
            if not rows and not refused:
                return
            columns = list(zip(*rows, strict=True)) or [()] * len(header)
            kept = {name: pd.Series(columns[at], dtype="str") for name, at in positions.items()}
            n_bytes = path.stat().st_size if len(rows) < batch_rows else _bytes_read(stream)
            frame = pd.DataFrame(kept, index=range(len(rows)))
            yield RawBatch(path.name, frame, places, refused, n_bytes)


def _take_rows(
    reader: Any, path: Path, width: int, batch_rows: int
) -> tuple[list[list[str]], list[int], list[Refused]]:
    """Take up to `batch_rows` rows of the right width; a blank line is no row."""
    rows: list[list[str]] = []
    places: list[int] = []
    refused: list[Refused] = []
    while len(rows) + len(refused) < batch_rows:
        starts_at = reader.line_num + 1
        row = _next_row(reader, path)
        if row is None:
            break
        if len(row) == width:
            rows.append(row)
            places.append(starts_at)
        elif row:
            reason = f"{len(row)} cells where the header has {width}"
            refused.append(Refused(path.name, starts_at, reason, "".join(f"[{cell}]" for cell in row)))
    return rows, places, refused


def _next_row(reader: Any, path: Path) -> list[str] | None:
    starts_at = reader.line_num + 1
    try:
        return next(reader, None)
    except csv.Error as failure:
        what = f"{path.name} is not well-formed CSV: the row that starts at line {starts_at:,} does not end."
        detail = f"line {starts_at:,}: {failure}"
        raise DataError(what, [detail], "Close or double the quote in that row.") from failure


def _bytes_read(stream: IO[str]) -> int:
    raw = getattr(stream, "buffer", None)
    inner = getattr(raw, "fileobj", None) or getattr(raw, "_fp", None) or raw  # below the decompressor
    try:
        return int(inner.tell()) if inner is not None else 0
    except (OSError, ValueError, AttributeError):
        return 0


def _positions(header: list[str], wanted: list[str], name: str) -> dict[str, int]:
    lacking = [column for column in wanted if column.strip() not in header]
    if lacking:
        what = f"{name} lacks {len(lacking)} of the mapped columns."
        details = [f"lacking: {examples(lacking)}", f"it has: {', '.join(header[:40]) or 'nothing'}"]
        raise DataError(what, details, "Correct the columns or the delimiter in conf/data, or export them.")
    return {column: header.index(column.strip()) for column in wanted}


def _parquet_batches(path: Path, wanted: list[str], batch_rows: int) -> Iterator[RawBatch]:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(path) as file:
            _positions(file.schema_arrow.names, wanted, path.name)
            n_read, size = 0, path.stat().st_size
            for batch in file.iter_batches(batch_rows, columns=wanted):
                rows = batch.to_pandas(integer_object_nulls=True)[wanted]
                places = list(range(n_read + 1, n_read + len(rows) + 1))
                n_read += len(rows)
                n_bytes = size * n_read // max(file.metadata.num_rows, 1)
                yield RawBatch(path.name, rows, places, [], n_bytes)
    except pa.ArrowInvalid as failure:
        fix = "Write it again; it may be truncated."
        raise DataError(
            f"{path.name} is not a readable Parquet file.", [str(failure)[:200]], fix
        ) from failure


def _excel_batches(path: Path, sheet: str | None, wanted: list[str], batch_rows: int) -> Iterator[RawBatch]:
    try:
        table = pd.read_excel(
            path, sheet_name=sheet or 0, dtype=object, keep_default_na=False, header=None, engine="openpyxl"
        )
    except (ValueError, KeyError, zipfile.BadZipFile) as failure:
        fix = "Save it as .xlsx again, or name its sheet in conf/data."
        raise DataError(f"{path.name} is not a readable Excel file: {failure}", fix=fix) from failure
    header = column_names([str(cell) for cell in table.iloc[0]]) if len(table) else []
    positions = _positions(header, wanted, path.name)
    body = table.iloc[1:, list(positions.values())].set_axis(list(positions), axis="columns")
    for start in range(0, len(body), batch_rows):
        rows = body.iloc[start : start + batch_rows].reset_index(drop=True)
        places = list(range(start + 2, start + 2 + len(rows)))
        yield RawBatch(path.name, rows, places, [], path.stat().st_size)


def _sql_batches(file: FileSettings, wanted: list[str] | None, batch_rows: int) -> Iterator[RawBatch]:
    import sqlalchemy as sa

    name = place_name(file)
    try:
        engine = sa.create_engine(file.url or "")
        try:
            with engine.connect().execution_options(stream_results=True) as connection:
                result = connection.execute(sa.text(file.query or ""))
                header = column_names([str(key) for key in tuple(result.keys())])
                positions = _positions(header, header if wanted is None else wanted, name)
                n_read = 0
                for part in result.partitions(batch_rows):
                    columns = list(zip(*part, strict=True))
                    kept = {key: pd.Series(columns[at], dtype=object) for key, at in positions.items()}
                    places = list(range(n_read + 1, n_read + len(part) + 1))
                    n_read += len(part)
                    yield RawBatch(name, pd.DataFrame(kept), places)
        finally:
            engine.dispose()
    except (sa.exc.SQLAlchemyError, ModuleNotFoundError) as failure:
        detail = masked(str(getattr(failure, "orig", None) or failure)).splitlines()[0]
        fix = "Check the address, the driver and the query in conf/data."
        raise UnavailableError(f"{name} did not answer the query.", [detail], fix) from failure


def _only_member(path: Path) -> IO[bytes]:
    archive = zipfile.ZipFile(path)
    members = [name for name in archive.namelist() if not name.endswith("/") and "__MACOSX" not in name]
    if len(members) != 1:
        what = f"{path.name} holds {len(members)} files: {examples(members)}."
        raise DataError(what, fix="Unpack it and name one of them.")
    return archive.open(members[0])


def _open_zstandard(path: Path) -> IO[bytes]:
    import pyarrow as pa

    return io.BufferedReader(pa.CompressedInputStream(pa.OSFile(str(path)), "zstd"))


_MAGIC: dict[bytes, Callable[[Path], Any]] = {
    b"\x1f\x8b": gzip.open,
    b"BZh": bz2.open,
    b"\xfd7zXZ\x00": lzma.open,
    b"PK\x03\x04": _only_member,
    b"\x28\xb5\x2f\xfd": _open_zstandard,
}
