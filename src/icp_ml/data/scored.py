"""Write a scored list in two passes: score as the list streams by, then place each row within the whole."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import ipc, parquet

from icp_ml.data.matching import Keys
from icp_ml.data.sources import Refused
from icp_ml.scoring import SCORED_COLUMNS, midrank_percentile, repeats_of_earlier
from icp_ml.scoring.reasons import reason_line

REASONS = pa.list_(
    pa.struct([("attribute", pa.string()), ("words", pa.string()), ("contribution", pa.float64())])
)

SCHEMA = pa.schema(
    [
        ("account_id", pa.string()),
        ("name", pa.string()),
        ("fit_probability", pa.float64()),
        ("fit_percentile", pa.float64()),
        ("tier", pa.string()),
        ("reasons_for", REASONS),
        ("reasons_against", REASONS),
        ("data_completeness", pa.float64()),
        ("model_spread", pa.float64()),
        ("is_customer", pa.bool_()),
        ("duplicate_of", pa.string()),
        ("model_version", pa.string()),
        ("scored_at", pa.date32()),
    ]
)

FIRST_PASS = pa.schema([one for one in SCHEMA if one.name not in ("fit_percentile", "duplicate_of")])
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
SIGNED_WORD = re.compile(r"[-+][\w.]*")


@dataclass
class FirstPass:
    """The scored rows on disk, and 24 bytes of each in memory for what only the whole list knows."""

    path: Path
    scores: list[Any] = field(default_factory=list)
    ids: list[Keys] = field(default_factory=list)
    domains: list[Keys] = field(default_factory=list)
    eligible: list[Any] = field(default_factory=list)
    tiers: Counter[str] = field(default_factory=Counter)
    n_customers: int = 0


def write_first_pass(batches: Iterable[tuple[pd.DataFrame, Keys, Keys]], path: Path) -> FirstPass:
    """Store scored batches as they come.

    Parameters
    ----------
    batches : iterable of (scored, id keys, domain keys)
        Scored rows with is_customer, model_version and scored_at.
    path : Path
        An Arrow file to make.
    """
    found = FirstPass(path)
    with ipc.new_file(path, FIRST_PASS) as stream:
        for scored, ids, domains in batches:
            stream.write_table(_arrow(scored))
            found.scores.append(scored["fit_probability"].to_numpy(copy=True))  # a view would keep the batch
            found.eligible.append(~scored["is_customer"].to_numpy())
            found.ids.append(ids)
            found.domains.append(domains)
            found.tiers.update(scored["tier"])
            found.n_customers += int(scored["is_customer"].sum())
    return found


def place_rows(first: FirstPass) -> Iterator[pa.Table]:
    """Give the stored batches again with percentile and duplicates, which need the whole list.

    Percentiles are over eligible rows: neither customers nor repeats of an earlier row.
    """
    originals = _originals(first)
    eligible = _eligible_scores(first, originals)
    wanted = set(originals.values())
    seen: dict[int, str] = {}
    start = 0
    with ipc.open_file(first.path) as stored:
        for number in range(stored.num_record_batches):
            rows = pa.Table.from_batches([stored.get_batch(number)])
            places = range(start, start + rows.num_rows)
            ids = rows["account_id"]
            seen |= {at: ids[at - start].as_py() for at in wanted.intersection(places)}
            duplicate_of = [seen[originals[at]] if at in originals else None for at in places]
            percentile = midrank_percentile(rows["fit_probability"].to_numpy(), eligible)
            rows = rows.append_column("fit_percentile", pa.array(percentile, pa.float64(), from_pandas=True))
            rows = rows.append_column("duplicate_of", pa.array(duplicate_of, pa.string()))
            yield rows.select(list(SCORED_COLUMNS)).cast(SCHEMA)
            start = places.stop


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


def _arrow(scored: pd.DataFrame) -> pa.Table:
    columns = {name: scored[name] for name in FIRST_PASS.names if not name.startswith("reasons_")}
    for name in ("reasons_for", "reasons_against"):
        columns[name] = pa.array(
            [[{"attribute": a, "words": w, "contribution": c} for a, w, c in row] for row in scored[name]],
            REASONS,
        )
    arrays = [pa.array(columns[one.name], one.type, from_pandas=True) for one in FIRST_PASS]
    return pa.Table.from_arrays(arrays, schema=FIRST_PASS)


def _joined(parts: list[Any], dtype: Any) -> Any:
    return np.concatenate(parts) if parts else np.empty(0, dtype=dtype)


def _originals(first: FirstPass) -> dict[int, int]:
    """Give each repeat the place of the earlier row that it repeats, by id or else by domain.

    The earlier row is never a repeat itself.
    """
    originals = repeats_of_earlier(_joined(first.domains, np.uint64))
    originals |= repeats_of_earlier(_joined(first.ids, np.uint64))
    for at in sorted(originals):
        originals[at] = originals.get(originals[at], originals[at])
    return originals


def _eligible_scores(first: FirstPass, repeats: Iterable[int]) -> Any:
    """Give the scores of new accounts, sorted."""
    is_eligible = _joined(first.eligible, np.bool_)
    is_eligible[list(repeats)] = False
    starts = np.cumsum([0, *(len(part) for part in first.scores)])
    parts = [
        part[is_eligible[start:][: len(part)]] for part, start in zip(first.scores, starts, strict=False)
    ]
    eligible = _joined(parts, np.float64)
    eligible.sort()
    return eligible


def _csv_rows(table: pa.Table) -> Iterator[list[Any]]:
    columns = []
    for name in SCORED_COLUMNS:
        values = table[name].to_pylist()
        if name.startswith("reasons_"):
            values = [reason_line([(one["attribute"], one["words"], 0.0) for one in row]) for row in values]
        columns.append([_cell(name, value) for value in values])
    return map(list, zip(*columns, strict=True))


def _cell(name: str, value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.1f}" if name == "fit_percentile" else f"{value:.4f}"
    return safe_cell(value)


def safe_cell(value: Any) -> Any:
    """Keep a spreadsheet from running a cell as a formula; a lone signed word, such as the id -12, stays."""
    is_formula = isinstance(value, str) and value.startswith(FORMULA_STARTS)
    return f"'{value}" if is_formula and not SIGNED_WORD.fullmatch(value) else value
