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

from icp_ml.data.digests import Digests
from icp_ml.data.layers import Layers, Places, mapped, named_place
from icp_ml.data.parts import PartFiles
from icp_ml.data.publish import results
from icp_ml.data.state_facts import BY_ACCOUNT, BY_CONTENT, LAYERED, STATE, VERSION, StateFacts, checksums
from icp_ml.matching.keys import SPREAD, UNKNOWN, Keys
from icp_ml.scoring.ranking import positions

SPARSE = 1.5
"""Times as many rows as a list has: if layers hold more, their rows are brought together again."""


class State:
    """The state that a list left, memory-mapped: a process holds what it looks at.

    What was read of a row, and the reasons of its score, stay in the files of the list that first had them.

    Parameters
    ----------
    folder : Path
    facts : StateFacts
    """

    def __init__(self, folder: Path, facts: StateFacts) -> None:
        self.folder, self.facts = folder, facts
        self._files = PartFiles(folder)
        starts = np.cumsum([0, *facts.n_rows]).tolist()
        self._rows = Layers((starts[at], self._files.scored(at)) for at in range(len(facts.n_rows)))
        self._layers = {
            kind: Layers((named_place(name), folder / name) for name in sizes)
            for kind, sizes in facts.layers.items()
        }

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
        return sum(self.facts.n_rows)

    def layers(self, kind: str) -> Layers:
        """Give the inputs, or the reasons, by the places that the scored rows name."""
        return self._layers[kind]

    def is_sparse(self, kind: str) -> bool:
        """Say whether many rows of the layers are no longer of this list."""
        return sum(self.facts.layers[kind].values()) > SPARSE * self.facts.n_used[kind]

    def is_whole(self) -> bool:
        """Say whether all files are as they were written, byte for byte, and hold what they should.

        The run that asks reads nearly all of them anyway: a gigabyte takes half a second of a processor.
        """
        facts = self.facts
        return (
            facts.version == VERSION
            and checksums(self.folder, facts.sums) == dict(facts.sums)
            and self._rows.sizes() == list(facts.n_rows)
            and all(self._layers[kind].sizes() == list(facts.layers[kind].values()) for kind in LAYERED)
            and len(self._by_content[0]) <= facts.n_used["inputs"]
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
        return self._layers["inputs"].rows(places, fresh=fresh)

    def rows(self, places: Places, columns: Sequence[str], fresh: pa.Table | None = None) -> pa.Table:
        """Give columns of scored rows by their place; where it is -1, of the next one of the fresh rows."""
        return self._rows.rows(places, columns, fresh)

    def inputs_of(self, rows: Places) -> Places:
        """Give the place of each scored row's input."""
        return np.asarray(self.rows(rows, ["inputs_at"])["inputs_at"].to_numpy())

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
