"""Read CSV and its relatives row by row, compressed or not."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import lzma
import zipfile
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import IO, Any

import pandas as pd

from icp_ml.data.plain_rows import PlainRows, Unread, bounded_lines, can_be_plain
from icp_ml.data.raw import UNMAPPED, RawBatch, Refused, column_names, column_positions
from icp_ml.errors import ConfigError, DataError, examples
from icp_ml.settings import FileSettings

MAX_CELL_CHARACTERS = 1 << 20  # a longer cell is a quote that never closes
ENCODING_SAMPLE = 1 << 20
UNREADABLE = "\ufffd"
NUL = "\0"
NumberedRow = tuple[int, list[str]]


class OpenedFile(io.BufferedReader):
    """The bytes of a file, decompressed where its first bytes say that it is compressed."""

    def __init__(self, path: Path) -> None:
        self._packed = path.open("rb", buffering=0)
        try:
            super().__init__(_unpacked(self._packed, path.name))
        except BaseException:
            self._packed.close()
            raise

    @property
    def n_bytes(self) -> int:
        """Say how much of the file itself was read, compressed as it is."""
        return self._packed.tell()

    def close(self) -> None:
        """Close the decompressor and the file."""
        super().close()
        self._packed.close()


def open_bytes(path: Path) -> OpenedFile:
    """Open a file, decompressed where its first bytes say that it is compressed."""
    return OpenedFile(path)


def open_text(path: Path, encoding: str) -> IO[str]:
    """Open a text file, decompressed by its first bytes; an undecodable byte becomes U+FFFD.

    A byte order mark at the start of UTF-8 is no part of the text, whether declared or not.
    """
    name = "utf-8-sig" if encoding.lower().replace("_", "-") in ("utf-8", "utf8") else encoding
    opened = open_bytes(path)
    try:
        return io.TextIOWrapper(opened, encoding=name, errors="replace", newline="")
    except BaseException:
        opened.close()
        raise


def text_batches(
    path: Path, name: str, file: FileSettings, wanted: list[str], batch_rows: int
) -> Iterator[RawBatch]:
    """Give the rows of a text file; a blank line is no row.

    Raises
    ------
    DataError
        A column is lacking, or a quote is not closed: from there on nothing can be told apart.
    """
    csv.field_size_limit(MAX_CELL_CHARACTERS)
    size = path.stat().st_size
    _check_encoding(path, name, file.encoding)
    with open_text(path, file.encoding) as stream:
        reader = _reader(bounded_lines(stream), file.delimiter)
        _, header = next(_numbered_rows(reader, name), (0, []))
        if not header:
            raise DataError(f"{name} is empty.", fix="Export it again.")
        positions = column_positions(column_names(header), wanted, name)
        unread = Unread(stream, file.delimiter, reader.line_num + 1, MAX_CELL_CHARACTERS)
        width, wanted_at = len(header), list(positions.values())
        while can_be_plain(file.delimiter) and (part := unread.take(batch_rows, wanted_at, width)):
            n_bytes = size if unread.is_empty else _n_bytes(stream)
            if part.n_rows:
                yield _plain_batch(part, name, width, positions, n_bytes)
            if unread.is_empty:
                return
        try:
            lines = unread.lines()
        except csv.Error as failure:
            raise DataError(
                f"{name} is not well-formed CSV.", [str(failure)], "Export it again."
            ) from failure
        further = _numbered_rows(_reader(lines, file.delimiter), name, unread.line)
        ahead = list(islice(further, 1))
        while ahead:
            rows = ahead + list(islice(further, batch_rows - 1))
            ahead = list(islice(further, 1))
            yield _batch(rows, name, width, positions, _n_bytes(stream) if ahead else size)


def _check_encoding(path: Path, name: str, encoding: str) -> None:
    """Refuse UTF-8 where a one-byte encoding is declared: all would read, and every umlaut be wrong."""
    try:
        is_one_byte = len("é".encode(encoding)) == 1
    except (LookupError, UnicodeError):
        return
    with open_bytes(path) as stream:
        start = stream.read(ENCODING_SAMPLE)
    whole = start[: start.rfind(b"\n") + 1] or start
    if is_one_byte and not whole.isascii() and _is_utf8(whole):
        what = f"{name} is UTF-8, where its mapping says {encoding}."
        raise DataError(what, fix="Correct encoding in conf/data, or export it as before.")


def _is_utf8(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _reader(stream: Iterable[str], delimiter: str) -> Any:
    try:
        return csv.reader(stream, delimiter=delimiter, strict=True)
    except (TypeError, ValueError, csv.Error) as failure:
        what = f"the delimiter {delimiter!r} is not one character that can separate cells."
        raise ConfigError(what, fix='Correct delimiter in conf/data; a tab is written "\\t".') from failure


def _numbered_rows(reader: Any, name: str, first_line: int = 1) -> Iterator[NumberedRow]:
    """Give each row with the line it starts at."""
    starts_at = first_line
    try:
        for row in reader:
            if row:
                yield starts_at, row
            starts_at = first_line + reader.line_num
    except csv.Error as failure:
        where = f"the row that starts at line {starts_at:,}"
        what = f"{name} is not well-formed CSV: a quote in {where} does not close."
        detail = f"line {starts_at:,}: {failure}"
        raise DataError(what, [detail], "Close or double the quote in that row.") from failure


def _plain_batch(part: PlainRows, name: str, width: int, positions: dict[str, int], n_bytes: int) -> RawBatch:
    refused = [_refused_width(name, at, row, width) for at, row in part.odd]
    columns = {heading: part.column(at) for heading, at in positions.items()}
    rows = pd.DataFrame(columns, index=range(len(part.lines)))
    return RawBatch(name, rows, part.lines, refused, n_bytes, _n_unreadable(rows) if part.is_damaged else 0)


def _batch(
    part: list[NumberedRow], name: str, width: int, positions: dict[str, int], n_bytes: int
) -> RawBatch:
    refused = [_refused_width(name, at, row, width) for at, row in part if len(row) != width]
    whole = [numbered for numbered in part if len(numbered[1]) == width] if refused else part
    rows, damaged = _columns(whole, positions)
    if damaged:
        refused += [Refused(name, whole[at][0], "a NUL character", UNMAPPED) for at in damaged]
        refused.sort(key=lambda one: one.row)
        bad = set(damaged)
        whole = [numbered for at, numbered in enumerate(whole) if at not in bad]
        rows = rows.drop(index=damaged).reset_index(drop=True)
    return RawBatch(name, rows, [at for at, _ in whole], refused, n_bytes, _n_unreadable(rows))


def _n_unreadable(rows: pd.DataFrame) -> int:
    return sum(int(values.str.contains(UNREADABLE, regex=False).sum()) for _, values in rows.items())


def _columns(whole: list[NumberedRow], positions: dict[str, int]) -> tuple[pd.DataFrame, list[int]]:
    """Give the wanted columns, and which rows hold a NUL: a hole in the file, or another encoding."""
    kept = {name: pd.Series([row[at] for _, row in whole], dtype="str") for name, at in positions.items()}
    rows = pd.DataFrame(kept, index=range(len(whole)))
    is_damaged = pd.Series(False, index=rows.index)
    for values in kept.values():
        is_damaged |= values.str.contains(NUL, regex=False)
    return rows, rows.index[is_damaged].tolist()


def _refused_width(name: str, at: int, row: list[str], width: int) -> Refused:
    return Refused(name, at, f"{len(row)} cells where the header has {width}", UNMAPPED)


def _n_bytes(stream: IO[str]) -> int:
    opened = getattr(stream, "buffer", None)
    return opened.n_bytes if isinstance(opened, OpenedFile) else 0


def _unpacked(packed: Any, name: str) -> Any:
    start = packed.read(6)
    packed.seek(0)
    for magic, unpack in _MAGIC.items():
        if start.startswith(magic):
            return unpack(packed, name)
    return packed


def _only_member(packed: Any, name: str) -> Any:
    archive = zipfile.ZipFile(packed)
    members = [one for one in archive.namelist() if not one.endswith("/") and "__MACOSX" not in one]
    if len(members) != 1:
        what = f"{name} holds {len(members)} files: {examples(members)}."
        raise DataError(what, fix="Unpack it and name one of them.")
    return archive.open(members[0])


def _zstandard(packed: Any, name: str) -> Any:
    import pyarrow as pa

    return pa.CompressedInputStream(pa.PythonFile(packed, mode="r"), "zstd")


_MAGIC: dict[bytes, Callable[[Any, str], Any]] = {
    b"\x1f\x8b": lambda packed, name: gzip.GzipFile(fileobj=packed),
    b"BZh": lambda packed, name: bz2.BZ2File(packed),
    b"\xfd7zXZ\x00": lambda packed, name: lzma.LZMAFile(packed),  # noqa: SIM115 - OpenedFile closes it
    b"PK\x03\x04": _only_member,
    b"\x28\xb5\x2f\xfd": _zstandard,
}
