"""Make batches of the rows of a text file: of those split at once, and of those split one by one."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pandas as pd

from icp_ml.data.damaged import HOLDS_NUL, NUL
from icp_ml.data.plain_rows import split
from icp_ml.data.raw import UNMAPPED, RawBatch, Refused
from icp_ml.data.unread import Rows, Unread, csv_reader
from icp_ml.errors import ConfigError, DataError

UNREADABLE = "\ufffd"
NumberedRow = tuple[int, list[str]]


@dataclass(frozen=True)
class Layout:
    """What the header of a text file says of its rows.

    Attributes
    ----------
    name : str
        What messages call the file.
    width : int
        How many cells a row has.
    positions : mapping of str to int
        Where the user's columns stand.
    """

    name: str
    width: int
    positions: Mapping[str, int]

    def batch(self, rows: Rows, n_bytes: int) -> RawBatch:
        """Split rows that were found."""
        part = split(rows, list(self.positions.values()), self.width)
        if part is None:
            unread = Unread(BytesIO(rows.text), rows.delimiter, rows.line)
            return self.listed(list(numbered_rows(unread, self.name)), n_bytes)
        refused = [self._refused(at, row) for at, row in part.odd]
        columns = {heading: part.column(at) for heading, at in self.positions.items()}
        table = pd.DataFrame(columns, index=range(len(part.lines)))
        n_unreadable = _n_unreadable(table) if part.is_damaged else 0
        return RawBatch(self.name, table, part.lines, refused, n_bytes, n_unreadable)

    def listed(self, part: list[NumberedRow], n_bytes: int) -> RawBatch:
        """Take rows that were split one by one."""
        refused = [self._refused(at, row) for at, row in part if len(row) != self.width]
        whole = [numbered for numbered in part if len(numbered[1]) == self.width] if refused else part
        rows, damaged = _columns(whole, self.positions)
        if damaged:
            refused += [Refused(self.name, whole[at][0], HOLDS_NUL, UNMAPPED) for at in damaged]
            refused.sort(key=lambda one: one.row)
            bad = set(damaged)
            whole = [numbered for at, numbered in enumerate(whole) if at not in bad]
            rows = rows.drop(index=damaged).reset_index(drop=True)
        return RawBatch(self.name, rows, [at for at, _ in whole], refused, n_bytes, _n_unreadable(rows))

    def _refused(self, at: int, row: list[str]) -> Refused:
        return Refused(self.name, at, f"{len(row)} cells where the header has {self.width}", UNMAPPED)


def _reader(lines: Iterable[str], delimiter: str) -> Any:
    try:
        return csv_reader(lines, delimiter)
    except (TypeError, ValueError, csv.Error) as failure:
        what = f"the delimiter {delimiter!r} is not one character that can separate cells."
        raise ConfigError(what, fix='Correct delimiter in conf/data; a tab is written "\\t".') from failure


def numbered_rows(unread: Unread, name: str) -> Iterator[NumberedRow]:
    """Give each row that is left, with the line it starts at."""
    first_line = starts_at = unread.line
    reader = _reader(unread.lines(), unread.delimiter)
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


def _n_unreadable(rows: pd.DataFrame) -> int:
    return sum(int(values.str.contains(UNREADABLE, regex=False).sum()) for _, values in rows.items())


def _columns(whole: list[NumberedRow], positions: Mapping[str, int]) -> tuple[pd.DataFrame, list[int]]:
    """Give the wanted columns, and which rows hold a NUL: a hole in the file, or another encoding."""
    kept = {name: pd.Series([row[at] for _, row in whole], dtype="str") for name, at in positions.items()}
    rows = pd.DataFrame(kept, index=range(len(whole)))
    is_damaged = pd.Series(False, index=rows.index)
    for values in kept.values():
        is_damaged |= values.str.contains(NUL, regex=False)
    return rows, rows.index[is_damaged].tolist()
