from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from profiled import profiled

from icp_ml.errors import DataError
from icp_ml.profile.card import Archetype, Card, Condition, Fidelity, Group
from icp_ml.profile.changes import changes, changes_said
from icp_ml.profile.statement import statement
from icp_ml.profile.storing import card_json, read_card

EMPLOYEES = Condition("employees", "employees", low=200.0, high=1000.0)
TOOLS = Condition("technologies", "technologies", ("Snowflake", "BigQuery"))
INDUSTRY = Condition("industry", "industry", ("Software", "SOFTWARE"))


def group_of(*conditions, name="Core 1", kind="core", rate=0.6, n=60):
    return Group(name, kind, conditions, f"{name} of {n}", n, 36, rate, 3.0, 2.5, 3.5, 100, 0.05, 0.5)


def card_of(*groups, says="Software companies."):
    table = pd.DataFrame(
        {
            "attribute": ["industry", "age"],
            "best": ["Software", None],
            "n_best": [3, 4],
            "lift": [np.nan, 2.5],
        }
    )
    return Card(
        title="demo",
        statement=says,
        best="the top 20 %",
        estimates="P(best)",
        model_version="abc",
        label_digest="def",
        today=date(2026, 1, 1),
        n=1_000,
        n_best=200,
        n_prospects=2_000,
        groups=groups,
        fidelity=Fidelity(0.5, 0.6, float("nan"), 0.4, 500),
        archetypes=(Archetype("Lenders", 20, 0.1, ("45 % in Germany",), (("A1", None), ("A2", "Acme")), 7),),
        crosses=table,
        typical=table,
        examples={"Core 1": (("A1", "Acme"), ("A2", None))},
        notes=("made up",),
    )


def test_a_card_comes_back_from_its_json() -> None:
    card = card_of(*profiled()[0], says=statement(profiled()[0]))
    again = read_card(card_json(card))
    assert card_json(again) == card_json(card)
    assert repr(again.groups) == repr(tuple(card.groups))
    assert (again.archetypes, again.examples, again.today) == (card.archetypes, card.examples, card.today)
    pd.testing.assert_frame_equal(again.typical, card.typical, check_dtype=False)


@pytest.mark.parametrize("text", ["", "{}", '{"version": 0}', "[]", '{"version": 1, "groups": 3}'])
def test_a_damaged_card_is_refused(text: str) -> None:
    with pytest.raises(DataError, match="stored profile is incomplete or damaged"):
        read_card(text)


def test_nothing_changed_between_equal_cards() -> None:
    card = card_of(group_of(EMPLOYEES, TOOLS))
    assert [one.what for one in changes(card, card)] == ["same"]
    assert changes_said(changes(card, card)) == ["Nothing changed since the last profile."]


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (group_of(EMPLOYEES, TOOLS, INDUSTRY), "Core 1: now asks for industry: Software."),
        (group_of(EMPLOYEES), "Core 1: no longer asks for technologies: BigQuery or Snowflake."),
        (group_of(replace(EMPLOYEES, low=100.0), TOOLS),
         "Core 1: employees: 100 to 1,000 (was 200 to 1,000)."),
        (group_of(EMPLOYEES, replace(TOOLS, one_of=("Snowflake", "Redshift"))),
         "Core 1: technologies: with Redshift, without BigQuery."),
        (group_of(EMPLOYEES, TOOLS, rate=0.5), "Core 1: share of best 50 % (was 60 %)."),
        (group_of(EMPLOYEES, TOOLS, n=90), "Core 1: share of customers 9 % (was 6 %)."),
        (group_of(EMPLOYEES, TOOLS, name="Core 2"), "Nothing changed since the last profile."),
    ],
)  # fmt: skip
def test_each_change_is_said(now: Group, said: str) -> None:
    assert changes_said(changes(card_of(group_of(EMPLOYEES, TOOLS)), card_of(now))) == [said]


def test_groups_come_and_go() -> None:
    before = card_of(group_of(EMPLOYEES, TOOLS), says="One.")
    now = card_of(group_of(INDUSTRY, name="Anti 1", kind="anti"), says="Two.")
    assert changes_said(changes(before, now)) == [
        "Statement: it said: One.",
        "Anti 1 is new: Anti 1 of 60.",
        "Core 1 is gone: Core 1 of 60.",
    ]


def test_a_new_spelling_is_no_change() -> None:
    before = card_of(group_of(INDUSTRY))
    now = card_of(group_of(replace(INDUSTRY, one_of=("SOFTWARE", "software", "Software"))))
    assert [one.what for one in changes(before, now)] == ["same"]
