from __future__ import annotations

from datetime import date
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from icp_ml.errors import DataError
from icp_ml.settings import SplitSettings
from icp_ml.split import rolling_origins, split_rows

FIFTH = SplitSettings(test_share=0.2, test_from=None, min_test_best=2, max_origins=4)
FROM_JULY = FIFTH.model_copy(update={"test_from": date(2022, 7, 1)})


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
    settings = FIFTH.model_copy(update={"test_from": date(2030, 1, 1)})
    with pytest.raises(DataError, match="the test part of the split has 0 best of 0 rows"):
        split_rows(rows(*MIXED), settings, 1)


def few_accounts(n_accounts: int, n_deals: int, seed: int = 0) -> pd.DataFrame:
    """Deals of accounts that are active all the time, each complete after ten days."""
    rng = np.random.default_rng(seed)
    as_of = pd.Timestamp("2021-01-01") + pd.to_timedelta(np.sort(rng.integers(0, 700, n_deals)), unit="D")
    accounts = rng.integers(0, n_accounts, n_deals)
    lines = zip([f"A{one:03}" for one in accounts], as_of, as_of + pd.Timedelta(days=10), strict=True)
    return rows(*((*line, best) for line, best in zip(lines, rng.random(n_deals) < 0.5, strict=True)))


def test_where_few_accounts_are_active_all_the_time_whole_ones_are_held_out() -> None:
    table = few_accounts(50, 4000)
    split = split_rows(table, FIFTH.model_copy(update={"min_test_best": 20}), 1)
    tested, learnt = (set(table["group"].iloc[part]) for part in (split.test, split.train))
    assert (len(tested), len(learnt), split.n_held_out) == (10, 40, 10)
    assert (table["as_of"].iloc[split.test] >= split.cut).all()
    assert (table["complete_at"].iloc[split.train] <= split.cut).all()
    assert split.notes[0] == (
        "most accounts have label rows on both sides of the cut, so 10 groups of them drawn at random "
        "are tested on: on their rows from the cut on; their older rows are on neither side"
    )
    assert "10 groups of accounts held out whole" in split.summary()
    assert "are on neither side" in split.notes[1]


def test_the_held_out_accounts_depend_on_the_seed_alone() -> None:
    table = few_accounts(50, 4000)
    one, again, other = (split_rows(table, FIFTH, seed).test.tolist() for seed in (1, 1, 2))
    assert one == again != other


def test_enough_new_accounts_are_tested_on_as_they_are() -> None:
    """Straddling groups are most, but the new ones hold enough best of ten accounts."""
    new = [(f"N{at:02}", "2022-12-20", "2022-12-21", at % 2 == 0) for at in range(20)]
    table = pd.concat([few_accounts(50, 4000), rows(*new)], ignore_index=True)
    assert split_rows(table, FIFTH, 1).n_held_out == 0
    assert split_rows(table, FIFTH.model_copy(update={"min_test_best": 11}), 1).n_held_out == 10


ORIGINS = FIFTH.model_copy(update={"min_test_best": 100})


def customers(n: int, share_best: float, n_complete_days: int) -> pd.DataFrame:
    """One row an account, one a day; every so many is best."""
    days = pd.date_range("2021-01-01", periods=n)
    every = round(1 / share_best)
    late = pd.Timedelta(days=n_complete_days)
    return rows(*((f"A{at:04}", day, day + late, at % every == 0) for at, day in enumerate(days)))


def test_a_test_part_with_enough_best_stands_alone() -> None:
    table = customers(2000, 0.25, 10)
    (split,) = rolling_origins(table, ORIGINS, 1)
    assert split.test.tolist() == split_rows(table, ORIGINS, 1).test.tolist()


def test_earlier_tests_are_added_until_they_hold_enough_best() -> None:
    table = customers(1000, 0.25, 10)
    splits = rolling_origins(table, ORIGINS, 1)
    assert [len(split.test) for split in splits] == [200, 200]
    assert [int(table["is_best"].iloc[split.test].sum()) for split in splits] == [50, 50]
    assert splits[1].until == splits[0].cut
    assert splits[1].window == "from 2022-08-24 to 2023-03-11"


@pytest.mark.parametrize(("max_origins", "n"), [(1, 1), (2, 2), (9, 4)])
def test_origins_end_at_the_most_or_where_too_little_is_left_to_learn_from(max_origins: int, n: int) -> None:
    settings = ORIGINS.model_copy(update={"max_origins": max_origins, "min_test_best": 1000})
    splits = rolling_origins(customers(1000, 0.1, 0), settings, 1)
    assert len(splits) == n
    assert len(splits[-1].train) == 1000 - 200 * n
    where = "the test holds" if n == 1 else f"{n} tests together hold"
    note = f"{where} only {20 * n} best, fewer than split.min_test_best (1,000): figures are unsure"
    assert splits[0].notes[-1] == note


def test_the_embargo_moves_with_each_origin() -> None:
    splits = rolling_origins(customers(1000, 0.25, 100), ORIGINS, 1)
    assert [split.n_embargoed for split in splits] == [99, 99]
    assert [len(split.train) for split in splits] == [701, 501]


def test_undated_rows_are_tested_in_other_random_groups() -> None:
    table = customers(1000, 0.25, 10).assign(as_of=pd.NaT)
    splits = rolling_origins(table, ORIGINS.model_copy(update={"min_test_best": 150}), 1)
    tested = np.concatenate([split.test for split in splits])
    assert len(splits) > 2
    assert len(set(tested)) == len(tested)


def test_few_accounts_give_origins_that_share_no_account_to_test_on() -> None:
    table = few_accounts(50, 4000)
    splits = rolling_origins(table, ORIGINS.model_copy(update={"min_test_best": 250}), 1)
    tested = [set(table["group"].iloc[split.test]) for split in splits]
    assert [len(one) for one in tested] == [10, 8, 6, 5]
    assert sum(map(len, tested)) == len(set.union(*tested))


DAYS = st.one_of(st.none(), st.integers(0, 40))


@given(
    st.lists(st.tuples(st.integers(0, 12), DAYS, DAYS, st.booleans()), min_size=4, max_size=60),
    st.floats(0.05, 0.95),
    st.integers(1, 30),
)
def test_no_group_ever_stands_on_both_sides_and_nothing_known_later_is_learnt(
    lines, test_share, min_test_best
) -> None:
    start = np.datetime64("2022-01-01")
    table = rows(
        *(
            (f"G{group}", None if day is None else start + day, None if late is None else start + late, best)
            for group, day, late, best in lines
        )
    )
    settings = SplitSettings(
        test_share=test_share, test_from=None, min_test_best=min_test_best, max_origins=4
    )
    try:
        splits = rolling_origins(table, settings, 1)
    except DataError:
        return
    for split in splits:
        assert not set(table["group"].iloc[split.train]) & set(table["group"].iloc[split.test])
        if split.cut is not None:
            assert (table["as_of"].iloc[split.test] >= split.cut).all()
            assert split.until is None or (table["as_of"].iloc[split.test] < split.until).all()
            assert not (table["complete_at"].iloc[split.train] > split.cut).any()
            assert (table["as_of"].iloc[split.train] < split.cut).all()


@hypothesis_settings(max_examples=25)
@given(st.integers(3, 40), st.integers(200, 600), st.integers(0, 50))
def test_no_row_and_no_group_is_tested_twice(n_accounts: int, n_deals: int, seed: int) -> None:
    table = few_accounts(n_accounts, n_deals, seed)
    try:
        splits = rolling_origins(table, ORIGINS, seed)
    except DataError:  # a handful of rows on one side, all best or all rest
        return
    tested = [set(table["group"].iloc[split.test]) for split in splits]
    assert sum(map(len, tested)) == len(set.union(*tested))
    assert all(later.cut == split.until for later, split in pairwise(splits))
