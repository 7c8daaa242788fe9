"""The whole configuration."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field

from icp_ml.settings.base import Name, Settings
from icp_ml.settings.browse import BrowseSettings
from icp_ml.settings.checks import ChecksSettings
from icp_ml.settings.drift import DriftSettings
from icp_ml.settings.engine import EngineSettings
from icp_ml.settings.evaluation import EvaluationSettings
from icp_ml.settings.label import LabelSettings
from icp_ml.settings.mapping import DataSettings
from icp_ml.settings.operating import HoldoutSettings, NotifySettings, ScheduleSettings
from icp_ml.settings.outcomes import OutcomesSettings, RetrainSettings
from icp_ml.settings.profile import ProfileSettings
from icp_ml.settings.rescore import RescoreSettings
from icp_ml.settings.rubric import RubricSettings
from icp_ml.settings.rules import RuleSettings
from icp_ml.settings.segments import SegmentSettings
from icp_ml.settings.stages import (
    FeaturesSettings,
    MatchingSettings,
    ModelSettings,
    ScoringSettings,
    SplitSettings,
    TuningSettings,
)
from icp_ml.settings.tracking import TrackingSettings


class Config(Settings):
    """The whole configuration of a run: one attribute for each group in `conf/`."""

    today: date
    seed: int
    n_jobs: int
    data: DataSettings
    label: LabelSettings
    segments: Annotated[dict[Name, SegmentSettings], Field(min_length=1)]
    checks: ChecksSettings
    matching: MatchingSettings
    split: SplitSettings
    features: FeaturesSettings
    rubric: RubricSettings
    model: ModelSettings
    tuning: TuningSettings
    evaluation: EvaluationSettings
    profile: ProfileSettings
    tracking: TrackingSettings
    scoring: ScoringSettings
    browse: BrowseSettings
    engine: EngineSettings
    rules: dict[Name, RuleSettings]
    rescore: RescoreSettings
    drift: DriftSettings
    outcomes: OutcomesSettings
    retrain: RetrainSettings
    notify: NotifySettings
    holdout: HoldoutSettings
    schedule: ScheduleSettings
