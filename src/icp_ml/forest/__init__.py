"""The compiled forest: exact contributions for every row, for less than a plain score costs elsewhere."""

from icp_ml.forest.forest import Explanation, Forest

__all__ = ["Explanation", "Forest"]
