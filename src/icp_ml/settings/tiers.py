"""Where tiers begin: those that are frozen with the model, and those of each list."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from icp_ml.settings.base import Count, Positive, Settings, Share


class FrozenTierSettings(Settings):
    """What every kind of frozen tiers has."""

    min_completeness: Annotated[
        float, Field(ge=0, le=1)
    ]  # share of attributes known; below: Insufficient data


class BaseRateTierSettings(FrozenTierSettings):
    """Multiples of the base rate."""

    by: Literal["base_rate"]
    best_fit: Positive  # times the base rate
    good_fit: Positive

    @model_validator(mode="after")
    def _is_in_order(self) -> BaseRateTierSettings:
        if self.best_fit < self.good_fit:
            raise ValueError(f"best_fit must be at least good_fit, which is {self.good_fit:g}")
        return self


class PrecisionTierSettings(FrozenTierSettings):
    """The lowest cut-offs from which on a target share of the tier's training rows was best."""

    by: Literal["precision"]
    best_fit: Share  # of best among the tier's training rows
    good_fit: Share
    min_rows: Count  # training rows that a tier needs

    @model_validator(mode="after")
    def _is_in_order(self) -> PrecisionTierSettings:
        if self.best_fit < self.good_fit:
            raise ValueError(f"best_fit must be at least good_fit, which is {self.good_fit:g}")
        return self


class EconomicsTierSettings(FrozenTierSettings):
    """Good fit where a touch pays, Best fit where it pays several times."""

    by: Literal["economics"]
    cost_per_touch: Positive
    value_per_win: Positive  # in the same currency
    best_fit: Annotated[float, Field(ge=1)]  # times the probability that pays

    @model_validator(mode="after")
    def _can_pay(self) -> EconomicsTierSettings:
        if self.cost_per_touch >= self.value_per_win:
            raise ValueError(f"cost_per_touch must be below value_per_win, which is {self.value_per_win:g}")
        return self


TierSettings = Annotated[
    BaseRateTierSettings | PrecisionTierSettings | EconomicsTierSettings, Field(discriminator="by")
]
"""The settings of the absolute tiers, frozen with the model."""


class PercentileTierSettings(Settings):
    """The top share of the list, and the next."""

    by: Literal["percentile"]
    a: Share
    b: Share

    @model_validator(mode="after")
    def _is_a_part(self) -> PercentileTierSettings:
        if self.a + self.b > 1:
            raise ValueError("a and b must be 1 together at most")
        return self


class CapacityTierSettings(Settings):
    """As many accounts as a team can work."""

    by: Literal["capacity"]
    a: Count
    b: Annotated[int, Field(ge=0)]


ListTierSettings = Annotated[PercentileTierSettings | CapacityTierSettings, Field(discriminator="by")]
"""The settings of the tiers of each list."""
