from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made import TODAY, definition, names_of, orders, signals

from icp_ml.errors import ConfigError, DataError
from icp_ml.label import label_rows
from icp_ml.label.scorecard import growth_of, known_share, score_of

HIGH, LOW = {"weight": 1.0, "good": "high"}, {"weight": 1.0, "good": "low"}


def scorecard(top_share=0.34, min_known_share=0.5, **outcomes):
    return definition("scorecard", outcomes=outcomes, top_share=top_share, min_known_share=min_known_share)


def scores(known, **outcomes):
    table = pd.DataFrame(known, dtype="float64")
    cohort = pd.Series("all", index=table.index)
    return score_of(table, cohort, scorecard(**outcomes).outcomes).round(6).to_list()


def sold(*ids, day="2022-03-01"):
    return orders(*((one, day, 10.0) for one in ids))


@pytest.mark.parametrize(
    ("usage", "good", "expected"),
    [
        ([1, 2, 3, 4], "high", [1 / 8, 3 / 8, 5 / 8, 7 / 8]),
        ([1, 2, 3, 4], "low", [7 / 8, 5 / 8, 3 / 8, 1 / 8]),
        ([0, 0, 0, 1], "high", [3 / 8, 3 / 8, 3 / 8, 7 / 8]),  # ties stand in the middle
        ([5, 5], "low", [0.5, 0.5]),
    ],
)
def test_a_rank_is_the_middle_of_those_equal(usage, good: str, expected) -> None:
    assert scores({"usage": usage}, usage={"weight": 2.0, "good": good}) == pytest.approx(expected)


def test_a_missing_signal_is_not_zero_the_others_count_for_more() -> None:
    known = {"usage": [4, 3, 2, np.nan], "referrals": [1, 2, 3, 4]}
    found = scores(known, usage=HIGH | {"weight": 3.0}, referrals=HIGH)
    assert found == pytest.approx(
        [(3 * 5 / 6 + 1 / 8) / 4, (3 / 2 + 3 / 8) / 4, (3 / 6 + 5 / 8) / 4, 7 / 8], abs=1e-5
    )


def test_weights_and_directions_decide_who_is_best() -> None:
    table = signals(("A", 9, 9), ("B", 5, 0), ("C", 1, 5), names=("usage", "support_tickets"))
    tables = {"orders": sold("A", "B", "C"), "signals": table}
    for weight, winner in ((3.0, "A"), (0.5, "B")):
        settings = scorecard(usage=HIGH | {"weight": weight}, support_tickets=LOW)
        assert names_of(label_rows(tables, settings, TODAY)) == [winner]


def test_equal_scores_at_the_cut_are_never_split() -> None:
    table = signals(("A", 9), ("B", 9), ("C", 1), names=("usage",))
    tables = {"orders": sold("A", "B", "C"), "signals": table}
    assert names_of(label_rows(tables, scorecard(top_share=0.67, usage=HIGH), TODAY)) == ["A", "B"]
    with pytest.raises(Exception, match="all 3 label rows are rest"):
        label_rows(tables, scorecard(usage=HIGH), TODAY)


def test_who_is_known_too_little_is_left_out_and_counted() -> None:
    table = signals(("A", 9, 1), ("B", 5, 1), ("C", None, 9), names=("usage", "referrals"))
    tables = {"orders": sold("A", "B", "C"), "signals": table}
    outcomes = {"usage": HIGH | {"weight": 3.0}, "referrals": HIGH}
    labels = label_rows(tables, scorecard(top_share=0.5, **outcomes), TODAY)
    assert labels.rows["account_id"].to_list() == ["A", "B"]
    assert "1 customer of whom less than 50% of the weight is known: left out" in labels.notes
    assert len(label_rows(tables, scorecard(min_known_share=0.25, **outcomes), TODAY).rows) == 3


def test_outcomes_that_are_not_mapped_are_named_and_weigh_nothing() -> None:
    table = signals(("A", 9), ("B", 5), ("C", 1), names=("usage",))
    tables = {"orders": sold("A", "B", "C"), "signals": table}
    labels = label_rows(tables, scorecard(usage=HIGH, advocacy=HIGH, retention=HIGH), TODAY)
    assert names_of(labels) == ["A"]
    assert "not mapped, so without weight: advocacy, retention" in labels.notes
    assert any(note.startswith("usage: as of the export") for note in labels.notes)


def test_nothing_mapped_stops() -> None:
    with pytest.raises(ConfigError, match="none of its outcomes is mapped"):
        label_rows({"orders": sold("A", "B")}, scorecard(usage=HIGH), TODAY)


@pytest.mark.parametrize(
    ("halves", "expected"),
    [([10, 30], 0.5), ([30, 10], -0.5), ([0, 5], 1.0), ([5, 0], -1.0), ([0, 0], np.nan), ([-10, 10], 1.0)],
)
def test_growth_is_the_second_half_against_the_first(halves, expected: float) -> None:
    assert growth_of(np.array([halves], dtype="float64"))[0] == pytest.approx(expected, nan_ok=True)


def test_growth_counts_from_the_middle_of_the_horizon() -> None:
    lines = orders(
        ("A", "2022-03-01", 10.0),
        ("A", "2022-08-30", 20.0),
        ("B", "2022-03-01", 10.0),
        ("B", "2022-08-31", 20.0),
    )
    assert names_of(label_rows({"orders": lines}, scorecard(top_share=0.5, growth=HIGH), TODAY)) == ["B"]


def test_how_long_a_churned_customer_stayed_is_not_known_without_a_first_day() -> None:
    table = signals(
        ("A", None, 1), ("B", None, 2), ("C", None, 3), ("D", "2022-03-01", 4), names=("churned_at", "usage")
    )
    labels = label_rows({"signals": table}, scorecard(top_share=0.5, usage=HIGH, retention=HIGH), TODAY)
    assert "not known, so the others count for more: retention 25.0% of customers" in labels.notes


def test_retention_is_the_share_of_the_horizon_before_churn() -> None:
    table = signals(("A", "2022-09-01"), ("B", "2022-05-01"), ("C", "2025-09-01"), names=("churned_at",))
    tables = {"orders": sold("A", "B", "C", "D"), "signals": table}
    labels = label_rows(tables, scorecard(top_share=0.5, retention=HIGH), TODAY)
    assert names_of(labels) == ["C", "D"]  # left after the horizon, or never
    with pytest.raises(DataError, match="all 4 label rows are rest"):  # equal ones are not split
        label_rows(tables, scorecard(top_share=0.26, retention=HIGH), TODAY)


def test_several_signals_of_one_account_are_averaged() -> None:
    table = signals(("A", 1), ("A", 9), ("B", 4), ("C", 6), names=("usage",))
    labels = label_rows({"orders": sold("A", "B", "C"), "signals": table}, scorecard(usage=HIGH), TODAY)
    assert names_of(labels) == ["C"]


def test_without_orders_the_day_described_dates_a_customer() -> None:
    table = signals(
        ("A", 9, "2022-01-01"), ("B", 1, "2022-02-01"), ("Y", 99, "2023-12-01"), names=("usage", "as_of")
    )
    labels = label_rows({"signals": table}, scorecard(top_share=0.5, usage=HIGH), TODAY)
    assert (names_of(labels), labels.n_young) == (["A"], 1)


def test_without_any_date_all_are_compared_at_once_and_it_is_said() -> None:
    table = signals(("A", 9), ("B", 1), names=("usage",))
    labels = label_rows({"signals": table}, scorecard(top_share=0.5, usage=HIGH), TODAY)
    assert names_of(labels) == ["A"]
    assert labels.rows["as_of"].isna().all()
    assert any(note.startswith("nothing dates the customers") for note in labels.notes)


def test_ranks_are_within_the_cohort() -> None:
    table = signals(("A", 9), ("B", 8), ("C", 2), ("D", 1), names=("usage",))
    lines = pd.concat([sold("A", "B"), sold("C", "D", day="2021-03-01")])
    labels = label_rows({"orders": lines, "signals": table}, scorecard(top_share=0.5, usage=HIGH), TODAY)
    assert names_of(labels) == ["A", "C"]


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.integers(0, 5), st.one_of(st.none(), st.integers(0, 5))), min_size=2, max_size=15)
)
def test_scores_lie_between_0_and_1_and_average_a_half_where_all_is_known(rows) -> None:
    known = pd.DataFrame(rows, columns=["usage", "referrals"], dtype="float64")
    cohort = pd.Series("all", index=known.index)
    outcomes = scorecard(usage=HIGH, referrals=LOW).outcomes
    found = score_of(known, cohort, outcomes)
    assert found.between(0, 1).all()
    assert known_share(known, {"usage": 1.0, "referrals": 1.0}).isin([0.5, 1.0]).all()
    if known.notna().all(axis=None):
        assert found.mean() == pytest.approx(0.5)
