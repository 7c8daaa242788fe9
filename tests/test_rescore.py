from __future__ import annotations

import pandas as pd
import pytest

from icp_ml.rescore import changes, model_changes
from icp_ml.scoring import TIERS

COLUMNS = ["account_id", "name", "fit_probability", "tier", "scored_at"]
KINDS = {"account_id": "str", "name": "str", "tier": "str", "fit_probability": "float64"}


def scoring(*rows, day="2024-01-01", segment="default") -> pd.DataFrame:
    table = pd.DataFrame([(*row, day) for row in rows], columns=COLUMNS).astype(KINDS)
    return table.assign(segment=segment, rubric_points=float("nan"))


OLD = scoring(
    ("A", "Ann", 0.10, "Bad fit"),
    ("B", "Bob", 0.80, "Best fit"),
    ("C", "Cat", 0.30, "Good fit"),
    ("L", "Lea", 0.50, "Good fit"),
)
NEW = scoring(
    ("A", "Ann", 0.40, "Good fit"),
    ("B", None, 0.55, "Good fit"),
    ("C", "Cat", 0.35, "Good fit"),
    ("E", "Eve", 0.90, "Best fit"),
    day="2024-02-01",
)


def moves(previous, current, min_change=0.05) -> dict[str, str]:
    listed = changes(previous, current, TIERS, min_change).movers
    return dict(zip(listed["account_id"], listed["move"], strict=True))


def test_every_kind_of_move_is_named_largest_change_first() -> None:
    assert list(moves(OLD, NEW).items()) == [
        ("A", "up"),
        ("B", "down"),
        ("C", "same tier"),
        ("E", "entered"),
        ("L", "left"),
    ]


def test_the_counts_are_said() -> None:
    found = changes(OLD, NEW, TIERS, 0.05)
    assert found.summary() == "2 of 3 accounts changed tier, 1 are new, 1 are gone"


def test_an_account_that_left_keeps_its_name_and_one_without_a_name_stays() -> None:
    movers = changes(OLD, NEW, TIERS, 0.05).movers.set_index("account_id")
    assert movers.loc["L", "name"] == "Lea"
    assert pd.isna(movers.loc["B", "name"])
    assert movers.loc["A", "previous_scored_at"] == "2024-01-01"
    assert movers.loc["A", "change"] == pytest.approx(0.3)


@pytest.mark.parametrize(("min_change", "is_listed"), [(0.05, True), (0.0501, False)])
def test_a_move_within_a_tier_is_listed_from_the_least_change_on(min_change: float, is_listed: bool) -> None:
    assert ("C" in moves(OLD, NEW, min_change)) is is_listed


def test_equal_changes_are_sorted_by_account() -> None:
    old = scoring(("C", "c", 0.1, "Bad fit"), ("A", "a", 0.1, "Bad fit"), ("B", "b", 0.4, "Good fit"))
    new = scoring(("B", "b", 0.1, "Bad fit"), ("A", "a", 0.4, "Good fit"), ("C", "c", 0.4, "Good fit"))
    assert list(moves(old, new)) == ["A", "B", "C"]


def test_the_first_row_of_a_repeated_account_counts() -> None:
    old = scoring(("A", "a", 0.1, "Bad fit"), ("A", "a", 0.9, "Best fit"))
    new = scoring(("A", "a", 0.1, "Bad fit"), ("A", "a", 0.5, "Good fit"))
    assert moves(old, new) == {}


@pytest.mark.parametrize(("old", "new", "move"), [(OLD[:0], NEW, "entered"), (OLD, NEW[:0], "left")])
def test_an_empty_side_makes_all_enter_or_leave(old, new, move: str) -> None:
    assert set(moves(old, new).values()) == {move}
    assert len(moves(old, new)) == 4


def test_unchanged_scores_move_nobody() -> None:
    found = changes(OLD, OLD, TIERS, 0.05)
    assert (len(found.movers), found.n_compared, found.n_moved) == (0, 4, 0)


def test_an_account_is_compared_within_its_segment() -> None:
    row = ("A", "a", 0.1, "Bad fit")
    old = pd.concat([scoring(row, segment="north"), scoring(row, segment="south")])
    new = pd.concat([scoring(("A", "a", 0.9, "Best fit"), segment="south"), scoring(row, segment="east")])
    found = changes(old, new, TIERS, 0.05)
    listed = {one.segment: one.move for one in found.movers.itertuples()}
    assert listed == {"south": "up", "east": "entered", "north": "left"}
    assert (found.n_compared, found.n_entered, found.n_left, found.n_moved) == (1, 1, 1, 1)


def test_without_probabilities_the_largest_change_in_points_comes_first() -> None:
    old = scoring(*((name, name, None, "Bad fit") for name in "ABC")).assign(rubric_points=[1.0, 1.0, 1.0])
    new = scoring(*((name, name, None, "Good fit") for name in "ABC")).assign(rubric_points=[2.0, 3.0, 2.5])
    movers = changes(old, new, TIERS, 0.05).movers
    assert movers["account_id"].to_list() == ["B", "C", "A"]
    assert movers[["previous_points", "rubric_points"]].iloc[0].to_list() == [1.0, 3.0]


RUBRIC = {"model_version": "a1", "kind": "rubric", "estimates": "points", "best": "by the rubric"}
TREES = {"model_version": "b2", "kind": "boosted_trees", "estimates": "P(best)", "best": "top 20 %"}
SWITCHED = (
    "the model changed from a1 (rubric) to b2 (boosted trees); it now estimates P(best), before points; "
    "best is now top 20 %, before by the rubric"
)
SAME_MEANING = "the model changed from b2 (boosted trees) to c3 (boosted trees)"


@pytest.mark.parametrize(
    ("before", "now", "said"),
    [
        ({"default": TREES}, {"default": TREES}, []),
        ({"default": RUBRIC}, {"default": TREES}, [SWITCHED]),
        ({"default": TREES}, {"default": {**TREES, "model_version": "c3"}}, [SAME_MEANING]),
        ({"a": RUBRIC, "b": TREES}, {"a": TREES, "b": TREES}, [f"a: {SWITCHED}"]),
        (
            {"default": TREES},
            {"a": TREES},
            ["a: new in this list, by b2 (boosted trees)", "default: in the last list, not in this one"],
        ),
    ],
)
def test_another_model_or_meaning_is_said_of_each_segment(before, now, said) -> None:
    assert model_changes(before, now) == said
