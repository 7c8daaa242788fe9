"""Leaves whose paths ask about so many features that no table holds them: computed for each row."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from icp_ml.forest.boxes import Boxes, boxes_of
from icp_ml.forest.cuts import BinnedTrees, Bins
from icp_ml.forest.jit import compiled
from icp_ml.forest.parts import Parts
from icp_ml.forest.shapley import Rule, add_leaf, rules
from icp_ml.forest.tables import Explained, starts
from icp_ml.forest.trees import Codes, Flags, Floats


class Paths(NamedTuple):
    """Single leaves, each with the conditions of its path.

    Attributes
    ----------
    booster : ndarray of int, shape (n_leaves,)
    value : ndarray of float64, shape (n_leaves,)
    first : ndarray of int, shape (n_leaves + 1,)
        Where a leaf's conditions begin.
    feature, group : ndarray of int, shape (n_conditions,)
    lower, upper : ndarray of int, shape (n_conditions,)
        Bins above `lower` and up to `upper` meet it.
    takes_missing : ndarray of bool, shape (n_conditions,)
    share : ndarray of float64, shape (n_conditions,)
    missing : int
        The bin of a missing value.
    rule : Rule
    """

    booster: Codes
    value: Floats
    first: Codes
    feature: Codes
    group: Codes
    lower: Codes
    upper: Codes
    takes_missing: Flags
    share: Floats
    missing: int
    rule: Rule


CONDITIONS = {
    "feature": np.int64,
    "group": np.int64,
    "lower": np.int64,
    "upper": np.int64,
    "takes_missing": np.bool_,
    "share": np.float64,
}


def paths_of(binned: BinnedTrees, parts: Parts) -> Paths:
    """Take the conditions of parts that are single leaves."""
    found: list[dict[str, Any]] = []
    for tree in np.unique(parts.tree).tolist():
        boxes = boxes_of(binned, tree)
        found += [_path(binned, boxes, leaf) for leaf in parts.first[parts.tree == tree].tolist()]
    sizes = np.array([len(one["feature"]) for one in found], dtype=np.int64)
    joined: dict[str, Any] = {
        name: np.concatenate([np.empty(0, kind), *(one[name] for one in found)])
        for name, kind in CONDITIONS.items()
    }
    return Paths(
        booster=binned.trees.booster[parts.tree],
        value=np.array([one["value"] for one in found], dtype=np.float64),
        first=starts(sizes),
        **joined,
        missing=binned.missing,
        rule=rules(int(sizes.max(initial=0))),
    )


def _path(binned: BinnedTrees, boxes: Boxes, leaf: int) -> dict[str, Any]:
    own = np.flatnonzero((boxes.lower[leaf] >= 0) | (boxes.upper[leaf] < binned.missing))
    feature = boxes.feature[own]
    by_leaf = {name: getattr(boxes, name)[leaf, own] for name in ("lower", "upper", "takes_missing", "share")}
    return {"value": boxes.value[leaf], "feature": feature, "group": binned.group[feature], **by_leaf}


@compiled
def follow_paths(bins: Bins, paths: Paths, start: int, stop: int, explained: Explained) -> None:
    """Add what these leaves contribute to the rows from start to before stop."""
    for leaf in range(len(paths.booster)):
        own = slice(paths.first[leaf], paths.first[leaf + 1])
        met, found = np.zeros(own.stop - own.start, dtype=np.bool_), np.zeros(own.stop - own.start)
        for row in range(start, stop):
            for at in range(len(met)):
                condition = own.start + at
                value = bins[paths.feature[condition], row - start]
                met[at] = paths.lower[condition] < value <= paths.upper[condition]
                if value == paths.missing:
                    met[at] = paths.takes_missing[condition]
            n_met = 0
            for at in range(len(met)):
                n_met += met[at]
            if n_met == len(met):
                explained.log_odds[paths.booster[leaf], row] += paths.value[leaf]
            if len(explained.contributions) > 0:
                found[:] = 0.0
                add_leaf(met, paths.share[own], paths.value[leaf], paths.rule, found)
                for at in range(len(met)):
                    explained.contributions[paths.group[own.start + at], row] += found[at]
