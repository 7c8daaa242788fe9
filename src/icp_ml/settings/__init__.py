"""The settings of every stage: one frozen model for each group in `conf/`, which holds the values.

No setting has a default to fall back on silently, but for the optional parts of a column's mapping and of a
rubric's condition.
"""

from icp_ml.settings.base import Settings
from icp_ml.settings.browse import BrowseSettings
from icp_ml.settings.checks import ChecksSettings
from icp_ml.settings.crm import AnswerSettings, CrmSettings
from icp_ml.settings.drift import DriftSettings
from icp_ml.settings.engine import DaskSettings, EngineSettings, LocalSettings
from icp_ml.settings.evaluation import EvaluationSettings, MarginSettings, MarkSettings, PromotionSettings
from icp_ml.settings.label import (
    AbcXyzSettings,
    FlagSettings,
    LabelSettings,
    NeverBestSettings,
    RubricLabelSettings,
    ScorecardSettings,
    ValueSettings,
    WonSettings,
)
from icp_ml.settings.mapping import (
    ColumnSettings,
    DataSettings,
    EnrichmentSettings,
    FileSettings,
    FilterSettings,
    JoinSettings,
    KeySettings,
    TableSettings,
)
from icp_ml.settings.operating import HoldoutSettings, NotifySettings, ScheduleSettings
from icp_ml.settings.outcomes import OutcomesSettings, RetrainSettings
from icp_ml.settings.output import OutputSettings, TableOutputSettings
from icp_ml.settings.profile import ProfileSettings
from icp_ml.settings.rescore import RescoreSettings
from icp_ml.settings.rubric import ConditionSettings, PointSettings, RubricSettings
from icp_ml.settings.rules import RuleSettings
from icp_ml.settings.segments import SegmentSettings
from icp_ml.settings.stages import (
    FeaturesSettings,
    MatchingSettings,
    ModelKind,
    ModelSettings,
    ScoringSettings,
    SplitSettings,
    TuningSettings,
)
from icp_ml.settings.tiers import (
    BaseRateTierSettings,
    CapacityTierSettings,
    EconomicsTierSettings,
    ListTierSettings,
    PercentileTierSettings,
    PrecisionTierSettings,
    TierSettings,
)
from icp_ml.settings.tracking import RetentionSettings, TrackingSettings
from icp_ml.settings.whole import Config

__all__ = [
    "AbcXyzSettings",
    "AnswerSettings",
    "BaseRateTierSettings",
    "BrowseSettings",
    "CapacityTierSettings",
    "ChecksSettings",
    "ColumnSettings",
    "ConditionSettings",
    "Config",
    "CrmSettings",
    "DaskSettings",
    "DataSettings",
    "DriftSettings",
    "EconomicsTierSettings",
    "EngineSettings",
    "EnrichmentSettings",
    "EvaluationSettings",
    "FeaturesSettings",
    "FileSettings",
    "FilterSettings",
    "FlagSettings",
    "HoldoutSettings",
    "JoinSettings",
    "KeySettings",
    "LabelSettings",
    "ListTierSettings",
    "LocalSettings",
    "MarginSettings",
    "MarkSettings",
    "MatchingSettings",
    "ModelKind",
    "ModelSettings",
    "NeverBestSettings",
    "NotifySettings",
    "OutcomesSettings",
    "OutputSettings",
    "PercentileTierSettings",
    "PointSettings",
    "PrecisionTierSettings",
    "ProfileSettings",
    "PromotionSettings",
    "RescoreSettings",
    "RetentionSettings",
    "RetrainSettings",
    "RubricLabelSettings",
    "RubricSettings",
    "RuleSettings",
    "ScheduleSettings",
    "ScorecardSettings",
    "ScoringSettings",
    "SegmentSettings",
    "Settings",
    "SplitSettings",
    "TableOutputSettings",
    "TableSettings",
    "TierSettings",
    "TrackingSettings",
    "TuningSettings",
    "ValueSettings",
    "WonSettings",
]
