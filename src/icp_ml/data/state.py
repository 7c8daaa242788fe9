"""What a list leaves for the next one: its rows as they were read and scored, by content and by id."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyarrow import ipc

from icp_ml.data.digests import Digests
from icp_ml.data.parts import PartFiles
from icp_ml.data.publish import results
from icp_ml.data.rows_read import RAW, Places, halves
from icp_ml.data.state_facts import VERSION, StateFacts, checksums
from icp_ml.matching.keys import SPREAD, UNKNOWN, Keys
from icp_ml.scoring.ranking import positions

STATE = "state"
CLOSE = 2
"""Times as many rows as are asked for may lie between the first and the last."""
BY_CONTENT, BY_ACCOUNT = "by_content.arrow", "by_account.arrow"


class State:
    """The state that a list left, memory-mapped: a process holds what it looks at.

    Parameters
    ----------
    folder : Path
    facts : StateFacts
    """

    def __init__(self, folder: Path, facts: StateFacts) -> None:
        self.folder, self.facts = folder, facts
        self._files = PartFiles(folder)
        self._starts = {
            "inputs": np.cumsum([0, *facts.n_inputs]),
            "rows": np.cumsum([0, *facts.n_rows]),
        }
        self._tables: dict[tuple[str, int], pa.Table] = {}

    def __reduce__(self) -> tuple[Any, ...]:
        """Leave out what is mapped: another process maps its own."""
        return State, (self.folder, self.facts)

    @property
    def segments(self) -> list[str]:
        """Name the segments; their positions are the codes."""
        return list(self.facts.scoring)

    @property
    def n_rows(self) -> int:
        """Count the scored rows."""
        return int(self._starts["rows"][-1])

    def is_whole(self) -> bool:
        """Say whether all files are as they were written, byte for byte, and hold what they should.

        The run that asks reads nearly all of them anyway: 1.5 GB take a second of a processor.
        """
        numbers = range(len(self.facts.n_rows))
        return (
            self.facts.version == VERSION
            and checksums(self.folder, self.facts.sums) == dict(self.facts.sums)
            and all(
                len(self._table(kind, at)) == sizes[at]
                for kind, sizes in (("rows", self.facts.n_rows), ("inputs", self.facts.n_inputs))
                for at in numbers
            )
            and len(self._by_content[0]) <= sum(self.facts.n_inputs)
            and len(self._by_account[0]) <= self.n_rows
        )

    def find(self, digests: Digests) -> Places:
        """Give the place of each row as it stood in the source, -1 where it did not."""
        first, second, place = self._by_content
        at = np.minimum(positions(first, digests[:, 0]), max(len(first) - 1, 0))
        if not len(first):
            return np.full(len(digests), -1, dtype=np.int64)
        is_same = (first[at] == digests[:, 0]) & (second[at] == digests[:, 1]) & digests.any(axis=1)
        return np.where(is_same, place[at], -1)

    def find_accounts(self, segment: str, ids: Keys) -> Places:
        """Give the scored row of each account of a segment, the first where it is repeated; -1 for none."""
        key, place = self._by_account
        if segment not in self.facts.scoring or not len(key):
            return np.full(len(ids), -1, dtype=np.int64)
        wanted = ids + np.uint64(self.segments.index(segment)) * SPREAD
        at = np.minimum(positions(key, wanted), len(key) - 1)
        return np.where((key[at] == wanted) & (ids != UNKNOWN), place[at], -1)

    @property
    def accounts(self) -> Places:
        """Give the scored row of every account and segment, the first where it is repeated."""
        return np.asarray(self._by_account[1])

    def inputs(self, places: Places, fresh: pa.Table | None = None) -> pa.Table:
        """Give what was read of the rows at some places, with what was kept beside it.

        Where a place is -1 it is the next one of the fresh rows, whose columns all then have.
        """
        return self._gathered("inputs", places, fresh)

    def rows(self, places: Places, columns: Sequence[str], fresh: pa.Table | None = None) -> pa.Table:
        """Give columns of scored rows by their place; where it is -1, of the next one of the fresh rows."""
        return self._gathered("rows", places, fresh, columns)

    def inputs_of(self, rows: Places) -> Places:
        """Give the input of each scored row."""
        part = np.searchsorted(self._starts["rows"], rows, side="right") - 1
        own = self.rows(rows, ["input_row"])["input_row"].to_numpy().astype(np.int64)
        return np.asarray(own + self._starts["inputs"][part])

    @cached_property
    def list_tiers(self) -> npt.NDArray[np.uint8]:
        """Give the code of each scored row's list tier: its place in LIST_TIERS plus 1, 0 for none."""
        numbers = range(len(self.facts.n_rows))
        return np.concatenate(
            [np.load(self._files.list_tiers(at)) for at in numbers] or [np.empty(0, np.uint8)]
        )

    @cached_property
    def _by_content(self) -> tuple[Any, Any, Any]:
        return tuple(one.to_numpy() for one in mapped(self.folder / BY_CONTENT).columns)

    @cached_property
    def _by_account(self) -> tuple[Any, Any]:
        return tuple(one.to_numpy() for one in mapped(self.folder / BY_ACCOUNT).columns)

    def _gathered(
        self, kind: str, places: Places, fresh: pa.Table | None, columns: Sequence[str] | None = None
    ) -> pa.Table:
        starts = self._starts[kind]
        part = np.searchsorted(starts, places, side="right") - 1
        at, tables, n_before = np.empty(len(places), dtype=np.int64), [], 0
        for number in np.unique(part).tolist() or [0]:
            here = np.flatnonzero(part == number)
            if number < 0 and fresh is not None:
                held, inside = fresh, np.arange(len(here))
            else:
                table = self._table(kind, number)
                chosen = table if columns is None else table.select(columns)
                held, inside = _narrowed(chosen, places[here] - starts[number])
                held = held if fresh is None else held.cast(fresh.schema)
            at[here] = n_before + inside
            tables.append(held)
            n_before += len(held)
        together = tables[0] if len(tables) == 1 else pa.concat_tables(tables, promote_options="default")
        is_as_it_stands = len(at) == n_before and (np.diff(at, prepend=-1) == 1).all()
        return together if is_as_it_stands else together.take(pa.array(at))

    def _table(self, kind: str, number: int) -> pa.Table:
        if (kind, number) not in self._tables:
            path = self._files.inputs(number) if kind == "inputs" else self._files.scored(number)
            self._tables[kind, number] = mapped(path)
        return self._tables[kind, number]


def _narrowed(table: pa.Table, places: Places) -> tuple[pa.Table, Places]:
    """Narrow a table to some of its rows, and where they lie close to all between them: nothing is copied.

    Give where they stand in it.
    """
    first, last = (places.min(), places.max()) if len(places) else (0, -1)
    if last - first + 1 <= CLOSE * len(places):
        return table.slice(first, last - first + 1), places - first
    return table.take(pa.array(places)), np.arange(len(places))


def open_state(published: Path | None) -> State | None:
    """Open the state that a published list left; None where there is none that this code can read."""
    if published is None:
        return None
    try:
        state = State(published / STATE, StateFacts.read(published / STATE))
        return state if state.is_whole() else None
    except (OSError, KeyError, TypeError, ValueError, pa.ArrowException):
        return None


def forget_states(folder: Path, kept: Path | None = None) -> None:
    """Remove what the lists of a folder left for the next one, but one's: the ledger knows all of them."""
    for one in results(folder):
        if one.resolve() != kept:
            shutil.rmtree(one / STATE, ignore_errors=True)


def write_indexes(folder: Path, facts: StateFacts, numbers: Sequence[int]) -> None:
    """Index the parts of a list, which lie in a folder, and write what holds for all: then it is a state."""
    files = PartFiles(folder)
    inputs = [mapped(files.inputs(number)) for number in numbers]
    rows = [mapped(files.scored(number)) for number in numbers]
    raw = np.concatenate([np.empty((0, 2), np.uint64), *(halves(one, RAW) for one in inputs if len(one))])
    known = np.flatnonzero(raw.any(axis=1))
    known = known[np.argsort(raw[known, 0], kind="stable")]
    _write(folder / BY_CONTENT, first=raw[known, 0], second=raw[known, 1], place=known)
    ids = np.concatenate([one["key_id"].to_numpy() for one in rows] or [np.empty(0, np.uint64)])
    order = np.argsort(ids, kind="stable")
    is_first = np.diff(ids[order], prepend=~ids[order[:1]] if len(ids) else 0) != 0
    _write(folder / BY_ACCOUNT, key=ids[order[is_first]], place=order[is_first])
    StateFacts(
        facts.reading,
        facts.scoring,
        facts.list_cuts,
        [len(one) for one in inputs],
        [len(one) for one in rows],
        checksums(folder, _kept(folder, numbers)),
    ).write(folder)


def _kept(folder: Path, numbers: Sequence[int]) -> list[str]:
    files = PartFiles(folder)
    parts = [one(number) for number in numbers for one in (files.scored, files.inputs, files.list_tiers)]
    return [*(one.name for one in parts), BY_CONTENT, BY_ACCOUNT]


def _write(path: Path, **columns: Any) -> None:
    write_arrow(path, pa.table({name: pa.array(values) for name, values in columns.items()}))


def write_arrow(path: Path, table: pa.Table) -> None:
    """Write rows as a file that can be mapped into memory."""
    with ipc.new_file(path, table.schema) as stream:
        stream.write_table(table)


def mapped(path: Path) -> pa.Table:
    """Map a file of Arrow rows into memory."""
    with pa.memory_map(str(path)) as source:
        return ipc.open_file(source).read_all()
