"""The leaves of one tree, each as the box of bins that its path allows."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from icp_ml.forest.cuts import BinnedTrees
from icp_ml.forest.jit import compiled
from icp_ml.forest.trees import Codes, Flags, Floats


class Boxes(NamedTuple):
    """Leaves from left to right, so that those below one node stand together.

    Attributes
    ----------
    feature : ndarray of int, shape (n_own,)
        The features that the tree reads, among the cuts'.
    lower, upper : ndarray of int, shape (n_leaves, n_own)
        The path allows bins above `lower` and up to `upper`: -1 and the missing bin where it asks nothing.
    takes_missing : ndarray of bool, shape (n_leaves, n_own)
    share : ndarray of float64, shape (n_leaves, n_own)
        Of the training rows that came to the path's splits on a feature, those that it took along.
    value : ndarray of float64, shape (n_leaves,)
    first, last : ndarray of int, shape (n_nodes,)
        The leaves below each node: from first to before last.
    """

    feature: Codes
    lower: Codes
    upper: Codes
    takes_missing: Flags
    share: Floats
    value: Floats
    first: Codes
    last: Codes


@compiled
def boxes_of(binned: BinnedTrees, tree: int) -> Boxes:
    """Ask of the leaves below each split what it asks of a row.

    A path that splits on one feature twice asks for the tighter of both, and its share is the product: the
    merged path of Lundberg et al. 2020, "From local explanations to global understanding", algorithm 2.
    """
    trees = binned.trees
    start, stop = trees.first_node[tree], trees.first_node[tree + 1]
    leaf, n_leaves = trees.first_leaf[tree], stop - start + 1
    feature = distinct(trees.feature[start:stop])
    shape = (n_leaves, len(feature))
    lower, upper = np.empty(shape, dtype=np.int64), np.empty(shape, dtype=np.int64)
    takes_missing, share = np.empty(shape, dtype=np.bool_), np.empty(shape)
    lower[:], upper[:], takes_missing[:], share[:] = -1, binned.missing, True, 1.0
    place, first, last = left_to_right(trees.left[start:stop], trees.right[start:stop])
    for node in range(n_leaves - 1):
        split = start + node
        own = position_of(trees.feature[split], feature)
        for is_left in (True, False):
            child = trees.left[split] if is_left else trees.right[split]
            rows = trees.leaf_rows[leaf + ~child] if child < 0 else trees.node_rows[start + child]
            begin = place[~child] if child < 0 else first[child]
            for at in range(begin, begin + 1 if child < 0 else last[child]):
                if is_left:
                    upper[at, own] = min(upper[at, own], binned.cut[split])
                else:
                    lower[at, own] = max(lower[at, own], binned.cut[split])
                takes_missing[at, own] &= trees.is_missing_left[split] == is_left
                share[at, own] *= rows / trees.node_rows[split]
    value = np.empty(n_leaves)
    for at in range(n_leaves):
        value[place[at]] = trees.leaf_value[leaf + at]
    return Boxes(feature, lower, upper, takes_missing, share, value, first, last)


@compiled
def distinct(values: Codes) -> Codes:
    """Give the distinct values, ascending; a few: NumPy's own takes seconds to compile."""
    found, n_found = np.empty(len(values), dtype=np.int64), 0
    for value in values:
        at = n_found
        while at > 0 and found[at - 1] > value:
            at -= 1
        if at == 0 or found[at - 1] != value:
            for later in range(n_found, at, -1):
                found[later] = found[later - 1]
            found[at] = value
            n_found += 1
    return found[:n_found]


@compiled
def position_of(value: int, among: Codes) -> int:
    """Give where a value stands among a few."""
    at = 0
    while among[at] != value:
        at += 1
    return at


@compiled
def left_to_right(left: Codes, right: Codes) -> tuple[Codes, Codes, Codes]:
    """Order a tree's leaves from left to right.

    Returns
    -------
    place : ndarray of int, shape (n_leaves,)
        Of each leaf.
    first, last : ndarray of int, shape (n_nodes,)
        The leaves below each node, from first to before last.
    """
    n_nodes = len(left)
    below = np.zeros(n_nodes, dtype=np.int64)
    place = np.zeros(n_nodes + 1, dtype=np.int64)
    first = np.zeros(n_nodes, dtype=np.int64)
    for node in range(n_nodes - 1, -1, -1):
        for child in (left[node], right[node]):
            below[node] += 1 if child < 0 else below[child]
    for node in range(n_nodes):
        begin = first[node]
        for child in (left[node], right[node]):
            if child < 0:
                place[~child] = begin
                begin += 1
            else:
                first[child] = begin
                begin += below[child]
    return place, first, first + below
