"""Who changes tier where another model scores the same list: what a promotion would change."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from icp_ml.evaluation.promotion import Gate
from icp_ml.evaluation.words import percent
from icp_ml.settings import PromotionSettings

KEY = ["account_id", "segment"]
LISTED = ["account_id", "name", "segment", "is_customer", "move"]
BEFORE_AND_AFTER = ("tier", "fit_probability", "rubric_points")
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True)
class Moves:
    """One list, scored by two models.

    Attributes
    ----------
    accounts : pandas.DataFrame
        Each account of the list once: account_id, name, segment, is_customer, move (up, down, same tier),
        tier_before, tier, and the same pair of fit_probability and of rubric_points; change (in probability).
    tiers : tuple of str
        From best to worst.
    top_kept : float
        Share of the champion's top list, 0 to 1, that is in the challenger's.
    """

    accounts: pd.DataFrame
    tiers: tuple[str, ...]
    top_kept: float

    @property
    def who(self) -> pd.DataFrame:
        """Give the accounts that change tier, the largest change first."""
        moved = self.accounts.loc[self.accounts["move"] != "same tier"]
        sized = moved.assign(size=moved["change"].abs())
        ordered = sized.sort_values(["size", *KEY], ascending=[False, True, True], ignore_index=True)
        return ordered.drop(columns="size")

    @property
    def n_changed(self) -> int:
        """Count the accounts that change tier."""
        return int((self.accounts["move"] != "same tier").sum())

    @property
    def share_changed(self) -> float:
        """Give their share of the list, 0 to 1."""
        return self.n_changed / max(len(self.accounts), 1)

    @property
    def matrix(self) -> pd.DataFrame:
        """Count the accounts by the tier they had (lines) and have now (columns)."""
        counts = pd.crosstab(self.accounts["tier_before"], self.accounts["tier"])
        return counts.reindex(index=self.tiers, columns=self.tiers, fill_value=0)

    @property
    def by_segment(self) -> pd.DataFrame:
        """Count of each segment the accounts, and those that move up and down."""
        sides = self.accounts.assign(up=self.accounts["move"] == "up", down=self.accounts["move"] == "down")
        return sides.groupby("segment", sort=True).agg(
            n=("account_id", "size"), up=("up", "sum"), down=("down", "sum")
        )

    @property
    def change_quantiles(self) -> dict[str, float]:
        """Give the quantiles of the change in probability over the list; none where one has none."""
        change = self.accounts["change"].dropna()
        return {f"{one:g}": float(change.quantile(one)) for one in QUANTILES} if len(change) else {}


def moves(before: pd.DataFrame, after: pd.DataFrame, tiers: tuple[str, ...], top_share: float) -> Moves:
    """Compare two scorings of one list.

    Parameters
    ----------
    before, after : pandas.DataFrame
        By champion and challenger: account_id, name, segment, is_customer, fit_probability, rubric_points,
        tier; the first row of an account that is repeated in a segment counts.
    tiers : tuple of str
        From best to worst.
    top_share : float
        Of the list, 0 to 1: the top list. What ties with its last place is in it.
    """
    old, new = (one.drop_duplicates(KEY) for one in (before, after))
    columns = [*KEY, *BEFORE_AND_AFTER]
    both = new.merge(old[columns], on=KEY, how="inner", suffixes=("", "_before"), validate="one_to_one")
    both["change"] = both["fit_probability"] - both["fit_probability_before"]
    place = {tier: at for at, tier in enumerate(tiers)}
    was, now = both["tier_before"].map(place), both["tier"].map(place)
    both["move"] = np.where(now < was, "up", np.where(now > was, "down", "same tier"))
    pairs = [f"{name}{suffix}" for name in BEFORE_AND_AFTER for suffix in ("_before", "")]
    first, second = (_in_top(both, suffix, top_share) for suffix in ("_before", ""))
    kept = float((first & second).sum() / max(first.sum(), 1))
    return Moves(both[[*LISTED, *pairs, "change"]], tiers, kept)


def stability_gates(found: Moves, settings: PromotionSettings) -> list[Gate]:
    """Ask how much of the top list stays, and how many accounts change tier."""
    kept, changed = found.top_kept, found.share_changed
    stays = f"{percent(kept)} of the top {percent(settings.top_share)} stay"
    stays += f", where {percent(settings.min_top_kept)} must"
    counts = f"{found.n_changed:,} of {len(found.accounts):,}"
    change = (
        f"{counts} accounts ({percent(changed)}) change tier, where {percent(settings.max_tier_changes)} may"
    )
    return [
        Gate("top list", kept >= settings.min_top_kept, stays),
        Gate("tiers", changed <= settings.max_tier_changes, change),
    ]


def _in_top(both: pd.DataFrame, suffix: str, top_share: float) -> Any:
    """Say who is in the top list: by probability, or by points where there is none."""
    score = both[f"fit_probability{suffix}"].fillna(both[f"rubric_points{suffix}"]).to_numpy(dtype=np.float64)
    if not len(score):
        return np.zeros(0, dtype=bool)
    last = np.sort(score)[-max(1, math.ceil(top_share * len(score)))]
    return score >= last
