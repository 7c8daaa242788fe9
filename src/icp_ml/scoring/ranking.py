"""What only the whole list knows: ranks, and the tiers that go by them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from icp_ml.features.statistics import Floats
from icp_ml.scoring.tiers import LIST_TIERS, NEVER
from icp_ml.settings import CapacityTierSettings, ListTierSettings

ROUNDING = 1e-9  # of a share of the list
PlaceOf = Callable[[float, int], int]
"""Gives the place in the list of the so manieth eligible row of a score, counted from 1."""


def positions(ordered: Any, wanted: Any, side: Literal["left", "right"] = "left") -> npt.NDArray[np.intp]:
    """Search a long sorted array as numpy does, for values in order: each is found near the one before.

    At a million and more values a search in any other order waits for the memory most of the time.
    """
    order = np.argsort(wanted)
    found = np.empty(len(wanted), dtype=np.intp)
    found[order] = np.searchsorted(ordered, wanted[order], side)
    return found


def midrank_percentile(scores: Floats, eligible: Floats) -> Floats:
    """Give the percentile of scores in a list: 0 to 100, high is good, ties at their middle.

    Parameters
    ----------
    scores : ndarray of float64, shape (n_rows,)
        Scores to place; where one is missing, so is its percentile.
    eligible : ndarray of float64, shape (n_eligible,), sorted
        The scores that make up the list, none missing.
    """
    if len(eligible) == 0:
        return np.full(len(scores), np.nan)
    below, up_to = positions(eligible, scores, "left"), positions(eligible, scores, "right")
    percentile = 100.0 * (below + up_to) / (2 * len(eligible))
    return np.where(np.isnan(scores), np.nan, percentile)


def fit_rank(scores: Floats, eligible: Floats) -> Any:
    """Give the rank of scores in a list: 1 is the highest; equal scores share the smallest of their ranks.

    Parameters
    ----------
    scores : ndarray of float64, shape (n_rows,)
        None missing.
    eligible : ndarray of float64, shape (n_eligible,), sorted
        The scores that make up the list.

    Returns
    -------
    ndarray of int64, shape (n_rows,)
    """
    return 1 + len(eligible) - positions(eligible, scores, "right")


@dataclass(frozen=True)
class Cut:
    """Where a tier of the list ends.

    Attributes
    ----------
    score : float
        Whoever scores more belongs; inf: nobody.
    last_place : float
        Of those who score exactly this, who stands up to this place in the list belongs; inf: all.
    """

    score: float
    last_place: float

    def holds(self, scores: Floats, places: Any) -> Any:
        """Say which rows belong."""
        return (scores > self.score) | ((scores == self.score) & (places <= self.last_place))


@dataclass(frozen=True)
class ListCuts:
    """Where A and B end in one list; B holds what A does not."""

    a: Cut
    b: Cut


NOBODY = Cut(NEVER, NEVER)


def list_cuts(eligible: Floats, settings: ListTierSettings, place_of: PlaceOf) -> ListCuts:
    """Find where the tiers of a list end.

    Parameters
    ----------
    eligible : ndarray of float64, shape (n_eligible,), sorted
        The scores that make up the list.
    settings : ListTierSettings
        By percentile, rows of one score stay together: all or none, by the middle of their ranks. By
        capacity, exactly so many rows belong, or all there are; of one score those that stand first.
    place_of : callable
        Asked by capacity alone.
    """
    a, both = settings.a, settings.a + settings.b
    if isinstance(settings, CapacityTierSettings):
        return ListCuts(*(top_cut(eligible, round(n), place_of) for n in (a, both)))
    return ListCuts(*(_share_cut(eligible, share) for share in (a, both)))


def list_tier(scores: Floats, places: Any, is_eligible: Any, cuts: ListCuts) -> Any:
    """Give each row its tier within the list; None where it is not eligible.

    Parameters
    ----------
    scores : ndarray of float64, shape (n_rows,)
    places : ndarray of int, shape (n_rows,)
        Where each row stands in the whole list.
    is_eligible : ndarray of bool, shape (n_rows,)
    cuts : ListCuts
    """
    first, second, rest = LIST_TIERS
    below = np.where(cuts.b.holds(scores, places), second, rest)
    found = np.where(cuts.a.holds(scores, places), first, below).astype(object)
    found[~is_eligible] = None
    return found


def _share_cut(eligible: Floats, share: float) -> Cut:
    """Cut below the lowest score whose percentile lies in the top share."""
    n_below = len(eligible) * (1 - share)
    at = int(np.floor(n_below))
    if at >= len(eligible):
        return NOBODY
    first, last = (int(np.searchsorted(eligible, eligible[at], side)) for side in ("left", "right"))
    if (first + last) / 2 >= n_below - ROUNDING * len(eligible):
        return Cut(float(eligible[at]), NEVER)
    return Cut(float(eligible[last]), NEVER) if last < len(eligible) else NOBODY


def top_cut(eligible: Floats, n: int, place_of: PlaceOf) -> Cut:
    """Cut so that exactly n rows belong, or all there are; of one score those that stand first."""
    n = min(n, len(eligible))
    if n == 0:
        return NOBODY
    score = float(eligible[-n])
    n_higher = len(eligible) - int(np.searchsorted(eligible, score, "right"))
    return Cut(score, place_of(score, n - n_higher))
