"""Read the rows of a list: those that stood so in the last one are taken over as they were understood."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
import pandas as pd
import pyarrow as pa

from icp_ml.data.checks import Findings
from icp_ml.data.columns import Mask, is_understood
from icp_ml.data.digests import Digests, row_digests
from icp_ml.data.enrichment.counts import Mark
from icp_ml.data.layers import Places
from icp_ml.data.raw import RawBatch
from icp_ml.data.tables import Batch, TableReader
from icp_ml.matching import match_keys

OWN = ("", "", "")
"""What the marks of a table's own columns begin with."""
RAW, INPUT, MARKS, KEY = "raw:", "input:", "marks:", "key:"
"""What is kept beside an account's columns, whose names have no colon."""
HALVES = ("first", "second")


class Memory(Protocol):
    """What is remembered of the rows of the last list."""

    def find(self, digests: Digests) -> Places:
        """Give the place of each row as it stood in the source, -1 where it did not."""
        ...

    def inputs(self, places: Places, fresh: pa.Table) -> pa.Table:
        """Give what was read of the rows at some places, of the next fresh one where that is -1."""
        ...


@dataclass(frozen=True)
class RowsRead:
    """The usable rows of a raw batch, in its order.

    Attributes
    ----------
    accounts : pandas.DataFrame
        Our columns.
    kept : pyarrow.Table
        The same, with digests, marks and keys: what the next run may take over.
    places : ndarray of int64, shape (n_rows,)
        In the memory; -1 for a row that was read anew.
    batch : Batch
        The rows that were read anew.
    """

    accounts: pd.DataFrame
    kept: pa.Table
    places: Places
    batch: Batch

    @property
    def keys(self) -> pd.DataFrame:
        """Give the keys that accounts are matched by, as `match_keys` does."""
        named = [name for name in self.kept.column_names if name.startswith(KEY)]
        return pd.DataFrame({name.removeprefix(KEY): self.kept[name].to_pandas() for name in named})

    def at_fresh(self, rows: dict[int, str]) -> dict[int, str]:
        """Give rows by their place among those that were read anew."""
        number = np.cumsum(self.places < 0) - 1
        return {int(number[row]): reason for row, reason in rows.items()}


def read_rows(reader: TableReader, raw: RawBatch, memory: Memory | None, findings: Findings) -> RowsRead:
    """Read a raw batch; `findings` grows by it as if all of it had been read anew."""
    digests = _raw_digests(raw.rows)
    places = np.full(len(raw.rows), -1, dtype=np.int64) if memory is None else memory.find(digests)
    is_fresh = places < 0
    batch = reader.read(_only(raw, is_fresh), findings)
    good = np.flatnonzero(is_fresh)[batch.origin.good.index.to_numpy(dtype=np.int64)]
    fresh, marks = _kept(reader, batch, digests[good])
    if memory is None or is_fresh.all():
        return _rows_read(fresh, np.full(len(good), -1, dtype=np.int64), batch)
    is_usable = ~is_fresh
    is_usable[good] = True
    used = places[is_usable]
    both = memory.inputs(used, fresh)
    _count(findings, both[MARKS].filter(pa.array(used >= 0)), marks)
    return _rows_read(both, used, batch)


def _rows_read(kept: pa.Table, places: Places, batch: Batch) -> RowsRead:
    own = [name for name in kept.column_names if ":" not in name]
    return RowsRead(kept.select(own).to_pandas(), kept, places, batch)


def rows_at(rows: pd.DataFrame, places: Places) -> pd.DataFrame:
    """Give some rows, numbered anew; where all are asked for in their order, themselves."""
    if len(places) == len(rows) and (np.diff(places, prepend=-1) == 1).all():
        return rows
    return rows.iloc[places].reset_index(drop=True)


def _raw_digests(rows: pd.DataFrame) -> Digests:
    """Digest rows as they stand in the source; 0 where a kind of value cannot be digested."""
    try:
        return row_digests(pa.Table.from_pandas(rows, preserve_index=False))
    except (TypeError, pa.ArrowException):
        return np.zeros((len(rows), 2), dtype=np.uint64)


def _only(raw: RawBatch, chosen: Mask) -> RawBatch:
    """Give some rows of a raw batch, with all that could not be read."""
    if chosen.all():
        return raw
    at = np.flatnonzero(chosen)
    rows = raw.rows.iloc[at].reset_index(drop=True)
    return replace(raw, rows=rows, places=[raw.places[one] for one in at.tolist()])


def _kept(reader: TableReader, batch: Batch, digests: Digests) -> tuple[pa.Table, tuple[Mark, ...]]:
    """Put beside the rows of a batch what the next run needs to take them over."""
    origin, rows = batch.origin, batch.rows
    known: dict[Mark, Any] = {
        (*OWN[:2], name): origin.filled.own.loc[origin.good.index, name].notna().to_numpy(dtype=bool)
        for name in reader.table.columns
    }
    marks = known | origin.marks()
    bits = np.packbits(np.column_stack(list(marks.values())), axis=1)
    is_plain = is_understood(origin.wide, reader.table.columns, origin.strange)[origin.is_good]
    accounts = pa.Table.from_pandas(rows, preserve_index=False)
    columns = _halves(RAW, np.where(is_plain[:, None], digests, np.uint64(0)))
    columns |= _halves(INPUT, row_digests(accounts))
    width = pa.binary(bits.shape[1])
    columns[MARKS] = pa.FixedSizeBinaryArray.from_buffers(
        width, len(rows), [None, pa.py_buffer(bits.tobytes())]
    )
    columns |= {
        f"{KEY}{name}": pa.array(values, from_pandas=True) for name, values in match_keys(rows).items()
    }
    for name, values in columns.items():
        accounts = accounts.append_column(name, values)
    return accounts, tuple(marks)


def _halves(name: str, digests: Digests) -> dict[str, pa.Array]:
    return {name + half: pa.array(np.ascontiguousarray(digests[:, at])) for at, half in enumerate(HALVES)}


def halves(table: pa.Table, name: str) -> Digests:
    """Give the digests of a table's rows."""
    return np.column_stack([table[name + half].to_numpy() for half in HALVES])


def _count(findings: Findings, recalled: pa.ChunkedArray, marks: tuple[Mark, ...]) -> None:
    """Count rows that were taken over, by their marks, as if they had been read."""
    findings.n_rows += len(recalled)
    packed = recalled.combine_chunks()
    n_bytes = packed.type.byte_width
    held = np.frombuffer(packed.buffers()[1], dtype=np.uint8)[packed.offset * n_bytes :]
    bits = np.unpackbits(held[: len(recalled) * n_bytes].reshape(-1, n_bytes), axis=1)
    totals = dict(zip(marks, bits.sum(axis=0, dtype=np.int64).tolist(), strict=False))
    for (table, column, name), n_rows in totals.items():
        if not table and not column:
            findings.n_known[name] += n_rows
    brought = {mark: n_rows for mark, n_rows in totals.items() if mark[0]}
    findings.enriched.add(len(recalled), brought)
