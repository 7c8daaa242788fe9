from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made import TODAY, best, deals, definition, names_of, orders, signals

from icp_ml.errors import ConfigError
from icp_ml.label import label_rows

SOLD = orders(
    ("A", "2021-03-01", 90.0, 10.0),
    ("B", "2021-03-01", 80.0, 10.0),
    ("B", "2021-03-20", 0.0, 75.0),  # costs more than it brings for a while
    ("B", "2021-06-01", 60.0, 0.0),
    ("C", "2021-03-01", 10.0, 5.0),
    ("D", "2021-03-01", 5.0, 1.0),
    ("E", "2021-03-01", 100.0, 0.0),
)
KNOWN = signals(
    ("A", "2021-03-30", 3, 1), ("B", None, 3, 1), ("C", None, 40, 0), ("D", None, None, 0), ("E", None, 2, 1),
    names=("churned_at", "support_tickets", "is_best"),
)  # fmt: skip
WON = deals(
    ("A", "2021-02-01", "2021-03-01", 1),
    ("A", "2021-05-01", "2021-06-01", 0),
    ("B", "2021-02-01", "2021-03-01", 1),
    ("C", "2021-02-01", "2021-03-01", 0),
    ("D", "2021-02-01", "2021-03-01", 1),
    ("E", "2021-02-01", "2021-03-01", 1),
)
TABLES = {"orders": SOLD, "signals": KNOWN, "deals": WON}
SCORE = {"outcomes": {"value": {"weight": 1.0, "good": "high"}}, "top_share": 0.6}
DEFINITIONS = {
    "value": {"top_share": 0.6},
    "abc_xyz": {"best_cells": ("AX", "AY", "AZ")},
    "scorecard": SCORE,
    "won": {},
    "flag": {},
}


@pytest.mark.parametrize("name", DEFINITIONS)
@pytest.mark.parametrize(
    ("never", "regretted"),
    [
        ({"churned_within_days": 30}, "A"),
        ({"churned_within_days": 29}, ""),  # on the 29th day after: not within 29
        ({"loss_making_within_days": 20}, "B"),
        ({"loss_making_within_days": 19}, ""),
        ({"max_support_tickets": 2}, "AB"),
        ({"max_support_tickets": 3}, ""),
    ],
)
def test_regretted_customers_are_rest_under_every_definition(name: str, never, regretted: str) -> None:
    plain = label_rows(TABLES, definition(name, **DEFINITIONS[name]), TODAY)
    assert set(names_of(plain)) >= {"A", "B", "E"}
    changed = {f"never_best__{key}": value for key, value in never.items()}
    labels = label_rows(
        TABLES, definition(name, **DEFINITIONS[name], **changed, never_best__weight=2.5), TODAY
    )
    expected = [one for one in names_of(plain) if one not in regretted]
    assert names_of(labels) == expected
    assert set(labels.rows.loc[labels.rows["weight"] == 2.5, "account_id"]) >= set(regretted)
    assert labels.regrets["n_best"].iloc[-1] == len(names_of(plain)) - len(expected)


def test_neither_a_lost_deal_nor_whoever_broke_even_is_regretted_and_the_first_churn_counts() -> None:
    lost = label_rows(TABLES, definition("won", never_best__max_support_tickets=2), TODAY).regrets
    assert lost["n"].to_list() == [2, 2]  # A and B: C lost its deal, and A another one
    even = orders(("A", "2021-03-01", 90.0, 90.0), ("B", "2021-03-01", 80.0, 10.0))
    settings = definition("value", top_share=0.5, never_best__loss_making_within_days=20)
    assert label_rows({"orders": even}, settings, TODAY).regrets["n"].to_list() == [0, 0]
    twice = signals(("A", "2022-01-01"), ("A", "2021-03-10"), names=("churned_at",))
    settings = definition("value", top_share=0.6, never_best__churned_within_days=30)
    assert label_rows({"orders": SOLD, "signals": twice}, settings, TODAY).regrets["n"].to_list() == [1, 1]


def test_each_criterion_is_counted_and_whoever_meets_two_once() -> None:
    never = {"never_best__churned_within_days": 30, "never_best__max_support_tickets": 2}
    labels = label_rows(TABLES, definition("value", top_share=0.6, **never), TODAY)
    assert names_of(labels) == ["E"]
    assert labels.regrets.to_dict("list") == {
        "criterion": ["churned within 30 days", "had more than 2 support tickets", "any of these"],
        "n": [1, 3, 3],
        "n_best": [1, 2, 2],
    }
    assert labels.by_cohort[["n", "n_best", "best_value"]].to_numpy().tolist() == [[5, 1, 100]]


def test_the_definition_says_who_is_never_best() -> None:
    settings = definition("won", never_best__churned_within_days=30, never_best__max_support_tickets=2)
    labels = label_rows(TABLES, settings, TODAY)
    assert labels.meaning.endswith(
        "; never those who churned within 30 days or had more than 2 support tickets"
    )
    assert "support tickets are as of the export: an older customer had more time for them" in labels.notes


@pytest.mark.parametrize("name", DEFINITIONS)
def test_whoever_may_yet_churn_is_too_young(name: str) -> None:
    """All became customers on 2021-03-01; within 700 days is decided on 2023-01-30."""
    changed = {**DEFINITIONS[name], "never_best__churned_within_days": 700}
    ready = label_rows(TABLES, definition(name, **changed), date(2023, 5, 2))
    assert ready.rows["complete_at"].min() == np.datetime64("2023-01-30")
    day_before = date(2023, 1, 28)
    with pytest.raises(Exception, match="no customer can be judged"):
        label_rows(TABLES, definition(name, **changed), day_before)


def test_a_lost_deal_waits_like_a_won_one_and_is_never_regretted() -> None:
    settings = definition("won", never_best__churned_within_days=100)
    labels = label_rows(TABLES, settings, date(2021, 7, 1))
    assert best(labels) == {"A": False, "B": True, "C": False, "D": True, "E": True}
    assert labels.n_young == 1  # the deal A lost in June
    assert labels.regrets["n"].iloc[-1] == 1
    assert set(labels.rows["complete_at"]) == {np.datetime64("2021-06-09")}


def test_a_churn_before_the_deal_does_not_count_against_it() -> None:
    table = KNOWN.assign(churned_at=np.array(["2021-02-01"] + 4 * ["NaT"], dtype="datetime64[s]"))
    labels = label_rows(
        TABLES | {"signals": table}, definition("won", never_best__churned_within_days=100), TODAY
    )
    assert best(labels)["B"]
    assert labels.regrets["n"].iloc[-1] == 0


@pytest.mark.parametrize(
    ("changed", "lacking", "said"),
    [
        ({"never_best__churned_within_days": 9}, "signals", "churned_within_days: needs signals.churned_at"),
        (
            {"never_best__max_support_tickets": 9},
            "signals",
            "max_support_tickets: needs signals.support_tickets",
        ),
        ({"lost_deals_weight": 1.0}, "deals", "lost_deals_weight: needs deals.closed_at"),
    ],
)
def test_a_criterion_without_its_table_or_column_names_it(changed, lacking: str, said: str) -> None:
    without = {name: rows for name, rows in TABLES.items() if name != lacking}
    bare = TABLES | {lacking: TABLES[lacking][["account_id"]]}
    for tables in (without, bare):
        with pytest.raises(ConfigError) as stopped:
            label_rows(tables, definition("value", **changed), TODAY)
        assert said in str(stopped.value)
        assert "which is not mapped" in str(stopped.value)


LIMITS = st.one_of(st.none(), st.integers(1, 200))


@settings(max_examples=12)
@given(LIMITS, LIMITS, LIMITS, st.sampled_from(sorted(DEFINITIONS)))
def test_never_best_only_ever_turns_best_to_rest(churn, loss, tickets, name: str) -> None:
    changed = {
        "never_best__churned_within_days": churn,
        "never_best__loss_making_within_days": loss,
        "never_best__max_support_tickets": tickets,
    }
    before = label_rows(TABLES, definition(name, **DEFINITIONS[name]), TODAY).rows
    try:
        after = label_rows(TABLES, definition(name, **DEFINITIONS[name], **changed), TODAY).rows
    except Exception as stopped:
        assert "are rest" in str(stopped)
        return
    assert len(before) == len(after)
    assert (before["is_best"].to_numpy() >= after["is_best"].to_numpy()).all()
