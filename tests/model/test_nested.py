from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from icp_ml.model.calibration import log_loss, losses
from icp_ml.model.nested import (
    at_stage_of_other_folds,
    best_stage,
    calibrated_by_other_folds,
    is_settled,
    of_others,
    summed_losses,
)

CURVES = st.lists(st.sampled_from([0.0, 1.0, 2.0, 3.0, 4.0]), min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("curve", "patience", "best"),
    [
        ([3, 2, 1, 0], 1, 3),
        ([3, 1, 2, 0], 1, 1),
        ([3, 1, 2, 0], 2, 3),
        ([3, 1, 1, 1, 0], 2, 1),
        ([3, 1, 1, 1, 0], 3, 4),
        ([1, 2, 3], 9, 0),
        ([1, 1], 1, 0),
    ],
)
def test_the_lowest_loss_before_patience_ran_out_is_taken(curve, patience: int, best: int) -> None:
    assert best_stage(np.array(curve, dtype=float), patience) == best


@given(CURVES, CURVES, st.integers(1, 4))
def test_once_settled_no_later_stage_changes_a_choice(curve, later, patience: int) -> None:
    sums = np.array([curve])
    if is_settled(sums, patience):
        assert best_stage(np.array([*curve, *later]), patience) == best_stage(np.array(curve), patience)


@given(st.integers(0, 100), st.integers(1, 4))
def test_growth_goes_on_while_any_fold_could_choose_a_later_stage(seed: int, patience: int) -> None:
    sums = np.random.default_rng(seed).integers(0, 5, (3, 20)).astype(float)
    whole = [best_stage(one, patience) for one in of_others(sums)]
    until = next((n for n in range(1, 21) if is_settled(sums[:, :n], patience)), 20)
    assert [best_stage(one, patience) for one in of_others(sums[:, :until])] == whole


def test_the_rounds_with_the_lowest_loss_are_taken_wherever_they_lie() -> None:
    is_best = np.array([1.0, 0.0] * 20)
    right = np.where(is_best > 0, 1.0, -1.0)
    folds = np.arange(40) // 2 % 4
    for place in range(4):
        stages = np.column_stack([right * (2.0 if at == place else -0.5 * at) for at in range(4)])
        found = at_stage_of_other_folds(stages, is_best, folds, 4)
        np.testing.assert_array_equal(found, stages[:, place])


def test_no_label_reaches_the_rounds_or_the_calibration_of_its_own_fold() -> None:
    rng = np.random.default_rng(0)
    stages, folds, is_best = rng.normal(size=(90, 4)), np.arange(90) % 3, (rng.random(90) < 0.4) * 1.0
    flipped = np.where(folds == 0, 1 - is_best, is_best)
    before, after = (at_stage_of_other_folds(stages, one, folds, 2) for one in (is_best, flipped))
    np.testing.assert_array_equal(before[folds == 0], after[folds == 0])
    before, after = (calibrated_by_other_folds(stages[:, 0], one, folds) for one in (is_best, flipped))
    np.testing.assert_array_equal(before[folds == 0], after[folds == 0])


def test_a_single_fold_picks_its_own_stage() -> None:
    is_best = np.array([1.0, 0.0])
    stages = np.array([[0.0, 2.0, -1.0], [0.0, -2.0, 1.0]])
    found = at_stage_of_other_folds(stages, is_best, np.zeros(2, dtype=np.intp), 4)
    np.testing.assert_array_equal(found, stages[:, 1])


def test_losses_sum_by_fold_to_the_mean_loss() -> None:
    rng = np.random.default_rng(1)
    stages, folds, is_best = rng.normal(size=(50, 3)), np.arange(50) % 4, (rng.random(50) < 0.4) * 1.0
    sums = summed_losses(stages, is_best, folds)
    assert sums.shape == (4, 3)
    assert sums.sum(axis=0)[1] / 50 == pytest.approx(log_loss(stages[:, 1], is_best))
    assert losses(stages[:, 1], is_best).mean() == pytest.approx(log_loss(stages[:, 1], is_best))
