from __future__ import annotations

from datetime import date

import pytest
from made import TODAY, best, deals, definition, orders, signals

from icp_ml.errors import ConfigError
from icp_ml.label import label_rows

WON = definition("won")
FLAG = definition("flag")
CLOSED = (("A", "2022-01-01", "2022-02-01", 1), ("B", "2022-01-01", "2022-02-01", 0))


def test_each_closed_deal_is_a_row_and_open_ones_are_counted() -> None:
    table = deals(*CLOSED, ("A", "2022-05-01", "2022-06-01", 0), ("A", "2023-01-01", None, None))
    labels = label_rows({"deals": table}, WON, TODAY)
    assert labels.rows["account_id"].to_list() == ["A", "B", "A"]
    assert labels.rows["is_best"].to_list() == [True, False, False]
    assert labels.rows["group"].to_list() == ["A", "B", "A"]
    assert (labels.n_young, labels.notes) == (1, ())


def test_a_deal_closed_before_it_was_created_is_left_out_and_said() -> None:
    labels = label_rows({"deals": deals(*CLOSED, ("C", "2022-03-01", "2022-02-01", 1))}, WON, TODAY)
    assert best(labels) == {"A": True, "B": False}
    assert labels.notes == ("1 deal closes before being created: left out",)


def test_a_deal_closed_on_the_day_it_was_created_counts_whatever_the_hour() -> None:
    labels = label_rows({"deals": deals(*CLOSED, ("C", "2022-03-01 10:00", "2022-03-01", 1))}, WON, TODAY)
    assert best(labels)["C"]
    assert labels.notes == ()


@pytest.mark.parametrize(("closed_at", "n_open"), [("2024-01-01 10:00", 0), ("2024-01-02", 1)])
def test_a_deal_closed_today_is_closed_at_any_hour(closed_at: str, n_open: int) -> None:
    table = deals(*CLOSED, ("C", "2022-03-01", closed_at, 1))
    assert label_rows({"deals": table}, WON, TODAY).n_young == n_open


def test_won_says_which_columns_it_needs() -> None:
    with pytest.raises(ConfigError, match="needs closed_at and is_won"):
        label_rows({"deals": deals(*CLOSED).drop(columns="is_won")}, WON, TODAY)


def test_a_missing_flag_is_left_out_and_counted() -> None:
    labels = label_rows({"signals": signals(("A", 1, None), ("B", 0, None), ("C", None, None))}, FLAG, TODAY)
    assert best(labels) == {"A": True, "B": False}
    assert labels.notes == ("1 customer has no flag: left out",)


def test_the_day_described_falls_back_to_the_first_order_then_to_the_flag() -> None:
    table = signals(
        ("A", 1, "2022-09-01 08:00", "2021-05-05 17:00"),
        ("B", 0, "2022-09-01", None),
        ("C", 0, "2022-09-01 08:00", None),
        ("D", 0, None, None),
        names=("is_best", "flagged_at", "as_of"),
    )
    rows = label_rows({"signals": table, "orders": orders(("B", "2021-06-06 12:00", 1.0))}, FLAG, TODAY).rows
    as_of = rows.set_index("account_id")["as_of"]
    assert as_of[["A", "B", "C"]].dt.date.to_list() == [date(2021, 5, 5), date(2021, 6, 6), date(2022, 9, 1)]
    assert as_of.isna()["D"]
    assert (as_of.dropna() == as_of.dropna().dt.normalize()).all()


def test_a_flag_of_tomorrow_is_not_known_and_does_not_hide_the_one_of_yesterday() -> None:
    table = signals(
        ("A", 1, "2023-01-01"), ("A", 0, "2024-01-02"), ("B", 0, "2024-01-01 09:00"), ("C", 1, "2025-01-01")
    )
    labels = label_rows({"signals": table}, FLAG, TODAY)
    assert best(labels) == {"A": True, "B": False}
    assert labels.n_young == 1


def test_the_latest_of_several_flags_counts_and_a_yes_among_those_of_one_day() -> None:
    table = signals(
        ("A", 1, "2022-01-01"), ("A", 0, "2023-01-01"), ("B", 0, "2022-01-01"), ("B", 1, "2022-01-01")
    )
    labels = label_rows({"signals": table}, FLAG, TODAY)
    assert best(labels) == {"A": False, "B": True}
    assert labels.notes == ("2 customers have several flags; the latest counts",)
