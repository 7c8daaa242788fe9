"""Find the rows of a long list that repeat an earlier one, by the keys alone."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from icp_ml.matching.keys import UNKNOWN, Keys
from icp_ml.matching.lookup import Lookup
from icp_ml.matching.pairs import Pairs, in_one_place, sharing

CHUNK_ROWS = 10_000
KEPT_APART = ("domain", "registration_id")


def repeats_of_earlier(keys: Keys) -> dict[int, int]:
    """Give each repeat the position of its key's first occurrence.

    Takes 17 bytes a row beside the keys, and the rest for repeats alone: lists are long, repeats few.

    Parameters
    ----------
    keys : ndarray of uint64, shape (n_rows,)
        Digests of whatever makes two rows the same; 0 means unknown and repeats nothing.
    """
    first: dict[int, int] = {}
    repeats: dict[int, int] = {}
    for at in shared_by_several(keys).tolist():
        earliest = first.setdefault(int(keys[at]), at)
        if earliest != at:
            repeats[at] = earliest
    return repeats


def shared_by_several(keys: Keys) -> npt.NDArray[np.intp]:
    """Give the positions, in order, of the rows whose key another row has too; 0 means unknown."""
    twice = _keys_of_several(keys)
    if len(twice) == 0:
        return np.empty(0, dtype=np.intp)
    place = np.minimum(np.searchsorted(twice, keys), len(twice) - 1)
    return np.flatnonzero(twice[place] == keys)


def _keys_of_several(keys: Keys) -> Keys:
    ordered = np.sort(keys)
    twice = ordered[1:][ordered[1:] == ordered[:-1]]
    return np.asarray(twice[np.diff(twice, prepend=UNKNOWN) > 0])


def repeated_names(keys: pd.DataFrame, most: int) -> dict[int, int]:
    """Give each row the place of the first original of its name and place that nothing keeps it apart from.

    Parameters
    ----------
    keys : DataFrame of uint64, indexed by the rows' places in the list, in order
        As `match_keys` gives them, of the rows whose name another row has too.
    most : int
        Rows of one name that each is compared with at most: the first ones.
    """
    return _repeats(keys, "name", most)


def repeated_registrations(keys: pd.DataFrame, most: int) -> dict[int, int]:
    """Give each row the place of the first of its registration number, in its country where that is known."""
    return _repeats(keys, "registration_id", most)


def _repeats(keys: pd.DataFrame, kind: str, most: int) -> dict[int, int]:
    found: dict[int, int] = {}
    known = {name: dict(enumerate(keys[name].tolist())) for name in KEPT_APART} if kind == "name" else {}
    table = Lookup(keys)
    for start in range(0, len(keys), CHUNK_ROWS):
        later = sharing(keys.iloc[start : start + CHUNK_ROWS], table, (kind,), most)
        later = later.where(later.at_left + start > later.at_right)
        later = _of_one_company(later, kind)
        for at, earlier in zip((later.at_left + start).tolist(), later.at_right.tolist(), strict=True):
            if at not in found and earlier not in found and not _are_apart(known, at, earlier):
                found[at] = earlier
                for values in known.values():
                    values[earlier] = values[earlier] or values[at]
    places = keys.index.to_numpy()
    return {int(places[at]): int(places[earlier]) for at, earlier in found.items()}


def _of_one_company(pairs: Pairs, kind: str) -> Pairs:
    if kind == "name":
        kept = pairs.unless_apart()
        return kept.where(in_one_place(kept))
    return pairs.where(~pairs.differ("country"))


def _are_apart(known: dict[str, dict[int, int]], at: int, original: int) -> bool:
    """Say whether a row contradicts what its original is known by, from its other repeats too."""
    return any(
        values[at] and values[original] and values[at] != values[original] for values in known.values()
    )
