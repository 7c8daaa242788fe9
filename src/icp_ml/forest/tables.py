"""One table a part, computed once a model: what each cell of its grid contributes."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from icp_ml.forest.boxes import Boxes, boxes_of, distinct, position_of
from icp_ml.forest.cuts import BinnedTrees, Bins
from icp_ml.forest.jit import compiled
from icp_ml.forest.parts import Levels, Parts, levels_of
from icp_ml.forest.shapley import Rule, contributions_of
from icp_ml.forest.trees import Codes, Floats

Floats32 = np.ndarray[Any, np.dtype[np.float32]]


class Tables(NamedTuple):
    """One table a part: where a row's cell is found, and what stands there.

    Attributes
    ----------
    booster : ndarray of int, shape (n_parts,)
    first_step : ndarray of int, shape (n_parts + 1,)
        Where a part's steps begin.
    feature, cut, stride : ndarray of int, shape (n_steps,)
        A row's cell is the sum of the strides of the steps whose feature's bin is above the cut; strides go
        down as well as up.
    first_column : ndarray of int, shape (n_parts + 1,)
        Where a part's columns begin.
    group : ndarray of int, shape (n_part_columns,)
    first_cell, first_entry : ndarray of int, shape (n_parts + 1,)
        Where a part's cells begin in `value`, and its columns, one behind the other, in `entry`.
    value : ndarray of float64, shape (n_cells,)
        Log-odds of the leaf that a row reaches; 0 where it is in another part of the tree.
    entry : ndarray of float32, shape (n_entries,)
        Contributions.
    """

    booster: Codes
    first_step: Codes
    feature: Codes
    cut: Bins
    stride: Bins
    first_column: Codes
    group: Codes
    first_cell: Codes
    first_entry: Codes
    value: Floats
    entry: Floats32


class Explained(NamedTuple):
    """Where the kernel writes.

    Attributes
    ----------
    contributions : ndarray of float64, shape (n_groups, n_rows)
        Summed over the boosters; no group: only the log-odds are wanted.
    log_odds : ndarray of float64, shape (n_boosters, n_rows)
    """

    contributions: Floats
    log_odds: Floats


def empty_tables(binned: BinnedTrees, parts: Parts) -> Tables:
    """Make room for the tables of parts."""
    return Tables(
        binned.trees.booster[parts.tree],
        starts(parts.n_steps),
        np.zeros(parts.n_steps.sum(), dtype=np.int64),
        np.zeros(parts.n_steps.sum(), dtype=np.min_scalar_type(binned.missing)),
        np.zeros(parts.n_steps.sum(), dtype=np.uint16),
        starts(parts.n_columns),
        np.zeros(parts.n_columns.sum(), dtype=np.int64),
        starts(parts.n_cells),
        starts(parts.n_cells * parts.n_columns),
        np.zeros(parts.n_cells.sum()),
        np.zeros((parts.n_cells * parts.n_columns).sum(), dtype=np.float32),
    )


def starts(sizes: Codes) -> Codes:
    """Give where each of some runs begins, and where the last one ends."""
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)


@compiled
def fill_tables(binned: BinnedTrees, parts: Parts, rule: Rule, tables: Tables) -> None:
    """Write the steps and the contents of every part's table."""
    for part in range(len(parts.tree)):
        if part == 0 or parts.tree[part] != parts.tree[part - 1]:
            boxes = boxes_of(binned, parts.tree[part])
        leaves = (parts.first[part], parts.last[part])
        levels = [levels_of(boxes, leaves, own, binned.missing) for own in range(len(boxes.feature))]
        write_steps(boxes, levels, binned.missing, part, tables)
        columns = columns_of(binned, boxes, levels)
        found = np.zeros((len(columns), parts.n_cells[part]))
        for leaf in range(leaves[0], leaves[1]):
            path, met = conditions_met(levels, leaf - leaves[0], found.shape[1])
            by_pattern = contributions_of(boxes.share[leaf], boxes.value[leaf], path, rule)
            for at in range(len(path)):
                column = position_of(binned.group[boxes.feature[path[at]]], columns)
                for cell in range(found.shape[1]):
                    found[column, cell] += by_pattern[met[cell], at]
            for cell in range(found.shape[1]):
                if met[cell] == len(by_pattern) - 1:
                    tables.value[tables.first_cell[part] + cell] = boxes.value[leaf]
        for at in range(len(columns)):
            tables.group[tables.first_column[part] + at] = columns[at]
            for cell in range(found.shape[1]):
                tables.entry[tables.first_entry[part] + at * found.shape[1] + cell] = found[at, cell]


@compiled
def write_steps(boxes: Boxes, levels: list[Levels], missing: int, part: int, tables: Tables) -> None:
    """Write the steps that lead a row to its cell: one wherever the kind of level changes."""
    step, stride = tables.first_step[part], 1
    for own in range(len(levels)):
        kind, cut = levels[own].kind, levels[own].cut
        for at in range(len(kind) - 1):
            if kind[at + 1] != kind[at]:
                tables.feature[step] = boxes.feature[own]
                tables.cut[step] = cut[at] if at < len(cut) else missing - 1
                tables.stride[step] = ((kind[at + 1] - kind[at]) * stride) & 0xFFFF
                step += 1
        stride *= len(levels[own].allowed)


@compiled
def columns_of(binned: BinnedTrees, boxes: Boxes, levels: list[Levels]) -> Codes:
    """List the groups of the features that a part asks about, in ascending order."""
    group, n_asked = np.empty(len(levels), dtype=np.int64), 0
    for own in range(len(levels)):
        if len(levels[own].cut) > 0:
            group[n_asked] = binned.group[boxes.feature[own]]
            n_asked += 1
    return distinct(group[:n_asked])


@compiled
def conditions_met(levels: list[Levels], leaf: int, n_cells: int) -> tuple[Codes, Codes]:
    """Say which of a leaf's conditions each cell of the grid meets.

    Returns
    -------
    path : ndarray of int, shape (n_path,)
        The features that the leaf asks about, among the tree's own.
    met : ndarray of int, shape (n_cells,)
        A bit for each of them.
    """
    met, path = np.zeros(n_cells, dtype=np.int64), np.empty(len(levels), dtype=np.int64)
    bit, n_path, size = np.uint64(1) << np.uint64(leaf), 0, 1
    for own in range(len(levels)):
        allowed = levels[own].allowed
        n_allowed = 0
        for kind in range(len(allowed)):
            n_allowed += (allowed[kind] & bit) != 0
        is_asked = n_allowed < len(allowed)
        for kind in range(len(allowed) - 1, -1, -1):
            is_met = is_asked and (allowed[kind] & bit) != 0
            for cell in range(size):
                met[kind * size + cell] = met[cell] | (np.int64(is_met) << n_path)
        if is_asked:
            path[n_path] = own
            n_path += 1
        size *= len(allowed)
    return path[:n_path], met
