"""Rows of a table of keys, found by the keys that they share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from icp_ml.matching.keys import UNKNOWN, Keys, joint

Places = npt.NDArray[np.intp]
Known = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Rows:
    """The rows of each key that is known.

    Attributes
    ----------
    distinct : Index of uint64
    starts : ndarray of int, shape (n_distinct + 1,)
        Where each one's rows begin in `places`.
    places : ndarray of int
        Rows of one key together, in their order.
    """

    distinct: pd.Index[int]
    starts: Places
    places: Places

    def has(self, keys: Keys) -> Known:
        """Say which keys any row has."""
        return np.asarray(self.distinct.get_indexer(pd.Index(keys)) >= 0)

    def joined(self, keys: Keys, most: int) -> tuple[Places, Places]:
        """Pair each key with the first `most` rows that have it.

        Returns
        -------
        ndarray of int, ndarray of int, shape (n_pairs,)
            Place of the key, place of the row.
        """
        at = self.distinct.get_indexer(pd.Index(keys))
        hits = np.flatnonzero(at >= 0)
        start = self.starts[at[hits]]
        n_found = np.minimum(self.starts[at[hits] + 1] - start, most)
        nth = np.arange(n_found.sum()) - np.repeat(np.cumsum(n_found) - n_found, n_found)
        return np.repeat(hits, n_found), self.places[np.repeat(start, n_found) + nth]


class Lookup:
    """A table of keys, and the rows by each key that was asked for, put in order once.

    Attributes
    ----------
    keys : DataFrame
        As `match_keys` gives them; nobody changes it.
    """

    def __init__(self, keys: pd.DataFrame) -> None:
        self.keys = keys
        self._rows: dict[tuple[str, ...], Rows] = {}

    def rows(self, names: tuple[str, ...]) -> Rows:
        """Give the rows by one key, or by several together."""
        if names not in self._rows:
            self._rows[names] = rows_by(together(self.keys, names))
        return self._rows[names]


def together(table: pd.DataFrame, names: tuple[str, ...]) -> Keys:
    """Digest several keys of each row to one, 0 where any is not known."""
    keys = table[names[0]].to_numpy()
    for name in names[1:]:
        keys = joint(keys, table[name].to_numpy())
    return np.asarray(keys, dtype=np.uint64)


def rows_by(keys: Keys) -> Rows:
    """Put rows in the order of their keys; those without stand in none."""
    order = np.argsort(keys, kind="stable")
    order = order[int((keys == UNKNOWN).sum()) :]
    ordered = keys[order]
    is_first = np.append(True, ordered[1:] != ordered[:-1]) if len(ordered) else np.empty(0, dtype=bool)
    starts = np.flatnonzero(is_first)
    return Rows(pd.Index(ordered[starts]), np.append(starts, len(ordered)), order)
