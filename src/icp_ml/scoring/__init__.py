"""Score accounts with a model: probability, tier and reasons, row by row."""

from icp_ml.scoring.exploration import is_drawn, with_exploration
from icp_ml.scoring.ranking import Cut, ListCuts, fit_rank, list_cuts, list_tier, midrank_percentile, top_cut
from icp_ml.scoring.scores import OF_THE_LIST, SCORED_COLUMNS, Encoded, encode, score, score_encoded
from icp_ml.scoring.tiers import LIST_TIERS, TIERS, OutOfFold, check_reached, frozen_tiers, tier_of

__all__ = [
    "LIST_TIERS",
    "OF_THE_LIST",
    "SCORED_COLUMNS",
    "TIERS",
    "Cut",
    "Encoded",
    "ListCuts",
    "OutOfFold",
    "check_reached",
    "encode",
    "fit_rank",
    "frozen_tiers",
    "is_drawn",
    "list_cuts",
    "list_tier",
    "midrank_percentile",
    "score",
    "score_encoded",
    "tier_of",
    "top_cut",
    "with_exploration",
]
