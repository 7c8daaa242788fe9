from __future__ import annotations

import pandas as pd
import pytest

from icp_ml.rescore import changes
from icp_ml.scoring import TIERS

COLUMNS = ["account_id", "name", "fit_probability", "tier", "scored_at"]


def scoring(*rows, day="2024-01-01") -> pd.DataFrame:
    return pd.DataFrame([(*row, day) for row in rows], columns=COLUMNS).astype(
        {"account_id": "str", "name": "str", "tier": "str", "fit_probability": "float64"}
    )


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
