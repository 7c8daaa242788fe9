"""Read an experiment: the difference between both sides, its interval, and whether it may be believed yet."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from math import sqrt
from typing import Any

from icp_ml.errors import count
from icp_ml.holdout.counting import Arm, Population
from icp_ml.holdout.planning import Plan
from icp_ml.settings import HoldoutSettings

MISMATCH = 0.001
"""So unlikely a split of the accounts is taken for a fault (Fabijan and others, "Diagnosing Sample Ratio
Mismatch in Online Controlled Experiments", KDD 2019)."""


@dataclass(frozen=True)
class Reading:
    """What an experiment says so far.

    Attributes
    ----------
    name : str
    starts, today : date
    worked, alone : Arm
    low, high : float, optional
        Of worked minus alone; None where a side is empty.
    confidence : float
    share : float
        Asked for.
    split_p : float
        Chance of a split as far from the share as this one.
    n_unmarked : int
        Drawn, but no list ever said so.
    n_required : int
        Accounts left alone that suffice within the weeks that were asked for.
    weeks_required : int, optional
        These weeks, or the plan's where fewer accounts take part; None where no time is long enough.
    """

    name: str
    starts: date
    today: date
    worked: Arm
    alone: Arm
    low: float | None
    high: float | None
    confidence: float
    share: float
    split_p: float
    n_unmarked: int
    n_required: int
    weeks_required: int | None

    @property
    def weeks(self) -> int:
        """Count the whole weeks since the start."""
        return (self.today - self.starts).days // 7

    @property
    def is_complete(self) -> bool:
        """Say whether the weeks have reached the plan, which asks for more where there are few accounts."""
        return self.weeks_required is not None and self.weeks >= self.weeks_required

    def verdict(self) -> str:
        """Say what may be said."""
        if self.low is None or self.high is None:
            return "nothing to compare yet: one side has no account"
        if self.split_p < MISMATCH:
            return "not readable: the sides are not of the sizes that were drawn"
        if not self.is_complete:
            return f"too early: {self._progress()}"
        low, high = f"{100 * self.low:+.1f}", f"{100 * self.high:+.1f}"
        if self.low > 0:
            return f"working them brings between {low} and {high} points"
        if self.high < 0:
            return f"working them costs between {-100 * self.high:.1f} and {-100 * self.low:.1f} points"
        return f"no difference was seen: it lies between {low} and {high} points"

    def lines(self) -> list[str]:
        """Say the figures in words, without the verdict."""
        said = [f"{who}: {_side(one)}" for who, one in (("worked", self.worked), ("left alone", self.alone))]
        if self.low is not None and self.high is not None:
            bounds = f"{100 * self.low:+.1f} to {100 * self.high:+.1f}"
            gap = 100 * (self.worked.share - self.alone.share)
            early = (
                ""
                if self.is_complete
                else "; looked at too early, and often, chance alone shows a difference"
            )
            said.append(
                f"difference: {gap:+.1f} points, {100 * self.confidence:g} % interval {bounds}{early}"
            )
        if self.alone.n_with_deals:
            part = 100 * self.alone.n_with_deals / self.alone.n
            who = f"{count(self.alone.n_with_deals, 'account')} left alone ({part:.1f} %)"
            said.append(f"{who} have deals all the same: worked after all, or come by themselves")
        return said

    def alarms(self) -> list[str]:
        """Say what is wrong with the experiment itself."""
        found = []
        if self.split_p < MISMATCH:
            n = self.worked.n + self.alone.n
            shares = f"{100 * self.alone.n / n:.1f} % instead of {100 * self.share:g} %"
            once = f"chance does that once in {1 / max(self.split_p, 1e-12):,.0f} times"
            found.append(f"{self.alone.n:,} of {n:,} accounts are left alone, {shares}: {once}")
        if self.n_unmarked:
            accounts = count(self.n_unmarked, "account")
            found.append(f"{accounts} left alone by the draw were in no list marked so")
        return found

    def to_json(self) -> dict[str, Any]:
        """Give all figures."""
        return asdict(self) | {
            "starts": self.starts.isoformat(),
            "today": self.today.isoformat(),
            "weeks": self.weeks,
            "is_complete": self.is_complete,
            "difference": self.worked.share - self.alone.share,
            "verdict": self.verdict(),
            "alarms": self.alarms(),
        }

    def _progress(self) -> str:
        accounts = f"{self.alone.n:,} of {self.n_required:,} accounts left alone"
        if self.weeks_required is None:
            return f"{accounts}, too few for any time"
        weeks = f"{self.weeks} of {self.weeks_required} weeks"
        return weeks if self.alone.n >= self.n_required else f"{weeks}, with {accounts}"


def read(
    taking_part: Population, sides: tuple[Arm, Arm], planned: Plan, holdout: HoldoutSettings, today: date
) -> Reading:
    """Read an experiment that has a name and has started."""
    from scipy.stats import binomtest

    (worked, alone), rows = sides, taking_part.rows
    n = worked.n + alone.n
    suffice = alone.n >= planned.n_required  # by those who entered since the plan, maybe
    weeks = planned.weeks if suffice else planned.weeks_required
    low, high = difference_bounds(worked, alone, holdout.confidence) if worked.n and alone.n else (None, None)
    return Reading(
        name=str(holdout.name),
        starts=holdout.starts or today,
        today=today,
        worked=worked,
        alone=alone,
        low=low,
        high=high,
        confidence=holdout.confidence,
        share=holdout.share,
        split_p=float(binomtest(alone.n, n, holdout.share).pvalue) if n else 1.0,
        n_unmarked=int((rows["is_left_alone"] & ~rows["was_marked"]).sum()),
        n_required=planned.n_required,
        weeks_required=None if weeks is None else max(planned.weeks, weeks),
    )


def difference_bounds(one: Arm, other: Arm, confidence: float) -> tuple[float, float]:
    """Give the interval of the difference of two shares, each side with an account at least.

    Source: Newcombe, "Interval Estimation for the Difference Between Independent Proportions", Statistics in
    Medicine 17, 1998, method 10: the square-and-add of two Wilson intervals, without correction.
    """
    low, high = _wilson(one, confidence)
    other_low, other_high = _wilson(other, confidence)
    gap = one.share - other.share
    below = sqrt((one.share - low) ** 2 + (other_high - other.share) ** 2)
    above = sqrt((high - one.share) ** 2 + (other.share - other_low) ** 2)
    return gap - below, gap + above


def _wilson(arm: Arm, confidence: float) -> tuple[float, float]:
    from scipy.stats import binomtest

    found = binomtest(arm.n_won, arm.n).proportion_ci(confidence, method="wilson")
    return float(found.low), float(found.high)


def _side(arm: Arm) -> str:
    waiting = f", {count(arm.n_open, 'account')} with an open deal" if arm.n_open else ""
    return f"{arm.n_won:,} of {count(arm.n, 'account')} bought ({100 * arm.share:.1f} %){waiting}"
