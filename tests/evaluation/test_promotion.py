"""A challenger passes where it is better beyond chance, on accounts that nobody looked at before."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from small import settings

from icp_ml.evaluation.figures import Interval, Scored, compare
from icp_ml.evaluation.moves import moves, stability_gates
from icp_ml.evaluation.promotion import (
    better_gate,
    enough_gate,
    fairness_gate,
    freshness_gate,
    is_unseen,
    margin_gates,
    newly_adverse,
)
from icp_ml.scoring import TIERS

EVALUATION = settings().evaluation.model_copy(update={"n_bootstrap": 100})
PROMOTION = EVALUATION.promotion
TODAY = date(2026, 1, 1)
SAME = Interval(0.0, -0.001, 0.001)


def label_rows(*lines: tuple[str, str]) -> pd.DataFrame:
    rows = pd.DataFrame(lines, columns=["group", "as_of"])
    return rows.assign(as_of=pd.to_datetime(rows["as_of"]))


@pytest.mark.parametrize(
    ("cut", "held_out", "expected"),
    [
        ("2024-01-01", [], [False, False, True, False]),
        ("2024-01-01", ["old"], [False, True, True, False]),  # held out whole: from the cut on
        ("2025-01-01", [], [False, False, False, False]),
        (None, ["new"], [False, False, True, False]),  # a random split: its own test alone
    ],
)
def test_a_model_has_learnt_nothing_of_newer_accounts_without_an_older_row(cut, held_out, expected) -> None:
    rows = label_rows(
        ("old", "2023-01-01"), ("old", "2024-06-01"), ("new", "2024-06-01"), ("past", "2022-01-01")
    )
    found = is_unseen(rows, cut and pd.Timestamp(cut), held_out)
    assert found.tolist() == expected


def differences(**changed: Interval) -> dict[str, Interval]:
    return {"average_precision": SAME, "log_loss": SAME, "calibration_error": SAME} | changed


@pytest.mark.parametrize(
    ("changed", "is_better", "failed"),
    [
        ({}, False, []),
        ({"average_precision": Interval(0.05, 0.01, 0.09)}, True, []),
        ({"log_loss": Interval(-0.05, -0.09, -0.01)}, True, []),
        ({"calibration_error": Interval(-0.05, -0.09, -0.01)}, False, []),
        ({"average_precision": Interval(0.05, -0.01, 0.11)}, False, []),
        (
            {"log_loss": Interval(-0.05, -0.09, -0.01), "average_precision": Interval(-0.01, -0.03, 0.01)},
            True,
            ["average precision"],
        ),
        ({"calibration_error": Interval(0.03, 0.0, 0.06)}, False, ["calibration error"]),
        ({"log_loss": Interval(-0.1, np.nan, np.nan)}, False, ["log loss"]),
    ],
)
def test_better_beyond_chance_in_one_and_not_much_worse_in_any(changed, is_better, failed) -> None:
    found = differences(**changed)
    assert better_gate(found).is_passed is is_better
    assert [one.name for one in margin_gates(found, PROMOTION) if not one.is_passed] == failed


def test_without_probabilities_the_ranking_alone_counts() -> None:
    found = {"average_precision": Interval(0.05, 0.01, 0.09)}
    names = ("average_precision",)
    assert better_gate(found, names).said == (
        "beyond chance in average precision: average precision +0.050 (+0.010 to +0.090)"
    )
    assert len(margin_gates(found, PROMOTION, names)) == 1


def passes(noise: tuple[float, float], n_draws: int) -> float:
    """Share of draws in which the challenger, of so much noise beside the champion's, would pass."""
    n_passed = 0
    for seed in range(n_draws):
        generator = np.random.default_rng(seed)
        truth = generator.normal(size=400)
        is_best = generator.random(400) < 1 / (1 + np.exp(1.4 - 1.5 * truth))
        old, new = (
            Scored(
                is_best,
                1 / (1 + np.exp(1.4 - 1.5 * (truth + one * generator.normal(size=400)) / (1 + one**2))),
                np.arange(400),
            )
            for one in noise
        )
        found = compare(new, old, EVALUATION, seed)
        gates = [better_gate(found), *margin_gates(found, PROMOTION)]
        n_passed += all(one.is_passed for one in gates)
    return n_passed / n_draws


@pytest.mark.parametrize(("noise", "most"), [((0.5, 0.5), 0.05), ((0.3, 0.6), 0.0)])
def test_equal_models_pass_no_more_often_than_chance_allows_and_worse_ones_never(noise, most) -> None:
    assert passes(noise, 60) <= most


def test_a_much_better_model_passes_more_often_than_not() -> None:
    assert passes((1.5, 0.1), 20) > 0.5


def accounts(n: int, n_best: int) -> pd.DataFrame:
    days = pd.date_range("2025-01-01", periods=n, freq="D")
    return pd.DataFrame({"as_of": days, "is_best": np.arange(n) < n_best})


def test_too_few_best_are_said_with_the_day_when_there_will_be_enough() -> None:
    few = enough_gate(accounts(100, 20), PROMOTION, TODAY)
    assert not few.is_passed
    assert few.said == (
        "100 accounts that neither learnt from, 20 of them best; 30 best are needed (min_test_best); "
        "at 32 a month, from about 2026-01-11"
    )
    assert enough_gate(accounts(100, 30), PROMOTION, TODAY).is_passed
    assert not enough_gate(accounts(40, 40), PROMOTION, TODAY).is_passed
    assert not enough_gate(accounts(0, 0), PROMOTION, TODAY).is_passed


def test_accounts_that_were_used_before_are_not_looked_at_again() -> None:
    rows = accounts(100, 30)
    assert freshness_gate(rows, np.arange(100) < 50, PROMOTION, TODAY).is_passed
    refused = freshness_gate(rows, np.arange(100) < 60, PROMOTION, TODAY)
    assert not refused.is_passed
    assert refused.said == (
        "60 % of the accounts were used by earlier attempts; 50 % may be: 20 new accounts lacking; "
        "at 31 a month, from about 2026-01-21"
    )


def test_only_levels_that_the_champion_did_not_put_at_a_disadvantage_count() -> None:
    before = pd.DataFrame(
        {"table": "country", "level": ["US", "DE", "FR"], "is_adverse": [False, True, False]}
    )
    now = before.assign(is_adverse=[False, True, True])
    assert newly_adverse(before, now) == ["country FR"]
    strict = PROMOTION.model_copy(update={"max_newly_adverse": 0})
    assert not fairness_gate(["country FR"], strict).is_passed
    assert fairness_gate([], strict).is_passed


def entry(scores: list[float], tiers: list[str]) -> pd.DataFrame:
    n = len(scores)
    ids = [f"P{at}" for at in range(n)]
    fixed = {"name": ids, "segment": "default", "is_customer": False, "rubric_points": np.nan}
    return pd.DataFrame({"account_id": ids, **fixed, "fit_probability": scores, "tier": tiers})


BEST, GOOD, BAD = TIERS[:3]


def test_who_moves_is_counted_by_tier_and_by_segment() -> None:
    before = entry([0.9, 0.5, 0.3, 0.1], [BEST, GOOD, BAD, BAD])
    after = entry([0.4, 0.5, 0.35, 0.8], [GOOD, GOOD, BAD, BEST])
    found = moves(before, after, TIERS, 0.25)
    assert found.n_changed == found.matrix.to_numpy().sum() - np.trace(found.matrix) == 2
    assert found.matrix.loc[BEST, GOOD] == found.matrix.loc[BAD, BEST] == 1
    assert found.by_segment.loc["default"].to_dict() == {"n": 4, "up": 1, "down": 1}
    assert found.who["account_id"].to_list() == ["P3", "P0"]
    assert found.top_kept == 0
    assert [one.is_passed for one in stability_gates(found, PROMOTION)] == [False, False]


def test_the_same_scores_move_nobody_and_repeats_count_once() -> None:
    once = entry([0.9, 0.5], [BEST, GOOD])
    twice = pd.concat([once, once], ignore_index=True)
    found = moves(twice, twice, TIERS, 0.1)
    assert (len(found.accounts), found.n_changed, found.top_kept) == (2, 0, 1)
    assert all(one.is_passed for one in stability_gates(found, PROMOTION))


def test_from_points_to_probabilities_the_top_list_is_by_each_model_s_own_order() -> None:
    before = entry([np.nan] * 4, [BEST, GOOD, BAD, BAD]).assign(rubric_points=[5.0, 3.0, 1.0, 0.0])
    found = moves(before, entry([0.9, 0.5, 0.3, 0.1], [BEST, GOOD, BAD, BAD]), TIERS, 0.5)
    assert found.top_kept == 1
    assert found.change_quantiles == {}
