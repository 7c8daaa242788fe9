"""Which leaves of a tree share a table: as many as make few lookups while the grid stays small.

The thresholds that the paths to some leaves ask about cut the space into a grid of cells. Rows of one cell
fulfil the same conditions of those paths, so that these leaves contribute the same to all of them: one table,
an entry a cell. All leaves of a small tree share a table; a large tree is cut into subtrees, for the grid of
the whole would have too many cells.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from icp_ml.forest.boxes import Boxes, boxes_of, distinct
from icp_ml.forest.cuts import BinnedTrees
from icp_ml.forest.jit import compiled
from icp_ml.forest.trees import Codes

Bits = np.ndarray[Any, np.dtype[np.uint64]]

MOST_LEAVES = 64  # of a part: as many bits say which of its leaves allow a level
COUNTED_CELLS = 2.0**62  # there may be more
STEP, LOOKUP, TABLE = 1.0, 9.0, 12.0
"""What a comparison, a column and a table cost, roughly and beside each other: they only choose a cut."""


class Parts(NamedTuple):
    """Parts of trees, in the order of the trees.

    Attributes
    ----------
    tree, first, last : ndarray of int, shape (n_parts,)
        Its leaves, from left to right: from first to before last.
    n_cells, n_columns, n_steps : ndarray of int, shape (n_parts,)
        Of its grid; groups of features that it reads; comparisons that find a row's cell.
    """

    tree: Codes
    first: Codes
    last: Codes
    n_cells: Codes
    n_columns: Codes
    n_steps: Codes


class Levels(NamedTuple):
    """How some leaves divide one feature.

    Attributes
    ----------
    cut : ndarray of int, shape (n_cuts,)
        A bin above it stands on the next level.
    kind : ndarray of int, shape (n_cuts + 2,)
        Of each level, the last for a missing value: levels that the same leaves allow are of one kind.
    allowed : ndarray of uint64, shape (n_kinds,)
        The leaves that allow a kind, a bit each; two kinds at least where there is a cut.
    """

    cut: Codes
    kind: Codes
    allowed: Bits


@compiled
def levels_of(boxes: Boxes, leaves: tuple[int, int], own: int, missing: int) -> Levels:
    """Find the levels of one of a tree's features that leaves from first to before last tell apart."""
    first, last = leaves
    asked, n_asked = np.empty(2 * (last - first), dtype=np.int64), 0
    for leaf in range(first, last):
        for bound in (boxes.lower[leaf, own], boxes.upper[leaf, own]):
            if 0 <= bound < missing:
                asked[n_asked] = bound
                n_asked += 1
    cut = distinct(asked[:n_asked])
    kind = np.zeros(len(cut) + 2, dtype=np.int64)
    allowed = np.zeros(len(cut) + 2, dtype=np.uint64)
    n_kinds = 0
    for level in range(len(cut) + 2):
        highest = cut[level] if level < len(cut) else missing
        bits = np.uint64(0)
        for leaf in range(first, last):
            is_allowed = boxes.lower[leaf, own] < highest <= boxes.upper[leaf, own]
            if level > len(cut):
                is_allowed = boxes.takes_missing[leaf, own]
            bits |= np.uint64(is_allowed) << np.uint64(leaf - first)
        kind[level] = n_kinds
        is_second = n_kinds == 1 and level > len(cut) > 0  # even if alike: a contradiction
        for other in range(n_kinds):
            if allowed[other] == bits and not is_second:
                kind[level] = other
        if kind[level] == n_kinds:
            allowed[n_kinds] = bits
            n_kinds += 1
    return Levels(cut, kind, allowed[:n_kinds])


@compiled
def size_of(binned: BinnedTrees, boxes: Boxes, leaves: tuple[int, int]) -> tuple[float, int, int]:
    """Give the cells, columns and comparisons of a part: cells as a float, for there may be very many."""
    n_cells, n_columns, n_steps = 1.0, 0, 0
    group = np.empty(len(boxes.feature), dtype=np.int64)
    for own in range(len(boxes.feature)):
        levels = levels_of(boxes, leaves, own, binned.missing)
        n_cells *= len(levels.allowed)
        for at in range(len(levels.kind) - 1):
            n_steps += levels.kind[at] != levels.kind[at + 1]
        if len(levels.cut) > 0:
            group[n_columns] = binned.group[boxes.feature[own]]
            n_columns += 1
    return n_cells, len(distinct(group[:n_columns])), n_steps


@compiled
def reach_of(binned: BinnedTrees, boxes: Boxes, most_cells: int) -> Codes:
    """Cut one tree: from the leaves upwards, those below a node join where one table costs less.

    Returns
    -------
    ndarray of int, shape (n_leaves,)
        Of a leaf that begins a part: the leaf before which it ends.
    """
    n_leaves = len(boxes.value)
    reach, cost = np.arange(1, n_leaves + 1), np.empty(n_leaves)
    for leaf in range(n_leaves):
        _, n_columns, n_steps = size_of(binned, boxes, (leaf, leaf + 1))
        cost[leaf] = TABLE + LOOKUP * n_columns + STEP * n_steps
    for node in range(n_leaves - 2, -1, -1):
        first, last = boxes.first[node], boxes.last[node]
        if last - first > MOST_LEAVES:
            continue
        n_cells, n_columns, n_steps = size_of(binned, boxes, (first, last))
        joined = TABLE + LOOKUP * n_columns + STEP * n_steps
        apart = 0.0
        for leaf in range(first, last):
            apart += cost[leaf]
        if n_cells <= most_cells and joined <= apart:
            cost[first:last] = 0.0
            reach[first], cost[first] = last, joined
    return reach


@compiled
def cut_into_parts(binned: BinnedTrees, most_cells: int) -> Parts:
    """Cut every tree into parts at the least cost that a limit of cells allows.

    A leaf whose own grid is beyond the limit is a part all the same.

    Parameters
    ----------
    binned : BinnedTrees
    most_cells : int
        Of a part with more than one leaf.
    """
    found = np.empty((6, len(binned.trees.leaf_value)), dtype=np.int64)
    n_parts = 0
    for tree in range(len(binned.trees.booster)):
        boxes = boxes_of(binned, tree)
        reach = reach_of(binned, boxes, most_cells)
        first = 0
        while first < len(reach):
            last = reach[first]
            n_cells, n_columns, n_steps = size_of(binned, boxes, (first, last))
            found[0, n_parts], found[1, n_parts], found[2, n_parts] = tree, first, last
            found[3, n_parts], found[4, n_parts] = min(n_cells, COUNTED_CELLS), n_columns
            found[5, n_parts] = n_steps
            n_parts, first = n_parts + 1, last
    parts = found[:, :n_parts].copy()
    return Parts(parts[0], parts[1], parts[2], parts[3], parts[4], parts[5])
