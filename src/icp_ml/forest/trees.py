"""LightGBM's text, read into arrays: every tree of some boosters, node by node."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from icp_ml.errors import DataError

Floats = np.ndarray[Any, np.dtype[np.float64]]
Codes = np.ndarray[Any, np.dtype[np.int64]]
Flags = np.ndarray[Any, np.dtype[np.bool_]]

CATEGORICAL, DEFAULT_LEFT = 1, 2
NO_MISSING, ZERO_IS_MISSING = 0, 1
NOT_READ = re.compile(r"^(average_output|is_linear=1|num_tree_per_iteration=(?!1$).*)$", re.MULTILINE)
REFUSED = "Train with icp_ml: numeric splits, one output, constant leaves, zero_as_missing off."


class Trees(NamedTuple):
    """Trees in the order of their boosters, and in each booster's own.

    Attributes
    ----------
    booster : ndarray of int, shape (n_trees,)
    first_node, first_leaf : ndarray of int, shape (n_trees + 1,)
        Where each tree's nodes and leaves begin; a tree of one leaf has no node.
    feature : ndarray of int, shape (n_nodes,)
    threshold : ndarray of float64, shape (n_nodes,)
        A row goes left where its value is at most this.
    is_missing_left : ndarray of bool, shape (n_nodes,)
        Where a row goes whose value is missing.
    left, right : ndarray of int, shape (n_nodes,)
        The node of the same tree below, or ~leaf. A node below has the greater number.
    node_rows, leaf_rows : ndarray of float64, shape (n_nodes,) and (n_leaves,)
        How many training rows came by.
    leaf_value : ndarray of float64, shape (n_leaves,)
        Log-odds.
    """

    booster: Codes
    first_node: Codes
    first_leaf: Codes
    feature: Codes
    threshold: Floats
    is_missing_left: Flags
    left: Codes
    right: Codes
    node_rows: Floats
    leaf_rows: Floats
    leaf_value: Floats


def read_trees(texts: Sequence[str]) -> Trees:
    """Read boosters' texts.

    A missing value goes where LightGBM sends it: by the node's default direction where training saw missing
    values of that feature, and as 0 where it saw none.

    Parameters
    ----------
    texts : sequence of str
        As LightGBM's `model_to_string` writes them.

    Raises
    ------
    DataError
        The text holds what is not read here: categorical splits, linear leaves, several outputs, zeros that
        count as missing.
    ValueError
        The text is damaged.
    """
    for text in texts:
        if found := NOT_READ.search(text):
            raise DataError("a booster is of a kind that is not compiled.", [found.group()], REFUSED)
    n_leaves = [_whole(text, "num_leaves") for text in texts]
    whole: Any = {key: _joined([_whole(text, key) for text in texts]) for key in WHOLE}
    real: Any = {key: _joined([_real(text, key) for text in texts]) for key in REAL}
    decision, threshold = whole["decision_type"], real["threshold"]
    sizes = _joined(n_leaves)
    trees = Trees(
        booster=np.repeat(np.arange(len(texts)), [len(one) for one in n_leaves]),
        first_node=_starts(sizes - 1),
        first_leaf=_starts(sizes),
        feature=whole["split_feature"],
        threshold=threshold,
        is_missing_left=_goes_left(decision, threshold),
        left=whole["left_child"],
        right=whole["right_child"],
        node_rows=real["internal_count"],
        leaf_rows=_rows_of_leaves(texts, sizes),
        leaf_value=real["leaf_value"],
    )
    _check(trees)
    return trees


WHOLE = ("split_feature", "decision_type", "left_child", "right_child")
REAL = ("threshold", "leaf_value", "internal_count")


def expected_log_odds(trees: Trees, n_boosters: int) -> Floats:
    """Give each booster's mean log-odds over its own training rows, the base of its contributions."""
    n_leaves = np.diff(trees.first_leaf)
    tree = np.repeat(np.arange(len(n_leaves)), n_leaves)
    rows = np.bincount(tree, weights=trees.leaf_rows, minlength=len(n_leaves))
    mean = np.bincount(tree, weights=trees.leaf_rows * trees.leaf_value, minlength=len(n_leaves)) / rows
    return np.asarray(np.bincount(trees.booster, weights=mean, minlength=n_boosters), dtype=np.float64)


def _whole(text: str, key: str) -> Codes:
    return np.array(" ".join(_lines(text, key)).split(), dtype=np.int64)


def _real(text: str, key: str) -> Floats:
    return np.array(" ".join(_lines(text, key)).split(), dtype=np.float64)


def _lines(text: str, key: str) -> list[str]:
    return re.findall(rf"^{key}=(.*)$", text, re.MULTILINE)


def _joined(parts: Sequence[Any]) -> Any:
    return np.concatenate(parts) if parts else np.empty(0)


def _starts(sizes: Codes) -> Codes:
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)


def _rows_of_leaves(texts: Sequence[str], sizes: Codes) -> Floats:
    """Read the leaves' rows; of a tree that is one leaf they may be lacking, and count as one."""
    lines = [line for text in texts for line in _lines(text, "leaf_count")]
    told = [line if n > 1 else "1" for line, n in zip(lines, sizes.tolist(), strict=True)]
    return np.array(" ".join(told).split(), dtype=np.float64)


def _goes_left(decision: Codes, threshold: Floats) -> Flags:
    missing = (decision >> 2) & 3
    if (decision & CATEGORICAL).any() or (missing == ZERO_IS_MISSING).any():
        raise DataError("a booster is of a kind that is not compiled.", fix=REFUSED)
    return np.where(missing == NO_MISSING, threshold >= 0, (decision & DEFAULT_LEFT) > 0)


def _check(trees: Trees) -> None:
    """Refuse arrays that do not fit together: a kernel would read beyond their ends."""
    n_nodes, n_leaves = trees.first_node[-1], trees.first_leaf[-1]
    of_nodes = (
        trees.feature,
        trees.threshold,
        trees.is_missing_left,
        trees.left,
        trees.right,
        trees.node_rows,
    )
    sizes = np.diff(trees.first_leaf)
    most = np.repeat(sizes, sizes - 1)
    node = np.arange(n_nodes) - np.repeat(trees.first_node[:-1], sizes - 1)
    fits = all(len(one) == n_nodes for one in of_nodes) and len(trees.leaf_value) == n_leaves
    if not fits or (sizes < 1).any() or len(trees.leaf_rows) != n_leaves or (trees.feature < 0).any():
        raise ValueError("the trees' nodes and leaves do not fit together")
    for child in (trees.left, trees.right):
        if not np.where(child < 0, ~child < most, (child > node) & (child < most - 1)).all():
            raise ValueError("a tree's nodes do not fit together")
    tree_of_node = np.repeat(np.arange(len(sizes)), sizes - 1)
    below = [
        np.where(
            child < 0,
            n_nodes + trees.first_leaf[tree_of_node] + ~child,
            trees.first_node[tree_of_node] + child,
        )
        for child in (trees.left, trees.right)
    ]
    if np.bincount(np.concatenate(below)).max(initial=0) > 1:
        raise ValueError("a tree's node or leaf stands below two nodes")
