"""Score accounts with a model: probability, tier and reasons, row by row."""

from icp_ml.scoring.ranking import midrank_percentile
from icp_ml.scoring.scores import OF_THE_LIST, SCORED_COLUMNS, TIERS, frozen_tiers, score, tier_of

__all__ = [
    "OF_THE_LIST",
    "SCORED_COLUMNS",
    "TIERS",
    "frozen_tiers",
    "midrank_percentile",
    "score",
    "tier_of",
]
