from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from icp_ml.errors import ConfigError, DataError
from icp_ml.label import account_groups, label_rows, labels_markdown
from icp_ml.settings import FlagSettings, ValueSettings, WonSettings

TODAY = date(2024, 1, 1)
YEAR = ValueSettings(definition="value", horizon_days=365, top_share=0.5, cohort="year")
WON = WonSettings(definition="won")
FLAG = FlagSettings(definition="flag")


def orders(*lines, columns=("account_id", "ordered_at", "revenue", "cost")) -> pd.DataFrame:
    table = pd.DataFrame(list(lines), columns=list(columns[: len(lines[0])]))
    return table.astype({"account_id": "str", "ordered_at": "datetime64[s]", "revenue": "float64"})


def deals(*lines) -> pd.DataFrame:
    table = pd.DataFrame(list(lines), columns=["account_id", "created_at", "closed_at", "is_won"])
    return table.astype(
        {
            "account_id": "str",
            "created_at": "datetime64[s]",
            "closed_at": "datetime64[s]",
            "is_won": "float64",
        }
    )


def signals(*lines, dates=("flagged_at",)) -> pd.DataFrame:
    table = pd.DataFrame(list(lines), columns=["account_id", "is_best", *dates])
    return table.astype({"account_id": "str", "is_best": "float64", **dict.fromkeys(dates, "datetime64[s]")})


def best(labels) -> dict[str, bool]:
    return dict(zip(labels.rows["account_id"], labels.rows["is_best"], strict=True))


PAIR = (("B", "2022-03-01", 5.0), ("C", "2022-03-01", 1.0))


def test_margin_takes_the_average_cost_where_one_is_lacking() -> None:
    table = orders(
        ("A", "2022-03-01", 100.0, 90.0), ("B", "2022-03-01", 60.0, 6.0), ("C", "2022-03-01", 100.0, np.nan)
    )
    labels = label_rows({"orders": table}, YEAR.model_copy(update={"top_share": 0.34}), TODAY)
    assert best(labels) == {"A": False, "B": True, "C": False}  # margins 10, 54 and 40
    assert labels.by_cohort["value"].item() == pytest.approx(10 + 54 + 40)
    assert labels.notes == ("33% of order lines have no cost and take the average one, 60% of revenue",)


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
    assert best(label_rows({"orders": table}, YEAR.model_copy(update={"top_share": 0.34}), TODAY)) == {
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
    labels = label_rows({"orders": table}, YEAR.model_copy(update={"top_share": 0.34}), TODAY)
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
    assert labels.by_cohort["value_share_of_best"].to_list() == pytest.approx([9 / 17, 2 / 3])


@settings(max_examples=50)
@given(st.lists(st.integers(0, 4), min_size=4, max_size=40), st.sampled_from([0.1, 0.2, 0.34, 0.5]))
def test_ties_at_the_cut_are_never_split_and_never_exceed_the_share(values, top_share) -> None:
    table = orders(*((f"A{at}", "2022-03-01", float(value)) for at, value in enumerate([*values, 1, 99])))
    small = orders(*((f"A{at}", "2022-03-01", 1e-6) for at in range(len(values) + 2)))
    tables = {"orders": pd.concat([table, small], ignore_index=True)}
    try:
        labels = label_rows(tables, YEAR.model_copy(update={"top_share": top_share}), TODAY)
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
    assert labels.notes == ("1 accounts have returns or credit notes only and are left out",)


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


def test_all_alike_stops() -> None:
    with pytest.raises(DataError, match=r"^all 2 label rows are rest; there is nothing to tell apart\."):
        label_rows({"orders": orders(("A", "2022-03-01", 5.0), ("B", "2022-03-01", 5.0))}, YEAR, TODAY)


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
    assert labels.notes == ("1 deals close before they were created and are left out",)


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
    assert labels.notes == ("1 customers have no flag and are left out",)


def test_the_day_described_falls_back_to_the_first_order_then_to_the_flag() -> None:
    table = signals(
        ("A", 1, "2022-09-01 08:00", "2021-05-05 17:00"),
        ("B", 0, "2022-09-01", None),
        ("C", 0, "2022-09-01 08:00", None),
        ("D", 0, None, None),
        dates=("flagged_at", "as_of"),
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


def test_a_label_without_any_date_can_be_reported() -> None:
    labels = label_rows({"signals": signals(("A", 1, None), ("B", 0, None))}, FLAG, TODAY)
    assert "- described on: no date is known" in labels_markdown("x", labels, ()).splitlines()


def test_accounts_that_are_not_among_the_customers_are_left_out_and_said() -> None:
    customers = pd.DataFrame({"account_id": pd.array(["B", "C"], "str")})
    labels = label_rows(
        {"orders": orders(*PAIR, ("X", "2022-03-01", 2.0)), "customers": customers}, YEAR, TODAY
    )
    assert set(best(labels)) == {"B", "C"}
    assert labels.notes == (
        "1 label rows are of accounts not among the customers and are left out, for example 'X'",
    )


def test_parents_and_domains_tie_accounts_together_however_far() -> None:
    customers = pd.DataFrame(
        {
            "account_id": ["A", "B", "C", "D", "E", "F"],
            "domain": ["a.com", None, "c.com", "c.com", "e.com", None],
            "parent_id": [None, "A", "B", None, None, "not-a-customer"],
        },
        dtype="str",
    )
    assert account_groups(customers).to_dict() == {
        "A": "A", "B": "A", "C": "A", "D": "A", "E": "E", "F": "F",
    }  # fmt: skip


HOURS = st.integers(0, 23)
LINES = st.lists(
    st.tuples(st.sampled_from("ABCDE"), st.integers(0, 3), HOURS, st.sampled_from([0.0, 1.0, None])),
    min_size=6,
    max_size=20,
)


@settings(max_examples=30)
@given(LINES, st.randoms(use_true_random=False))
def test_neither_row_order_nor_the_hour_changes_label_rows(lines, random) -> None:
    day = pd.Timestamp("2022-03-01")

    def labelled(picked, has_hours: bool):
        moments = [day + pd.Timedelta(days=one[1], hours=one[2] * has_hours) for one in picked]
        flags = signals(*((one[0], one[3], moment) for one, moment in zip(picked, moments, strict=True)))
        closed = deals(*((one[0], day, moment, one[3]) for one, moment in zip(picked, moments, strict=True)))
        sold = orders(
            *((one[0], moment, 1.0 + (one[3] or 0)) for one, moment in zip(picked, moments, strict=True))
        )
        tables = {"signals": flags, "deals": closed, "orders": sold}
        return [_rows_or_error(tables, one) for one in (YEAR, WON, FLAG)]

    shuffled = random.sample(lines, len(lines))
    assert labelled(lines, True) == labelled(shuffled, False)


def _rows_or_error(tables, settings) -> object:
    try:
        return label_rows(tables, settings, TODAY).rows.to_csv()
    except DataError as stopped:
        return str(stopped)


def test_an_outcome_is_complete_when_it_could_first_be_known() -> None:
    """The embargo stands on it: a value after its horizon, a deal when closed, a flag when set."""
    tables = {
        "orders": orders(("A", "2021-03-01", 10, 1), ("B", "2021-04-01", 90, 1), ("A", "2021-05-01", 10, 1)),
        "deals": deals(("A", "2021-01-05", "2021-02-20", 1), ("B", "2021-02-01", "2021-06-30", 0)),
        "signals": signals(("A", 1, "2022-03-01"), ("B", 0, "2022-04-01")),
    }
    settings = {
        "value": ValueSettings(definition="value", horizon_days=100, top_share=0.5, cohort="year"),
        "won": WonSettings(definition="won"),
        "flag": FlagSettings(definition="flag"),
    }
    complete = {
        "value": {"A": "2021-05-31", "B": "2021-07-10"},
        "won": {"A": "2021-02-20", "B": "2021-06-30"},
        "flag": {"A": "2022-03-01", "B": "2022-04-01"},
    }
    for name, definition in settings.items():
        rows = label_rows(tables, definition, date(2023, 1, 1)).rows
        days = rows["complete_at"].dt.strftime("%Y-%m-%d")
        assert dict(zip(rows["account_id"], days, strict=True)) == complete[name]
