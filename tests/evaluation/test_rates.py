from __future__ import annotations

import numpy as np
import pytest
from small import settings

from icp_ml.evaluation.figures import Scored
from icp_ml.evaluation.intervals import wilson_bounds
from icp_ml.evaluation.rates import design_effects, rates

SETTINGS = settings().evaluation.model_copy(update={"n_bootstrap": 300})


def scored(is_best: np.ndarray, group: np.ndarray) -> Scored:
    return Scored(is_best, np.full(len(is_best), 0.5), group)


def grouped(n_groups: int, size: int, likeness: float, seed: int) -> Scored:
    """Groups of one size with a rate of 0.3 on average."""
    generator = np.random.default_rng(seed)
    own = generator.beta(0.3 * (1 / likeness - 1), 0.7 * (1 / likeness - 1), n_groups)
    return scored(
        generator.random(n_groups * size) < np.repeat(own, size), np.repeat(np.arange(n_groups), size)
    )


def test_repeated_rows_of_a_group_do_not_narrow_the_bounds() -> None:
    single = grouped(100, 1, 0.1, 0)
    repeated = scored(np.repeat(single.is_best, 5), np.repeat(single.group, 5))
    kind = np.arange(100) % 2
    one, five = rates(single, kind, 2, SETTINGS, 1), rates(repeated, np.repeat(kind, 5), 2, SETTINGS, 1)
    for name in ("rate_low", "rate_high", "lift_low", "lift_high"):
        assert getattr(five, name) == pytest.approx(getattr(one, name))


def test_bounds_cover_the_true_rate_about_as_often_as_they_say() -> None:
    found = [rates(grouped(60, 6, 0.4, seed), np.zeros(360, int), 1, SETTINGS, seed) for seed in range(150)]
    covered = np.mean([one.rate_low[0] <= 0.3 <= one.rate_high[0] for one in found])
    assert 0.88 <= covered <= 0.99


def test_a_kind_of_no_or_only_best_rows_has_bounds_of_its_effective_number() -> None:
    is_best, kind = (
        np.repeat([True, False, True, False], [30, 30, 20, 20]),
        np.repeat([0, 1, 2], [30, 30, 40]),
    )
    alone = rates(scored(is_best, np.arange(100)), kind, 3, SETTINGS, 1)
    low, high = wilson_bounds(np.array([30.0, 0.0]), np.array([30.0, 30.0]), 0.95)
    assert alone.rate_low[:2] == pytest.approx(low)
    assert alone.rate_high[:2] == pytest.approx(high)
    assert alone.lift_high[1] == pytest.approx(high[1] / 0.5)
    alike = rates(scored(is_best, np.arange(100) // 10), kind, 3, SETTINGS, 1)  # three groups of ten each
    low, high = wilson_bounds(np.array([3.0, 0.0]), np.array([3.0, 3.0]), 0.95)
    assert alike.rate_low[:2] == pytest.approx(low)
    assert alike.rate_high[:2] == pytest.approx(high)


def test_the_design_effect_is_the_size_of_groups_that_are_all_alike_and_one_of_groups_that_are_not() -> None:
    same = scored(np.repeat(np.arange(40) % 3 == 0, 5), np.repeat(np.arange(40), 5))
    assert design_effects(same, np.zeros(200, int), 1)[0] == pytest.approx(5, rel=0.01)
    mixed = scored(np.tile([True, False], 100), np.repeat(np.arange(40), 5))
    assert design_effects(mixed, np.zeros(200, int), 1)[0] == 1
    assert design_effects(scored(np.arange(9) < 3, np.arange(9)), np.zeros(9, int), 2).tolist() == [1, 1]


def test_the_lift_of_a_kind_is_surer_where_it_is_most_of_the_list() -> None:
    """The rate of all moves with it, which a bound over a fixed rate would miss."""
    test = grouped(200, 1, 0.3, 3)
    kind = (np.arange(200) >= 190).astype(int)
    found = rates(test, kind, 2, SETTINGS, 1)
    width = (found.rate_high[0] - found.rate_low[0]) / test.is_best.mean()
    assert found.lift_high[0] - found.lift_low[0] < 0.5 * width
