"""Pairs of categories: what two levels together say beyond what each says alone.

A cell's share of best is shrunk to what its two levels add up to in log-odds, so that a cell which was never
seen says just that. Which pairs are worth it is asked of the training rows alone, by statistics of the other
folds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import pandas as pd

from icp_ml.features.attributes import TIMES, Attribute
from icp_ml.features.cells import Axis, Cells, Learnt, cells_of, evidence, score_gains
from icp_ml.features.columns import Columns
from icp_ml.features.levels import learnt_of_nodes
from icp_ml.features.paths import path_of
from icp_ml.features.statistics import MIN_SEEN, Floats, Labelled, kept_digits, log_odds, lookup

MAX_CELLS = 150_000
"""Times folds: finer pairs are left out, for most of their cells would hold no two rows."""
CANDIDATES = 4
"""Times the pairs that are kept: so many are compared with each other."""
CHANCE = 3.0
"""In nats, on top of the logarithm of the number of pairs tried: by Chernoff's bound chance alone lets one in
less than once in twenty trainings."""


@dataclass(frozen=True)
class Candidate:
    """A pair that may be worth a column, and what the cells say by themselves, in nats."""

    gain: float
    pair: Attribute
    first: Axis
    second: Axis


def learn_pairs(
    learnt: Sequence[Learnt], labelled: Labelled, n_rows_a_group: float
) -> list[tuple[Attribute, Floats]]:
    """Find the pairs that say more than their parts, and encode each row by the other folds.

    Parameters
    ----------
    learnt : sequence of Learnt
    labelled : Labelled
    n_rows_a_group : float
        Mean rows of one group: what they say together counts once.

    Returns
    -------
    list of (Attribute, ndarray)
        Strongest first, at most `settings.n_pairs`.
    """
    by_name = {one.attribute.name: one for one in learnt}
    return [_learn_pair(one, by_name, labelled) for one in _chosen(learnt, labelled, n_rows_a_group)]


def _learn_pair(
    one: Candidate, by_name: Mapping[str, Learnt], labelled: Labelled
) -> tuple[Attribute, Floats]:
    cells = cells_of(one.first, one.second, labelled)
    both = (one.first, one.second)
    shares = [_cross_fitted(by_name[axis.attribute.name], axis.depth, labelled) for axis in both]
    n = np.append(cells.n[:, -1], 0.0)[cells.codes]
    return _learnt_pair(one, cells), _columns(shares, _by_row(cells, labelled), n)


def _chosen(learnt: Sequence[Learnt], labelled: Labelled, n_rows_a_group: float) -> list[Candidate]:
    """Take the pair that adds most to all single levels and to the pairs taken before it, again and again."""
    candidates, n_tried = _worthwhile(learnt, labelled, n_rows_a_group)
    enough = (CHANCE + np.log(max(n_tried, 1))) * n_rows_a_group
    added = [_by_row(cells_of(one.first, one.second, labelled), labelled) for one in candidates]
    depths = [(one, depth) for one in learnt for depth in one.attribute.shares]
    singles = [np.nan_to_num(_cross_fitted(one, depth, labelled)) for one, depth in depths]
    start = log_odds(labelled.overall)[labelled.folds]
    counts = np.ones(len(start)), labelled.is_best
    taken: list[int] = []
    while len(taken) < min(labelled.settings.n_pairs, len(candidates)):
        design = np.column_stack([np.ones(len(start)), *singles, *(added[at] for at in taken)])
        gains = score_gains(design, np.column_stack(added), counts, start)
        best = max(
            (at for at in range(len(added)) if at not in taken),
            key=lambda at: (round(float(gains[at]), 6), -at),
        )
        if gains[best] <= enough:
            break
        taken.append(best)
    return [candidates[at] for at in taken]


def _worthwhile(
    learnt: Sequence[Learnt], labelled: Labelled, n_rows_a_group: float
) -> tuple[list[Candidate], int]:
    """Keep, of each two attributes, the depths that say most, where chance would not; and count all tries."""
    found: list[Candidate] = []
    n_tried = 0
    axes = [list(_axes(one, labelled)) for one in learnt]
    for one, other in combinations(range(len(learnt)), 2):
        if _is_nested(learnt[one].attribute, learnt[other].attribute):
            continue
        tried = [
            Candidate(evidence(first, second, labelled) / n_rows_a_group, _pair(first, second), first, second)
            for first in axes[one]
            for second in axes[other]
            if len(first.names) * len(second.names) * (labelled.n_folds + 1) <= MAX_CELLS
        ]
        n_tried += len(tried)
        found += [max(tried, key=lambda each: round(each.gain, 6))] if tried else []
    strongest = sorted(found, key=lambda each: (-round(each.gain, 6), each.pair.name))
    enough = CHANCE + np.log(max(n_tried, 1))
    return [each for each in strongest if each.gain > enough][
        : CANDIDATES * labelled.settings.n_pairs
    ], n_tried


def _axes(one: Learnt, labelled: Labelled) -> Iterator[Axis]:
    """Give each depth that has a column, where two levels or more have rows enough."""
    n = one.found.n[:-1, -1]
    for depth in one.attribute.shares:
        by_row = one.path.nodes[one.path.codes, depth]
        used = np.flatnonzero(np.bincount(by_row[by_row >= 0], minlength=len(n)))
        kept = np.array(
            sorted(used[n[used] >= labelled.settings.min_count].tolist(), key=one.path.names.__getitem__)
        )
        if len(kept) < 2:
            continue
        number = np.full(len(n) + 1, -1, dtype=np.intp)
        number[kept] = np.arange(len(kept))
        names = [one.path.names[at] for at in kept]
        yield Axis(one.attribute, depth, number[by_row], names, one.found.statistic[kept])


def _is_nested(one: Attribute, other: Attribute) -> bool:
    """Say whether one attribute's path holds the other's column: their pair is the finer one."""
    return bool(set(one.above) & set(other.sources) or set(other.above) & set(one.sources))


def _pair(first: Axis, second: Axis) -> Attribute:
    one, other = first.attribute, second.attribute
    return Attribute(
        f"{one.name}{TIMES}{other.name}",
        f"{one.words} and {other.words}",
        "pair",
        (*one.sources, *other.sources),
        shares=(first.depth, second.depth),
    )


def _by_row(cells: Cells, labelled: Labelled) -> Floats:
    """Give each row what its cell says in the other folds; 0 where it has none."""
    table = np.append(cells.beyond, np.zeros((1, labelled.n_folds + 1)), axis=0)
    return labelled.own(table, cells.codes)


def _cross_fitted(one: Learnt, depth: int, labelled: Labelled) -> Floats:
    """Give each row what its level says in the other folds, NaN where it has none."""
    share = labelled.own(one.found.statistic, one.path.filled[one.path.codes, depth])
    return np.where(one.path.is_missing[one.path.codes], np.nan, share)


def _learnt_pair(one: Candidate, cells: Cells) -> Attribute:
    """Keep the cells that hold two rows or more."""
    n, first, second = cells.n[:, -1], one.first.names, one.second.names
    places = zip(cells.first.tolist(), cells.second.tolist(), strict=True)
    names = [f"{first[at]}{TIMES}{second[other]}" for at, other in places]
    kept = sorted(np.flatnonzero(n >= MIN_SEEN).tolist(), key=names.__getitem__)
    return replace(
        one.pair,
        statistics=dict(zip([names[at] for at in kept], kept_digits(cells.beyond[kept, -1]), strict=True)),
        counts={names[at]: int(n[at]) for at in kept},
    )


def encode_pair(pair: Attribute, both: tuple[Attribute, Attribute], columns: Columns) -> Floats:
    """Encode a pair: what its two levels add up to, and what was learnt of the cell beyond that."""
    shares, nodes, names = [], [], []
    for one, wanted in zip(both, pair.shares, strict=True):
        path = path_of(one, columns)
        depth = min(wanted, path.n_depths - 1)
        share = learnt_of_nodes(one, path)[0][path.filled[:, depth]]
        shares.append(np.where(path.is_missing, np.nan, share)[path.codes])
        nodes.append(path.nodes[path.codes, depth] + 1)
        names.append(["", *path.names])
    codes, distinct = pd.factorize(nodes[0] * len(names[1]) + nodes[1])
    places = (np.divmod(one, len(names[1])) for one in distinct.tolist())
    cells = [f"{names[0][first]}{TIMES}{names[1][second]}" for first, second in places]
    return _columns(shares, lookup(pair.statistics, cells)[codes], lookup(pair.counts, cells)[codes])


def _columns(shares: Sequence[Floats], beyond: Floats, n: Floats) -> Floats:
    """Add what a cell says to its two levels; NaN where either is missing."""
    share = shares[0] + shares[1] + beyond
    return np.column_stack([share, np.where(np.isnan(share), np.nan, np.log1p(n))])
