from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made import TODAY, best, deals, definition, names_of, orders

from icp_ml.errors import DataError
from icp_ml.label import label_rows

YEAR = definition("value", top_share=0.5)
THIRD = definition("value", top_share=0.34)
PAIR = (("B", "2022-03-01", 5.0), ("C", "2022-03-01", 1.0))


def test_margin_takes_the_average_cost_where_one_is_lacking() -> None:
    table = orders(
        ("A", "2022-03-01", 100.0, 90.0), ("B", "2022-03-01", 60.0, 6.0), ("C", "2022-03-01", 100.0, np.nan)
    )
    labels = label_rows({"orders": table}, THIRD, TODAY)
    assert best(labels) == {"A": False, "B": True, "C": False}  # margins 10, 54 and 40
    assert labels.by_cohort["value"].item() == pytest.approx(10 + 54 + 40)
    assert labels.notes == (
        "33% of the order lines that count have no cost and take the average one, 60% of revenue",
    )


def test_a_return_at_another_cost_does_not_bend_the_average_cost() -> None:
    table = orders(
        ("A", "2022-03-01", 100.0, 60.0),
        ("A", "2022-03-02", -99.0, 0.0),
        ("B", "2022-03-01", 10.0, np.nan),
        ("C", "2022-03-01", 3.0, 2.0),
    )
    labels = label_rows({"orders": table}, YEAR, TODAY)
    assert labels.by_cohort["value"].item() == pytest.approx(-59 + 10 * (1 - 62 / 103) + 1)


def test_returns_and_credit_notes_subtract() -> None:
    table = orders(("A", "2022-03-01", 10.0), ("A", "2022-04-01", -7.0), *PAIR)
    assert best(label_rows({"orders": table}, THIRD, TODAY)) == {
        "A": False,
        "B": True,
        "C": False,
    }


@pytest.mark.parametrize(
    ("day", "counts"),
    [("2022-03-01", True), ("2023-02-28 23:59", True), ("2023-03-01", False), ("2022-02-28", True)],
)
def test_orders_count_from_the_first_day_up_to_the_end_of_the_horizon(day: str, counts: bool) -> None:
    table = orders(("A", "2022-03-01 15:00", 3.0), ("A", day, 9.0), ("A", "2022-02-28", 1e-9), *PAIR)
    if day != "2022-02-28":
        table = table.iloc[[0, 1, 3, 4]]
    labels = label_rows({"orders": table}, THIRD, TODAY)
    assert best(labels)["A"] is counts


@pytest.mark.parametrize(("today", "n_rows"), [(date(2023, 3, 1), 3), (date(2023, 2, 28), 2)])
def test_a_customer_is_judged_from_the_day_its_horizon_ends(today: date, n_rows: int) -> None:
    table = orders(("A", "2022-03-01 09:00", 9.0), ("B", "2022-02-01", 5.0), ("C", "2022-02-01", 1.0))
    labels = label_rows({"orders": table}, YEAR, today)
    assert (len(labels.rows), labels.n_young) == (n_rows, 3 - n_rows)


def test_customers_are_ranked_within_their_cohort() -> None:
    table = orders(
        ("A", "2021-03-01", 9.0), ("B", "2021-03-01", 8.0), ("C", "2022-03-01", 2.0), ("D", "2022-03-01", 1.0)
    )
    labels = label_rows({"orders": table}, YEAR, TODAY)
    assert best(labels) == {"A": True, "B": False, "C": True, "D": False}
    assert labels.by_cohort["n_best"].to_list() == [1, 1]
    assert labels.by_cohort["best_value"].to_list() == [9, 2]
    assert labels.by_cohort["value"].to_list() == [17, 3]


@settings(max_examples=25)
@given(st.lists(st.integers(0, 4), min_size=4, max_size=40), st.sampled_from([0.1, 0.2, 0.34, 0.5]))
def test_ties_at_the_cut_are_never_split_and_never_exceed_the_share(values, top_share) -> None:
    table = orders(*((f"A{at}", "2022-03-01", float(value)) for at, value in enumerate([*values, 1, 99])))
    small = orders(*((f"A{at}", "2022-03-01", 1e-6) for at in range(len(values) + 2)))
    tables = {"orders": pd.concat([table, small], ignore_index=True)}
    try:
        labels = label_rows(tables, definition("value", top_share=top_share), TODAY)
    except DataError:
        return  # not one stands clear of the cut
    assert labels.rows["is_best"].mean() <= top_share
    found = best(labels)
    by_value = pd.Series([*values, 1, 99]).groupby([*values, 1, 99]).indices
    assert all(len({found[f"A{at}"] for at in tied}) == 1 for tied in by_value.values())


def test_a_customer_by_deal_without_an_order_is_rest() -> None:
    won = deals(("A", "2022-01-01", "2022-02-01", 1), ("D", "2022-01-01", "2022-02-01", 0))
    labels = label_rows({"orders": orders(*PAIR), "deals": won}, YEAR, TODAY)
    assert best(labels) == {"A": False, "B": True, "C": False}


def test_the_horizon_starts_with_a_deal_won_before_the_first_order() -> None:
    won = deals(("B", "2021-01-01", "2021-02-01 12:00", 1))
    rows = label_rows({"orders": orders(*PAIR, ("D", "2022-03-01", 2.0)), "deals": won}, YEAR, TODAY).rows
    assert rows.set_index("account_id").loc["B", "as_of"] == pd.Timestamp("2021-02-01")


def test_accounts_with_returns_only_are_left_out_and_said() -> None:
    labels = label_rows({"orders": orders(*PAIR, ("R", "2022-03-01", -5.0))}, YEAR, TODAY)
    assert "R" not in best(labels)
    assert labels.notes == ("1 account has returns or credit notes only: left out",)


def test_nobody_is_best_who_brought_nothing() -> None:
    table = orders(
        *(("A", "2022-03-01", 9.0), ("A", "2022-03-02", -9.0)),
        *(("B", "2022-03-01", 1.0), ("B", "2022-03-02", -2.0)),
        *(("C", "2021-03-01", 5.0), ("D", "2021-03-01", 1.0)),
    )
    assert names_of(label_rows({"orders": table}, YEAR, TODAY)) == ["C"]  # A leads the cohort of 2022


def test_a_return_dated_before_the_first_sale_does_not_count() -> None:
    """Nor does it count for another customer."""
    table = orders(*PAIR, ("C", "2022-02-01", -99.0))
    assert names_of(label_rows({"orders": table}, YEAR, TODAY)) == ["B"]


def test_nothing_but_returns_stops() -> None:
    with pytest.raises(DataError, match=r"^no customer can be judged\."):
        label_rows({"orders": orders(("R", "2022-03-01", -5.0))}, YEAR, TODAY)


def test_orders_after_today_do_not_count_but_those_of_today_do() -> None:
    table = orders(*PAIR, ("C", "2024-01-01 10:00", 1.0), ("C", "2024-01-02", 99.0), ("F", "2025-01-01", 9.0))
    labels = label_rows({"orders": table}, YEAR, TODAY)
    assert best(labels) == {"B": True, "C": False}
    assert labels.notes == ("2 orders are dated after 2024-01-01 and do not count",)


def test_several_currencies_stop_naming_each() -> None:
    table = orders(*PAIR, ("D", "2022-03-01", 1.0)).assign(currency=["EUR", "USD", "EUR"])
    with pytest.raises(DataError) as stopped:
        label_rows({"orders": table}, YEAR, TODAY)
    assert str(stopped.value) == (
        "orders are in several currencies.\n"
        "  currency: EUR in 2 rows\n"
        "  currency: USD in 1 rows\n"
        "Convert them to one before the export."
    )


def test_a_currency_in_capitals_and_in_small_letters_is_one() -> None:
    table = orders(*PAIR).assign(currency=["EUR", "eur"])
    assert label_rows({"orders": table}, YEAR, TODAY).measure == "revenue"


def test_all_alike_stops() -> None:
    with pytest.raises(DataError, match=r"^all 2 label rows are rest; there is nothing to tell apart\."):
        label_rows({"orders": orders(("A", "2022-03-01", 5.0), ("B", "2022-03-01", 5.0))}, YEAR, TODAY)


LACKING = (("A", "2022-03-01", 100.0, 60.0), ("B", "2022-03-01", 50.0, np.nan), ("C", "2022-03-01", 1.0, 0.9))


@pytest.mark.parametrize(
    "other",
    [("A", "2023-03-01", 1e6, 0.0), ("A", "2024-06-01", 1e6, 0.0), ("Y", "2023-06-01", 1e6, 0.0)],
    ids=["after the horizon", "after today", "of one too young"],
)
def test_the_average_cost_is_of_lines_that_count_for_a_label(other) -> None:
    before = label_rows({"orders": orders(*LACKING)}, THIRD, TODAY)
    after = label_rows({"orders": orders(*LACKING, other)}, THIRD, TODAY)
    assert after.by_cohort["value"].item() == before.by_cohort["value"].item()
    assert best(before) == best(after)


@pytest.mark.parametrize(
    ("cohort", "share", "expected"), [("all", 0.17, "A"), ("year", 0.34, "AC"), ("quarter", 0.5, "ABC")]
)
def test_a_cohort_is_everyone_or_a_year_or_a_quarter(cohort: str, share: float, expected: str) -> None:
    days = {"A": "2021-01-05", "a": "2021-02-05", "B": "2021-05-05", "b": "2021-06-05", "C": "2022-01-05"}
    lines = [(name, day, 9.0 - at) for at, (name, day) in enumerate(days.items())]
    lines += [("c", "2022-02-05", 1.0), ("d", "2022-02-05", 1.0)]
    labels = label_rows(
        {"orders": orders(*lines)}, definition("value", top_share=share, cohort=cohort), TODAY
    )
    assert names_of(labels) == list(expected)
    assert len(labels.by_cohort) == len(expected)


def test_cohorts_too_small_for_a_best_are_said() -> None:
    lines = [(f"A{at}", "2021-03-01", float(at)) for at in range(1, 6)]
    labels = label_rows({"orders": orders(*lines, ("B", "2022-03-01", 99.0))}, definition("value"), TODAY)
    assert names_of(labels) == ["A5"]
    assert labels.notes == ("cohorts of too few customers to have a best: 2022",)


def test_only_customers_are_compared() -> None:
    """A stranger's large order must not push a customer out of the top share."""
    tables = {
        "orders": orders(*PAIR, ("X", "2022-03-01", 99.0)),
        "customers": pd.DataFrame({"account_id": ["B", "C"]}),
    }
    labels = label_rows(tables, YEAR, TODAY)
    assert best(labels) == {"B": True, "C": False}
    assert labels.notes == ("orders: 1 account not among the customers left out, for example 'X'",)
