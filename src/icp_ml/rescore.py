"""Compare two scorings of a list: which accounts moved tier, and by how much."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

PREVIOUS = {
    "fit_probability": "previous_probability",
    "tier": "previous_tier",
    "scored_at": "previous_scored_at",
}
ROUNDING = 1e-12  # 0.35 - 0.30 is a hair below 0.05


@dataclass(frozen=True)
class Changes:
    """What moved between two scorings.

    Attributes
    ----------
    movers : pandas.DataFrame
        account_id, name, move (entered, left, up, down, same tier), previous_tier, tier,
        previous_probability, fit_probability, change (in probability), previous_scored_at; largest change
        first.
    n_compared, n_entered, n_left, n_moved : int
        Accounts in both, new ones, gone ones, and those that changed tier.
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

    Parameters
    ----------
    previous, current : pandas.DataFrame
        account_id, name, fit_probability, tier, scored_at; the first row of a repeated account counts.
    tiers : tuple of str
        From best to worst.
    min_change : float
        In probability.
    """
    old = previous.drop_duplicates("account_id").rename(columns=PREVIOUS)
    old = old[["account_id", *PREVIOUS.values()]]
    both = current.drop_duplicates("account_id").merge(old, on="account_id", how="outer", indicator="origin")
    names = previous.drop_duplicates("account_id").set_index("account_id")["name"]
    both["name"] = both["name"].where(both["origin"] != "right_only", both["account_id"].map(names))
    both["change"] = both["fit_probability"] - both["previous_probability"]
    both["move"] = _moves(both, tiers)
    is_moved = both["move"].isin(["up", "down"])
    is_listed = (both["move"] != "same tier") | (both["change"].abs() >= min_change - ROUNDING)
    listed = both.assign(size=both["change"].abs()).loc[is_listed]
    listed = listed.sort_values(
        ["size", "account_id"], ascending=[False, True], na_position="last", ignore_index=True
    )
    columns = [
        "account_id",
        "name",
        "move",
        "previous_tier",
        "tier",
        "previous_probability",
        "fit_probability",
    ]
    return Changes(
        listed[[*columns, "change", "previous_scored_at"]],
        int((both["origin"] == "both").sum()),
        int((both["origin"] == "left_only").sum()),
        int((both["origin"] == "right_only").sum()),
        int(is_moved.sum()),
    )


def _moves(both: pd.DataFrame, tiers: tuple[str, ...]) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    place = {tier: position for position, tier in enumerate(tiers)}
    before, after = both["previous_tier"].map(place), both["tier"].map(place)
    moves = np.where(after < before, "up", np.where(after > before, "down", "same tier")).astype(object)
    moves[(both["origin"] == "left_only").to_numpy()] = "entered"
    moves[(both["origin"] == "right_only").to_numpy()] = "left"
    return moves
