"""Read the first rows of a file, and count what each column holds."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from icp_ml.data.endings import EXCEL_ENDINGS, PARQUET_ENDINGS
from icp_ml.data.proposals import vocabulary
from icp_ml.data.proposals.formats import Format, format_of
from icp_ml.data.proposals.headings import is_writable
from icp_ml.data.sources import column_names, open_text, read_batches
from icp_ml.errors import DataError
from icp_ml.parsing.texts import parse_id
from icp_ml.parsing.typed import as_text
from icp_ml.settings import ColumnSettings

if TYPE_CHECKING:
    import pandas as pd

SAMPLE_ROWS = 20_000
KEY = ColumnSettings.model_validate("key")


@dataclass(frozen=True, eq=False)
class Column:
    """A column of the user's: its heading, its place and its cells."""

    heading: str
    position: int
    raw: pd.Series[Any]

    @cached_property
    def counts(self) -> dict[str, int]:
        """Give each distinct cell as text, stripped and not blank, with its rows; most frequent first."""
        texts = self.raw.loc[self.raw.notna()].map(as_text).astype(object).str.strip()
        return {
            str(text): int(n) for text, n in texts.value_counts().items() if text and is_writable(str(text))
        }

    @cached_property
    def n_given(self) -> int:
        """Count the rows that are not blank."""
        return sum(self.counts.values())

    @cached_property
    def ids(self) -> dict[str, int]:
        """Give each distinct cell read as an id with its rows, without those that mean "not known"."""
        found: Counter[str] = Counter()
        for text, n in self.counts.items():
            if text.casefold() not in vocabulary.NOT_KNOWN:
                found[parse_id(text, KEY) or text] += n
        return dict(found)

    @property
    def unique_share(self) -> float:
        """Give distinct ids per row that has one, 0 where none has."""
        return len(self.ids) / sum(self.ids.values()) if self.ids else 0.0


@dataclass(frozen=True, eq=False)
class Sample:
    """The first rows of a file."""

    format: Format
    columns: Sequence[Column]
    n_rows: int
    n_refused: int
    is_whole: bool
    skipped: tuple[str, ...] = ()  # headings that no mapping can hold

    @property
    def path(self) -> Path:
        """Give the file's path."""
        return self.format.path

    def column(self, heading: str) -> Column:
        """Give a column by its heading."""
        return next(one for one in self.columns if one.heading == heading)


def sample_of(path: Path) -> Sample:
    """Read up to 20,000 rows of a file, as the pipelines will read it.

    Raises
    ------
    UnavailableError
        There is no such file.
    DataError
        It cannot be read, or holds no rows.
    """
    found = format_of(path)
    given = list(dict.fromkeys(_headings(found)))
    headings = [one for one in given if one == one.strip() and is_writable(one)]
    skipped = tuple(one for one in given if one not in headings)
    batch = next(read_batches(found.settings, headings, SAMPLE_ROWS), None)
    if batch is None or (not len(batch.rows) and not batch.refused):
        raise DataError(f"{path.name} has headings and no rows.", fix="Export it again.")
    columns = [Column(heading, at, batch.rows[heading]) for at, heading in enumerate(headings)]
    n_rows = len(batch.rows) + len(batch.refused)
    return Sample(found, columns, len(batch.rows), len(batch.refused), n_rows < SAMPLE_ROWS, skipped)


def _headings(found: Format) -> list[str]:
    ending = found.path.suffix.lower()
    if ending in PARQUET_ENDINGS:
        return _parquet_headings(found.path)
    if ending in EXCEL_ENDINGS:
        return _excel_headings(found)
    with open_text(found.path, found.settings.encoding) as stream:
        try:
            rows = csv.reader(stream, delimiter=found.settings.delimiter, strict=True)
            return column_names(next(rows, []))
        except csv.Error as failure:
            what = f"{found.path.name} is not well-formed CSV: its headings do not end."
            raise DataError(what, [f"line 1: {failure}"], "Close or double the quote there.") from failure


def _parquet_headings(path: Path) -> list[str]:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        return list(parquet.read_schema(path).names)
    except pa.ArrowInvalid as failure:
        fix = "Write it again; it may be truncated."
        raise DataError(f"{path.name} is not a readable Parquet file.", fix=fix) from failure


def _excel_headings(found: Format) -> list[str]:
    import pandas as pd

    first = pd.read_excel(
        found.path,
        sheet_name=found.settings.sheet or 0,
        dtype=object,
        keep_default_na=False,
        header=None,
        nrows=1,
        engine="openpyxl",
    )
    return column_names([str(cell) for cell in first.iloc[0]]) if len(first) else []
