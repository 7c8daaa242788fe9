from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from icp_ml.rescore import Changes, model_changes, movers
from icp_ml.rescore.entries import ENTRY
from icp_ml.rescore.moves import MOVER, NOT_LISTED
from icp_ml.scoring import TIERS

DAYS = {"previous_scored_at": date(2024, 1, 1), "scored_at": date(2024, 2, 1)}


def entry(account_id, before, after, segment="default", **others) -> dict:
    """Give an entry from (probability, tier) to another, None on a side where it was not in the list."""
    event = "new" if before is None else "gone" if after is None else "changed"
    (old, old_tier), (new, new_tier) = before or (None, None), after or (None, None)
    values = {
        "previous_probability": old,
        "previous_tier": old_tier,
        "fit_probability": new,
        "tier": new_tier,
    }
    found = {"account_id": account_id, "name": account_id.lower(), "segment": segment, "event": event}
    return {**found, **values, **DAYS, **others}


def entries(*rows) -> pa.Table:
    return pa.Table.from_pylist(list(rows), schema=ENTRY)


def found(*rows, min_change=0.05) -> Changes:
    return movers(entries(*rows), TIERS, min_change, n_compared=100)


def moves(*rows, min_change=0.05) -> dict[str, str]:
    listed = found(*rows, min_change=min_change).movers
    return dict(zip(listed["account_id"].to_pylist(), listed["move"].to_pylist(), strict=True))


BAD, GOOD, BEST = "Bad fit", "Good fit", "Best fit"
ALL = (
    entry("L", (0.50, GOOD), None),
    entry("C", (0.30, GOOD), (0.35, GOOD)),
    entry("A", (0.10, BAD), (0.40, GOOD), why="Employees 1 to 9 (+1.00)", moved_by="data"),
    entry("E", None, (0.90, BEST)),
    entry("B", (0.80, BEST), (0.55, GOOD), name=None),
    entry("K", (0.20, BAD), (0.21, BAD)),
)


def test_every_kind_of_move_is_named_largest_change_first() -> None:
    assert list(moves(*ALL).items()) == [
        ("A", "up"),
        ("B", "down"),
        ("C", "same tier"),
        ("E", "entered"),
        ("L", "left"),
    ]


def test_the_counts_are_said() -> None:
    assert found(*ALL).summary() == "2 of 100 accounts changed tier, 1 are new, 1 are gone"


def test_of_several_segments_scores_are_counted() -> None:
    said = "2 of 100 scores (one for each segment of an account) changed tier, 1 are new, 1 are gone"
    assert movers(entries(*ALL), TIERS, 0.05, 100, n_segments=2).summary() == said
    other = entry("Z", (0.3, GOOD), (0.3, GOOD), "north")  # whose segment is gone, or new
    assert found(*ALL, other).summary() == said


def test_who_came_to_and_left_each_tier_is_counted() -> None:
    counts = found(*ALL).counts
    ways = {(before, to): n for before, row in counts.iterrows() for to, n in row.items() if n}
    assert ways == {
        **{(BAD, GOOD): 1, (BEST, GOOD): 1, (GOOD, NOT_LISTED): 1, (NOT_LISTED, BEST): 1},
        **{(GOOD, GOOD): 1, (BAD, BAD): 1},
    }


def test_a_mover_has_its_change_its_words_and_its_name_if_any() -> None:
    listed = found(*ALL).movers
    rows = {one["account_id"]: one for one in listed.to_pylist()}
    assert listed.schema == MOVER
    assert (rows["L"]["name"], rows["B"]["name"]) == ("l", None)
    assert rows["A"]["previous_scored_at"] == date(2024, 1, 1)
    assert rows["A"]["change"] == pytest.approx(0.3)
    assert (rows["A"]["why"], rows["A"]["moved_by"]) == ("Employees 1 to 9 (+1.00)", "data")
    assert rows["E"]["change"] is None


@pytest.mark.parametrize(("min_change", "is_listed"), [(0.05, True), (0.0501, False)])
def test_a_move_within_a_tier_is_listed_from_the_least_change_on(min_change: float, is_listed: bool) -> None:
    assert ("C" in moves(*ALL, min_change=min_change)) is is_listed


def test_equal_changes_are_sorted_by_account_and_who_came_by_score() -> None:
    rows = [entry(one, (0.1, BAD), (0.4, GOOD)) for one in "CAB"]
    assert list(moves(*rows)) == ["A", "B", "C"]
    assert list(moves(*(entry(one, None, (score, BAD)) for one, score in (("A", 0.1), ("B", 0.2))))) == [
        "B",
        "A",
    ]


def test_a_gap_and_what_is_no_number_are_the_same() -> None:
    nan = float("nan")
    rows = [entry("A", None, (0.9, BEST), previous_probability=nan), entry("B", (0.1, BAD), (nan, BAD))]
    assert moves(*rows) == {"A": "entered"}


def test_no_entries_move_nobody() -> None:
    assert (len(found().movers), found().n_moved, found().counts.to_numpy().sum()) == (0, 0, 0)


def test_an_account_is_compared_within_its_segment() -> None:
    rows = [
        entry("A", (0.1, BAD), (0.9, BEST), "south"),
        entry("A", None, (0.1, BAD), "east"),
        entry("A", (0.1, BAD), None, "north"),
    ]
    listed = found(*rows)
    named = {one["segment"]: one["move"] for one in listed.movers.to_pylist()}
    assert named == {"south": "up", "east": "entered", "north": "left"}
    assert (listed.n_entered, listed.n_left, listed.n_moved) == (1, 1, 1)


def test_without_probabilities_the_largest_change_in_points_comes_first() -> None:
    rows = [
        entry(one, (None, BAD), (None, GOOD), previous_points=1.0, rubric_points=points)
        for one, points in (("A", 2.0), ("B", 3.0), ("C", 2.5))
    ]
    listed = found(*rows).movers
    assert listed["account_id"].to_pylist() == ["B", "C", "A"]
    assert listed["rubric_points"][0].as_py() == 3.0


@given(st.permutations(ALL))
def test_the_order_of_the_entries_does_not_matter(shuffled) -> None:
    assert found(*shuffled).movers.equals(found(*ALL).movers)


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
