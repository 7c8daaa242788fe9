"""Store the scored rows of each part of a list, and gather of all parts what only the whole list knows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple, Self

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import ipc

from icp_ml.data.layers import Places, Recalled
from icp_ml.data.part_counts import PartCounts
from icp_ml.data.scored import SCHEMA
from icp_ml.features.statistics import Floats
from icp_ml.matching.keys import ROW_KEYS, SPREAD, Keys
from icp_ml.scoring import OF_THE_LIST

KEY = "key_"
"""What the names of stored keys begin with; they differ between segments where rows are compared by them."""

COMPARED_BY = ("id", "domain", "registration_id", "name")
REASONS = pa.schema(
    [SCHEMA.field(one) for one in ("reasons_for", "reasons_against", "similar_best", "similar_poor")]
)
"""The most of what is told of a row: it is stored once, and named by its place; for CSV as its cells."""
STORED = [one for one in SCHEMA if one.name not in (*OF_THE_LIST, *REASONS.names)]
FIRST_PASS = pa.schema(
    [
        *STORED,
        ("rank_score", pa.float64()),
        ("moment", pa.uint64()),
        ("drift", pa.binary()),
        ("segment_code", pa.uint16()),
        ("inputs_at", pa.int64()),
        ("reasons_at", pa.int64()),
        ("input_first", pa.uint64()),
        ("input_second", pa.uint64()),
        *(pa.field(KEY + name, pa.uint64()) for name in ROW_KEYS),
    ]
)


TOLD = pa.schema(
    [
        FIRST_PASS.field(name)
        for name in (
            *("fit_probability", "fit_probability_unshifted", "rubric_points", "rank_score", "model_tier"),
            *("data_completeness", "is_familiar", "unfamiliar", "model_spread", "moment", "drift"),
        )
    ]
)
"""What a model tells of a row, beside its reasons.

moment is a digest of what the day alone changes of its encoding; drift has a byte for each watched attribute.
"""


NO_INPUTS = pa.schema([(f"input:{half}", pa.uint64()) for half in ("first", "second")])
"""Of a part without a new row: what is asked of every part."""


class Scored(NamedTuple):
    """A batch of scored rows.

    Attributes
    ----------
    rows : pandas.DataFrame
        Whose and of whom they are, what rules made of them, the digests of their inputs, and input_row:
        where each stands in the inputs.
    told : pyarrow.Table
        What the models tell of them: TOLD.
    reasons : Recalled
        And why: REASONS, or their cells.
    keys : pandas.DataFrame
        Of the rows.
    inputs : Recalled
        The rows as they were read, each once however many segments cover it.
    """

    rows: pd.DataFrame
    told: pa.Table
    reasons: Recalled
    keys: pd.DataFrame
    inputs: Recalled


def write_part(batches: Iterable[Scored], counts: PartCounts, paths: PartPaths) -> None:
    """Store the scored batches of a part as they come, and count their rows.

    Parameters
    ----------
    batches : iterable of Scored
    counts : PartCounts
        Grows; its segments give each row's segment its number.
    paths : PartPaths
        Arrow files to make.
    """
    segments = {name: code for code, name in enumerate(counts.coverage.with_model)}
    with (
        ipc.new_file(paths.scored, FIRST_PASS) as stream,
        _Added(paths.inputs, paths.first_place, NO_INPUTS) as inputs,
        _Added(paths.reasons, paths.first_place, REASONS) as reasons,
    ):
        for one in batches:
            counts.add(one.rows)
            known: dict[str, Any] = {
                "segment_code": one.rows["segment"].map(segments).to_numpy(dtype=np.uint16),
                "inputs_at": inputs.add(one.inputs)[one.rows["input_row"].to_numpy()],
                "reasons_at": reasons.add(one.reasons),
            }
            stream.write_batch(_arrow(one, known))


class PartPaths(NamedTuple):
    """Where the rows of a part go: scored, as they were read, and their reasons.

    Of the latter two only what is new is stored; first_place is that of the first such row.
    """

    scored: Path
    inputs: Path
    reasons: Path
    first_place: int


class _Added:
    """A file of what is new in a part; it has the columns of the first rows, or those of none."""

    def __init__(self, path: Path, first_place: int, of_none: pa.Schema) -> None:
        self._path, self._next, self._of_none = path, first_place, of_none
        self._stack, self._stream = ExitStack(), None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._stream is None:
            self._open(self._of_none)
        self._stack.close()

    def add(self, rows: Recalled) -> Places:
        """Store what is new of some rows; give the places of all."""
        if len(rows.fresh):
            stream = self._stream or self._open(rows.fresh.schema)
            stream.write_table(rows.fresh.combine_chunks())
        is_new = rows.places < 0
        places = np.where(is_new, self._next + np.cumsum(is_new) - 1, rows.places)
        self._next += len(rows.fresh)
        return places

    def _open(self, schema: pa.Schema) -> Any:
        self._stream = self._stack.enter_context(ipc.new_file(self._path, schema))
        return self._stream


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


def _arrow(scored: Scored, known: dict[str, Any]) -> pa.RecordBatch:
    rows, keys, nothing = scored.rows, scored.keys, [None] * len(scored.rows)
    columns: dict[str, Any] = {one.name: rows.get(one.name, nothing) for one in FIRST_PASS}
    columns |= {KEY + name: keys[name].to_numpy() for name in ROW_KEYS}
    codes = known["segment_code"]
    columns |= {KEY + name: _keys_within(columns[KEY + name], codes) for name in COMPARED_BY}
    columns |= known | dict(zip(TOLD.names, scored.told.columns, strict=True))
    arrays = [_array(columns[one.name], one.type) for one in FIRST_PASS]
    return pa.RecordBatch.from_arrays(arrays, schema=FIRST_PASS)  # one batch in, one batch out


def _array(values: Any, kind: pa.DataType) -> pa.Array:
    made = values if isinstance(values, pa.ChunkedArray) else pa.array(values, kind, from_pandas=True)
    return made.combine_chunks() if isinstance(made, pa.ChunkedArray) else made
