"""The settings of what came of the accounts that were scored, and of training again."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from icp_ml.settings.base import Count, Settings, Share


class OutcomesSettings(Settings):
    """How closed deals are compared with what had been predicted."""

    backtest_days: Count  # between the prediction and the close of a deal
    min_deals: Count  # closed since; fewer: no figures
    confidence: Share  # of the intervals
    n_bins: Annotated[int, Field(ge=2)]  # of the calibration
    folder: str


class RetrainSettings(Settings):
    """When the scheduled run trains a challenger."""

    when: tuple[Literal["calibration", "precision", "drift", "age"], ...]
    max_off: Annotated[float, Field(ge=0, lt=1)]  # of observed over expected, from 1
    max_age_days: Count  # of the champion
    min_days: Count  # between two trainings of the schedule
