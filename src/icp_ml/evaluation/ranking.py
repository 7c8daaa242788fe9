"""Figures of a ranked list for any number of copies of its rows: sorted once, counted many times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

N_CALIBRATION_BINS = 10
CLIP = 1e-15  # a probability of exactly 0 or 1 would make one wrong row's log loss infinite


@dataclass(frozen=True)
class Ranking:
    """Rows from the highest probability to the lowest, in blocks of ties.

    Attributes
    ----------
    order : array of shape (n_rows,)
        The rows' places in the table they came from.
    starts : array of shape (n_blocks,)
        Where each block of equal probabilities starts.
    is_best, probability : array of shape (n_rows,)
        The label (0 or 1) and the probability, in that order.
    """

    order: NDArray[np.intp]
    starts: NDArray[np.intp]
    is_best: Numbers
    probability: Numbers


@dataclass(frozen=True)
class Tally:
    """What each block of ties holds, and all blocks down to it; arrays of shape (n_replicates, n_blocks)."""

    n_best: Numbers
    n_rows: Numbers
    best_so_far: Numbers
    rows_so_far: Numbers


def rank(is_best: NDArray[np.bool_], probability: Numbers) -> Ranking:
    """Sort rows by probability, highest first."""
    order = np.argsort(-probability, kind="stable")
    ordered = probability[order]
    starts = np.flatnonzero(np.diff(ordered, prepend=np.inf))
    return Ranking(order, starts, is_best[order].astype(np.float64), ordered)


def place_within(probability: Numbers, part: NDArray[Any]) -> Numbers:
    """Give each row its place among those of its part: 0 is the lowest, 1 the highest, ties in the middle.

    A constant score gives every row 0.5, whatever the constants of the parts are.
    """
    from scipy.stats import rankdata

    place = np.empty(len(probability))
    for one in np.unique(part):
        is_part = part == one
        place[is_part] = (rankdata(probability[is_part]) - 0.5) / is_part.sum()
    return place


def once(ranking: Ranking) -> Numbers:
    """Give the weights that count every row once, of shape (1, n_rows)."""
    return np.ones((1, len(ranking.order)))


def tally(ranking: Ranking, weights: Numbers) -> Tally:
    """Count best and all rows of every block.

    Parameters
    ----------
    weights : array of shape (n_replicates, n_rows)
        How often each row counts, whole numbers from 0, in the order of the table (not of the ranking).
    """
    ordered = weights[:, ranking.order]
    n_best, n_rows = _by_block(ranking, ordered * ranking.is_best), _by_block(ranking, ordered)
    return Tally(n_best, n_rows, np.cumsum(n_best, axis=1), np.cumsum(n_rows, axis=1))


def gains(counts: Tally, depths: Numbers) -> Numbers:
    """Give the share of the best found in the top of the list, for each depth.

    A block of ties that a depth cuts through is split proportionally, which is what any order of its
    rows gives on average; a depth between two rows takes a part of the lower one.

    Parameters
    ----------
    depths : array of shape (n_depths,)
        Shares of the list, 0 to 1.

    Returns
    -------
    array of shape (n_replicates, n_depths)
        0 to 1; NaN where a replicate has no best row.
    """
    with np.errstate(invalid="ignore"):
        return _at_depths(counts.rows_so_far, counts.best_so_far, depths) / counts.best_so_far[:, -1:]


def weighted_figures(
    ranking: Ranking, weights: Numbers, shares: Sequence[float], by_probability: Ranking | None = None
) -> dict[str, Numbers]:
    """Give every figure of the ranking for each replicate.

    Each equals the same figure of the table in which a row stands as often as its weight says.

    Parameters
    ----------
    ranking : Ranking
        By what the list is worked through.
    weights : array of shape (n_replicates, n_rows)
        As for `tally`.
    shares : sequence of float
        Shares of the list for lift and capture, 0 to 1.
    by_probability : Ranking, optional
        The same rows by their probability, where that is not what they are ranked by: of it are log loss,
        Brier score and calibration error.

    Returns
    -------
    dict of str to array of shape (n_replicates,)
        NaN where a figure needs a class that a replicate lacks.
    """
    counts = tally(ranking, weights)
    rated, ranked = (
        (counts, ranking) if by_probability is None else (tally(by_probability, weights), by_probability)
    )
    probability = ranked.probability[ranked.starts]
    captures = gains(counts, np.asarray(shares, dtype=np.float64)).T
    clipped = np.clip(probability, CLIP, 1 - CLIP)
    return {
        "roc_auc": _roc_auc(counts),
        "average_precision": _average_precision(counts),
        "log_loss": _mean_loss(rated, -np.log(clipped), -np.log(1 - clipped)),
        "brier": _mean_loss(rated, (1 - probability) ** 2, probability**2),
        "calibration_error": _calibration_error(rated, probability),
        **{f"lift_at_{100 * s:g}": capture / s for s, capture in zip(shares, captures, strict=True)},
        **{f"capture_at_{100 * s:g}": capture for s, capture in zip(shares, captures, strict=True)},
    }


def binned(counts: Tally, sums: Numbers) -> Numbers:
    """Cut per-block sums at every tenth of the list, splitting blocks of ties proportionally.

    Parameters
    ----------
    sums : array of shape (n_replicates, n_blocks)
        What each block adds, for example its expected number of best rows.

    Returns
    -------
    array of shape (n_replicates, N_CALIBRATION_BINS)
        The sum within each equal-count bin, the highest probabilities first.
    """
    cuts = np.linspace(0, 1, N_CALIBRATION_BINS + 1)
    return np.diff(_at_depths(counts.rows_so_far, np.cumsum(sums, axis=1), cuts), axis=1)


def _by_block(ranking: Ranking, values: Numbers) -> Numbers:
    """Sum columns over blocks of ties."""
    if len(ranking.starts) == len(ranking.order):
        return values
    sums: Numbers = np.add.reduceat(values, ranking.starts, axis=1)
    return sums


def _at_depths(rows_so_far: Numbers, sums_so_far: Numbers, depths: Numbers) -> Numbers:
    """Read running sums at shares of the list, linear within a block."""
    corner = np.zeros(1)
    return np.stack(
        [
            np.interp(depths * rows[-1], np.concatenate([corner, rows]), np.concatenate([corner, sums]))
            for rows, sums in zip(rows_so_far, sums_so_far, strict=True)
        ]
    )


def _roc_auc(counts: Tally) -> Numbers:
    """Give the share of pairs of a best and another row that are ranked right, ties counting half."""
    n_best, n_rows = counts.best_so_far[:, -1], counts.rows_so_far[:, -1]
    others_so_far = counts.rows_so_far - counts.best_so_far
    others_up_to_middle = others_so_far - (counts.n_rows - counts.n_best) / 2
    n_others = n_rows - n_best
    pairs_wrong = np.einsum("rb,rb->r", counts.n_best, others_up_to_middle)
    with np.errstate(invalid="ignore"):
        shares: Numbers = (n_best * n_others - pairs_wrong) / (n_best * n_others)
    return shares


def _average_precision(counts: Tally) -> Numbers:
    """Give the mean over best rows of the precision down to their block, as scikit-learn does."""
    precision = counts.best_so_far / np.maximum(counts.rows_so_far, 1)  # rows of no weight may lead
    with np.errstate(invalid="ignore"):
        means: Numbers = np.einsum("rb,rb->r", counts.n_best, precision) / counts.best_so_far[:, -1]
    return means


def _mean_loss(counts: Tally, if_best: Numbers, if_not: Numbers) -> Numbers:
    """Give the mean over rows of a loss that depends on the block and the label only."""
    losses = np.einsum("rb,b->r", counts.n_best, if_best)
    losses += np.einsum("rb,b->r", counts.n_rows - counts.n_best, if_not)
    means: Numbers = losses / counts.rows_so_far[:, -1]
    return means


def _calibration_error(counts: Tally, block_probability: Numbers) -> Numbers:
    """Give the mean absolute gap of observed and predicted rate over equal-count bins.

    Source: Naeini, Cooper, Hauskrecht, "Obtaining well calibrated probabilities using Bayesian
    binning", AAAI 2015, with equal-count instead of equal-width bins.
    """
    gaps = binned(counts, counts.n_best - counts.n_rows * block_probability)
    errors: Numbers = np.abs(gaps).sum(axis=1) / counts.rows_so_far[:, -1]
    return errors
