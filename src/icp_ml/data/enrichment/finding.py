"""Find accounts in a further table that is in memory."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from icp_ml.data.enrichment.keys import account_keys
from icp_ml.settings.mapping import MatchedBy

Places = np.ndarray[Any, np.dtype[np.intp]]
Mask = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True)
class Key:
    """What accounts are found by: the distinct values, the first row of each, how many came after a first."""

    distinct: pd.Index[Any]
    first: Places
    n_repeated: int


@dataclass(frozen=True)
class Found:
    """Where accounts stand in a further table: place of the row, number of the key that found it; -1: no."""

    rows: Places
    keys: Places


@dataclass(frozen=True)
class Source:
    """A further table in memory; nobody changes it.

    Attributes
    ----------
    name : str
        What the mapping calls it.
    values : pandas.DataFrame
        The columns it brings, parsed, impossible values blanked; index 0, 1, 2 …
    keys : dict of str to Key
        By which accounts are found, in this order.
    place : str, optional
        The column that a name counts together with.
    remarks : tuple of str
        What was noticed in it.
    digest : str
        Of all that its file or query held.
    """

    name: str
    values: pd.DataFrame
    keys: Mapping[MatchedBy, Key]
    place: str | None
    remarks: tuple[str, ...]
    digest: str

    @property
    def columns(self) -> list[str]:
        """Name the columns it brings."""
        return [str(column) for column in self.values]

    def find(self, accounts: pd.DataFrame) -> Found:
        """Find each account by the first key that finds it; of rows with one key the first counts."""
        rows, keys = (np.full(len(accounts), -1, dtype=np.intp) for _ in range(2))
        for number, (by, key) in enumerate(self.keys.items()):
            left = np.flatnonzero(rows < 0)
            if by in accounts and len(left):
                wanted = account_keys(accounts.iloc[left], by, self.place)
                at = key.distinct.get_indexer(pd.Index(wanted, dtype=object))
                is_hit = at >= 0
                if by == "registration_id":
                    hits = np.flatnonzero(is_hit)
                    is_hit[hits] = ~self._is_abroad(accounts.iloc[left[hits]], key.first[at[hits]])
                rows[left[is_hit]], keys[left[is_hit]] = key.first[at[is_hit]], number
        return Found(rows, keys)

    def _is_abroad(self, accounts: pd.DataFrame, at: Places) -> Mask:
        """Say whose row names another country: a registration number counts within its own."""
        if "country" not in accounts or "country" not in self.values:
            return np.zeros(len(accounts), dtype=np.bool_)
        ours, theirs = accounts["country"].reset_index(drop=True), self.values["country"].iloc[at]
        theirs = theirs.reset_index(drop=True)
        return (ours.notna() & theirs.notna() & (ours != theirs)).to_numpy(dtype=np.bool_)

    def taken(self, column: str, found: Found) -> pd.Series[Any]:
        """Give a column for accounts, missing where they were not found, one after the other."""
        return self.values[column].reindex(found.rows).reset_index(drop=True)


def key_of(rows: pd.DataFrame, by: MatchedBy, place: str | None) -> Key:
    """Index the rows of a further table by a key; the first row of a value counts."""
    values = pd.Series(account_keys(rows, by, place), dtype=object)
    is_known, is_repeated = values.notna().to_numpy(), values.duplicated().to_numpy()
    first = np.flatnonzero(is_known & ~is_repeated)
    return Key(pd.Index(values.iloc[first], dtype=object), first, int((is_known & is_repeated).sum()))
