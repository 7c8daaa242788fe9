"""The figures that a candidate is judged by, with intervals, and the paired difference of two models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from icp_ml.errors import DataError
from icp_ml.evaluation.intervals import percentile_bounds, replicate_weights
from icp_ml.evaluation.ranking import Numbers, Ranking, once, place_within, rank, weighted_figures
from icp_ml.settings import EvaluationSettings


@dataclass(frozen=True)
class Scored:
    """A test set with one model's probabilities.

    Attributes
    ----------
    is_best : array of bool, shape (n_rows,)
        The label.
    probability : array of float64, shape (n_rows,)
        The model's estimate, 0 to 1, nothing missing.
    group : array of str or int, shape (n_rows,)
        Rows that belong together (an account); resampled as one.
    part : array of int, shape (n_rows,), optional
        Which of several models scored a row, where it was not one model: rows are ranked among those of their
        own part, because nobody works through a list of which two models scored a half each.

    Raises
    ------
    DataError
        If there are no rows.
    ValueError
        If the shapes differ or a probability is not within 0 and 1.
    """

    is_best: NDArray[np.bool_]
    probability: Numbers
    group: NDArray[Any]
    part: NDArray[np.intp] | None = None

    @cached_property
    def place(self) -> Numbers:
        """Give what rows are ranked by: the probability, or the place within the part."""
        return self.probability if self.part is None else place_within(self.probability, self.part)

    @property
    def rankings(self) -> tuple[Ranking, Ranking | None]:
        """Sort the rows by place; and by probability where that is another thing."""
        by_place = rank(self.is_best, self.place)
        return by_place, None if self.part is None else rank(self.is_best, self.probability)

    def __post_init__(self) -> None:
        """Refuse what no figure could be made of."""
        if not len(self.is_best):
            raise DataError(
                "The test set has no rows.", fix="Raise split.test_share or set an earlier split.test_from."
            )
        if not self.is_best.shape == self.probability.shape == self.group.shape:
            shapes = f"{self.is_best.shape}, {self.probability.shape}, {self.group.shape}"
            raise ValueError(f"is_best, probability and group differ in shape: {shapes}")
        is_wrong = ~((self.probability >= 0) & (self.probability <= 1))
        if is_wrong.any():
            first = self.probability[is_wrong][0]
            raise ValueError(f"{is_wrong.sum():,} probabilities are not within 0 and 1, for example {first}")


@dataclass(frozen=True)
class Interval:
    """A figure of the test set with its bounds, which are NaN where they cannot be told."""

    value: float
    low: float
    high: float


def figures(is_best: NDArray[np.bool_], probability: Numbers, shares: Sequence[float]) -> dict[str, float]:
    """Compute every figure of one model on one test set.

    Parameters
    ----------
    is_best : array of bool, shape (n_rows,)
        The label.
    probability : array of float64, shape (n_rows,)
        The model's estimate, 0 to 1.
    shares : sequence of float
        Shares of the list, 0 to 1, for lift and capture.

    Returns
    -------
    dict of str to float
        `roc_auc`, `average_precision`, `log_loss` (natural logarithm, clipped at 1e-15) and `brier` as
        scikit-learn defines them; `calibration_error` (mean absolute gap of observed and predicted rate
        over ten equal-count bins); and for a share of 0.1 `lift_at_10` (rate in the top tenth over the
        rate of all) and `capture_at_10` (share of the best in the top tenth). Rows of equal probability
        share their place. A figure is NaN where it needs a class that is not there.
    """
    return _once_each((rank(is_best, probability), None), shares)


def figures_of(test: Scored, shares: Sequence[float]) -> dict[str, float]:
    """Compute every figure, as `figures` does; where several models scored the rows, each ranks its own."""
    return _once_each(test.rankings, shares)


def _once_each(rankings: tuple[Ranking, Ranking | None], shares: Sequence[float]) -> dict[str, float]:
    by_place, by_probability = rankings
    found = weighted_figures(by_place, once(by_place), shares, by_probability)
    return {name: float(values[0]) for name, values in found.items()}


def bootstrap_figures(test: Scored, settings: EvaluationSettings, seed: int) -> dict[str, Interval]:
    """Compute every figure with its percentile bootstrap interval over groups.

    Replicates without both classes are dropped. With a single group, or where no replicate has both
    classes, the bounds are NaN. The bounds of `calibration_error` lie high on small test sets: it is a
    sum of absolute gaps, to which the noise of resampling adds.
    """
    (replicates,) = _replicates([test], settings, seed)
    return _intervals(figures_of(test, settings.shares), replicates, settings)


def compare(candidate: Scored, other: Scored, settings: EvaluationSettings, seed: int) -> dict[str, Interval]:
    """Compute the paired difference, candidate minus other, of every figure.

    Both models are judged on the same resampled groups, so what makes a test set easy or hard for both
    cancels. Below 0 is better for `log_loss`, `brier` and `calibration_error`, above 0 for the rest.

    Raises
    ------
    ValueError
        If the two are not scores of the same rows in the same order.
    """
    is_same = np.array_equal(candidate.is_best, other.is_best) and np.array_equal(
        candidate.group, other.group
    )
    if not is_same:
        raise ValueError("the two models were not scored on the same rows in the same order")
    first, second = (figures_of(test, settings.shares) for test in (candidate, other))
    ours, theirs = _replicates([candidate, other], settings, seed)
    values = {name: first[name] - second[name] for name in first}
    return _intervals(values, {name: ours[name] - theirs[name] for name in ours}, settings)


def _replicates(tests: Sequence[Scored], settings: EvaluationSettings, seed: int) -> list[dict[str, Numbers]]:
    """Compute each model's figures on the same resampled groups, without the one-class replicates."""
    rankings = [test.rankings for test in tests]
    blocks = [
        [weighted_figures(one, weights, settings.shares, other) for one, other in rankings]
        for weights in replicate_weights(tests[0].group, settings.n_bootstrap, seed)
    ]
    is_resampled = len(np.unique(tests[0].group)) > 1  # a single group drawn again shows no spread
    return [_kept([block[place] for block in blocks], is_resampled) for place in range(len(tests))]


def _kept(blocks: Sequence[dict[str, Numbers]], is_resampled: bool) -> dict[str, Numbers]:
    """Join blocks of replicates and drop those in which the ROC AUC, hence a class, is missing."""
    joined = {name: np.concatenate([block[name] for block in blocks]) for name in blocks[0]}
    is_kept = np.isfinite(joined["roc_auc"]) & is_resampled
    return {name: values[is_kept] for name, values in joined.items()}


def _intervals(
    values: dict[str, float], replicates: dict[str, Numbers], settings: EvaluationSettings
) -> dict[str, Interval]:
    """Put bounds around each value."""
    return {name: _interval(value, replicates[name], settings.confidence) for name, value in values.items()}


def _interval(value: float, replicates: Numbers, confidence: float) -> Interval:
    if not len(replicates):
        return Interval(value, np.nan, np.nan)
    low, high = percentile_bounds(replicates, confidence)
    return Interval(value, float(low), float(high))
