"""Compare two scorings of a list: who moved, by how much, and why."""

from icp_ml.rescore.moves import Changes, model_changes, movers
from icp_ml.rescore.page import PageFacts, movers_page
from icp_ml.rescore.splitting import Side, split

__all__ = ["Changes", "PageFacts", "Side", "model_changes", "movers", "movers_page", "split"]
