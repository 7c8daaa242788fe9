"""The settings of every stage: one frozen model for each group in `conf/`, which holds the values.

No setting has a default to fall back on silently, but for the optional parts of a column's mapping.
"""

from icp_ml.settings.base import Settings
from icp_ml.settings.mapping import (
    ColumnSettings,
    DataSettings,
    FileSettings,
    FilterSettings,
    JoinSettings,
    KeySettings,
    TableSettings,
)
from icp_ml.settings.stages import (
    EvaluationSettings,
    FeaturesSettings,
    FlagSettings,
    LabelSettings,
    ModelSettings,
    RescoreSettings,
    ScoringSettings,
    SplitSettings,
    TierSettings,
    TrackingSettings,
    ValueSettings,
    WonSettings,
)

__all__ = [
    "ColumnSettings",
    "DataSettings",
    "EvaluationSettings",
    "FeaturesSettings",
    "FileSettings",
    "FilterSettings",
    "FlagSettings",
    "JoinSettings",
    "KeySettings",
    "LabelSettings",
    "ModelSettings",
    "RescoreSettings",
    "ScoringSettings",
    "Settings",
    "SplitSettings",
    "TableSettings",
    "TierSettings",
    "TrackingSettings",
    "ValueSettings",
    "WonSettings",
]
