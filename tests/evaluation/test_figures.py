from __future__ import annotations

from random import Random
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss, roc_auc_score
from small import settings

from icp_ml.errors import DataError
from icp_ml.evaluation.figures import Scored, bootstrap_figures, compare, figures
from icp_ml.evaluation.intervals import replicate_weights, wilson_bounds
from icp_ml.evaluation.ranking import rank, weighted_figures

SHARES = (0.1, 0.25)
SETTINGS = settings().evaluation.model_copy(
    update={"n_bootstrap": 200, "shares": SHARES, "min_roc_auc_low": 0.55}
)
TEN = np.arange(10)

tied_rows = st.lists(
    st.tuples(st.booleans(), st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.9, 1.0]) | st.floats(0, 1)),
    min_size=2,
    max_size=60,
)
two_class_rows = tied_rows.filter(lambda rows: len({is_best for is_best, _ in rows}) == 2)


def columns(rows: list[tuple[bool, float]]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([is_best for is_best, _ in rows]), np.array([p for _, p in rows], dtype=float)


def scored(is_best: np.ndarray, probability: np.ndarray, group: np.ndarray | None = None) -> Scored:
    return Scored(is_best, probability, np.arange(len(is_best)) if group is None else group)


def simulated(n_rows: int, seed: int, distance: float = 1.0) -> Scored:
    """Two normal classes so far apart, as probabilities; the ROC AUC is known."""
    generator = np.random.default_rng(seed)
    is_best = generator.random(n_rows) < 0.3
    score = generator.normal(size=n_rows) + distance * is_best
    return scored(is_best, 1 / (1 + np.exp(-score)))


@given(two_class_rows)
def test_figures_equal_scikit_learn_also_with_ties(rows: list[tuple[bool, float]]) -> None:
    is_best, probability = columns(rows)
    found = figures(is_best, probability, SHARES)
    clipped = np.clip(probability, 1e-15, 1 - 1e-15)
    assert found["roc_auc"] == pytest.approx(roc_auc_score(is_best, probability), abs=1e-12)
    assert found["average_precision"] == pytest.approx(
        average_precision_score(is_best, probability), abs=1e-12
    )
    assert found["log_loss"] == pytest.approx(log_loss(is_best, clipped), abs=1e-12, rel=1e-12)
    assert found["brier"] == pytest.approx(brier_score_loss(is_best, probability), abs=1e-12)


@given(two_class_rows, st.data())
def test_a_weighted_row_counts_as_often_as_it_is_repeated(
    rows: list[tuple[bool, float]], draw: st.DataObject
) -> None:
    is_best, probability = columns(rows)
    counts = st.lists(st.integers(0, 4), min_size=len(rows), max_size=len(rows)).filter(any)
    weights = np.array(draw.draw(counts))
    weighted = weighted_figures(rank(is_best, probability), weights[None, :].astype(float), SHARES)
    repeated = figures(np.repeat(is_best, weights), np.repeat(probability, weights), SHARES)
    for name, value in repeated.items():
        assert weighted[name][0] == pytest.approx(value, abs=1e-12, rel=1e-12, nan_ok=True), name


@given(two_class_rows, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(rows: list[tuple[bool, float]], random: Random) -> None:
    shuffled = random.sample(rows, len(rows))
    assert figures(*columns(shuffled), SHARES) == pytest.approx(figures(*columns(rows), SHARES), abs=1e-12)


@pytest.mark.parametrize(
    ("probability", "roc_auc", "lift_at_10", "capture_at_25"),
    [
        (np.linspace(1, 0, 10), 1.0, 5.0, 1.0),  # perfect: rows 0 and 1 are the best
        (np.linspace(0, 1, 10), 0.0, 0.0, 0.0),  # inverted
        (np.full(10, 0.2), 0.5, 1.0, 0.25),  # constant: every depth holds its share
    ],
)
def test_perfect_inverted_and_constant_scores(
    probability: np.ndarray, roc_auc: float, lift_at_10: float, capture_at_25: float
) -> None:
    found = figures(TEN < 2, probability, SHARES)
    assert found["roc_auc"] == roc_auc
    assert found["lift_at_10"] == pytest.approx(lift_at_10)
    assert found["capture_at_25"] == pytest.approx(capture_at_25)


def test_a_tie_that_the_share_cuts_is_split_proportionally() -> None:
    probability = np.array([0.9, 0.5, 0.5, 0.5, 0.5, 0.1, 0.1, 0.1, 0.1, 0.1])
    is_best = np.isin(TEN, [0, 1])
    found = figures(is_best, probability, (0.3,))  # row 0, then half of a block that holds one best
    assert found["capture_at_30"] == pytest.approx((1 + 0.5) / 2)
    assert found["lift_at_30"] == pytest.approx(0.75 / 0.3)


def test_calibration_error_is_the_mean_gap_of_ten_equal_bins() -> None:
    generator = np.random.default_rng(1)
    probability = np.sort(generator.random(200))
    is_best = generator.random(200) < probability**2
    gaps = (is_best - probability).reshape(10, 20).mean(axis=1)
    found = figures(is_best, probability, ())["calibration_error"]
    assert found == pytest.approx(np.abs(gaps).mean(), abs=1e-12)


def test_calibration_error_of_the_base_rate_is_zero() -> None:
    assert figures(TEN < 2, np.full(10, 0.2), ())["calibration_error"] == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("label", [True, False])
def test_one_class_leaves_undefined_what_needs_both(label: bool) -> None:
    found = bootstrap_figures(scored(np.full(10, label), np.linspace(0, 1, 10)), SETTINGS, seed=0)
    assert np.isnan([found["roc_auc"].value, found["roc_auc"].low, found["brier"].low]).all()
    assert np.isfinite([found["log_loss"].value, found["brier"].value]).all()


def test_replicates_without_both_classes_are_dropped() -> None:
    found = bootstrap_figures(scored(TEN < 1, np.linspace(1, 0, 10)), SETTINGS, seed=0)
    assert found["roc_auc"].low == found["roc_auc"].high == 1
    assert found["lift_at_10"].high <= 10


def test_a_single_group_has_no_interval() -> None:
    found = bootstrap_figures(scored(TEN < 3, TEN / 10, np.zeros(10)), SETTINGS, seed=0)
    assert np.isnan(found["roc_auc"].low)
    assert found["roc_auc"].value == 0


def test_rows_of_one_group_are_drawn_together() -> None:
    group = np.array(["a", "b", "a", "c", "b"])
    weights = np.concatenate(list(replicate_weights(group, 50, seed=3)))
    assert weights.shape == (50, 5)
    assert (weights[:, 0] == weights[:, 2]).all()
    assert (weights[:, 1] == weights[:, 4]).all()
    assert (weights[:, [0, 1, 3]].sum(axis=1) == 3).all()


def test_one_seed_gives_one_interval_and_another_seed_another() -> None:
    test = simulated(300, seed=2)
    assert bootstrap_figures(test, SETTINGS, 5) == bootstrap_figures(test, SETTINGS, 5)
    assert bootstrap_figures(test, SETTINGS, 5) != bootstrap_figures(test, SETTINGS, 6)


def test_intervals_cover_the_truth_about_as_often_as_they_say() -> None:
    truth = NormalDist().cdf(1 / np.sqrt(2))
    found = [bootstrap_figures(simulated(250, seed), SETTINGS, seed)["roc_auc"] for seed in range(200)]
    covered = np.mean([interval.low <= truth <= interval.high for interval in found])
    assert 0.89 <= covered <= 0.99


def test_repeated_rows_of_a_group_do_not_narrow_the_interval() -> None:
    test = simulated(200, seed=4)
    repeated = Scored(*(np.repeat(part, 5) for part in (test.is_best, test.probability, test.group)))
    single, grouped = (bootstrap_figures(rows, SETTINGS, 1)["roc_auc"] for rows in (test, repeated))
    assert (grouped.low, grouped.high) == pytest.approx((single.low, single.high), abs=1e-12)


def test_a_model_does_not_differ_from_itself() -> None:
    test = simulated(100, seed=5)
    for name, difference in compare(test, test, SETTINGS, seed=1).items():
        assert (difference.value, difference.low, difference.high) == (0, 0, 0), name


def test_a_paired_difference_is_surer_than_two_intervals() -> None:
    test = simulated(500, seed=6)
    noise = np.random.default_rng(7).normal(scale=0.3, size=500)
    log_odds = np.log(test.probability / (1 - test.probability)) + noise
    other = scored(test.is_best, 1 / (1 + np.exp(-log_odds)))
    paired = compare(test, other, SETTINGS, seed=1)["roc_auc"]
    alone = bootstrap_figures(test, SETTINGS, seed=1)["roc_auc"]
    assert paired.high - paired.low < 0.5 * (alone.high - alone.low)
    assert paired.low <= paired.value <= paired.high


def test_models_scored_on_different_rows_are_not_compared() -> None:
    with pytest.raises(ValueError, match="same rows in the same order"):
        compare(simulated(50, seed=1), simulated(50, seed=2), SETTINGS, seed=1)


def test_an_empty_test_set_is_refused_with_the_fix() -> None:
    with pytest.raises(DataError) as caught:
        scored(np.array([], dtype=bool), np.array([]))
    assert str(caught.value) == (
        "The test set has no rows.\nRaise split.test_share or set an earlier split.test_from."
    )


@pytest.mark.parametrize("wrong", [np.nan, -0.1, 1.5])
def test_what_is_no_probability_is_refused(wrong: float) -> None:
    with pytest.raises(ValueError, match="1 probabilities are not within 0 and 1"):
        scored(np.array([True, False]), np.array([0.5, wrong]))


def test_columns_of_different_length_are_refused() -> None:
    with pytest.raises(ValueError, match="differ in shape"):
        Scored(np.array([True, False]), np.array([0.5]), np.array([1, 2]))


def test_wilson_bounds_equal_a_published_example() -> None:
    low, high = wilson_bounds(np.array([81.0, 0.0, 0.0]), np.array([263.0, 10.0, 0.0]), 0.95)
    assert (low[0], high[0]) == pytest.approx((0.2553, 0.3662), abs=5e-5)  # Newcombe 1998, table I
    assert (low[1], high[1]) == pytest.approx((0, 0.2775), abs=5e-5)
    assert np.isnan([low[2], high[2]]).all()
