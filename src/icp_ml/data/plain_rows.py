"""Split well-formed CSV with pyarrow, where it gives what Python's csv module gives, in a tenth of the time.

The two agree on the rows that `unread` finds.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from icp_ml.data.unread import LINE_FEED, MOST_BYTES, Rows, bytes_of, row_ends, spans

UNREADABLE = "\ufffd".encode()


class PlainRows(NamedTuple):
    """Consecutive rows, split.

    Attributes
    ----------
    cells : pyarrow.Table
        One column of texts for each one wanted, named by its position; without the odd rows.
    lines : list of int
        The line at which each of these rows starts.
    odd : list of (int, list of str)
        Rows with more or fewer cells than the header, and their lines.
    is_damaged : bool
        Whether some cell has a character that the encoding does not know.
    """

    cells: Any
    lines: list[int]
    odd: list[tuple[int, list[str]]]
    is_damaged: bool

    def column(self, at: int) -> pd.Series[str]:
        """Give the texts of one of the wanted columns, without copying them."""
        dtype: Any = pd.StringDtype(na_value=np.nan)
        texts = self.cells.column(str(at)) if self.lines else []
        return pd.Series(dtype.__from_arrow__(texts) if self.lines else texts, dtype="str")


def split(rows: Rows, wanted: list[int], width: int) -> PlainRows | None:
    """Split rows that were found, one at least; None where they are to be read one by one.

    Parameters
    ----------
    wanted : list of int
        Positions of the columns to keep.
    width : int
        How many cells a row has.
    """
    readable = _readable(rows)
    if readable is None:
        return None
    text, starts = readable.text, readable.spans[0]
    cells, odd = _cells(readable, wanted, width)
    if cells.num_rows + len(odd) != len(starts):
        return None
    feeds = np.flatnonzero(bytes_of(text) == LINE_FEED)
    lines = (readable.line + np.searchsorted(feeds, starts)).tolist()
    apart = [(lines[at], readable.cells(at)) for at in odd]
    is_odd = set(odd)
    lines = [line for at, line in enumerate(lines) if at not in is_odd] if odd else lines
    is_damaged = UNREADABLE[:1] in text and UNREADABLE in text  # one byte is found much sooner
    return PlainRows(cells, lines, apart, is_damaged)


def _readable(rows: Rows) -> Rows | None:
    """Put U+FFFD for what is no UTF-8; a line feed ends whatever is broken, so no row touches the next."""
    if _is_valid(rows.text):
        return rows
    text = rows.text.decode(errors="replace").encode()
    ends = row_ends(text, rows.delimiter)
    if ends is None or len(text) >= MOST_BYTES:
        return None
    return rows._replace(text=text, spans=spans(text, ends))


def _is_valid(text: bytes) -> bool:
    """Say whether a text is UTF-8, in a tenth of the time that decoding it takes."""
    import pyarrow as pa

    ends = pa.py_buffer(np.array([0, len(text)], dtype=np.int64))
    try:
        pa.LargeStringArray.from_buffers(1, ends, pa.py_buffer(text)).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _cells(rows: Rows, wanted: list[int], width: int) -> tuple[Any, list[int]]:
    """Split rows; give the wanted columns, and the places of the rows that are not so wide."""
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    odd: list[int] = []

    def set_apart(row: Any) -> str:
        odd.append(row.number - 1)
        return "skip"

    kept = [str(at) for at in dict.fromkeys(wanted)]
    table = arrow_csv.read_csv(
        pa.BufferReader(rows.text),
        arrow_csv.ReadOptions(
            use_threads=False, block_size=len(rows.text) + 1, column_names=[str(at) for at in range(width)]
        ),
        arrow_csv.ParseOptions(
            delimiter=rows.delimiter, newlines_in_values=True, invalid_row_handler=set_apart
        ),
        arrow_csv.ConvertOptions(
            include_columns=kept,
            column_types=dict.fromkeys(kept, pa.large_string()),
            strings_can_be_null=False,
            check_utf8=False,
        ),
    )
    return table, odd
