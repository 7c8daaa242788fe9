"""The scored list and the rows refused, as files: the same in every form, safe to open in a spreadsheet."""

from __future__ import annotations

import codecs
import csv
import shutil
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Literal, Self

import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from icp_ml.data.scored_text import csv_lines, header_line, safe_cell
from icp_ml.data.sources import Refused
from icp_ml.scoring import SCORED_COLUMNS
from icp_ml.scoring.reasons import REASONS

SIMILAR = pa.list_(
    pa.struct([("account_id", pa.string()), ("name", pa.string()), ("distance", pa.float64())])
)

SCHEMA = pa.schema(
    [
        ("account_id", pa.string()),
        ("name", pa.string()),
        ("segment", pa.string()),
        ("fit_probability", pa.float64()),
        ("fit_probability_unshifted", pa.float64()),
        ("fit_percentile", pa.float64()),
        ("fit_rank", pa.int64()),
        ("rubric_points", pa.float64()),
        ("tier", pa.string()),
        ("list_tier", pa.string()),
        ("reasons_for", REASONS),
        ("reasons_against", REASONS),
        ("similar_best", SIMILAR),
        ("similar_poor", SIMILAR),
        ("worth_finding", pa.string()),
        ("data_completeness", pa.float64()),
        ("is_familiar", pa.bool_()),
        ("unfamiliar", pa.string()),
        ("model_spread", pa.float64()),
        ("is_customer", pa.bool_()),
        ("duplicate_of", pa.string()),
        ("is_excluded", pa.bool_()),
        ("exclusion_reason", pa.string()),
        ("rule", pa.string()),
        ("model_tier", pa.string()),
        ("is_exploration", pa.bool_()),
        ("model_version", pa.string()),
        ("scored_at", pa.date32()),
    ]
)

SCHEMA_VERSION = 1
"""Rises with any change of the names, types or order above; Parquet files and the manifest bear it."""
STAMPED = SCHEMA.with_metadata({"icp_ml.schema_version": str(SCHEMA_VERSION)})
REFUSED_COLUMNS = ("source", "row", "reason", "content")


def write_scored(table: pa.Table, path: Path, form: Literal["csv", "parquet"]) -> None:
    """Write a part of the scored list: a whole Parquet file, or the lines of a CSV file without a header."""
    if form == "parquet":
        parquet.write_table(table, path)
        return
    path.write_bytes(csv_lines(table.select(SCORED_COLUMNS)))


def join_scored(paths: Iterable[Path], folder: Path, form: Literal["csv", "parquet"]) -> Path:
    """Make one file of the written parts of a scored list, in order."""
    target = folder / f"scored.{form}"
    if form == "parquet":
        with parquet.ParquetWriter(target, STAMPED) as writer:
            for path in paths:
                writer.write_table(parquet.read_table(path, schema=SCHEMA))
        return target
    join_lines(paths, SCORED_COLUMNS, target)
    return target


def read_scored(path: Path, columns: Sequence[str]) -> pd.DataFrame:
    """Read columns of a scored list that is a Parquet file."""
    rows: pd.DataFrame = parquet.read_table(path, columns=list(columns)).to_pandas()
    return rows


def join_lines(paths: Iterable[Path], header: Sequence[str], target: Path) -> None:
    """Put the lines of CSV files without a header into one file with it, as spreadsheets like it."""
    with target.open("wb") as stream:
        stream.write(codecs.BOM_UTF8 + header_line(header))
        for path in paths:
            with path.open("rb") as part:
                shutil.copyfileobj(part, stream)


class RefusedRows:
    """The lines of the rows that could not be scored, each with its reason; written as they come.

    Attributes
    ----------
    by_reason : Counter of str
    """

    def __init__(self, path: Path) -> None:
        self.by_reason: Counter[str] = Counter()
        self._stream = path.open("w", encoding="utf-8", newline="")
        self._writer = csv.DictWriter(self._stream, REFUSED_COLUMNS)

    def __enter__(self) -> Self:
        """Give the open file."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self._stream.close()

    def write(self, refused: Iterable[Refused]) -> None:
        """Add rows, and count them by reason."""
        for one in refused:
            self._writer.writerow({name: safe_cell(value) for name, value in asdict(one).items()})
            self.by_reason[one.reason] += 1
