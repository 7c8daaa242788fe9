"""Walk a tier through the steps of a change: at which of them it moved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from icp_ml.features.statistics import Floats, Known
from icp_ml.rescore.entries import STEPS
from icp_ml.scoring import ListCuts, list_tier


@dataclass(frozen=True)
class Walk:
    """The way of each row's tier from one list to the next.

    Attributes
    ----------
    before, now : mapping of str to ndarray of str
        tier, model_tier, list_tier, rule; None for a gap.
    tiers : mapping of str to ndarray of str
        The model's tier after each of STEPS but the last, rules, which gives the tier of now.
    list_score : ndarray of str
        Where the score of now would stand in the list before.
    list_list : ndarray of str
        Where it stands in the list of now, were no rule to take it out.
    """

    before: Mapping[str, Any]
    now: Mapping[str, Any]
    tiers: Mapping[str, Any]
    list_score: Any
    list_list: Any

    def moved(self) -> dict[str, Known]:
        """Say which rows' tier moved at each step: by the list, the tier within the list.

        A rule moved a tier where what it makes of the model's tier is not what was made of it before: forced
        to another tier, forced no longer.
        """
        ways = [self.before["model_tier"], *self.tiers.values()]
        found = {step: np.asarray(ways[at + 1] != ways[at], dtype=bool) for at, step in enumerate(self.tiers)}
        found["list"] = np.asarray(self.list_list != self.list_score, dtype=bool)
        found["rules"] = np.asarray(_forced(self.before) != _forced(self.now), dtype=bool)
        return found


def list_tiers(rank_score: Floats, places: Any, cuts: ListCuts) -> Any:
    """Give where scores stand in a list, were no rule to take them out."""
    return list_tier(rank_score, places, ~np.isnan(rank_score), cuts)


def tiers_in_old(rank_score: Floats, held: tuple[Floats, Any], old: ListCuts) -> Any:
    """Give where the scores of now would stand in the old list.

    Who scores what he scored stands where he stood. Who comes to the very score at which a tier ends is the
    first of that score: the ledger, from which the old list may have to be made again, keeps no places.

    Parameters
    ----------
    rank_score : ndarray of float64, shape (n_rows,)
    held : (ndarray of float64, ndarray of str)
        What each row scored in the old list, and its tier there; None where it was not ranked.
    old : ListCuts
    """
    then, tiers = held
    found = list_tiers(rank_score, np.zeros(len(then)), old)
    return np.where((then == rank_score) & (tiers != np.array(None)), tiers, found)


def moved_by(walk: Walk) -> Any:
    """Name the steps at which a tier moved, joined by " + "; None where it stands where it stood.

    Of `list`, the tier within the list counts; of every other step, the tier.
    """
    is_other = walk.before["tier"] != walk.now["tier"]
    is_other_in_list = walk.before["list_tier"] != walk.now["list_tier"]
    moved = walk.moved()
    number = np.zeros(len(is_other), dtype=np.intp)
    for at, step in enumerate(STEPS):
        number += (moved[step] & (is_other_in_list if step == "list" else is_other)) << at
    names = [_named(one) for one in range(1 << len(STEPS))]
    return np.array(names, dtype=object)[number]


def _named(number: int) -> str | None:
    return " + ".join(step for at, step in enumerate(STEPS) if number >> at & 1) or None


def _forced(rows: Mapping[str, Any]) -> Any:
    """Give the tier that a rule put a row into, "" where it has the model's."""
    return np.where(rows["tier"] != rows["model_tier"], rows["tier"], "")
