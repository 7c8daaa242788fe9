"""Compile the kernels, so that the first model does not wait for it: python -m icp_ml.forest."""

from __future__ import annotations

import numpy as np

from icp_ml.forest.forest import Forest
from icp_ml.forest.nearest import Points, Rows, nearest
from icp_ml.forest.strongest import strongest
from icp_ml.forest.terms import Terms, summed

STUMP = """num_tree_per_iteration=1

Tree=0
num_leaves=2
split_feature=0
threshold=0.5
decision_type=2
left_child=-1
right_child=-2
leaf_value=-1 1
leaf_count=1 1
internal_count=2
"""


def main() -> None:
    """Score, explain and compare one row: every kernel runs once."""
    Forest((STUMP,), (0,)).explain(np.zeros((1, 1)))
    strongest(np.zeros((1, 1)), 1, True)
    nothing = np.zeros(1)
    groups = np.zeros(1, dtype=np.int64)
    summed(np.zeros((1, 1)), Terms(nothing, nothing, nothing, nothing, nothing, groups), True)
    value, key = np.zeros((1, 1), dtype=np.float32), np.zeros((1, 1), dtype=np.uint64)
    nearest(Rows(value, value == 0, key), Points(value, key), 1)


if __name__ == "__main__":
    main()
