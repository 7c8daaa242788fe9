"""How often rows of each kind are best, with bounds that respect groups."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from icp_ml.evaluation.figures import Scored
from icp_ml.evaluation.intervals import percentile_bounds, replicate_weights, wilson_bounds
from icp_ml.evaluation.ranking import Numbers
from icp_ml.settings import EvaluationSettings

Codes = NDArray[np.intp]


@dataclass(frozen=True)
class Rates:
    """Counts, rate of best and lift over the rate of all, with bounds; arrays of shape (n_kinds,)."""

    n: Numbers
    n_best: Numbers
    rate: Numbers
    rate_low: Numbers
    rate_high: Numbers
    lift: Numbers
    lift_low: Numbers
    lift_high: Numbers


def rates(test: Scored, kind: Codes, n_kinds: int, settings: EvaluationSettings, seed: int) -> Rates:
    """Give the rate of best among the rows of each kind, and its lift.

    The bounds are those of a bootstrap over groups, in which the rate of all varies too. Where it tells
    nothing (no best or only best rows, or a single group), they are Wilson's with an effective number of
    rows, n over the design effect; the rate of all then counts as known. Source: Rao and Scott, "A simple
    method for the analysis of clustered binary data", Biometrics 1992.

    Parameters
    ----------
    test : Scored
    kind : array of int, shape (n_rows,)
        The kind of each row, from 0.
    n_kinds : int
        One without rows is kept; its rate is NaN.
    settings : EvaluationSettings
    seed : int
    """
    n = np.bincount(kind, minlength=n_kinds).astype(np.float64)
    n_best = np.bincount(kind, weights=test.is_best.astype(np.float64), minlength=n_kinds).astype(np.float64)
    n_drawn, best_drawn = _replicate_counts(test, kind, n_kinds, settings, seed)
    with np.errstate(invalid="ignore", divide="ignore"):
        rate, overall = n_best / n, n_best.sum() / n.sum()
        rate_drawn = best_drawn / n_drawn
        overall_drawn = best_drawn.sum(axis=1) / n_drawn.sum(axis=1)
        low, high = _bounds(rate_drawn, settings.confidence)
        lift_low, lift_high = _bounds(rate_drawn / overall_drawn[:, None], settings.confidence)
        size = n / design_effects(test, kind, n_kinds)
        wilson_low, wilson_high = wilson_bounds(rate * size, size, settings.confidence)
        is_telling = (low < high) & (n_best > 0) & (n_best < n)
        return Rates(
            n,
            n_best,
            rate,
            np.where(is_telling, low, wilson_low),
            np.where(is_telling, high, wilson_high),
            rate / overall,
            np.where(is_telling | (n == n.sum()), lift_low, wilson_low / overall),
            np.where(is_telling | (n == n.sum()), lift_high, wilson_high / overall),
        )


def _replicate_counts(
    test: Scored, kind: Codes, n_kinds: int, settings: EvaluationSettings, seed: int
) -> tuple[Numbers, Numbers]:
    """Count rows and best rows of each kind on resampled groups, shape (n_bootstrap, n_kinds) each."""
    is_kind = (kind[:, None] == np.arange(n_kinds)).astype(np.float64)
    is_best_kind = is_kind * test.is_best[:, None]
    counts = [
        (weights @ is_kind, weights @ is_best_kind)
        for weights in replicate_weights(test.group, settings.n_bootstrap, seed)
    ]
    n, n_best = zip(*counts, strict=True)
    return np.concatenate(n), np.concatenate(n_best)


def design_effects(test: Scored, kind: Codes, n_kinds: int) -> Numbers:
    """Give by how much groups inflate the variance of each kind's rate; at least 1, shape (n_kinds,).

    The likeness of labels within a group is that of the whole test set, since a kind of no or only best rows
    shows none; its effect grows with the rows that a group has within the kind.
    """
    _, group = np.unique(test.group, return_inverse=True)
    cells = np.bincount(kind * (group.max() + 1) + group, minlength=n_kinds * (group.max() + 1))
    squares = (cells.reshape(n_kinds, -1).astype(np.float64) ** 2).sum(axis=1)
    n = np.bincount(kind, minlength=n_kinds)
    mean_size = np.where(n > 0, squares / np.maximum(n, 1), 1.0)
    return 1 + (mean_size - 1) * _likeness(test, group)


def _likeness(test: Scored, group: Codes) -> float:
    """Give the correlation of labels within a group, 0 to 1; 1 where it cannot be told."""
    size = np.bincount(group).astype(np.float64)
    rate, n, n_groups = test.is_best.mean(), len(group), len(size)
    mean_size = (size**2).sum() / n
    if mean_size == 1:
        return 0.0
    if rate in (0, 1) or n_groups == 1:
        return 1.0
    gaps = np.bincount(group, weights=test.is_best.astype(np.float64)) - rate * size
    effect = n_groups / (n_groups - 1) * (gaps**2).sum() / (n * rate * (1 - rate))
    return float(np.clip((effect - 1) / (mean_size - 1), 0, 1))


def _bounds(replicates: Numbers, confidence: float) -> tuple[Numbers, Numbers]:
    """Give percentile bounds of each column over the replicates in which it is defined; NaN without any."""
    found = [
        percentile_bounds(kept, confidence) if len(kept) else (np.nan, np.nan) for kept in _kept(replicates)
    ]
    low, high = np.array(found, dtype=np.float64).T
    return low, high


def _kept(replicates: Numbers) -> list[Numbers]:
    return [column[np.isfinite(column)] for column in replicates.T]
