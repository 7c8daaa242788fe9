"""The movers as a file for spreadsheets."""

from __future__ import annotations

from codecs import BOM_UTF8
from pathlib import Path

from icp_ml.data.scored_text import csv_lines, header_line
from icp_ml.rescore import Changes

NAME = "movers.csv"
N_ROWS_AT_ONCE = 50_000


def write_movers(changes: Changes, folder: Path) -> None:
    """Write who moved, entered and left, with no cell that a spreadsheet would run.

    In UTF-8 with the mark that spreadsheets look for; numbers have four decimals. Rows are put in text part
    by part: on the day that a model changes there are many.
    """
    rows = changes.movers
    # the points of a scored list have two decimals, under this name
    named = rows.rename_columns({"rubric_points": "points"})
    with (folder / NAME).open("wb") as stream:
        stream.write(BOM_UTF8 + header_line(rows.column_names))
        for start in range(0, len(rows), N_ROWS_AT_ONCE):
            stream.write(csv_lines(named.slice(start, N_ROWS_AT_ONCE)))
