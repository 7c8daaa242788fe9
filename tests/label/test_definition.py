from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made import TODAY, best, conf, customers, deals, definition, orders, signals
from support import compose

from icp_ml.errors import ConfigError, IcpError
from icp_ml.label import asked_for, label_digest, label_rows, useful_tables

NAMES = ("value", "abc_xyz", "scorecard", "won", "flag")
NEVER = {
    "never_best__churned_within_days": 100,
    "never_best__loss_making_within_days": 50,
    "never_best__max_support_tickets": 1,
}


@pytest.mark.parametrize("name", [*NAMES, "rubric", "value_quarter"])
def test_a_digest_is_twelve_letters_and_changes_with_any_setting(name: str) -> None:
    assert len(label_digest(conf(name))) == 12
    assert label_digest(conf(name)) == label_digest(compose(f"label={name}").config.label)


def test_digests_differ_where_definitions_do() -> None:
    changed = [definition("value", top_share=0.21), definition("value", never_best__weight=2.0)]
    changed += [conf(name) for name in (*NAMES, "rubric", "value_quarter")]
    assert len({label_digest(one) for one in changed}) == len(changed)
    assert label_digest(definition("abc_xyz", best_cells=("BX", "AY", "AX", "AX"))) == label_digest(
        conf("abc_xyz")
    )


def test_the_rubric_has_no_label_rows() -> None:
    with pytest.raises(ConfigError, match=r"^label=rubric scores by declared points: it has no label rows\."):
        label_rows({}, conf("rubric"), TODAY)


@pytest.mark.parametrize(
    ("settings", "tables", "asked"),
    [
        (conf("value"), ["orders", "deals"], {"label=value": "orders"}),
        (conf("scorecard"), ["orders", "deals", "signals"], {}),
        (conf("won"), ["deals"], {"label=won": "deals"}),
        (conf("flag"), ["signals", "orders"], {"label=flag": "signals"}),
        (conf("rubric"), [], {}),
        (definition("won", never_best__max_support_tickets=9), ["deals", "signals"],
         {"label=won": "deals", "label.never_best.max_support_tickets": "signals"}),
        (definition("flag", never_best__churned_within_days=9), ["signals", "orders", "deals"],
         {"label=flag": "signals", "label.never_best.churned_within_days": "signals"}),
        (definition("flag", lost_deals_weight=1.0), ["signals", "orders", "deals"],
         {"label=flag": "signals", "label.lost_deals_weight": "deals"}),
    ],
)  # fmt: skip
def test_a_definition_names_the_tables_it_reads(settings, tables, asked) -> None:
    assert useful_tables(settings) == tables
    assert {setting: table for setting, (table, _) in asked_for(settings).items()} == asked


@pytest.mark.parametrize(
    ("name", "condition"),
    [("value", "becomes a customer"), ("won", "a deal is opened"), ("flag", "becomes a customer")],
)
def test_the_condition_of_the_probability_is_said(name: str, condition: str) -> None:
    assert label_rows(drawn(range(30), True), definition(name), date(2026, 1, 1)).condition == condition


def test_an_outcome_is_complete_when_it_could_first_be_known() -> None:
    """The embargo stands on it: a value after its horizon, a deal when closed, a flag when set."""
    tables = {
        "orders": orders(("A", "2021-03-01", 10, 1), ("B", "2021-04-01", 90, 1), ("A", "2021-05-01", 10, 1)),
        "deals": deals(("A", "2021-01-05", "2021-02-20", 1), ("B", "2021-02-01", "2021-06-30", 0)),
        "signals": signals(("A", 1, "2022-03-01"), ("B", 0, "2022-04-01")),
    }
    complete = {
        "value": {"A": "2021-05-31", "B": "2021-07-10"},
        "won": {"A": "2021-02-20", "B": "2021-06-30"},
        "flag": {"A": "2022-03-01", "B": "2022-04-01"},
    }
    for name, expected in complete.items():
        changed = {"horizon_days": 100, "top_share": 0.5} if name == "value" else {}
        rows = label_rows(tables, definition(name, **changed), date(2023, 1, 1)).rows
        assert (
            dict(zip(rows["account_id"], rows["complete_at"].dt.strftime("%Y-%m-%d"), strict=True))
            == expected
        )


BASE = pd.Timestamp("2022-03-01")


def drawn(seeds, has_hours):
    """Give outcomes of a few accounts; the hour of each is all that `has_hours` changes."""
    picked = [("ABCDE"[seed % 5], seed % 4, seed % 23, [0.0, 1.0, None][seed % 3]) for seed in seeds]
    moments = [BASE + timedelta(days=days, hours=hour * has_hours) for _, days, hour, _ in picked]
    both = list(zip(picked, moments, strict=True))
    sold = orders(*((one[0], moment, 0.1 * (1 + one[2]), [0.07, None][one[1] % 2]) for one, moment in both))
    noted = [(one[0], one[3], moment, one[2], moment + timedelta(days=90)) for one, moment in both]
    return {
        "orders": sold.astype({"cost": "float64"}),
        "deals": deals(*((one[0], BASE, moment, one[3]) for one, moment in both)),
        "signals": signals(*noted, names=("is_best", "flagged_at", "support_tickets", "churned_at")),
    }


def outcome(tables, settings, today=date(2025, 1, 1)):
    try:
        labels = label_rows(tables, settings, today)
    except IcpError as stopped:
        return str(stopped)
    return labels.rows.to_csv(), labels.notes, labels.regrets.to_csv(), labels.by_cohort.to_csv()


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=6)
@given(st.lists(st.integers(0, 10_000), min_size=6, max_size=20), st.randoms(use_true_random=False))
def test_neither_row_order_nor_the_hour_changes_anything(name: str, seeds, random) -> None:
    shuffled = random.sample(seeds, len(seeds))
    lost = {} if name == "won" else {"lost_deals_weight": 0.5}
    changed = definition(name, **NEVER, **lost)
    assert outcome(drawn(seeds, True), changed) == outcome(drawn(shuffled, False), changed)


@pytest.mark.parametrize("cohort", ["all", "year", "quarter"])
@pytest.mark.parametrize("name", ["value", "abc_xyz", "scorecard"])
@settings(max_examples=3)
@given(st.lists(st.integers(0, 10_000), min_size=8, max_size=16), st.integers(-9, 9_999))
def test_a_customer_too_young_to_judge_changes_nobody_else(
    name: str, cohort: str, seeds, revenue: int
) -> None:
    tables, changed = drawn(seeds, True), definition(name, cohort=cohort)
    young = orders(("Y", "2024-06-01", 1.0, 0.9), ("Y", "2024-06-02", float(revenue), 0.0))
    noted = signals(("Y", 1, "2024-06-02", 99, None), names=tuple(tables["signals"])[1:])
    with_young = tables | {
        "orders": pd.concat([tables["orders"], young]),
        "signals": pd.concat([tables["signals"], noted]),
    }
    before, after = outcome(tables, changed), outcome(with_young, changed)
    if not isinstance(before, str):
        assert after == before
        assert label_rows(with_young, changed, date(2025, 1, 1)).n_young == 1


def test_accounts_that_are_not_among_the_customers_are_left_out_and_said() -> None:
    tables = drawn(range(25), True) | {"customers": customers("A", "B", "C")}
    labels = label_rows(tables, definition("value", top_share=0.5), TODAY.replace(year=2026))
    assert set(best(labels)) == {"A", "B", "C"}
    strangers = "2 accounts not among the customers left out, for example 'D', 'E'"
    assert labels.notes[:2] == (f"orders: {strangers}", f"deals: {strangers}")


@pytest.mark.parametrize(
    ("name", "changed", "said"),
    [
        ("value", {}, ("3 of 6 customers left out: no order and no deal won",)),
        ("value", {"lost_deals_weight": 1.0}, ("2 of 6 customers left out: no order and no deal won",)),
        ("won", {}, ("3 of 6 customers left out: no deal",)),
        ("flag", {}, ("4 of 6 customers left out: no signals",)),
    ],
)
def test_customers_that_nothing_is_told_of_are_counted(name, changed, said) -> None:
    tables = {
        "customers": customers(*"ABLOWN"),
        "orders": orders(("A", "2021-03-01", 10), ("B", "2021-03-01", 1)),
        "deals": deals(
            ("W", "2020-01-01", "2020-02-01", 1),
            ("L", "2020-01-01", "2020-02-01", 0),
            ("O", "2023-11-01", None, None),
        ),
        "signals": signals(("A", 1, "2022-01-01"), ("B", 0, "2022-01-01")),
    }
    changed = changed | ({"top_share": 0.5, "cohort": "all"} if name == "value" else {})
    assert label_rows(tables, definition(name, **changed), TODAY).notes == said
