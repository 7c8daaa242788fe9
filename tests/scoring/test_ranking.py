from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from icp_ml.scoring import LIST_TIERS, fit_rank, list_cuts, list_tier, midrank_percentile
from icp_ml.settings import CapacityTierSettings, PercentileTierSettings


def test_ties_share_the_middle_of_their_ranks() -> None:
    listed = np.array([0.1, 0.2, 0.2, 0.9])
    assert midrank_percentile(listed, listed).tolist() == [12.5, 50.0, 50.0, 87.5]


def test_a_score_outside_the_list_lies_below_or_above_all_of_it() -> None:
    assert midrank_percentile(np.array([0.05, 0.15, 0.95]), np.array([0.1, 0.2])).tolist() == [
        0.0,
        50.0,
        100.0,
    ]


def test_without_a_list_there_is_no_percentile() -> None:
    assert np.isnan(midrank_percentile(np.array([0.5]), np.array([]))).all()


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_percentiles_average_fifty(scores) -> None:
    listed = np.sort(np.array(scores))
    assert midrank_percentile(listed, listed).mean() == pytest.approx(50)


SCORES = st.lists(st.sampled_from([0.1, 0.2, 0.3, 0.5, 0.9]), max_size=30).map(np.array)
PERCENTILE = PercentileTierSettings(by="percentile", a=0.1, b=0.2)


def capacity(a: int, b: int) -> CapacityTierSettings:
    return CapacityTierSettings(by="capacity", a=a, b=b)


def tiers_of(scores, settings, is_eligible=None) -> list[str | None]:
    """Cut a list whose rows stand in the order given."""
    scores = np.asarray(scores, dtype=float)
    is_eligible = (
        np.ones(len(scores), dtype=bool) if is_eligible is None else np.asarray(is_eligible, dtype=bool)
    )

    def place_of(score: float, nth: int) -> int:
        return int(np.flatnonzero(is_eligible & (scores == score))[nth - 1])

    cuts = list_cuts(np.sort(scores[is_eligible]), settings, place_of)
    return list_tier(scores, np.arange(len(scores)), is_eligible, cuts).tolist()


def test_ranks_count_those_above_and_ties_share_the_smallest() -> None:
    listed = np.array([0.1, 0.2, 0.2, 0.9])
    assert fit_rank(listed, listed).tolist() == [4, 2, 2, 1]
    assert fit_rank(np.array([0.95, 0.0]), listed).tolist() == [1, 5]


@pytest.mark.parametrize(
    ("scores", "n", "tiers"),
    [
        ([0.1, 0.9, 0.5], (1, 1), ["C", "A", "B"]),
        ([0.5, 0.5, 0.5, 0.5], (1, 2), ["A", "B", "B", "C"]),
        ([0.5, 0.9, 0.5], (2, 0), ["A", "A", "C"]),
        ([0.5, 0.9], (5, 5), ["A", "A"]),
        ([], (5, 5), []),
    ],
)
def test_capacity_takes_the_highest_and_of_one_score_the_first(scores, n, tiers) -> None:
    assert tiers_of(scores, capacity(*n)) == tiers


@given(SCORES, st.integers(1, 12), st.integers(0, 12), st.randoms(use_true_random=False))
def test_capacity_is_exact_among_eligible_rows(scores, n_best, n_good, random) -> None:
    is_eligible = np.array([random.random() < 0.7 for _ in scores], dtype=bool)
    found = tiers_of(scores, capacity(n_best, n_good), is_eligible)
    n = int(is_eligible.sum())
    assert found.count("A") == min(n_best, n)
    assert found.count("B") == min(n_good, max(n - n_best, 0))
    assert [one is None for one in found] == (~is_eligible).tolist()
    order = sorted(np.flatnonzero(is_eligible), key=lambda at: (-scores[at], at))
    ranked = [LIST_TIERS.index(found[at]) for at in order]
    assert ranked == sorted(ranked)


@given(SCORES)
def test_percentile_tiers_are_those_of_the_percentile(scores) -> None:
    percentile = midrank_percentile(scores, np.sort(scores))
    expected = np.where(percentile >= 90 - 1e-9, "A", np.where(percentile >= 70 - 1e-9, "B", "C"))
    assert tiers_of(scores, PERCENTILE) == expected.tolist()


def test_a_model_that_tells_nobody_apart_singles_nobody_out_by_percentile() -> None:
    assert tiers_of([0.3] * 50, PERCENTILE) == ["C"] * 50
