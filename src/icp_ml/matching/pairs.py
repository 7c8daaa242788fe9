"""Pairs of records that may be one company, and what speaks for and against each pair."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from icp_ml.matching.keys import PLACES, UNKNOWN
from icp_ml.matching.lookup import Lookup, Places, together
from icp_ml.settings import MatchingSettings

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]

KEPT_APART = ("domain", "country", "registration_id")
NEAR = ("city", "postal_code")


@dataclass(frozen=True)
class Pairs:
    """Rows of two tables of keys beside each other, each pair once.

    Attributes
    ----------
    left, right : DataFrame
        As `match_keys` gives them.
    at_left, at_right : ndarray of int, shape (n_pairs,)
        Positions in them.
    """

    left: pd.DataFrame
    right: pd.DataFrame
    at_left: Places
    at_right: Places

    def of(self, name: str) -> tuple[Any, Any]:
        """Give the values of a column on both sides of each pair."""
        return self.left[name].to_numpy()[self.at_left], self.right[name].to_numpy()[self.at_right]

    def agree(self, name: str) -> Bools:
        """Say where a key is known on both sides and the same."""
        one, other = self.of(name)
        agreed: Bools = (one == other) & (one != UNKNOWN)
        return agreed

    def differ(self, name: str) -> Bools:
        """Say where a key is known on both sides and not the same."""
        one, other = self.of(name)
        differing: Bools = (one != other) & (one != UNKNOWN) & (other != UNKNOWN)
        return differing

    def unless_apart(self) -> Pairs:
        """Keep the pairs of which no other country, domain or registration number is known.

        Where one is, a name proves nothing.
        """
        pairs = self
        for name in KEPT_APART:
            pairs = pairs.where(~pairs.differ(name))
        return pairs

    def where(self, kept: Bools) -> Pairs:
        """Keep some of the pairs."""
        return Pairs(self.left, self.right, self.at_left[kept], self.at_right[kept])


def sharing(left: pd.DataFrame, right: Lookup, names: tuple[str, ...], most: int) -> Pairs:
    """Pair the rows that share a key, each with the first `most` rows of the right table that have it.

    Parameters
    ----------
    left : DataFrame
        As `match_keys` gives it.
    right : Lookup
    names : tuple of str
        Columns of keys; a row shares all of them.
    """
    return Pairs(left, right.keys, *right.rows(names).joined(together(left, names), most))


def same_name(left: pd.DataFrame, right: Lookup, settings: MatchingSettings) -> tuple[Pairs, Floats]:
    """Pair the rows of like name and place that nothing speaks against, with the likeness of their names.

    Names are the same when they hold the same letters, or the same words in another order; the places then
    agree as `in_one_place` says. Names that differ by a slip count in the same city or postal
    code alone, in which two companies are rarely called almost the same, and not with another founding year.
    Within one table the left one of each pair is the later.

    Returns
    -------
    Pairs, ndarray of float64 (0 to 1)
    """
    most = settings.max_block_rows
    exact = _once([sharing(left, right, (name,), most).unless_apart() for name in ("name", "ordered")])
    exact = exact.where(in_one_place(exact))
    if settings.min_name_similarity >= 1:
        return exact, np.ones(len(exact.at_left))
    ends = [(place, end) for place in NEAR for end in ("head", "tail")]
    close = _once([sharing(left, right, names, most).unless_apart() for names in ends])
    close = close.where(~close.differ("region") & ~close.differ("founded_year"))
    close = close.where(close.agree("marks"))
    close = close.where(~close.agree("name") & ~close.agree("ordered"))
    alike = likeness(*close.of("core"), settings.min_name_similarity)
    close = close.where(alike >= settings.min_name_similarity)
    likenesses = np.concatenate([np.ones(len(exact.at_left)), alike[alike >= settings.min_name_similarity]])
    at_left = np.concatenate([exact.at_left, close.at_left])
    return Pairs(left, right.keys, at_left, np.concatenate([exact.at_right, close.at_right])), likenesses


def likeness(ours: Any, theirs: Any, cut: float) -> Floats:
    """Say how like the names of each pair are, 0 to 1; 0 where below `cut`.

    Parameters
    ----------
    ours, theirs : ndarray of str, shape (n_pairs,)
        Words of names, as `comparable_names` gives them.
    """
    from rapidfuzz import process
    from rapidfuzz.distance import OSA

    if len(ours) == 0:
        return np.empty(0)
    glued = [[core.replace(" ", "") for core in side] for side in (ours, theirs)]
    whole = process.cpdist(*glued, scorer=OSA.normalized_similarity, score_cutoff=cut, dtype=np.float64)
    found: Floats = np.array(
        [
            name_likeness(one, other) if above else 0.0
            for one, other, above in zip(ours, theirs, whole, strict=True)
        ]
    )
    return np.where(found >= cut, found, 0.0)


@lru_cache(maxsize=100_000)
def name_likeness(one: str, other: str) -> float:
    """Compare the words that two names do not share, by the slips of the pen between them.

    Two pharmaceuticals are not alike for that word: "adamis" and "adamas" are compared without it. 1 minus
    the optimal string alignment distance (letters inserted, dropped, changed or swapped) over the length of
    the longer.
    """
    from rapidfuzz.distance import OSA

    ours, theirs = one.split(), other.split()
    shared = Counter(ours) & Counter(theirs)
    rests = ["".join(_without(words, shared)) for words in (ours, theirs)]
    if rests[0] == rests[1]:
        return 1.0
    return float(OSA.normalized_similarity(*rests)) if all(rests) else 0.0


def _without(words: list[str], shared: Counter[str]) -> list[str]:
    left = Counter(shared)
    kept = []
    for word in words:
        if left[word]:
            left[word] -= 1
        else:
            kept.append(word)
    return kept


def in_one_place(pairs: Pairs) -> Bools:
    """Say where any of city, region and postal code agrees; where none is known to both, the country."""
    agree = np.logical_or.reduce([pairs.agree(place) for place in PLACES])
    differ = np.logical_or.reduce([pairs.differ(place) for place in PLACES])
    here: Bools = agree | (~differ & pairs.agree("country"))
    return here


def _once(found: list[Pairs]) -> Pairs:
    left, right = found[0].left, found[0].right
    at_left = np.concatenate([one.at_left for one in found])
    at_right = np.concatenate([one.at_right for one in found])
    codes = np.sort(at_left * max(len(right), 1) + at_right)  # a table of hashes takes np.unique far longer
    codes = codes[np.diff(codes, prepend=-1) > 0]
    at_left, at_right = np.divmod(codes, max(len(right), 1))
    pairs = Pairs(left, right, at_left, at_right)
    return pairs.where(at_left > at_right) if left is right else pairs
