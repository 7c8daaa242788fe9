"""The scored list and the rows refused, as files: the same in every form, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal, Self

import pyarrow as pa
from pyarrow import parquet

from icp_ml.data.sources import Refused
from icp_ml.scoring import SCORED_COLUMNS
from icp_ml.scoring.reasons import reason_line

REASONS = pa.list_(
    pa.struct([("attribute", pa.string()), ("words", pa.string()), ("contribution", pa.float64())])
)

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

N_DECIMALS = {"fit_percentile": 1, "rubric_points": 2}
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
SIGNED_WORD = re.compile(r"[-+][\w.]*")


def write_scored(tables: Iterable[pa.Table], folder: Path, form: Literal["csv", "parquet"]) -> Path:
    """Write the scored list as one file of the form asked for."""
    if form == "parquet":
        path = folder / "scored.parquet"
        with parquet.ParquetWriter(path, SCHEMA) as writer:
            for table in tables:
                writer.write_table(table)
        return path
    path = folder / "scored.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(SCORED_COLUMNS)
        for table in tables:
            writer.writerows(_csv_rows(table))
    return path


class RefusedRows:
    """The file of rows that could not be scored, each with its reason; written as they come.

    Attributes
    ----------
    by_reason : Counter of str
    """

    def __init__(self, path: Path) -> None:
        self.by_reason: Counter[str] = Counter()
        self._stream = path.open("w", encoding="utf-8-sig", newline="")
        self._writer = csv.DictWriter(self._stream, ("source", "row", "reason", "content"))
        self._writer.writeheader()

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


def _csv_rows(table: pa.Table) -> Iterator[list[Any]]:
    columns = []
    for name in SCORED_COLUMNS:
        values = table[name].to_pylist()
        if name.startswith("reasons_"):
            values = [reason_line([(one["attribute"], one["words"], 0.0) for one in row]) for row in values]
        if name.startswith("similar_"):
            values = ["; ".join(one["name"] or one["account_id"] for one in row or ()) for row in values]
        columns.append([_cell(name, value) for value in values])
    return map(list, zip(*columns, strict=True))


def _cell(name: str, value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.{N_DECIMALS.get(name, 4)}f}"
    return safe_cell(value)


def safe_cell(value: Any) -> Any:
    """Keep a spreadsheet from running a cell as a formula; a lone signed word, such as the id -12, stays."""
    is_formula = isinstance(value, str) and value.startswith(FORMULA_STARTS)
    return f"'{value}" if is_formula and not SIGNED_WORD.fullmatch(value) else value
