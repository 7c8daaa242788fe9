"""Bins: where a value stands among the thresholds that the trees have for its feature."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from icp_ml.forest.jit import compiled
from icp_ml.forest.trees import Codes, Floats, Trees

NEARLY_ZERO = float(np.float32(1e-35))  # LightGBM reads what is no farther from 0 as 0

Bins = np.ndarray[Any, np.dtype[np.unsignedinteger[Any]]]


class Cuts(NamedTuple):
    """The distinct thresholds of each feature that any tree reads.

    Attributes
    ----------
    feature : ndarray of int, shape (n_features,)
        Its column in the matrix.
    value : ndarray of float64, shape (n_features, 2 ** n - 1)
        Ascending, filled up with infinities.
    missing : int
        The bin of a missing value: above every other.
    """

    feature: Codes
    value: Floats
    missing: int


class BinnedTrees(NamedTuple):
    """Trees whose splits ask for bins.

    Attributes
    ----------
    trees : Trees
        Their `feature` counts among `Cuts.feature`.
    cut : ndarray of int, shape (n_nodes,)
        A row goes left where its bin is at most this.
    group : ndarray of int, shape (n_features,)
        Contributions of one group's features are summed.
    missing : int
        The bin of a missing value.
    """

    trees: Trees
    cut: Codes
    group: Codes
    missing: int


def on_cuts(trees: Trees, groups: Codes) -> tuple[Cuts, BinnedTrees]:
    """Collect the thresholds, and put each node on them.

    Parameters
    ----------
    trees : Trees
    groups : ndarray of int, shape (n_columns,)
    """
    features, position = np.unique(trees.feature, return_inverse=True)
    found = [np.unique(trees.threshold[position == at]) for at in range(len(features))]
    most = max(map(len, found), default=0)
    value = np.full((len(features), (1 << most.bit_length()) - 1), np.inf)
    cut = np.zeros(len(position), dtype=np.int64)
    for at, thresholds in enumerate(found):
        value[at, : len(thresholds)] = thresholds
        own = position == at
        cut[own] = np.searchsorted(thresholds, trees.threshold[own])
    binned = BinnedTrees(trees._replace(feature=position), cut, groups[features], most + 1)
    return Cuts(features, value, most + 1), binned


@compiled
def put_into_bins(columns: Floats, start: int, n_rows: int, cuts: Cuts, bins: Bins) -> None:
    """Give each value its bin: the number of thresholds below it, or that of a missing value.

    A binary search without a branch, one step for all rows at a time: the length halves whatever a comparison
    says, so that the steps of different rows overlap. Comparisons and additions are loops of their own, for
    in one loop the compiler makes a branch of them, which is ten times slower.

    Parameters
    ----------
    columns : ndarray of float64, shape (n_columns, n_all_rows)
    start, n_rows : int
        Which rows.
    cuts : Cuts
    bins : ndarray of unsigned int, shape (n_features, at least n_rows)
        Written.
    """
    values, is_below = np.empty(n_rows), np.empty(n_rows, dtype=np.bool_)
    position = np.empty(n_rows, dtype=np.int32)
    for at in range(len(cuts.feature)):
        given, found = columns[cuts.feature[at], start : start + n_rows], bins[at]
        for row in range(n_rows):
            values[row] = 0.0 if abs(given[row]) <= NEARLY_ZERO else given[row]
        position[:] = 0
        half = np.int32((cuts.value.shape[1] + 1) // 2)
        while half:
            middle = cuts.value[at, half - 1 :]
            for row in range(n_rows):
                is_below[row] = middle[np.uint32(position[row])] < values[row]
            for row in range(n_rows):
                position[row] += half * is_below[row]
            half //= np.int32(2)
        for row in range(n_rows):
            found[row] = cuts.missing if np.isnan(values[row]) else position[row]
