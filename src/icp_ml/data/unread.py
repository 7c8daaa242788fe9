"""Find where the rows of well-formed CSV end, without splitting them.

Where each quote opens a cell, closes one, or is one of a pair inside, a line feed between two pairs ends a
row; that is checked first. From the first text on that is otherwise, rows come one by one.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, Protocol

import numpy as np

Places = np.ndarray[Any, np.dtype[np.intp]]

CHUNK_BYTES = 1 << 16
MAX_CELL_CHARACTERS = 1 << 20  # a longer cell is a quote that never closes
LONGEST_LINE = 1 << 24  # in characters; there is no table of so many cells
MOST_BYTES = 1 << 30  # that pyarrow takes as one block
MOST_BYTES_OF_A_CHARACTER = 4  # in UTF-8
BYTE_ORDER_MARK = "\ufeff".encode()
QUOTE, LINE_FEED, RETURN = b'"\n\r'


class Rows(NamedTuple):
    """Consecutive rows, found and not yet split.

    Attributes
    ----------
    text : bytes
        UTF-8, with whatever the source has that is none; blank lines too.
    line : int
        At which the text starts.
    spans : array of shape (2, n_rows)
        Where each row starts in the text, and where it ends.
    delimiter : str
    """

    text: bytes
    line: int
    spans: Places
    delimiter: str

    @property
    def n_rows(self) -> int:
        """Count the rows."""
        return int(self.spans.shape[1])

    def cells(self, at: int) -> list[str]:
        """Split one row."""
        row = self.text[slice(*self.spans[:, at])].decode(errors="replace")
        return next(csv_reader(io.StringIO(row, newline=""), self.delimiter))


class Source(Protocol):
    """What gives the bytes of a text; fewer than asked for are the last ones."""

    def read(self, n_bytes: int, /) -> bytes:
        """Read on."""


def can_be_plain(delimiter: str) -> bool:
    """Say whether pyarrow can separate cells so."""
    return len(delimiter) == 1 and delimiter.isascii() and delimiter not in '"\r\n\0'


def csv_reader(lines: Iterable[str], delimiter: str) -> Any:
    """Split rows as Python does; a quote that does not close ends in an error, not in a cell of gigabytes."""
    csv.field_size_limit(MAX_CELL_CHARACTERS)
    return csv.reader(lines, delimiter=delimiter, strict=True)


class Unread:
    """What is left of a text, from the start of a row on.

    Parameters
    ----------
    source : Source
    delimiter : str
    line : int
        At which it starts.

    Attributes
    ----------
    n_taken : int
        How many bytes of the source were taken off.
    """

    def __init__(self, source: Source, delimiter: str, line: int = 1) -> None:
        self.delimiter, self.line, self.n_taken = delimiter, line, 0
        self._source, self._n_read, self._n_usual = source, 0, 0
        self._text, self._is_whole, self._is_plain = b"", False, can_be_plain(delimiter)

    def skip_mark(self) -> None:
        """Take off a byte order mark, with which a file may start."""
        self._read_on(CHUNK_BYTES)
        if self._text.startswith(BYTE_ORDER_MARK):
            self.n_taken = len(BYTE_ORDER_MARK)
            self._text = self._text[self.n_taken :]

    @property
    def is_empty(self) -> bool:
        """Say whether nothing follows."""
        return self._is_whole and not self._text

    def lines(self) -> Iterator[str]:
        """Give what is left line by line, none so long that it fills the memory; nothing can be taken then.

        Raises
        ------
        csv.Error
            One is: a compressed file may hold a line of any length.
        """
        self._is_plain = False
        rest = io.BufferedReader(_Rest(self._text, self._source))
        text = io.TextIOWrapper(rest, encoding="utf-8", errors="replace", newline="")
        while line := text.readline(LONGEST_LINE):
            if len(line) == LONGEST_LINE and not line.endswith("\n"):
                raise csv.Error(f"a line of more than {LONGEST_LINE:,} characters")
            yield line

    def take(self, n_rows: int) -> Rows | None:
        """Take the next rows off, at most so many; None where they are to be read one by one.

        The text is cut behind every so many rows, wherever it is not plain.
        """
        n_lacking = self._n_usual + self._n_usual // 8 - len(self._text)
        if n_lacking > 0 and self._is_plain and not self._is_whole:
            self._read_on(max(CHUNK_BYTES, n_lacking))
        while self._is_plain:
            ends = row_ends(self._text, self.delimiter)
            if ends is None or not self._is_bounded(ends):
                break
            found = spans(self._text, ends)
            if self._is_whole or found.shape[1] > n_rows:
                return self._taken(found, n_rows)
            self._read_on(max(CHUNK_BYTES, len(self._text)))
        self._is_plain = False
        return None

    def _taken(self, found: Places, n_rows: int) -> Rows:
        is_part = found.shape[1] > n_rows
        n_bytes = int(found[1, n_rows - 1]) + 1 if is_part else len(self._text)
        rows = Rows(self._text[:n_bytes], self.line, found[:, :n_rows], self.delimiter)
        self._text, self._n_usual = self._text[n_bytes:], n_bytes
        self.line += int(np.count_nonzero(bytes_of(rows.text) == LINE_FEED))
        self.n_taken = min(self.n_taken + n_bytes, self._n_read)
        return rows

    def _read_on(self, n_bytes: int) -> None:
        found = self._source.read(n_bytes)
        self._is_whole = len(found) < n_bytes
        if found.endswith(b"\r"):
            found += self._source.read(1)
        self._text += found
        self._n_read += len(found)
        if self._is_whole and self._text and not self._text.endswith(b"\n"):
            self._text += b"\n"

    def _is_bounded(self, ends: Places) -> bool:
        """Say whether no row is so long that it is left to the csv module, and the last one ends."""
        n_bytes = len(self._text)
        is_closed = not (self._is_whole and n_bytes) or (len(ends) > 0 and ends[-1] == n_bytes - 1)
        longest = np.diff(ends, prepend=0, append=n_bytes).max()
        return bool(is_closed and longest <= MAX_CELL_CHARACTERS and n_bytes < MOST_BYTES)


class _Rest(io.RawIOBase):
    """What was read of a source, and what follows."""

    def __init__(self, begun: bytes, source: Source) -> None:
        self._begun, self._source = io.BytesIO(begun), source

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        found = self._begun.read(len(buffer)) or self._source.read(len(buffer) // MOST_BYTES_OF_A_CHARACTER)
        buffer[: len(found)] = found
        return len(found)


def bytes_of(text: bytes) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """View a text as numbers."""
    return np.frombuffer(text, dtype=np.uint8)


def row_ends(text: bytes, delimiter: str) -> Places | None:
    """Find where rows end, blank lines too; None where the text is not plain."""
    signs = bytes_of(text)
    quotes, feeds = np.flatnonzero(signs == QUOTE), np.flatnonzero(signs == LINE_FEED)
    ends = feeds
    if len(quotes):
        if not _are_in_place(signs, quotes, ord(delimiter)):
            return None
        ends = ends[np.searchsorted(quotes, ends) % 2 == 0]
    n_returns = np.count_nonzero(signs == RETURN)
    is_plain = (
        b"\0" not in text
        and n_returns == np.count_nonzero(signs[feeds[feeds > 0] - 1] == RETURN)
        and not text.startswith(BYTE_ORDER_MARK)
    )
    return ends if is_plain else None


def spans(text: bytes, ends: Places) -> Places:
    """Give where rows start and end; a blank line is no row."""
    starts = np.concatenate(([0], ends[:-1] + 1))[: len(ends)]
    is_return = bytes_of(text)[starts] == RETURN
    is_blank = (ends == starts) | ((ends == starts + 1) & is_return)
    return np.stack((starts, ends))[:, ~is_blank]


def _are_in_place(signs: Any, quotes: Places, delimiter: int) -> bool:
    """Say whether each quote opens a cell at its start, closes one at its end, or is one of a pair inside."""
    opening, closing = quotes[::2], quotes[1::2]
    before = signs[opening[opening > 0] - 1]
    after = signs[closing[closing < len(signs) - 1] + 1]
    is_fine = np.zeros(256, dtype=bool)
    is_fine[[QUOTE, LINE_FEED, delimiter]] = True
    opens = bool(is_fine[before].all())
    is_fine[RETURN] = True
    return opens and bool(is_fine[after].all())
