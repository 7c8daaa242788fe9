"""The declared rubric: what to look for before there are customers to learn from."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from icp_ml.settings.base import Count, Name, NotNegative, Positive, Settings, Text


class ConditionSettings(Settings):
    """One thing to look for in one of our columns; exactly one of its forms is given."""

    column: str
    at_least: float | None = None
    at_most: float | None = None
    one_of: tuple[
        Text, ...
    ] = ()  # levels as a whole, or words that a list's item or a text holds; in any case
    within_days: Count | None = None  # a date not longer ago than this
    points: Annotated[float, Field(gt=0, le=1)] = 1.0  # a point is the highest of its conditions that hold

    @model_validator(mode="after")
    def _says_something(self) -> ConditionSettings:
        bounds = self.at_least is not None or self.at_most is not None
        if sum((bounds, bool(self.one_of), self.within_days is not None)) != 1:
            raise ValueError("give at_least and at_most, or one_of, or within_days")
        if self.at_least is not None and self.at_most is not None and self.at_most < self.at_least:
            raise ValueError(f"at_most must not be below at_least, which is {self.at_least:g}")
        return self


class PointSettings(Settings):
    """One of the rubric's points: what it is called, what it weighs, and what earns it."""

    words: str
    weight: Positive
    conditions: Annotated[tuple[ConditionSettings, ...], Field(min_length=1)]


class RubricSettings(Settings):
    """The five-point formula, in points of 0 to the sum of weights, and where tiers begin in them."""

    points: Annotated[dict[Name, PointSettings], Field(min_length=1)]
    best_fit: Positive  # points
    good_fit: NotNegative

    @model_validator(mode="after")
    def _can_be_reached_in_order(self) -> RubricSettings:
        most = sum(point.weight for point in self.points.values())
        if self.best_fit < self.good_fit:
            raise ValueError(f"best_fit must be at least good_fit, which is {self.good_fit:g}")
        if self.best_fit > most:
            raise ValueError(f"best_fit must be at most {most:g}, the sum of the weights")
        return self
