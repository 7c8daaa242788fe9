"""Read CSV and its relatives, row by row where they are not well-formed; find pieces that others can read."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from icp_ml.data.opening import Recoded, is_utf8, open_bytes
from icp_ml.data.raw import RawBatch, check_is_seen, column_names, column_positions
from icp_ml.data.text_rows import Layout, NumberedRow, numbered_rows
from icp_ml.data.unread import Rows, Unread
from icp_ml.errors import DataError, UnavailableError
from icp_ml.settings import FileSettings

ENCODING_SAMPLE = 1 << 20


@dataclass(frozen=True, eq=False)
class TextPiece:
    """Consecutive rows of a text file, found and not yet split: whoever works on them reads them.

    Attributes
    ----------
    path : Path
        Absolute: a worker may have another working folder.
    size : int
        Of the whole file, when the rows were found.
    layout : Layout
    delimiter : str
    start, stop : int
        Between which bytes of the file the rows stand.
    line : int
        At which they start.
    spans : array of uint32, shape (2, n_rows)
        Where each row starts between these bytes, and where it ends.
    n_bytes : int
        How much of the source is read when this piece is, for the progress bar.
    """

    path: Path
    size: int
    layout: Layout
    delimiter: str
    start: int
    stop: int
    line: int
    spans: npt.NDArray[np.uint32]
    n_bytes: int

    def batches(self, _batch_rows: int) -> Iterator[RawBatch]:
        """Read the rows, which are one batch.

        Raises
        ------
        UnavailableError
            Whoever works on the rows does not see the file, or it was changed.
        """
        rows = Rows(self._text(), self.line, self.spans.astype(np.intp), self.delimiter)
        yield self.layout.batch(rows, self.n_bytes)

    def _text(self) -> bytes:
        check_is_seen(self.path)
        try:
            with self.path.open("rb") as stream:
                size = os.fstat(stream.fileno()).st_size
                stream.seek(self.start)
                text = stream.read(self.stop - self.start)
        except OSError as failure:
            what = f"{self.layout.name} cannot be read: {failure}."
            raise UnavailableError(what, fix="Let every worker read it.") from failure
        if size != self.size or len(text) < self.stop - self.start:
            what = f"{self.layout.name} was changed while it was read."
            raise UnavailableError(what, fix="Run again when its export is complete; the last list stays.")
        return text


class _TextFile(NamedTuple):
    """A text whose header was read.

    Attributes
    ----------
    unread : Unread
    further : iterator of NumberedRow
        What is left unread where no more can be taken; it begins when it is first asked.
    layout : Layout
    n_bytes : callable
        Says how much of the file was read, given whether that was the last row.
    """

    unread: Unread
    further: Iterator[NumberedRow]
    layout: Layout
    n_bytes: Callable[[bool], int]

    def pieces(self, path: Path, size: int, n_rows: int) -> Iterator[TextPiece]:
        """Give the rows unread, as far as they are plain."""
        unread, start = self.unread, self.unread.n_taken
        while not unread.is_empty and (rows := unread.take(n_rows)):
            stop = unread.n_taken
            if rows.n_rows:
                spans = rows.spans.astype(np.uint32)  # of MOST_BYTES at most
                yield TextPiece(
                    path, size, self.layout, unread.delimiter, start, stop, rows.line, spans, stop
                )
            start = stop

    def batches(self, n_rows: int) -> Iterator[RawBatch]:
        """Give the rows; from where they are not plain one by one."""
        while not self.unread.is_empty and (rows := self.unread.take(n_rows)):
            if rows.n_rows:
                yield self.layout.batch(rows, self.n_bytes(self.unread.is_empty))
        ahead = list(islice(self.further, 1))
        while ahead:
            part = ahead + list(islice(self.further, n_rows - 1))
            ahead = list(islice(self.further, 1))
            yield self.layout.listed(part, self.n_bytes(not ahead))


def text_batches(
    path: Path, name: str, file: FileSettings, wanted: list[str], batch_rows: int
) -> Iterator[RawBatch]:
    """Give the rows of a text file; a blank line is no row.

    Raises
    ------
    DataError
        A column is lacking, or a quote is not closed: from there on nothing can be told apart.
    """
    with _opened(path, name, file, wanted) as (text, _):
        yield from text.batches(batch_rows)


def text_pieces(
    path: Path, name: str, file: FileSettings, wanted: list[str], batch_rows: int
) -> Iterator[RawBatch | TextPiece]:
    """Give the rows of a text file, cut as its batches are: unread where whoever reads them finds them."""
    with _opened(path, name, file, wanted) as (text, size):
        if size is not None:
            yield from text.pieces(path.absolute(), size, batch_rows)
        yield from text.batches(batch_rows)


@contextmanager
def _opened(
    path: Path, name: str, file: FileSettings, wanted: list[str]
) -> Iterator[tuple[_TextFile, int | None]]:
    """Open a text file and read its header; give its size too where its bytes are those of the text."""
    size = path.stat().st_size
    _check_encoding(path, name, file.encoding)
    with open_bytes(path) as opened:
        is_ours = is_utf8(file.encoding)
        unread = Unread(opened if is_ours else Recoded(opened, file.encoding), file.delimiter)
        if is_ours:
            unread.skip_mark()
        further = numbered_rows(unread, name)
        layout = _layout(unread, further, name, wanted)
        text = _TextFile(unread, further, layout, lambda is_last: size if is_last else opened.n_bytes)
        yield text, size if is_ours and not opened.is_packed else None


def _layout(unread: Unread, further: Iterator[NumberedRow], name: str, wanted: list[str]) -> Layout:
    rows = unread.take(1)
    if rows is None:
        _, header = next(further, (0, []))
    else:
        header = rows.cells(0) if rows.n_rows else []
    if not header:
        raise DataError(f"{name} is empty.", fix="Export it again.")
    return Layout(name, len(header), column_positions(column_names(header), wanted, name))


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
