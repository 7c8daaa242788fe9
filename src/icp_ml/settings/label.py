"""Who counts as best: one model for each definition in `conf/label/`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from icp_ml.settings.base import Count, Positive, Settings, Share

Cohort = Literal["all", "year", "quarter"]
Cell = Literal["AX", "AY", "AZ", "BX", "BY", "BZ", "CX", "CY", "CZ"]
Outcome = Literal[
    "value",
    "growth",
    "retention",
    "referrals",
    "usage",
    "advocacy",
    "satisfaction",
    "is_marquee",
    "support_tickets",
]


class NeverBestSettings(Settings):
    """Customers who are rest whatever the definition says: won but regretted. Null: does not count."""

    churned_within_days: Count | None  # of becoming a customer
    loss_making_within_days: Count | None  # margin (or revenue) below 0 this long after it
    max_support_tickets: Annotated[int, Field(ge=0)] | None
    weight: Positive  # of such a row in the fit

    @property
    def wait_days(self) -> int:
        """Give how long after becoming a customer the criteria look: before, nobody is judged."""
        return max(self.churned_within_days or 0, self.loss_making_within_days or 0)


class ByOutcomes(Settings):
    """What every definition over outcomes can be combined with."""

    never_best: NeverBestSettings
    lost_deals_weight: Positive | None  # accounts that only lost deals count as rest, so much; null: left out


class ValueSettings(ByOutcomes):
    """Best = the top share by value within a fixed horizon, ranked in the cohort of first order."""

    definition: Literal["value"]
    horizon_days: Count
    top_share: Share
    cohort: Cohort


class AbcXyzSettings(ByOutcomes):
    """Best = chosen cells of volume (A, B, C) against regularity of purchase (X, Y, Z)."""

    definition: Literal["abc_xyz"]
    horizon_days: Count
    n_periods: Annotated[int, Field(ge=6)]  # equal parts of the horizon
    a_share: Share  # of the cohort's volume, held by the largest: A
    b_share: Share  # the same with B
    x_max_cv: Positive  # coefficient of variation over the periods, up to which a customer is X
    y_max_cv: Positive
    best_cells: Annotated[tuple[Cell, ...], Field(min_length=1)]
    cohort: Cohort

    @field_validator("best_cells")
    @classmethod
    def _in_one_order(cls, given: tuple[Cell, ...]) -> tuple[Cell, ...]:
        return tuple(sorted(set(given)))  # so that the digest does not depend on how they are listed

    @model_validator(mode="after")
    def _is_in_order(self) -> AbcXyzSettings:
        if self.horizon_days < self.n_periods:
            raise ValueError(f"horizon_days must be at least n_periods, which is {self.n_periods}")
        if self.b_share <= self.a_share:
            raise ValueError(f"b_share must be above a_share, which is {self.a_share:g}")
        if self.y_max_cv <= self.x_max_cv:
            raise ValueError(f"y_max_cv must be above x_max_cv, which is {self.x_max_cv:g}")
        return self


class RankSettings(Settings):
    """How much an outcome counts in the scorecard, and which end of it is good."""

    weight: Positive
    good: Literal["high", "low"]


class ScorecardSettings(ByOutcomes):
    """Best = the top share by weighted ranks of several outcomes, within the cohort."""

    definition: Literal["scorecard"]
    horizon_days: Count  # of value, growth and retention
    top_share: Share
    cohort: Cohort
    outcomes: Annotated[dict[Outcome, RankSettings], Field(min_length=1)]
    min_known_share: Annotated[float, Field(gt=0, le=1)]  # of the weight known; below, left out


class WonSettings(Settings):
    """Best = deals won, against deals lost."""

    definition: Literal["won"]
    never_best: NeverBestSettings


class FlagSettings(ByOutcomes):
    """Best = a column of the user's own, mapped to `is_best` in the signals table."""

    definition: Literal["flag"]


class RubricLabelSettings(Settings):
    """No customers yet: prospects are scored by the declared rubric, and nothing is learnt."""

    definition: Literal["rubric"]


OutcomeSettings = ValueSettings | AbcXyzSettings | ScorecardSettings | WonSettings | FlagSettings
"""The definitions that outcomes decide: all but the rubric."""

LabelSettings = Annotated[OutcomeSettings | RubricLabelSettings, Field(discriminator="definition")]
