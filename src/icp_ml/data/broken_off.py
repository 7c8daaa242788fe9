"""Notice a text file whose export broke off in the middle of a row."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from icp_ml.data.endings import EXCEL_ENDINGS, PARQUET_ENDINGS
from icp_ml.data.opening import OpenedFile
from icp_ml.data.sources import UNREADABLE, UNSUPPORTED, open_bytes, open_text, place_name, source_paths
from icp_ml.errors import DataError, count
from icp_ml.settings import FileSettings

TAIL = 1 << 20  # bytes; a last row is no longer
MOST_LINES = 200  # that a last row may span, as a description with line breaks does


def check_ending(file: FileSettings) -> None:
    """Refuse a text file that ends without a line break and in the middle of a row.

    Many a complete file has no line break at its end: only a last row that has not the header's number of
    cells, or a quote that is open, says that the rest is lacking. A cut inside the very last cell cannot be
    seen. Other formats say themselves that they are truncated, and so do compressed files.

    Raises
    ------
    UnavailableError
        It is not there.
    DataError
        It ends in the middle of a row.
    """
    if file.url is not None:
        return
    for path in source_paths(file):
        if path.suffix.lower() not in (*PARQUET_ENDINGS, *EXCEL_ENDINGS):
            _check(path, file)


def _check(path: Path, file: FileSettings) -> None:
    try:
        tail = _tail(path).decode(file.encoding, errors="replace")
        width = _width(path, file)
    except (*UNREADABLE, *UNSUPPORTED, csv.Error, DataError, TypeError, ValueError):
        return  # what is wrong with it is said where it is read
    if tail.endswith(("\n", "\r")) or not tail:
        return
    n_cells = _n_cells(io.StringIO(tail, newline="").readlines(), file.delimiter, width)
    if n_cells == width:
        return
    what = f"{place_name(file)} ends in the middle of a row."
    found = (
        "its last row has an open quote" if n_cells is None else f"its last row has {count(n_cells, 'cell')}"
    )
    detail = f"{found} where the header has {width}, and no line break follows"
    fix = "The export broke off or is still at work: run it again; the last list stays."
    raise DataError(what, [f"{path.name}: {detail}"], fix)


def _n_cells(lines: list[str], delimiter: str, width: int) -> int | None:
    """Count the cells of the last row, which may span several lines; None where a quote is open."""
    alone = None
    for n_lines in range(1, min(len(lines), MOST_LINES) + 1):
        try:
            rows = list(csv.reader(lines[-n_lines:], delimiter=delimiter, strict=True))
        except csv.Error:
            continue
        if len(rows) == 1 and len(rows[0]) == width:
            return width
        alone = len(rows[0]) if n_lines == 1 else alone
    return alone


def _width(path: Path, file: FileSettings) -> int:
    with open_text(path, file.encoding) as stream:
        return len(next(csv.reader(stream, delimiter=file.delimiter), []))


def _tail(path: Path) -> bytes:
    """Read the end of a file; of a compressed one, all of it passes by."""
    with open_bytes(path) as stream:
        if stream.is_packed:
            return _last_bytes(stream)
        stream.seek(max(0, path.stat().st_size - TAIL))
        return stream.read()


def _last_bytes(stream: OpenedFile) -> bytes:
    tail = b""
    while part := stream.read(TAIL):
        tail = (tail + part)[-TAIL:]
    return tail
