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


def list_walk(rank_score: Floats, places: tuple[Any, Any], old: ListCuts, new: ListCuts) -> tuple[Any, Any]:
    """Give where scores stand in the old list, and in the new one.

    Parameters
    ----------
    rank_score : ndarray of float64, shape (n_rows,)
    places : tuple of ndarray of int
        Where each row stood in the old list, and stands in the new one.
    old, new : ListCuts
    """
    is_ranked = ~np.isnan(rank_score)
    return (
        list_tier(rank_score, places[0], is_ranked, old),
        list_tier(rank_score, places[1], is_ranked, new),
    )


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
