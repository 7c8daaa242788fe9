"""Two trainings are compared on the rows that both were tested on, and on nothing else."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small import settings as configured

from icp_ml.evaluation.figures import Scored, compare
from icp_ml.evaluation.paired import paired_difference

EVALUATION = configured().evaluation.model_copy(update={"n_bootstrap": 60})


def drawn(n: int = 120, seed: int = 0, noise: float = 1.0) -> pd.DataFrame:
    """Draw test rows; how good the scores are depends on the noise alone."""
    pull = np.random.default_rng(7).normal(size=n)
    score = pull + np.random.default_rng(seed).normal(scale=noise, size=n)
    return pd.DataFrame(
        {
            "account_id": [f"A{at:03}" for at in range(n)],
            "as_of": "2024-01-01",
            "group": [f"G{at // 2:03}" for at in range(n)],
            "is_best": pull > 0.5,
            "icp_ml": 1 / (1 + np.exp(-score)),
        }
    )


def paired(ours: pd.DataFrame, theirs: pd.DataFrame):
    return paired_difference(ours, theirs, EVALUATION, 1)


def scored(rows: pd.DataFrame) -> Scored:
    label, score = rows["is_best"].to_numpy(dtype=bool), rows["icp_ml"].to_numpy()
    return Scored(label, score, rows["group"].to_numpy(dtype=str))


def test_a_training_does_not_differ_from_itself() -> None:
    found = paired(drawn(), drawn())
    assert (found.n_shared, found.n_best, found.n_relabelled) == (120, int(drawn()["is_best"].sum()), 0)
    assert all((one.value, one.low, one.high) == (0, 0, 0) for one in found.figures.values())


def test_a_better_one_is_better_with_its_whole_interval() -> None:
    found = paired(drawn(noise=0.1), drawn(noise=5)).figures
    assert found["roc_auc"].low > 0
    assert found["average_precision"].low > 0


def test_only_the_shared_rows_count_in_whatever_order() -> None:
    ours, theirs = drawn(seed=1), drawn(seed=2)
    mixed = theirs.iloc[40:].sample(frac=1, random_state=3)
    by_hand = compare(scored(ours.iloc[40:100]), scored(theirs.iloc[40:100]), EVALUATION, 1)
    assert paired(ours.iloc[:100], mixed).figures == by_hand


def test_an_account_of_another_day_is_another_row() -> None:
    found = paired(drawn(), drawn().assign(as_of="2024-02-01"))
    assert (found.n_shared, found.figures) == (0, {})


def test_rows_that_became_best_are_left_out_and_counted() -> None:
    theirs = drawn(seed=2)
    theirs.loc[:9, "is_best"] = ~theirs.loc[:9, "is_best"]
    found = paired(drawn(seed=1), theirs)
    assert (found.n_shared, found.n_relabelled) == (110, 10)
    assert found.figures == paired(drawn(seed=1).iloc[10:], theirs).figures


@pytest.mark.parametrize("is_best", [True, False])
def test_without_both_classes_there_is_no_figure(is_best: bool) -> None:
    rows = drawn().loc[lambda one: one["is_best"] == is_best]
    assert paired(rows, rows).figures == {}


def test_two_deals_of_one_day_are_each_other_s_only_once() -> None:
    twice = pd.concat([drawn(seed=1)] * 2, ignore_index=True)
    assert paired(twice, twice).n_shared == 240


def test_each_of_several_tests_is_ranked_alone() -> None:
    rows = drawn(seed=1)
    shifted = rows.assign(test=(np.arange(120) >= 60).astype(int))
    shifted["icp_ml"] = np.where(shifted["test"] == 1, shifted["icp_ml"] * 1e-3, shifted["icp_ml"])
    whole = paired(shifted, rows).figures["roc_auc"].value
    assert abs(whole) < 0.05  # ranked as one list, the second half would be last
    assert paired(shifted.drop(columns="test"), rows).figures["roc_auc"].value < -0.1


@settings(max_examples=20)
@given(st.integers(0, 50), st.integers(51, 99))
def test_the_other_way_round_the_sign_turns(first: int, second: int) -> None:
    ours, theirs = drawn(seed=first), drawn(seed=second)
    there, back = paired(ours, theirs).figures, paired(theirs, ours).figures
    for name, one in there.items():
        assert one.value == -back[name].value
        assert one.low == pytest.approx(-back[name].high)
