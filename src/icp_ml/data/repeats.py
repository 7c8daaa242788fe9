"""Find the rows of a scored list that repeat an earlier one; memory holds one key of each row at a time."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from icp_ml.data.first_pass import KEY, FirstPass
from icp_ml.matching.keys import ROW_KEYS, Keys
from icp_ml.matching.repeats import (
    repeated_names,
    repeated_registrations,
    repeats_of_earlier,
    shared_by_several,
)
from icp_ml.settings import MatchingSettings

ROWS_AT_ONCE = 1_000_000
"""Rows that share a key with another, compared at a time: each takes some 300 bytes meanwhile."""


@dataclass(frozen=True)
class Repeats:
    """Which rows repeat which earlier ones.

    Attributes
    ----------
    originals : dict of int to int
        The place of each repeat, and of the row that it repeats; that one is never a repeat itself.
    by_kind : Counter of str
        Repeats by what gave them away: account_id, domain, registration_id or name.
    """

    originals: dict[int, int] = field(default_factory=dict)
    by_kind: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class ListKeys:
    """The keys of a list's rows in memory, as `match_keys` gives them: 8 bytes for each key of each row."""

    keys: pd.DataFrame

    def column(self, name: str) -> Keys:
        """Give one key of every row."""
        found: Keys = self.keys[name.removeprefix(KEY)].to_numpy()
        return found


def repeats_in(first: FirstPass | ListKeys, settings: MatchingSettings) -> Repeats:
    """Find each row that repeats an earlier one of its segment: by id, else by the settings' keys in order.

    Only the order of the rows decides which one is the original.
    """
    found: dict[int, tuple[int, str]] = {}
    for kind in reversed(("account_id", *settings.match_on)):
        found |= {at: (original, kind) for at, original in _repeats(first, kind, settings).items()}
    originals: dict[int, int] = {}
    for at in sorted(found):
        earlier = found[at][0]
        originals[at] = originals.get(earlier, earlier)
    return Repeats(originals, Counter(kind for _, kind in found.values()))


def _repeats(first: FirstPass | ListKeys, kind: str, settings: MatchingSettings) -> dict[int, int]:
    if kind in ("account_id", "domain"):
        return repeats_of_earlier(_column(first, "id" if kind == "account_id" else kind))
    shared = _column(first, kind)
    places = shared_by_several(shared)
    part = shared[places] % np.uint64(1 + len(places) // ROWS_AT_ONCE)
    del shared
    find = repeated_names if kind == "name" else repeated_registrations
    found: dict[int, int] = {}
    for number in np.unique(part):  # rows of one key are in one part
        here = places[part == number]
        keys = pd.DataFrame({name: _column(first, name)[here] for name in ROW_KEYS}, index=here)
        found |= find(keys, settings.max_block_rows)
    return found


def _column(first: FirstPass | ListKeys, name: str) -> Keys:
    """Read one key of every stored row."""
    keys: Keys = first.column(KEY + name)
    return keys
