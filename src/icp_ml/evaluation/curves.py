"""What the plots draw, as numbers: curves, bins, the calibration slope and the band of the gains."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from icp_ml.evaluation.figures import Scored
from icp_ml.evaluation.intervals import percentile_bounds, replicate_weights, wilson_bounds
from icp_ml.evaluation.ranking import N_CALIBRATION_BINS, Numbers, Tally, binned, gains, once, rank, tally

MAX_POINTS = 200  # of a drawn line; more cannot be seen and makes a heavy page
N_BAND_REPLICATES = 200  # enough for a shaded band; the figures take evaluation.n_bootstrap
MAX_NEWTON_STEPS = 50
NEWTON_TOLERANCE = 1e-8


@dataclass(frozen=True)
class Bins:
    """Equal-count bins: predicted and observed rate, with bounds of the observed one; shape (n_bins,)."""

    predicted: Numbers
    observed: Numbers
    low: Numbers
    high: Numbers


def roc_points(test: Scored) -> tuple[Numbers, Numbers]:
    """Give the share of the others and of the best found down to each block of ties, both from 0 to 1."""
    counts = _counts(test)
    best, rows = counts.best_so_far[0], counts.rows_so_far[0]
    others = rows - best
    with np.errstate(invalid="ignore"):
        return _thinned(np.append(0.0, others / others[-1]), np.append(0.0, best / best[-1]))


def precision_recall_points(test: Scored) -> tuple[Numbers, Numbers]:
    """Give recall and precision down to each block of ties that holds a best row, after a recall of 0.

    The area under these steps is the average precision.
    """
    counts = _counts(test)
    has_best = counts.n_best[0] > 0
    best, rows = counts.best_so_far[0][has_best], counts.rows_so_far[0][has_best]
    if not len(best):
        return np.full(1, np.nan), np.full(1, np.nan)
    precision = best / rows
    return _thinned(np.append(0.0, best / best[-1]), np.append(precision[0], precision))


def gains_curve(test: Scored, depths: Numbers) -> Numbers:
    """Give the share of the best found at each depth of the list, 0 to 1."""
    found: Numbers = gains(_counts(test), depths)[0]
    return found


def gains_band(test: Scored, depths: Numbers, confidence: float, seed: int) -> tuple[Numbers, Numbers]:
    """Give bootstrap bounds, over groups, of the share of the best found at each depth.

    NaN where no replicate holds a best row.
    """
    ranking = rank(test.is_best, test.place)
    found = np.concatenate(
        [
            gains(tally(ranking, weights), depths)
            for weights in replicate_weights(test.group, N_BAND_REPLICATES, seed)
        ]
    )
    found = found[np.isfinite(found).all(axis=1)]
    if not len(found):
        return np.full(len(depths), np.nan), np.full(len(depths), np.nan)
    return percentile_bounds(found, confidence)


def calibration_bins(test: Scored, confidence: float) -> Bins:
    """Cut the list into equal-count bins and compare the predicted with the observed rate.

    The bins are those of the calibration error; the bounds are Wilson's.
    """
    ranking = rank(test.is_best, test.probability)
    counts = tally(ranking, once(ranking))
    n_best = binned(counts, counts.n_best)[0]
    expected = binned(counts, counts.n_rows * ranking.probability[ranking.starts])[0]
    n_rows = np.full(N_CALIBRATION_BINS, len(test.is_best) / N_CALIBRATION_BINS)
    low, high = wilson_bounds(n_best, n_rows, confidence)
    return Bins(expected / n_rows, n_best / n_rows, low, high)


def calibration_slope(test: Scored) -> float:
    """Fit the slope of the label on the predicted log-odds: 1 is right, below 1 is overconfident.

    NaN where it is not defined: equal probabilities, a single class, or classes that the model tells
    apart without error. Source: Cox, "Two further applications of a model for binary regression",
    Biometrika 1958.
    """
    if np.ptp(test.probability) == 0 or np.ptp(test.is_best.astype(float)) == 0:
        return float("nan")
    clipped = np.clip(test.probability, 1e-6, 1 - 1e-6)  # one certain row must not decide the slope
    matrix = np.column_stack([np.ones(len(clipped)), np.log(clipped / (1 - clipped))])
    return _newton_slope(matrix, test.is_best.astype(np.float64))


def _newton_slope(matrix: Numbers, is_best: Numbers) -> float:
    """Fit a logistic regression of two columns; NaN where it does not converge."""
    weights = np.array([0.0, 1.0])
    for _ in range(MAX_NEWTON_STEPS):
        fitted = 1 / (1 + np.exp(-np.clip(matrix @ weights, -500, 500)))
        curvature = matrix.T @ (matrix * (fitted * (1 - fitted))[:, None])
        if np.linalg.cond(curvature) > 1 / np.finfo(np.float64).eps:
            return float("nan")
        step = np.linalg.solve(curvature, matrix.T @ (is_best - fitted))
        weights = weights + step
        if np.abs(step).max() < NEWTON_TOLERANCE:
            return float(weights[1])
    return float("nan")


def _thinned(across: Numbers, up: Numbers) -> tuple[Numbers, Numbers]:
    """Keep few enough points to draw, the first and the last among them."""
    places = np.unique(np.linspace(0, len(across) - 1, MAX_POINTS).round().astype(int))
    return across[places], up[places]


def _counts(test: Scored) -> Tally:
    """Count every row once."""
    ranking = rank(test.is_best, test.place)
    return tally(ranking, once(ranking))
