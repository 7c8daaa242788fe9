from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from icp_ml.errors import DataError
from icp_ml.settings import SplitSettings
from icp_ml.split import split_rows

FIFTH = SplitSettings(test_share=0.2, test_from=None)
FROM_JULY = SplitSettings(test_share=0.2, test_from=date(2022, 7, 1))


def rows(*lines) -> pd.DataFrame:
    table = pd.DataFrame(list(lines), columns=["group", "as_of", "complete_at", "is_best"])
    dtypes = {"group": "str", "as_of": "datetime64[s]", "complete_at": "datetime64[s]", "is_best": bool}
    return table.astype(dtypes).assign(account_id=table["group"])


MIXED = (
    ("A", "2022-01-01", "2022-02-01", True),
    ("B", "2022-01-01", "2022-02-01", False),
    ("Y", "2022-08-01", "2022-09-01", True),
    ("Z", "2022-08-01", "2022-09-01", False),
)


def names(table: pd.DataFrame, positions) -> str:
    return "".join(table["group"].to_numpy()[positions])


def test_rows_from_the_given_day_on_are_held_out() -> None:
    table = rows(*MIXED, ("C", "2022-06-30", "2022-06-30", True), ("X", "2022-07-01", "2022-07-02", True))
    split = split_rows(table, FROM_JULY, 1)
    assert (names(table, split.train), names(table, split.test)) == ("ABC", "YZX")
    assert split.cut == pd.Timestamp("2022-07-01")


def test_the_newest_share_is_held_out() -> None:
    days = pd.date_range("2022-01-01", periods=50).astype("str")
    table = rows(*((f"G{at}", day, day, at % 2 == 0) for at, day in enumerate(days)))
    split = split_rows(table, FIFTH, 1)
    assert split.test.tolist() == list(range(40, 50))


@pytest.mark.parametrize(("complete_at", "n_embargoed"), [("2022-07-01", 0), ("2022-07-02", 1), (None, 0)])
def test_the_embargo_leaves_out_what_was_not_complete_by_the_cut(complete_at, n_embargoed) -> None:
    split = split_rows(rows(*MIXED, ("C", "2022-03-01", complete_at, True)), FROM_JULY, 1)
    assert (split.n_embargoed, 4 in split.train) == (n_embargoed, n_embargoed == 0)
    assert 4 not in split.test


def test_rows_whose_completion_nobody_recorded_are_said() -> None:
    split = split_rows(rows(*MIXED, ("C", "2022-03-01", None, True)), FROM_JULY, 1)
    assert split.notes == ("no embargo on 1 rows: nobody recorded when their outcomes were complete",)
    split = split_rows(rows(*MIXED).assign(complete_at=pd.NaT), FROM_JULY, 1)
    assert split.notes == ("no embargo: nobody recorded when the outcomes were complete",)


def test_a_group_that_straddles_the_cut_is_never_tested_on() -> None:
    table = rows(*MIXED, ("A", "2022-08-01", "2022-09-01", True), ("A", "2022-07-15", None, True))
    split = split_rows(table, FROM_JULY, 1)
    assert (names(table, split.train), names(table, split.test)) == ("AB", "YZ")
    assert "2 newer label rows belong to groups of older ones and are on neither side" in split.notes


def test_rows_without_a_date_are_left_out_and_counted() -> None:
    table = rows(*MIXED, ("Y", None, None, True), ("N", None, None, True))
    split = split_rows(table, FROM_JULY, 1)
    assert (names(table, split.train), names(table, split.test)) == ("AB", "YZ")
    assert "2 label rows without a date are left out" in split.notes


def test_without_any_date_whole_groups_are_drawn_at_random() -> None:
    table = rows(*((f"G{at % 25}", None, None, at % 2 == 0) for at in range(100)))
    split = split_rows(table, FIFTH, 1)
    assert split.cut is None
    assert len(split.test) == 20
    assert split.notes == ("the split is random, because no label row has a date: figures may flatter",)
    assert split_rows(table, FIFTH, 1).test.tolist() == split.test.tolist()
    assert split_rows(table, FIFTH, 2).test.tolist() != split.test.tolist()


@pytest.mark.parametrize("part", ["training", "test"])
def test_a_side_with_one_class_stops(part: str) -> None:
    table = rows(*MIXED)
    table.loc[[0, 1] if part == "training" else [2, 3], "is_best"] = False
    with pytest.raises(DataError, match=f"the {part} part of the split has 0 best of 2 rows"):
        split_rows(table, FROM_JULY, 1)


def test_an_empty_side_stops() -> None:
    settings = SplitSettings(test_share=0.2, test_from=date(2030, 1, 1))
    with pytest.raises(DataError, match="the test part of the split has 0 best of 0 rows"):
        split_rows(rows(*MIXED), settings, 1)


DAYS = st.one_of(st.none(), st.integers(0, 40))


@given(
    st.lists(st.tuples(st.integers(0, 12), DAYS, DAYS, st.booleans()), min_size=4, max_size=40),
    st.floats(0.05, 0.95),
)
def test_no_group_ever_stands_on_both_sides_and_nothing_known_later_is_learnt(lines, test_share) -> None:
    start = np.datetime64("2022-01-01")
    table = rows(
        *(
            (f"G{group}", None if day is None else start + day, None if late is None else start + late, best)
            for group, day, late, best in lines
        )
    )
    try:
        split = split_rows(table, SplitSettings(test_share=test_share, test_from=None), 1)
    except DataError:
        return
    assert not set(table["group"].iloc[split.train]) & set(table["group"].iloc[split.test])
    if split.cut is not None:
        assert (table["as_of"].iloc[split.test] >= split.cut).all()
        assert not (table["complete_at"].iloc[split.train] > split.cut).any()
        assert table["as_of"].iloc[split.train].notna().all()
