"""Compare what was predicted of accounts with what became of them."""

from icp_ml.outcomes.found import Figures, Outcomes, SegmentOutcomes, View
from icp_ml.outcomes.joining import Standing, closed_deals, entry_rows, standing
from icp_ml.outcomes.measuring import Asked, best_view, won_views

__all__ = [
    "Asked",
    "Figures",
    "Outcomes",
    "SegmentOutcomes",
    "Standing",
    "View",
    "best_view",
    "closed_deals",
    "entry_rows",
    "standing",
    "won_views",
]
