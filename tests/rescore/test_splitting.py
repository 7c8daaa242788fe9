from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from splits import ACCOUNTS, CUTS, PARTS, THEN, TODAY, model, one, parts, side, with_cuts

from icp_ml.rescore.entries import ENTRY
from icp_ml.rescore.splitting import Side
from icp_ml.scoring import Cut, ListCuts

KINDS = ["boosted_trees", "logistic_regression", "points"]
TREES, OTHER = model(), model("logistic_regression")
BIG = {"employees": 5000.0, "industry": "Software", "technologies": "Kafka|Spark"}


def exchanged(places) -> pd.DataFrame:
    """Give two accounts in three what is known of another."""
    picked = [at if at % 3 == 0 else other for at, other in enumerate(places)]
    return ACCOUNTS.iloc[picked].reset_index(drop=True).assign(account_id=ACCOUNTS["account_id"])


def whole(before: Side, now: Side) -> np.ndarray:
    return now.numbers("score") - before.numbers("score")


@settings(max_examples=60)
@given(
    st.sampled_from(KINDS),
    st.sampled_from(KINDS),
    st.lists(st.integers(0, 29), min_size=30, max_size=30),
    st.sampled_from([THEN, TODAY - pd.Timedelta(days=1), TODAY]),
)
def test_the_parts_add_up_to_the_whole(old_kind, new_kind, shuffled, then) -> None:
    moved, is_kept = exchanged(shuffled), np.arange(30) % 3 == 0
    before, now = side(ACCOUNTS, model(old_kind), then), side(moved, model(new_kind))
    found = parts(before, now)
    if (old_kind == "points") != (new_kind == "points"):
        assert found[PARTS].isna().all(axis=None)
        return
    np.testing.assert_allclose(found[PARTS].sum(axis=1), whole(before, now), rtol=0, atol=1e-9)
    assert (found.loc[is_kept, "change_data"] == 0).all()
    if old_kind == new_kind:
        assert (found["change_model"] == 0).all()
    if then == TODAY:
        assert (found["change_time"] == 0).all()


@pytest.mark.parametrize("kind", KINDS)
def test_equal_rows_give_nothing(kind) -> None:
    before = side(ACCOUNTS, model(kind), TODAY)
    found = parts(before, side(ACCOUNTS, model(kind)))
    assert (found[PARTS] == 0).all(axis=None)
    assert found[["moved_by", "why"]].isna().all(axis=None)
    assert list(found) == [name for name in ENTRY.names if name in set(found)]
    assert set(ENTRY.names[ENTRY.names.index("change_time") :]) == set(found)


@pytest.mark.parametrize("kind", KINDS[:2])
def test_what_only_grew_older_has_all_in_time(kind) -> None:
    before, now = side(ACCOUNTS, model(kind), THEN), side(ACCOUNTS, model(kind))
    found = parts(before, now)
    assert (found["change_time"] == whole(before, now)).all()
    assert (found["change_time"] != 0).any()
    assert (found[PARTS[1:]] == 0).all(axis=None)
    assert found["why"].dropna().str.startswith("2 months older: ").all()
    assert found["why"].notna().any()


@pytest.mark.parametrize(
    ("before", "now", "moving"),
    [
        (side(ACCOUNTS, TREES), side(one(ACCOUNTS, **BIG), TREES), "change_data"),
        (side(ACCOUNTS, TREES), side(ACCOUNTS, OTHER), "change_model"),
    ],
)
def test_data_alone_or_another_model_alone_has_all_of_the_change(before, now, moving) -> None:
    found = parts(before, now)
    assert found[moving].to_numpy() == pytest.approx(whole(before, now))
    assert (found[[part for part in PARTS if part != moving]] == 0).all(axis=None)


@settings(max_examples=15)
@given(st.permutations(range(30)))
def test_the_order_of_the_rows_does_not_matter(order) -> None:
    before, now = side(ACCOUNTS, TREES, THEN), side(exchanged(range(29, -1, -1)), OTHER)
    picked = [
        replace(
            each,
            rows=each.rows.iloc[order].reset_index(drop=True),
            accounts=each.accounts.iloc[order].reset_index(drop=True),
        )
        for each in (before, now)
    ]
    in_order = parts(before, now).iloc[order].reset_index(drop=True)
    pd.testing.assert_frame_equal(parts(*picked), in_order, check_exact=True)


def test_of_equal_inputs_the_old_account_is_not_read() -> None:
    before, now = side(ACCOUNTS, TREES, THEN), side(one(ACCOUNTS, **BIG), OTHER)
    read = parts(before, now)
    unread = replace(before, accounts=before.accounts.iloc[[8] * 30].reset_index(drop=True))
    pd.testing.assert_frame_equal(parts(unread, now), read, check_exact=True)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"employees": 5000.0}, "Employees 5 to 5,000 (-"),
        ({"employees": np.nan}, "Employees no longer known (was 5) (-"),
        ({"technologies": "Kafka|Spark"}, "Technologies: now Kafka, Spark (+"),
        ({"industry": "Software"}, "Industry Mining to Software (+"),
    ],
)
def test_what_was_planted_is_named(values, words) -> None:
    said = parts(side(ACCOUNTS, TREES), side(one(ACCOUNTS, **values), TREES))["why"]
    assert said[8].startswith(words)
    assert "size" not in said[8]
    assert said.drop(8).isna().all()


def test_an_effect_too_small_to_read_is_not_said() -> None:
    now = one(ACCOUNTS, name="Renamed", employees=5 + 1e-9)
    assert parts(side(ACCOUNTS, TREES), side(now, TREES))["why"].isna().all()


def test_higher_cut_offs_alone_move_a_tier_by_thresholds() -> None:
    old, new = with_cuts(TREES, 0.5, 0.2), with_cuts(TREES, 0.995, 0.2)
    before, now = side(ACCOUNTS, old, TODAY), side(ACCOUNTS, new)
    found = parts(before, now)
    is_moved = (before.rows["tier"] == "Best fit") & (now.rows["tier"] == "Good fit")
    assert is_moved.any()
    assert set(found.loc[is_moved, "moved_by"]) == {"thresholds"}
    assert set(found.loc[is_moved, "why"]) == {"Best fit now begins at 0.995 (0.5)"}
    assert found.loc[~is_moved, ["moved_by", "why"]].isna().all(axis=None)
    assert found.loc[is_moved, ["tier_model", "tier_thresholds"]].drop_duplicates().to_numpy().tolist() == [
        ["Best fit", "Good fit"]
    ]


def test_others_that_rise_move_the_tier_within_the_list_and_no_score() -> None:
    higher = ListCuts(Cut(0.9, np.inf), Cut(0.2, np.inf))
    before, now = side(ACCOUNTS, TREES, TODAY), side(ACCOUNTS, TREES, cuts=higher)
    found = parts(before, now)
    fell = (before.rows["list_tier"] == "A") & (now.rows["list_tier"] == "B")
    assert fell.any()
    assert set(found.loc[fell, "moved_by"]) == {"list"}
    assert set(found.loc[fell, "why"]) == {"Others rose"}
    assert (found["list_tier_score"] == before.rows["list_tier"]).all()
    assert found.loc[~fell, "moved_by"].isna().all()


@pytest.mark.parametrize(
    ("old_rule", "rule", "said"),
    [(None, "friends", "Rule friends"), ("friends", None, "No longer rule friends"), ("x", "x", None)],
)
def test_a_rule_that_forces_a_tier_is_named_where_it_comes_or_goes(old_rule, rule, said) -> None:
    rivals = [
        side(ACCOUNTS, with_cuts(TREES, 2.0, 2.0), TODAY, rule=name, tier="Good fit" if name else "Bad fit")
        for name in (old_rule, rule)
    ]
    found = parts(*rivals)
    assert found["why"].to_list() == [said] * 30 or (found["why"].isna().all() and said is None)
    assert set(found["moved_by"].dropna()) == ({"rules"} if said else set())


def test_each_step_that_moved_the_tier_is_named_in_order() -> None:
    rows = [4, 0]
    poor = one(
        ACCOUNTS.iloc[rows].reset_index(drop=True), 0, industry="Mining", technologies="SAP", employees=5.0
    )
    rich = one(poor, 0, **BIG)
    new = with_cuts(TREES, 0.9999, 0.1)
    before = side(poor, with_cuts(TREES, 0.5, 0.4), TODAY)
    found = parts(before, side(rich, new)).iloc[0]
    assert [found[f"tier_{step}"] for step in ("time", "data", "model", "thresholds", "list")] == [
        *("Bad fit", "Best fit", "Best fit", "Good fit", "Good fit")
    ]
    assert found["moved_by"] == "data + thresholds"


def test_points_and_probabilities_are_not_compared() -> None:
    found = parts(side(ACCOUNTS, model("points"), THEN), side(ACCOUNTS, TREES))
    assert found[PARTS].isna().all(axis=None)
    assert found["why"].str.contains("points before, a probability now, not to be compared").all()
    assert (found["tier_model"] == found["tier_thresholds"]).all()


def test_an_account_too_little_is_known_of_now_says_so() -> None:
    known = [with_cuts(TREES, 0.5, 0.2, share) for share in (0.0, 1.0)]
    before, now = side(ACCOUNTS, known[0], TODAY), side(ACCOUNTS, known[1])
    found = parts(before, now).loc[now.rows["tier"] == "Insufficient data"]
    assert set(found["why"]) == {"100 % must be known now (0 %)"}


def test_of_one_score_who_stood_stands_where_he_stood_and_who_comes_to_it_is_the_first() -> None:
    cuts = ListCuts(Cut(CUTS.a.score, 10), Cut(CUTS.b.score, 20))
    stood = ["A"] * 10 + ["B"] * 18 + [None] * 2
    tied = side(ACCOUNTS, TREES, TODAY, cuts, fit_probability=CUTS.a.score, list_tier=stood)
    now = replace(tied, rows=tied.rows.assign(place=tied.rows["place"] + 10))
    found = parts(tied, now)
    assert found["list_tier_score"].to_list() == ["A"] * 10 + ["B"] * 18 + ["A"] * 2
    assert set(found["list_tier_list"]) == {"B"}
    lower = replace(tied, rows=tied.rows.assign(fit_probability=CUTS.b.score))
    assert set(parts(lower, now)["list_tier_score"]) == {"A"}


def test_a_list_without_rows_has_no_changes() -> None:
    both = side(ACCOUNTS, TREES, THEN), side(one(ACCOUNTS, **BIG), OTHER)
    empty = [replace(each, rows=each.rows[:0], accounts=each.accounts[:0]) for each in both]
    found = parts(*empty)
    assert len(found) == 0
    assert list(found) == list(parts(*both))
