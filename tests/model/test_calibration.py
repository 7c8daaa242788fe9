from __future__ import annotations

import numpy as np
import pytest

from icp_ml.model.calibration import Calibration, fit_calibration, log_loss, probability

RAW = np.random.default_rng(1).normal(0, 1.5, 20_000)


def drawn(log_odds) -> np.ndarray:
    return (np.random.default_rng(2).random(len(log_odds)) < probability(log_odds)).astype(float)


def test_slope_and_intercept_are_recovered() -> None:
    found = fit_calibration(RAW, drawn(0.7 * RAW - 0.4))
    assert (found.slope, found.intercept) == pytest.approx((0.7, -0.4), abs=0.05)


def test_the_mean_probability_is_the_rate_of_best() -> None:
    is_best = drawn(2 * RAW - 1)
    found = probability(fit_calibration(RAW, is_best).log_odds(RAW))
    assert found.mean() == pytest.approx(is_best.mean(), abs=1e-3)


def test_scores_that_part_the_classes_get_finite_numbers() -> None:
    raw = np.array([-2.0, -1.5, -1.0, 1.0, 1.2, 3.0] * 5)
    found = fit_calibration(raw, (raw > 0).astype(float))
    assert 0 < found.slope < 10
    assert np.isfinite(found.intercept)


@pytest.mark.parametrize("raw", [-RAW, np.zeros(len(RAW))])
def test_scores_that_rank_no_better_than_chance_give_everyone_the_base_rate(raw) -> None:
    is_best = drawn(RAW)
    found = fit_calibration(raw, is_best)
    assert (found.is_flat, found.slope) == (True, 0.0)
    np.testing.assert_allclose(probability(found.log_odds(raw)), is_best.mean())


def test_scores_that_rank_are_not_flat() -> None:
    assert not fit_calibration(RAW, drawn(RAW)).is_flat


def test_log_loss_is_the_mean_negative_log_likelihood() -> None:
    found = log_loss(np.log([3.0, 1 / 3]), np.array([1.0, 1.0]))
    assert found == pytest.approx(-(np.log(0.75) + np.log(0.25)) / 2)


@pytest.mark.parametrize(
    ("log_odds", "expected"), [(0.0, 0.5), (np.log(3), 0.75), (-800.0, 0.0), (800.0, 1.0)]
)
def test_log_odds_become_probabilities_without_overflow(log_odds: float, expected: float) -> None:
    assert probability(np.array([log_odds])) == pytest.approx([expected])


def test_calibration_is_linear() -> None:
    assert Calibration(2.0, -1.0).log_odds(np.array([0.0, 1.0])).tolist() == [-1.0, 1.0]
