"""What is learnt of levels along a path, and how they are encoded by it.

A level's share of best is shrunk to that of the level above it, and a level that is rare or was never seen
says what the level above it says.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from icp_ml.features.attributes import Attribute
from icp_ml.features.orders import rank_of
from icp_ml.features.paths import Path
from icp_ml.features.statistics import MIN_SEEN, Floats, Labelled, kept_digits, log_odds, smoothed


@dataclass(frozen=True)
class PathStatistics:
    """What was counted and worked out of each node: seen without each fold, and in the last column of all.

    Attributes
    ----------
    n : ndarray of float64, shape (n_nodes + 1, n_folds + 1)
        Rows; the last row is for no node.
    statistic : ndarray of float64, shape (n_nodes + 1, n_folds + 1)
    """

    n: Floats
    statistic: Floats


def path_statistics(path: Path, labelled: Labelled) -> PathStatistics:
    """Shrink each node's share of best to its parent's, from the coarsest depth on.

    A node with the same rows as its parent says what the parent says: its rows would count twice.
    """
    by_path = labelled.seen(path.codes, len(path.nodes))
    n, n_best = (np.zeros((len(path.names) + 1, labelled.n_folds + 1)) for _ in range(2))
    share = np.tile(labelled.overall, (len(path.names) + 1, 1))
    for _, at, nodes in path.depths():
        np.add.at(n, nodes, by_path[0][at])
        np.add.at(n_best, nodes, by_path[1][at])
        here = np.unique(nodes)
        parents = path.parents[here]
        own = smoothed(n[here], n_best[here], share[parents], labelled.settings.smoothing)
        share[here] = np.where(n[here] == n[parents], share[parents], own)
    return PathStatistics(n, log_odds(share) - log_odds(labelled.overall))


def learn_path(
    attribute: Attribute, path: Path, labelled: Labelled
) -> tuple[Attribute, Floats, PathStatistics]:
    """Learn an attribute's levels from all rows, and encode each row by the other folds."""
    found = path_statistics(path, labelled)
    n = found.n[:-1, -1]
    kept = sorted(np.flatnonzero(n >= MIN_SEEN).tolist(), key=lambda at: path.names[at])
    names = [path.names[at] for at in kept]
    learnt = replace(
        attribute,
        statistics=dict(zip(names, kept_digits(found.statistic[kept, -1]), strict=True)),
        counts={path.names[at]: int(n[at]) for at in kept},
        frequent=_frequent(attribute, path, n, labelled),
        shares=_telling_depths(path),
    )
    part = encode_path(learnt, path)
    filled, fold = path.filled[path.codes], labelled.folds[:, None]
    part[:, : len(learnt.shares)] = found.statistic[filled[:, list(learnt.shares)], fold]
    if attribute.above:
        part[:, : len(learnt.shares)] -= found.statistic[filled[:, [path.first_own - 1]], fold]
    part[path.is_missing[path.codes]] = np.nan
    return learnt, part, found


def _telling_depths(path: Path) -> tuple[int, ...]:
    """List the own depths that cut rows otherwise than the next finer one does, and the finest."""
    n_distinct = [len(np.unique(one)) for one in path.filled[~path.is_missing].T]
    telling = [path.n_depths - 1]
    for depth in range(path.n_depths - 2, path.first_own - 1, -1):
        if len(telling) > 1 and n_distinct[depth] == n_distinct[telling[0]]:
            telling[0] = depth
        elif 1 < n_distinct[depth] < n_distinct[telling[0]]:
            telling.insert(0, depth)
    return tuple(telling)


def _frequent(attribute: Attribute, path: Path, n: Floats, labelled: Labelled) -> tuple[str, ...]:
    """Name the levels with most rows, of those that a value of the column can be."""
    if attribute.form == "band":
        return ()
    coarsest = 0 if attribute.form == "industry_code" else path.n_depths - 1
    own = np.unique(path.nodes[:, coarsest:])
    own = own[(own >= 0)]
    enough = own[n[own] >= labelled.settings.min_count]
    by_count = sorted(enough.tolist(), key=lambda at: (-n[at], path.names[at]))
    return tuple(path.names[at] for at in by_count[: labelled.settings.n_frequent])


def encode_path(attribute: Attribute, path: Path) -> Floats:
    """Encode levels by what was learnt of them; what was never seen by the finest known level above.

    Where that level is another attribute's, its statistic is taken off: it has a column there, and a reason
    that speaks of the city means what the city adds to its region.
    """
    statistic, n = learnt_of_nodes(attribute, path)
    share = statistic[path.filled[:, np.minimum(attribute.shares, path.n_depths - 1)]]
    if attribute.above:
        share = share - statistic[path.filled[:, [path.first_own - 1]]]
    places = {name: at for at, name in enumerate(path.names)}
    own = [(path.nodes == places.get(name, -2)).any(axis=1) for name in attribute.frequent]
    order = [rank_of(attribute, path)] if attribute.form == "ordered" else []
    parts = [share] if attribute.form == "band" else [share, np.log1p(n), *order, *own]
    by_path = np.column_stack(parts)
    by_path[path.is_missing] = np.nan
    return np.asarray(by_path[path.codes], dtype=np.float64)


def learnt_of_nodes(attribute: Attribute, path: Path) -> tuple[Floats, Floats]:
    """Give each node's statistic, or that of the level above, and each distinct path's rows of its finest."""
    statistic = np.zeros(len(path.names) + 1)
    counted = np.array([attribute.counts.get(name, 0) for name in path.names], dtype=np.float64)
    n = np.zeros(len(path.nodes))
    for depth, at, nodes in path.depths():
        here = np.unique(nodes)
        above = statistic[path.parents[here]]
        learnt = [attribute.statistics.get(path.names[one]) for one in here.tolist()]
        pairs = zip(learnt, above.tolist(), strict=True)
        statistic[here] = [coarser if own is None else own for own, coarser in pairs]
        if depth >= path.first_own:
            n[at] = np.where(counted[nodes] > 0, counted[nodes], n[at])
    return statistic, n
