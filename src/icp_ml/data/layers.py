"""Rows that lists left one after the other: what a list takes over stays where it lies, what is new is added.

A place names a row for as long as any list holds it: it says which list left the row, in which part, and as
which of its rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyarrow import ipc

Places = npt.NDArray[np.int64]

ROW_BITS, PART_BITS = 31, 18
"""Of a place; 14 are left for the list: one a night for 44 years."""
CLOSE = 2
"""Times as many rows as are asked for may lie between the first and the last."""


class Recalled(NamedTuple):
    """Rows of which some lie in layers and the others are new.

    Attributes
    ----------
    places : ndarray of int64, shape (n_rows,)
        -1 for the next one of the fresh rows.
    fresh : pyarrow.Table
        The new rows, in their order.
    """

    places: Places
    fresh: pa.Table

    def take(self, at: Places) -> Self:
        """Give some of the rows, in the order asked for."""
        number, chosen = np.cumsum(self.places < 0) - 1, self.places[at]
        new = number[at[chosen < 0]]
        is_all = len(new) == len(self.fresh) and (np.diff(new, prepend=-1) == 1).all()
        return type(self)(chosen, self.fresh if is_all else self.fresh.take(pa.array(new)))

    @classmethod
    def of(cls, rows: pa.Table) -> Self:
        """Take rows as new ones."""
        return cls(np.full(len(rows), -1, dtype=np.int64), rows)

    @classmethod
    def together(cls, several: Sequence[Self]) -> Self:
        """Put rows one after the other."""
        fresh = pa.concat_tables([one.fresh for one in several])
        return cls(np.concatenate([one.places for one in several]), fresh)


class Layers:
    """Rows of one kind in Arrow files, memory-mapped: a process holds what it looks at.

    Parameters
    ----------
    files : iterable of (int, Path)
        The place of each file's first row, and the file.
    """

    def __init__(self, files: Iterable[tuple[int, Path]] = ()) -> None:
        self._files = sorted(files)
        self._starts = np.array([start for start, _ in self._files], dtype=np.int64)
        self._tables: dict[Path, pa.Table] = {}

    def plus(self, start: int, path: Path) -> Layers:
        """Give these and one file more."""
        more = Layers([*self._files, (start, path)])
        more._tables |= self._tables
        return more

    def sizes(self) -> list[int]:
        """Count the rows of each file."""
        return [len(self._table(number)) for number in range(len(self._files))]

    def rows(
        self, places: Places, columns: Sequence[str] | None = None, fresh: pa.Table | None = None
    ) -> pa.Table:
        """Give the rows at some places; where one is -1, the next of the fresh rows, whose columns all have.

        Rows that lie together are not copied.
        """
        if not len(places):
            return self._none(columns) if fresh is None else fresh.slice(0, 0)
        part = np.searchsorted(self._starts, places, side="right") - 1
        at, tables, n_before = np.empty(len(places), dtype=np.int64), [], 0
        for number in np.unique(part).tolist():
            here = np.flatnonzero(part == number)
            if number < 0 and fresh is not None:
                held, inside = fresh, np.arange(len(here))
            else:
                table = self._table(number)
                chosen = table if columns is None else table.select(columns)
                held, inside = _narrowed(chosen, places[here] - self._starts[number])
                held = held if fresh is None else held.cast(fresh.schema)
            at[here] = n_before + inside
            tables.append(held)
            n_before += len(held)
        together = tables[0] if len(tables) == 1 else pa.concat_tables(tables, promote_options="default")
        is_as_it_stands = len(at) == n_before and (np.diff(at, prepend=-1) == 1).all()
        return together if is_as_it_stands else together.take(pa.array(at))

    def _none(self, columns: Sequence[str] | None) -> pa.Table:
        table = self._table(-1).slice(0, 0)  # one made again of the ledger, below it, has fewer columns
        return table if columns is None else table.select(columns)

    def _table(self, number: int) -> pa.Table:
        path = self._files[number][1]
        if path not in self._tables:
            self._tables[path] = mapped(path)
        return self._tables[path]


def first_place(layer: int, part: int) -> int:
    """Give the place of the first row that a list leaves in a part."""
    return ((layer << PART_BITS) + part) << ROW_BITS


def layer_name(layer: int, part: int, kind: str) -> str:
    """Name the file of the rows that a list leaves in a part."""
    return f"{layer:05}-{part:07}.{kind}"


def named_place(name: str) -> int:
    """Give the place of the first row of a file."""
    layer, _, part = Path(name).stem.partition("-")
    return first_place(int(layer), int(part))


def name_of(place: int, kind: str) -> str:
    """Name the file that a place is in."""
    layer, part = divmod(place >> ROW_BITS, 1 << PART_BITS)
    return layer_name(layer, part, kind)


def _narrowed(table: pa.Table, places: Places) -> tuple[pa.Table, Places]:
    """Narrow a table to some of its rows, and where they lie close to all between them: nothing is copied.

    Give where they stand in it.
    """
    first, last = (places.min(), places.max()) if len(places) else (0, -1)
    if last - first + 1 <= CLOSE * len(places):
        return table.slice(first, last - first + 1), places - first
    return table.take(pa.array(places)), np.arange(len(places))


def write_arrow(path: Path, table: pa.Table) -> None:
    """Write rows as a file that can be mapped into memory."""
    with ipc.new_file(path, table.schema) as stream:
        stream.write_table(table)


def mapped(path: Path) -> pa.Table:
    """Map a file of Arrow rows into memory."""
    with pa.memory_map(str(path)) as source:
        return ipc.open_file(source).read_all()
