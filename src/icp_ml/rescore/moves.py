"""Compare two scorings of a list: which accounts moved tier, by how much, and which models scored them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

KEY = ["account_id", "segment"]
PREVIOUS = {
    "fit_probability": "previous_probability",
    "rubric_points": "previous_points",
    "tier": "previous_tier",
    "scored_at": "previous_scored_at",
}
LISTED = (
    "account_id",
    "name",
    "segment",
    "move",
    "previous_tier",
    "tier",
    "previous_probability",
    "fit_probability",
    "change",
    "previous_points",
    "rubric_points",
    "previous_scored_at",
)
ROUNDING = 1e-12  # 0.35 - 0.30 is a hair below 0.05


@dataclass(frozen=True)
class Changes:
    """What moved between two scorings.

    Attributes
    ----------
    movers : pandas.DataFrame
        account_id, name, segment, move (entered, left, up, down, same tier), previous_tier, tier,
        previous_probability, fit_probability, change (in probability), previous_points, rubric_points,
        previous_scored_at; largest change first.
    n_compared, n_entered, n_left, n_moved : int
        Accounts in both, new ones, gone ones, and those that changed tier; an account counts once for each of
        its segments.
    """

    movers: pd.DataFrame
    n_compared: int
    n_entered: int
    n_left: int
    n_moved: int

    def summary(self) -> str:
        """Say the counts in one line."""
        return (
            f"{self.n_moved:,} of {self.n_compared:,} accounts changed tier, "
            f"{self.n_entered:,} are new, {self.n_left:,} are gone"
        )


def changes(
    previous: pd.DataFrame, current: pd.DataFrame, tiers: tuple[str, ...], min_change: float
) -> Changes:
    """List the accounts that changed tier, came or went, or moved by at least `min_change` within a tier.

    An account is compared within its segment: one that another segment covers now has left and entered.

    Parameters
    ----------
    previous, current : pandas.DataFrame
        account_id, name, segment, fit_probability, rubric_points, tier, scored_at; the first row of an
        account that is repeated in a segment counts.
    tiers : tuple of str
        From best to worst.
    min_change : float
        In probability.
    """
    old = previous.drop_duplicates(KEY).rename(columns={**PREVIOUS, "name": "previous_name"})
    old = old[[*KEY, "previous_name", *PREVIOUS.values()]]
    both = current.drop_duplicates(KEY).merge(old, on=KEY, how="outer", indicator="origin")
    both["name"] = both["name"].where(both["origin"] != "right_only", both["previous_name"])
    both["change"] = both["fit_probability"] - both["previous_probability"]
    both["move"] = _moves(both, tiers)
    is_listed = (both["move"] != "same tier") | (both["change"].abs() >= min_change - ROUNDING)
    n_of = both["origin"].value_counts()
    return Changes(
        _by_size(both.loc[is_listed])[list(LISTED)],
        int(n_of["both"]),
        int(n_of["left_only"]),
        int(n_of["right_only"]),
        int(both["move"].isin(["up", "down"]).sum()),
    )


def model_changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Say of each segment whether another model scored it, and what that changes of the meaning.

    Parameters
    ----------
    before, now : mapping of segment to facts
        Two manifests' segments: model_version, and kind, estimates and best in words.
    """
    said = []
    for name in (one for one in now if one in before):
        if now[name]["model_version"] == before[name]["model_version"]:
            continue
        line = f"the model changed from {_named(before[name])} to {_named(now[name])}"
        for fact, words in (("estimates", "it now estimates"), ("best", "best is now")):
            if now[name][fact] != before[name][fact]:
                line += f"; {words} {now[name][fact]}, before {before[name][fact]}"
        said.append(line if len(now) == 1 else f"{name}: {line}")
    said += [f"{name}: new in this list, by {_named(now[name])}" for name in now if name not in before]
    return said + [f"{name}: in the last list, not in this one" for name in before if name not in now]


def _named(facts: Mapping[str, Any]) -> str:
    return f"{facts['model_version']} ({facts['kind'].replace('_', ' ')})"


def _by_size(rows: pd.DataFrame) -> pd.DataFrame:
    """Put the largest change first: in probability, or in points where there is no probability."""
    points = (rows["rubric_points"] - rows["previous_points"]).abs()
    sized = rows.assign(size=rows["change"].abs(), points=points)
    order = {"size": False, "points": False, "account_id": True, "segment": True}
    return sized.sort_values(
        list(order), ascending=list(order.values()), na_position="last", ignore_index=True
    )


def _moves(both: pd.DataFrame, tiers: tuple[str, ...]) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    place = {tier: position for position, tier in enumerate(tiers)}
    before, after = both["previous_tier"].map(place), both["tier"].map(place)
    moves = np.where(after < before, "up", np.where(after > before, "down", "same tier")).astype(object)
    moves[(both["origin"] == "left_only").to_numpy()] = "entered"
    moves[(both["origin"] == "right_only").to_numpy()] = "left"
    return moves
