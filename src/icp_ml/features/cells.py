"""The cells of two categories: what is seen in each beyond the sum of its levels, and whether it tells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from icp_ml.features.attributes import Attribute
from icp_ml.features.levels import PathStatistics
from icp_ml.features.paths import Path
from icp_ml.features.statistics import Codes, Floats, Labelled, log_odds, smoothed

EACH_WAY = 2
"""Of cross-fitted columns each two folds meet twice, once each way: the slope's variance is twice as large as
of columns that were made elsewhere."""
N_STEPS = 3
"""Of Newton's method, from nothing: what is asked is which column gains, not how much to the last digit."""


@dataclass(frozen=True)
class Learnt:
    """An attribute of levels as it was learnt from the training rows."""

    attribute: Attribute
    path: Path
    found: PathStatistics


@dataclass(frozen=True)
class Axis:
    """One depth of an attribute's path: the level of each training row, and what each level says.

    Attributes
    ----------
    attribute : Attribute
    depth : int
    codes : ndarray of int, shape (n_rows,)
        Place among the levels with rows enough, -1 for the others and where it is missing.
    names : list of str
    statistic : ndarray of float64, shape (n_levels, n_folds + 1)
    """

    attribute: Attribute
    depth: int
    codes: Codes
    names: list[str]
    statistic: Floats


@dataclass(frozen=True)
class Cells:
    """The cells of two axes that hold any row.

    Attributes
    ----------
    codes : ndarray of int, shape (n_rows,)
        The cell of each row, -1 where either level has none.
    first, second : ndarray of int, shape (n_cells,)
        Their levels.
    n : ndarray of float64, shape (n_cells, n_folds + 1)
        Rows seen.
    beyond : ndarray of float64, shape (n_cells, n_folds + 1)
        What is seen of each cell beyond the sum of its two levels, in log-odds.
    """

    codes: Codes
    first: Codes
    second: Codes
    n: Floats
    beyond: Floats


def cells_of(first: Axis, second: Axis, labelled: Labelled) -> Cells:
    """Count the cells of two axes, and shrink each one's share of best to what its levels add up to."""
    width = len(second.names)
    is_there = (first.codes >= 0) & (second.codes >= 0)
    n, n_best = labelled.seen(
        np.where(is_there, first.codes * width + second.codes, -1), len(first.names) * width
    )
    held = np.flatnonzero(n[:, -1] > 0)
    number = np.full(len(n), -1, dtype=np.intp)
    number[held] = np.arange(len(held))
    codes = np.where(is_there, number[first.codes * width + second.codes], -1)
    one, other = np.divmod(held, width)
    additive = log_odds(labelled.overall) + first.statistic[one] + second.statistic[other]
    share = smoothed(n[held], n_best[held], _probability(additive), labelled.settings.smoothing)
    return Cells(codes, one, other, n[held], log_odds(share) - additive)


def evidence(first: Axis, second: Axis, labelled: Labelled) -> float:
    """Say by how many nats of log likelihood the cells, cross-fitted, beat the sum of the two levels.

    A logistic regression on the two levels' statistics first takes what they explain with any weights, for
    two categories that say the same add up to too much; the gain is that of a score test of the cells beside
    them (Rao 1948), 0 where they point the wrong way.
    """
    cells = cells_of(first, second, labelled)
    n, n_best = _held(cells, labelled)
    fold = np.broadcast_to(np.arange(labelled.n_folds), n.shape)
    is_held = n > 0
    one, other = (
        axis.statistic[places][:, :-1][is_held]
        for axis, places in ((first, cells.first), (second, cells.second))
    )
    counts = n[is_held], n_best[is_held]
    design = np.column_stack([np.ones(len(one)), one, other])
    start = log_odds(labelled.overall)[fold[is_held]]
    return float(score_gains(design, cells.beyond[:, :-1][is_held][:, None], counts, start)[0])


def _held(cells: Cells, labelled: Labelled) -> tuple[Floats, Floats]:
    """Count what each fold holds of each cell, shape (n_cells, n_folds)."""
    n_cells, is_there = len(cells.first), cells.codes >= 0
    place = cells.codes[is_there] * labelled.n_folds + labelled.folds[is_there]
    n, n_best = (
        np.bincount(place, weights=weight, minlength=n_cells * labelled.n_folds).reshape(
            n_cells, labelled.n_folds
        )
        for weight in (None, labelled.is_best[is_there])
    )
    return n.astype(np.float64), n_best.astype(np.float64)


def score_gains(design: Floats, added: Floats, counts: tuple[Floats, Floats], start: Floats) -> Floats:
    """Fit a logistic regression by Newton's method, and test what each of several columns would gain alone.

    Parameters
    ----------
    design : ndarray of float64, shape (n, n_columns)
        The first column is the intercept; the others' weights are held back a little.
    added : ndarray of float64, shape (n, n_added)
    counts : tuple of ndarray of float64, shape (n,)
        Rows, and best ones among them.
    start : ndarray of float64, shape (n,)
        Log-odds to start from.

    Returns
    -------
    ndarray of float64, shape (n_added,)
        Nats of log likelihood; 0 where a column would have to count against its own sign.
    """
    n, n_best = counts
    held_back = np.diag([1e-6, *np.ones(design.shape[1] - 1)])
    weights = np.zeros(design.shape[1])
    for step in range(N_STEPS + 1):
        expected = _probability(start + design @ weights)
        curvature = n * expected * (1 - expected)
        residual = n_best - n * expected
        information = design.T @ (curvature[:, None] * design) + held_back
        if step < N_STEPS:
            weights = weights + np.linalg.solve(information, design.T @ residual - held_back @ weights)
    shared = design.T @ (curvature[:, None] * added)
    left = curvature @ added**2 - (shared * np.linalg.solve(information, shared)).sum(axis=0)
    slope = added.T @ residual - shared.T @ np.linalg.solve(information, design.T @ residual)
    gains = np.maximum(slope, 0.0) ** 2 / (2 * EACH_WAY * np.maximum(left, 1e-9))
    return np.asarray(np.where(left > 1e-9, gains, 0.0))


def _probability(given: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-given)))
