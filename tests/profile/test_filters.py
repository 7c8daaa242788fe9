from __future__ import annotations

import json
import sqlite3
from datetime import date
from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from profiled import COUNTRIES, FIELDS, INDUSTRIES, STAGES, TODAY, TOOLS, companies, profiled

from icp_ml.data.filters import kept_rows, listed_values
from icp_ml.data.mapping import filter_problems
from icp_ml.profile.card import Condition, Group
from icp_ml.profile.conditions import are_met, assign
from icp_ml.profile.filters import filters_of, sql_of, sql_of_whole, where_of
from icp_ml.settings import DataSettings, FilterSettings, RuleSettings

NO_FIGURES = (0, 0, 0.0, 0.0, 0.0, 0.0, 0, 0.0, 0.0)


@cache
def mapping():
    """Map a list of prospects that has our headings; its lists are parted by ";"."""
    columns = {name: {"from": name, "kind": one.kind, "separator": ";"} for name, one in FIELDS.items()}
    return DataSettings(
        name="made",
        root=".",
        today=date(2026, 1, 1),
        missing=(),
        prospects={"path": "made.csv", "columns": columns},
    )


def group_of(*conditions, name="Core 1", kind="core"):
    return Group(name, kind, conditions, "", *NO_FIGURES)


def kept_by_the_product(where, rows):
    """Read filters as conf/rules are read, and apply them as the rules are."""
    rules = tuple(FilterSettings.model_validate(one) for one in json.loads(json.dumps(where)))
    assert not list(filter_problems(rules, FIELDS))
    listed = [listed_values(one, mapping().prospects, FIELDS[one.column], mapping()) for one in rules]
    return kept_rows(rows, rules, listed).to_numpy(dtype=bool)


def kept_by_sqlite(condition, rows):
    with sqlite3.connect(":memory:") as database:
        rows.to_sql("prospects", database, index=False)
        query = f"SELECT account_id FROM prospects WHERE {condition}"
        found = {one for (one,) in database.execute(query)}
    return rows["account_id"].isin(found).to_numpy(dtype=bool)


def subset(values):
    return st.lists(st.sampled_from(sorted(set(values.tolist()))), min_size=1, unique=True).map(tuple)


def bounds(values):
    two = st.tuples(st.none() | values, st.none() | values)
    return two.filter(lambda one: any(end is not None for end in one)).map(
        lambda one: one if None in one else (min(one), max(one))
    )


def ranged(column, values):
    return bounds(values).map(lambda ends: Condition(column, column, low=ends[0], high=ends[1]))


def levelled(column, values):
    return subset(values).map(lambda some: Condition(column, column, some))


CONDITIONS = st.one_of(
    levelled("industry", INDUSTRIES),
    levelled("country", COUNTRIES),
    levelled("technologies", TOOLS),
    levelled("funding_stage", STAGES),
    ranged("employees", st.sampled_from([10.0, 50.0, 200.0, 1_000.0])),
    ranged("revenue", st.sampled_from([1e5, 1e6, 1e7])),
    ranged("founded_year", st.integers(0, 50).map(float)),
    ranged("last_funding_at", st.integers(0, 14).map(float)),
    ranged("is_listed", st.sampled_from([0.0, 1.0])),
)


@given(st.lists(CONDITIONS, min_size=1, max_size=4, unique_by=lambda one: one.column),
       st.dates(date(2019, 1, 1), date(2028, 12, 31)) | st.just(date(2024, 2, 29)))  # fmt: skip
def test_conditions_filters_and_sql_keep_the_same_rows(conditions, today: date) -> None:
    rows, group = companies(400, seed=3), group_of(*conditions)
    met = are_met(conditions, rows, FIELDS, pd.Timestamp(today))
    assert np.array_equal(kept_by_the_product(where_of(group, FIELDS, today), rows), met)
    assert np.array_equal(kept_by_sqlite(sql_of(group, FIELDS, today), rows), met)


@pytest.mark.parametrize(
    ("day", "years", "is_met"),
    [
        ("2024-01-01", 2.0, True),
        ("2023-12-31", 2.0, False),
        ("2026-01-02", 2.0, False),
        ("2026-01-01", 0.0, True),
    ],
)
def test_ages_count_to_the_day(day: str, years: float, is_met: bool) -> None:
    rows = companies(1).assign(last_funding_at=pd.Series([day], dtype="datetime64[s]"))
    asked = Condition("last_funding_at", "last funding", high=years)
    assert are_met([asked], rows, FIELDS, TODAY).tolist() == [is_met]
    assert kept_by_sqlite(sql_of(group_of(asked), FIELDS, TODAY.date()), rows).tolist() == [is_met]
    assert kept_by_the_product(where_of(group_of(asked), FIELDS, TODAY.date()), rows).tolist() == [is_met]


def test_the_whole_keeps_the_companies_of_core_and_niche_groups() -> None:
    groups, _ = profiled()
    rows = companies(3_000, seed=6)
    wanted = [one.name for one in groups if one.kind in ("core", "niche")]
    is_wanted = np.isin(assign(groups[:-1], rows, FIELDS, TODAY), wanted)
    assert np.array_equal(kept_by_sqlite(sql_of_whole(groups, FIELDS, TODAY.date()), rows), is_wanted)
    tiers = np.where(is_wanted, "Best fit", "Bad fit").tolist()
    whole = filters_of(groups, FIELDS, TODAY.date(), rows, tiers)[-1]
    assert (whole.kind, whole.n_kept, whole.top_precision, whole.top_recall) == (
        "whole",
        is_wanted.sum(),
        1,
        1,
    )


def test_filters_count_what_they_keep_of_each_tier() -> None:
    rows = companies(4).assign(employees=[10.0, 20.0, 30.0, 40.0])
    group = group_of(Condition("employees", "employees", low=20.0, high=40.0))
    tiers = ["Best fit", "Best fit", "Good fit", "Bad fit"]
    (found, whole) = filters_of([group], FIELDS, TODAY.date(), rows, tiers)
    assert (found.n_kept, found.kept_share, found.best_precision, found.best_recall) == (3, 0.75, 1 / 3, 0.5)
    assert (found.top_precision, found.top_recall) == (2 / 3, 2 / 3)
    assert whole.n_kept == 3


def test_steps_say_what_a_person_clicks() -> None:
    group = group_of(
        Condition("country", "country", ("CA", "US")),
        Condition("technologies", "technologies", ("BigQuery", "Snowflake")),
        Condition("employees", "employees", low=200.0, high=1000.0),
        Condition("founded_year", "founded", high=10.0),
        Condition("is_listed", "listed", high=0.0),
    )
    (found, _) = filters_of([group], FIELDS, TODAY.date(), companies(3), ["Bad fit"] * 3)
    assert found.steps == (
        "Country is any of: CA, US",
        "Technologies contains any of: BigQuery, Snowflake",
        "Employees is at least 200 and at most 1,000",
        "Founded is at least 2016 and at most 2026",
        "Listed is no",
    )


def test_filters_can_be_pasted_into_a_rule() -> None:
    groups, _ = profiled()
    for one in groups[:-1]:
        where = json.loads(json.dumps(where_of(one, FIELDS, TODAY.date())))
        RuleSettings.model_validate(
            {"action": "exclude", "where": where, "owner": "Sales", "reason": "no fit"}
        )


def test_nobody_is_kept_where_no_group_is_claimed() -> None:
    assert sql_of_whole(profiled()[0][-1:], FIELDS, TODAY.date()) == "1 = 0"
    assert filters_of(profiled()[0][-1:], FIELDS, TODAY.date(), companies(3), ["Bad fit"] * 3) == []
