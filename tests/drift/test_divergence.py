"""PSI and Jensen-Shannon: their values, what chance adds, and how often their bounds hold the truth."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.distance import jensenshannon
from scipy.stats import chi2_contingency, fisher_exact, hypergeom

from icp_ml.drift.bins import REST, bins_of
from icp_ml.drift.divergence import chance, chance_of, jensen_shannon, psi
from icp_ml.drift.rates import MANY, Rate

P = np.array([0.1, 0.2, 0.3, 0.4])
Q = np.array([0.22, 0.25, 0.28, 0.25])
MANY_ROWS = 10_000_000
TRUE_PSI = float((Q - P) @ np.log(Q / P))


def test_psi_is_that_of_the_books() -> None:
    assert psi(P * MANY_ROWS, Q * MANY_ROWS, 0.95).value == pytest.approx(TRUE_PSI, abs=1e-5)


def test_jensen_shannon_is_that_of_scipy() -> None:
    found = jensen_shannon(P * MANY_ROWS, Q * MANY_ROWS, 0.95)
    assert found.value == pytest.approx(float(jensenshannon(P, Q, 2)), abs=1e-5)


def test_lists_that_share_no_bin_are_as_far_apart_as_can_be() -> None:
    found = jensen_shannon(np.array([1e9, 0]), np.array([0, 1e9]), 0.95)
    assert found.value == pytest.approx(1, abs=1e-6)


def test_alike_lists_are_not_apart() -> None:
    assert psi(P * 1000, P * 1000, 0.95)[:2] == (0, 0)
    assert chance_of(P * 1000, P * 1000) == 1


def test_the_probability_of_chance_is_that_of_pearsons_test() -> None:
    then, now = np.round(P * 500), np.round(Q * 300)
    assert chance_of(then, now) == pytest.approx(chi2_contingency([then, now]).pvalue)


def test_what_chance_adds_is_taken_off() -> None:
    rng = np.random.default_rng(0)
    drawn = [(rng.multinomial(300, P) + 0.0, rng.multinomial(500, P) + 0.0) for _ in range(2_000)]
    plain = [((q / 500 - p / 300) * np.log((q / 500) / (p / 300))).sum() for p, q in drawn]
    assert np.mean(plain) == pytest.approx(chance(4, 300, 500), rel=0.1)


@pytest.mark.parametrize("n_rows", [300, 1_000, 20_000])
def test_the_bounds_hold_the_truth_as_often_as_they_say(n_rows: int) -> None:
    rng = np.random.default_rng(n_rows)
    found = [
        psi(rng.multinomial(n_rows, P) + 0.0, rng.multinomial(n_rows, Q) + 0.0, 0.9) for _ in range(2_000)
    ]
    held = np.mean([one.low <= TRUE_PSI <= one.high for one in found])
    assert held == pytest.approx(0.9, abs=0.025)


@pytest.mark.parametrize("counts", [(3, 200, 14, 300), (0, 50, 6, 80), (0, 10, 0, 10), (700, 1000, 690, 900)])
def test_the_probability_of_a_rise_is_fishers(counts) -> None:
    n_then, rows_then, n_now, rows_now = counts
    table = [[n_now, rows_now - n_now], [n_then, rows_then - n_then]]
    assert Rate(*counts).chance() == pytest.approx(fisher_exact(table, alternative="greater").pvalue)


@pytest.mark.parametrize("n_now", [20_300, 21_200])
def test_of_many_rows_the_normal_limit_says_what_the_exact_test_does(n_now: int) -> None:
    exact = hypergeom.sf(n_now - 1, 10 * 2 * MANY, 20_500 + n_now, 10 * MANY)
    assert Rate(20_500, 10 * MANY, n_now, 10 * MANY).chance() == pytest.approx(float(exact), rel=0.01)


def test_a_rise_and_a_ratio_lie_within_their_bounds() -> None:
    one = Rate(30, 300, 66, 300)
    rise, ratio = one.rise(0.95), one.ratio(0.95)
    assert (rise.value, ratio.value) == pytest.approx((0.12, 2.18), abs=0.01)
    assert 0 < rise.low < rise.value < rise.high < 0.2
    assert 1 < ratio.low < ratio.value < ratio.high < 4


@pytest.mark.parametrize(
    ("then", "now", "keys"),
    [
        ({5: 50, 6: 50}, {5: 50, 6: 50}, (5, 6)),
        ({5: 50, 6: 48, 7: 2}, {5: 50, 6: 50}, (5, REST)),  # two rows are no bin, and no rest
        ({5: 80, 6: 4, 7: 3, 8: 3}, {5: 80, 6: 4, 7: 3, 8: 3}, (5, REST)),
        ({at: 100 for at in range(5, 12)}, {3: 170}, (3, 5, 6, REST)),
        ({5: 3}, {5: 3}, (REST,)),
    ],
)
def test_what_is_rare_is_put_together(then, now, keys) -> None:
    found = bins_of(then, now, 3)
    assert found.keys == keys
    assert (found.then.sum(), found.now.sum()) == (sum(then.values()), sum(now.values()))
