"""Store the scored rows of each part of a list, and gather of all parts what only the whole list knows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import ipc

from icp_ml.data.checks import Findings
from icp_ml.data.scored import SCHEMA
from icp_ml.data.segments import Coverage
from icp_ml.features.statistics import Floats
from icp_ml.matching.keys import ROW_KEYS, SPREAD, Keys
from icp_ml.rules import Effects
from icp_ml.scoring import OF_THE_LIST

KEY = "key_"
"""What the names of stored keys begin with; they differ between segments where rows are compared by them."""

COMPARED_BY = ("id", "domain", "registration_id", "name")
STORED = [one for one in SCHEMA if one.name not in OF_THE_LIST]
FIRST_PASS = pa.schema(
    [
        *STORED,
        ("rank_score", pa.float64()),
        ("segment_code", pa.uint16()),
        *(pa.field(KEY + name, pa.uint64()) for name in ROW_KEYS),
    ]
)


class Scored(NamedTuple):
    """A batch of scored rows with whose and of whom they are, and the rows' keys."""

    rows: pd.DataFrame
    keys: pd.DataFrame


@dataclass
class PartCounts:
    """What was counted while a part was read and scored.

    Attributes
    ----------
    findings : Findings
    coverage : Coverage
    n_rows : int
        Scored rows.
    tiers : dict of str to Counter of str
        Rows of each tier, by segment.
    customers : Counter of str
        Rows of customers, by what these were recognised by.
    effects : dict of str to Counter of str
        What each rule did: rows matched, decided, and of these best_fit and good_fit by the model.
    refused_by_reason : Counter of str
    n_bytes : int
        How much of the source is read with this part.
    """

    findings: Findings
    coverage: Coverage
    n_rows: int = 0
    tiers: dict[str, Counter[str]] = field(default_factory=dict)
    customers: Counter[str] = field(default_factory=Counter)
    effects: dict[str, Counter[str]] = field(default_factory=dict)
    refused_by_reason: Counter[str] = field(default_factory=Counter)
    n_bytes: int = 0

    @classmethod
    def of(cls, segments: tuple[str, ...]) -> Self:
        """Begin to count rows of the segments that can score."""
        return cls(Findings(), Coverage(segments))

    def add(self, scored: pd.DataFrame) -> None:
        """Count a batch of scored rows."""
        self.n_rows += len(scored)
        for name, tiers in scored.groupby("segment", sort=False)["tier"]:
            self.tiers.setdefault(str(name), Counter()).update(tiers)
        self.customers.update(scored.loc[scored["is_customer"], "recognised_by"])

    def add_effects(self, effects: Effects) -> None:
        """Count what the rules did to a batch."""
        for (rule, what), n_rows in effects.items():
            self.effects.setdefault(rule, Counter())[what] += n_rows

    def all_effects(self) -> Effects:
        """Give what the rules did, by rule and what came of it."""
        return Counter({(rule, what): n for rule, found in self.effects.items() for what, n in found.items()})

    def merge(self, later: PartCounts) -> None:
        """Add the counts of a part that follows."""
        self.findings.merge(later.findings)
        self.coverage.merge(later.coverage)
        self.n_rows += later.n_rows
        for name, tiers in later.tiers.items():
            self.tiers.setdefault(name, Counter()).update(tiers)
        self.customers.update(later.customers)
        for rule, found in later.effects.items():
            self.effects.setdefault(rule, Counter()).update(found)
        self.refused_by_reason.update(later.refused_by_reason)


def write_part(batches: Iterable[Scored], counts: PartCounts, path: Path) -> None:
    """Store the scored batches of a part as they come, and count their rows.

    Parameters
    ----------
    batches : iterable of Scored
    counts : PartCounts
        Grows; its segments give each row's segment its number.
    path : Path
        An Arrow file to make.
    """
    segments = {name: code for code, name in enumerate(counts.coverage.with_model)}
    with ipc.new_file(path, FIRST_PASS) as stream:
        for scored, keys in batches:
            counts.add(scored)
            codes = scored["segment"].map(segments).to_numpy(dtype=np.uint16)
            stream.write_batch(_arrow(scored, keys, codes))


@dataclass(frozen=True)
class FirstPass:
    """All scored rows on disk, and 11 bytes of each in memory for what only the list knows.

    Attributes
    ----------
    paths : tuple of Path
        Of the parts, in order.
    segments : tuple of str
        Their positions are the codes.
    starts : ndarray of int64, shape (n_parts + 1,)
        Place in the list of each part's first row, and the number of rows.
    scores : ndarray of float64, shape (n_rows,)
        What rows are ranked by.
    eligible : ndarray of bool, shape (n_rows,)
        Whether no rule excludes a row.
    codes : ndarray of uint16, shape (n_rows,)
        The number of its segment.
    """

    paths: tuple[Path, ...]
    segments: tuple[str, ...]
    starts: Any
    scores: Floats
    eligible: Any
    codes: Any

    @property
    def n_rows(self) -> int:
        """How many rows were stored."""
        return len(self.scores)

    def column(self, name: str) -> Any:
        """Read one column of all parts, without nulls."""
        return _whole([part_column(path, name) for path in self.paths], FIRST_PASS.field(name).type)


def read_first_pass(paths: Sequence[Path], segments: tuple[str, ...]) -> FirstPass:
    """Read of the parts of a list what placing its rows needs."""
    sizes = [len(part_column(path, "segment_code")) for path in paths]
    first = FirstPass(tuple(paths), segments, np.cumsum([0, *sizes]), *[np.empty(0)] * 3)
    return replace(
        first,
        scores=first.column("rank_score"),
        eligible=~np.asarray(first.column("is_excluded"), dtype=bool),
        codes=first.column("segment_code"),
    )


def part_column(path: Path, name: str) -> Any:
    """Read one column of a part."""
    options = ipc.IpcReadOptions(included_fields=[FIRST_PASS.get_field_index(name)])
    with pa.memory_map(str(path)) as source:
        column: Any = ipc.open_file(source, options=options).read_all().column(0)
        return np.array(column.to_numpy())


def _whole(parts: list[Any], kind: Any) -> Any:
    return np.concatenate(parts) if parts else np.empty(0, dtype=kind.to_pandas_dtype())


def _keys_within(keys: Keys, codes: Any) -> Keys:
    """Let the same account in two segments be two, and the unknown stay unknown."""
    return np.where(keys == 0, keys, keys + codes * SPREAD)


def _arrow(scored: pd.DataFrame, keys: pd.DataFrame, codes: Any) -> pa.RecordBatch:
    nothing = [None] * len(scored)
    columns = {one.name: scored.get(one.name, nothing) for one in FIRST_PASS}
    columns |= {KEY + name: keys[name].to_numpy() for name in ROW_KEYS}
    columns |= {KEY + name: _keys_within(columns[KEY + name], codes) for name in COMPARED_BY}
    columns["segment_code"] = codes
    arrays = [pa.array(columns[one.name], one.type, from_pandas=True) for one in FIRST_PASS]
    whole = [one.combine_chunks() if isinstance(one, pa.ChunkedArray) else one for one in arrays]
    return pa.RecordBatch.from_arrays(whole, schema=FIRST_PASS)  # one batch in, one batch out
