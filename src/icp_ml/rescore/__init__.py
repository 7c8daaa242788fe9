"""Compare two scorings of a list: who moved, by how much, and why."""

from icp_ml.rescore.moves import Changes, changes, model_changes

__all__ = ["Changes", "changes", "model_changes"]
