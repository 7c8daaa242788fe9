"""The field's marks: what people who rank accounts ask of a model, and how near this one comes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from icp_ml.evaluation.curves import gains_band, gains_curve
from icp_ml.evaluation.figures import Interval, Scored
from icp_ml.evaluation.rates import rates
from icp_ml.evaluation.words import TIMES, percent
from icp_ml.scoring import TIERS
from icp_ml.settings import EvaluationSettings, MarkSettings

N_DEPTHS = 100  # at which the list is looked at, evenly
NAN = float("nan")


@dataclass(frozen=True)
class Mark:
    """One of the field's marks.

    Attributes
    ----------
    name : str
        What is asked, in words.
    unit : "share" or "times"
    needed : float
    found : Interval
        A share of 0 to 1, or a ratio, which may be infinite.
    remark : str
        What a reader must know to understand the figure.
    """

    name: str
    unit: Literal["share", "times"]
    needed: float
    found: Interval
    remark: str

    @property
    def is_reached(self) -> bool | None:
        """Say whether the figure reaches the mark; None where there is no figure."""
        return None if math.isnan(self.found.value) else self.found.value >= self.needed

    @property
    def is_certain(self) -> bool:
        """Say whether the whole interval lies on the figure's side of the mark."""
        return self.found.low >= self.needed or self.found.high < self.needed

    @property
    def word(self) -> str:
        """Say how it came out in a word or two."""
        if self.is_reached is None:
            return "cannot be told"
        word = "reached" if self.is_reached else "not reached"
        return word if self.is_certain else f"{word}, not for certain"


def field_marks(
    test: Scored, tiers: NDArray[Any], by_tier: pd.DataFrame, settings: EvaluationSettings, seed: int
) -> list[Mark]:
    """Hold the candidate against `evaluation.marks`.

    Parameters
    ----------
    test : Scored
    tiers : array of str, shape (n_rows,)
    by_tier : pd.DataFrame
        As `tier_table` gives it.
    settings : EvaluationSettings
    seed : int
        Of the resampling.
    """
    marks = settings.marks
    return [
        _top_of_the_list(test, settings, seed),
        _between_tiers(by_tier, marks),
        _top_two_tiers(test, tiers, settings, seed),
    ]


def mark_text(mark: Mark, value: float) -> str:
    """Write a value in the unit of a mark."""
    if math.isinf(value):
        return "no upper bound"
    return percent(value) if mark.unit == "share" else f"{value:.1f} {TIMES}"


def _top_of_the_list(test: Scored, settings: EvaluationSettings, seed: int) -> Mark:
    """Ask for the share of best at the far end of what the field calls the top of the list."""
    low_share, high_share = settings.marks.top_shares
    needed = settings.marks.min_capture
    depths = np.array([low_share, high_share])
    near, far = gains_curve(test, depths).tolist()
    low, high = gains_band(test, depths, settings.confidence, seed)
    grid = np.linspace(0, 1, N_DEPTHS + 1)
    enough = grid[np.searchsorted(gains_curve(test, grid), needed)] if not math.isnan(far) else NAN
    name = f"The top {percent(low_share)} to {percent(high_share)} of the list hold {percent(needed)} of best"
    remark = (
        f"{percent(far)} of best are in the top {percent(high_share)}, {percent(near)} in the top "
        f"{percent(low_share)}; {percent(needed)} of them take the top {percent(enough)}."
    )
    if math.isnan(far):
        return Mark(name, "share", needed, Interval(NAN, NAN, NAN), "The test rows hold no best.")
    return Mark(name, "share", needed, Interval(far, float(low[1]), float(high[1])), remark)


def _between_tiers(by_tier: pd.DataFrame, marks: MarkSettings) -> Mark:
    """Ask how much more often the highest tier turns out best than the lowest that tells anything."""
    rows: dict[str, Any] = {row["tier"]: row for row in by_tier.to_dict(orient="records")}
    top, bottom = rows[TIERS[0]], rows[TIERS[2]]
    name = f"{TIERS[0]} turns out best {marks.min_tier_ratio:g} {TIMES} as often as {TIERS[2]}"
    if not (top["n"] and bottom["n"]):
        lacking = TIERS[0] if not top["n"] else TIERS[2]
        remark = f"No test row is in {lacking}."
        return Mark(name, "times", marks.min_tier_ratio, Interval(NAN, NAN, NAN), remark)
    found = rate_ratio(*(Interval(row["rate"], row["rate_low"], row["rate_high"]) for row in (top, bottom)))
    remark = (
        f"{percent(top['rate'])} of {top['n']:,} in {TIERS[0]}, {percent(bottom['rate'])} of "
        f"{bottom['n']:,} in {TIERS[2]}."
    )
    return Mark(name, "times", marks.min_tier_ratio, found, remark)


def _top_two_tiers(test: Scored, tiers: NDArray[Any], settings: EvaluationSettings, seed: int) -> Mark:
    needed = settings.marks.min_two_tiers
    name = f"{TIERS[0]} and {TIERS[1]} together hold {percent(needed)} of best"
    is_best, is_top = test.is_best, np.isin(tiers, TIERS[:2])
    if not is_best.any():
        return Mark(name, "share", needed, Interval(NAN, NAN, NAN), "The test rows hold no best.")
    among_best = Scored(is_top[is_best], test.probability[is_best], test.group[is_best])
    found = rates(among_best, np.zeros(int(is_best.sum()), dtype=np.intp), 1, settings, seed)
    bounds = Interval(float(found.rate[0]), float(found.rate_low[0]), float(found.rate_high[0]))
    remark = f"They are {percent(float(is_top.mean()))} of the list; best are {is_best.sum():,} rows."
    return Mark(name, "share", needed, bounds, remark)


def rate_ratio(top: Interval, bottom: Interval) -> Interval:
    """Divide two rates of different rows, with bounds from theirs.

    Nothing in the bottom gives an infinite ratio with a finite lower bound. Source: Donner and Zou,
    "Closed-form confidence intervals for functions of the normal mean and standard deviation", Statistical
    Methods in Medical Research 2012 (MOVER-R), in a form that divides by no small number.
    """
    if top.value == bottom.value == 0:
        return Interval(NAN, NAN, NAN)
    product = top.value * bottom.value
    value = math.inf if bottom.value == 0 else top.value / bottom.value
    low = _lower(product, top.low * (2 * top.value - top.low), bottom.high * (2 * bottom.value - bottom.high))
    under = bottom.low * (2 * bottom.value - bottom.low)
    over = top.high * (2 * top.value - top.high)
    high = math.inf if under <= 0 else (product + math.sqrt(max(product**2 - over * under, 0))) / under
    return Interval(value, low, high)


def _lower(product: float, over: float, under: float) -> float:
    """Solve for the lower bound; 0 where the top may be 0."""
    below = product + math.sqrt(max(product**2 - over * under, 0))
    return over / below if below > 0 else 0.0


def found_text(mark: Mark) -> str:
    """Write what was found with its interval."""
    if mark.is_reached is None:
        return "not defined"
    if math.isinf(mark.found.value):
        return f"none in the lower; at least {mark_text(mark, mark.found.low)}"
    value, low, high = (mark_text(mark, part) for part in (mark.found.value, mark.found.low, mark.found.high))
    return value if math.isnan(mark.found.low) else f"{value} ({low} to {high})"
