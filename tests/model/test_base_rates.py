from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit, logit

from icp_ml.model.base_rates import base_rates


def test_without_a_declared_rate_nothing_is_shifted() -> None:
    rates = base_rates(0.2, None, np.array([0.1, 0.4]))
    assert (rates.used, rates.shift) == (0.2, 0.0)


@pytest.mark.parametrize("declared", [0.001, 0.05, 0.2, 0.9])
def test_the_mean_score_of_prospects_becomes_the_declared_rate(declared: float) -> None:
    scores = np.random.default_rng(0).beta(0.5, 5, 1_000)
    rates = base_rates(0.2, declared, scores)
    assert expit(logit(scores) + rates.shift).mean() == pytest.approx(declared)
    assert rates.used == declared


def test_where_only_the_share_of_best_differs_both_ways_agree() -> None:
    rng = np.random.default_rng(1)
    is_best = rng.random(200_000) < 0.05
    signal = rng.normal(1.5 * is_best)  # what best and rest look like, at customers and prospects alike
    learnt_at_30 = logit(0.3) + 1.5 * signal - 1.5**2 / 2
    rates = base_rates(0.3, 0.05, expit(learnt_at_30))
    assert rates.shift == pytest.approx(base_rates(0.3, 0.05).shift, abs=0.03)


def test_scores_of_exactly_0_and_1_can_be_shifted() -> None:
    assert np.isfinite(base_rates(0.5, 0.25, np.array([0.0, 1.0, 0.5, 0.5])).shift)
