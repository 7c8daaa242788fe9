"""The AUC of one column: its value, and an interval that knows which rows belong together."""

from __future__ import annotations

import numpy as np
import pytest

from icp_ml.checks.auc import grouped_auc


@pytest.mark.parametrize(
    ("score", "is_best", "expected"),
    [
        ([1, 2, 3, 4], [0, 0, 1, 1], 1.0),
        ([4, 3, 2, 1], [0, 0, 1, 1], 0.0),
        ([1, 1, 1, 1], [0, 1, 0, 1], 0.5),
        ([1, 2, 2, 3], [0, 1, 0, 1], 0.875),
        ([3, 1, 2], [1, 0, 0], 1.0),
    ],
)
def test_the_auc_counts_pairs_in_the_right_order_and_ties_half(score, is_best, expected):
    auc = grouped_auc(np.array(score, float), np.array(is_best, float), np.arange(len(score)))
    assert auc is not None
    assert auc.value == pytest.approx(expected)


def test_there_is_no_auc_without_best_or_without_rest():
    assert grouped_auc(np.arange(5.0), np.ones(5), np.arange(5)) is None


def test_the_error_is_that_of_repeated_draws():
    rng = np.random.default_rng(3)
    is_best = (np.arange(200) < 60).astype(float)
    drawn = [grouped_auc(rng.normal(size=200) + is_best, is_best, np.arange(200)) for _ in range(400)]
    values, errors = [one.value for one in drawn], [one.error for one in drawn]
    assert np.mean(errors) == pytest.approx(np.std(values), rel=0.1)


def test_rows_of_one_group_are_not_counted_as_independent():
    """Sixty accounts with twenty deals each: value and label both belong to the account."""
    rng = np.random.default_rng(4)
    group = np.repeat(np.arange(60), 20)
    drawn = []
    for _ in range(300):
        score, rate = rng.normal(size=60)[group], rng.beta(1, 1, 60)[group]
        drawn.append(grouped_auc(score, (rng.random(1200) < rate).astype(float), group))
    values, errors = [one.value for one in drawn], [one.error for one in drawn]
    assert np.mean(errors) == pytest.approx(np.std(values), rel=0.15)


def test_few_groups_say_nothing_however_well_they_are_told_apart():
    is_best = (np.arange(900) < 300).astype(float)
    few = grouped_auc(is_best, is_best, np.arange(900) // 100)
    many = grouped_auc(is_best, is_best, np.arange(900) // 5)
    assert (few.value, few.low(0.01)) == (1.0, 0.0)
    assert many.low(0.01) == 1.0
