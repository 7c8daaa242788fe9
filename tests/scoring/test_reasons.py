from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from icp_ml.features.attributes import Attribute, Form
from icp_ml.features.columns import Columns
from icp_ml.features.conditions import Condition
from icp_ml.features.encoder import Encoder
from icp_ml.model.observed import Observed
from icp_ml.scoring.reasons import REASONS, Told, reason_lines, reasons
from icp_ml.scoring.shown import short_number

SOURCES = {
    "revenue_per_employee": ("revenue", "employees"),
    "department_sales_share": ("department_sales", "employees"),
    "employees_growth": ("employees", "employees_before"),
    "time_zone": ("country", "region"),
    "size": ("employees",),
    "industry×country": ("industry", "country"),
    "size×industry": ("employees", "industry"),
    "decision_maker": ("contact_roles",),
    "completeness": ("industry", "employees", "budget"),
}


def attribute(name: str, form: Form, words: str = "", **statistics: float) -> Attribute:
    sources = SOURCES.get(name, (name,))
    return Attribute(name, words or name, form, sources, statistics=statistics)


ENCODER = Encoder(
    (
        attribute("industry", "levels"),
        attribute("employees", "number"),
        attribute("technologies", "items", airflow=0.9, kafka=0.4, sap=-0.5),
        attribute("last_funding_at", "recency", "last funding"),
        attribute("founded_year", "age", "founded"),
        attribute("revenue_per_employee", "ratio", "revenue per employee"),
        attribute("description", "words"),
        attribute("is_listed", "yes_no", "listed"),
        attribute("department_sales_share", "share", "sales people, share"),
        attribute("employees_growth", "growth", "growth in employees"),
        attribute("time_zone", "time_zone", "time zone"),
        attribute("size", "band"),
        attribute("industry×country", "pair", "industry and country"),
        attribute("decision_maker", "decision_maker", "decision maker known"),
        attribute("completeness", "completeness", "how much is known"),
        attribute("industry_code", "industry_code", "industry code"),
        attribute("funding_stage", "ordered", "funding stage"),
        attribute("size×industry", "pair", "size and industry"),
        attribute("country", "country"),
    )
)
ROW = {
    "industry": "Software",
    "employees": 1200.0,
    "technologies": "Airflow|Kafka|SAP",
    "last_funding_at": pd.Timestamp("2024-03-31"),
    "founded_year": 2011.0,
    "revenue": 2.4e9,
    "description": "one two three four five six seven eight nine",
    "is_listed": 1.0,
    "department_sales": 150.0,
    "employees_before": 800.0,
    "country": "US",
    "region": "US-CA",
    "contact_roles": "Clerk|CFO",
    "industry_code": "541511",
    "funding_stage": "Series B",
}
N = len(ENCODER.attributes)
ACCOUNT = pd.DataFrame([ROW])


DAY = pd.Timestamp("2024-07-01")
NOTHING = Observed()


def told(contributions, accounts=ACCOUNT, n_reasons=8):
    heard = np.where(ENCODER.known(accounts, DAY), np.asarray(contributions, dtype=float), 0.0)
    return said(ENCODER, accounts, heard, n_reasons)


def said(encoder, accounts, heard, n_reasons=3, observed=NOTHING):
    """Give the reasons for and against each row as Python lists."""
    found = reasons(
        Told(encoder, observed, Columns(accounts, DAY)), np.asarray(heard, dtype=float), n_reasons
    )
    return tuple(side.to_pylist() for side in found)


def lines(found) -> list[str]:
    return reason_lines(pa.array(found, REASONS)).to_pylist()


@pytest.mark.parametrize(
    ("at", "is_for", "words"),
    [
        (0, True, "Industry: Software"),
        (1, True, "Employees: 1,200"),
        (2, True, "Technologies: Airflow, Kafka"),
        (2, False, "Technologies: SAP"),
        (3, True, "Last funding: March 2024"),
        (4, True, "Founded: 2011"),
        (5, False, "Revenue per employee: 2 M"),
        (6, True, "Description: one two three four five six seven eight …"),
        (7, True, "Listed: yes"),
        (8, True, "Sales people, share: 12 %"),
        (9, True, "Growth in employees: +50 %"),
        (10, False, "Time zone: UTC-8"),
        (11, True, "Size: 1,001-5,000"),
        (12, True, "Industry and country: Software, United States"),
        (13, True, "Decision maker known: yes"),
        (14, False, "How much is known: 67 %"),
        (15, True, "Industry code: 541511 (professional services)"),
        (16, True, "Funding stage: Series B"),
        (17, True, "Size and industry: 1,001-5,000, Software"),
    ],
)
def test_each_form_speaks_in_words(at: int, is_for: bool, words: str) -> None:
    contributions = np.zeros(N)
    contributions[at] = 0.7 if is_for else -0.7
    speaking = told(contributions)[0 if is_for else 1][0]
    assert speaking == [
        {
            "attribute": ENCODER.attributes[at].name,
            "words": f"{words} ({'+' if is_for else '-'})",
            "contribution": contributions[at],
            "rate": None,
            "n_customers": None,
        }
    ]


@pytest.mark.parametrize(
    ("changed", "at", "words"),
    [
        ({"country": "IN", "region": None}, 10, "Time zone: UTC+5:30"),
        ({"employees_before": 1_600.0}, 9, "Growth in employees: -25 %"),
        ({"contact_roles": "Clerk"}, 13, "Decision maker known: no"),
        ({"industry_code": "own code"}, 15, "Industry code: own code"),
    ],
)
def test_other_values_speak_otherwise(changed, at: int, words: str) -> None:
    contributions = np.eye(N)[at]
    (one,) = told(contributions, ACCOUNT.assign(**changed))[0][0]
    assert one["words"] == f"{words} (+)"


def test_no_is_said_as_no() -> None:
    against = told([0] * 7 + [-1.0] + [0] * (N - 8), ACCOUNT.assign(is_listed=0.0))[1]
    assert lines(against) == ["Listed: no (-)"]


def test_the_strongest_come_first_and_no_more_than_asked_for() -> None:
    for_it, against = told([0.1, -0.2, 0.3, -0.4, 0.5, 0.0, 0.2, -0.1] + [0.0] * (N - 8), n_reasons=2)
    assert [one["attribute"] for one in for_it[0]] == ["founded_year", "technologies"]
    assert [one["attribute"] for one in against[0]] == ["last_funding_at", "employees"]
    assert [one["contribution"] for one in against[0]] == [-0.4, -0.2]


@given(
    st.lists(st.floats(-2, 2), min_size=N, max_size=N),
    st.sets(st.sampled_from(sorted(ROW))),
    st.integers(0, 8),
)
def test_missing_values_never_speak_and_every_reason_has_its_sign(contributions, gaps, n_reasons) -> None:
    accounts = ACCOUNT.drop(columns=sorted(gaps))
    for_it, against = told(contributions, accounts, n_reasons)
    unknown = {
        one.name
        for one, is_there in zip(ENCODER.attributes, ENCODER.known(accounts, DAY)[0], strict=True)
        if not is_there
    }
    assert not unknown & {one["attribute"] for one in (*for_it[0], *against[0])}
    assert all(one["contribution"] > 0 for one in for_it[0])
    assert all(one["contribution"] < 0 for one in against[0])
    assert max(len(for_it[0]), len(against[0])) <= n_reasons


def test_a_gap_in_one_row_silences_that_row_only() -> None:
    accounts = pd.concat([ACCOUNT, ACCOUNT.assign(industry=None)], ignore_index=True)
    for_it, _ = told([1.0] + [0.0] * (N - 1), accounts)
    assert lines(for_it) == ["Industry: Software (+)", ""]


@pytest.mark.parametrize(
    ("kind", "given", "value", "words"),
    [
        ("money", {"at_least": 1.0}, 30e6, "Ability: looked at 30 M"),
        ("year", {"at_most": 2020.0}, 2011.0, "Ability: looked at 2011"),
        ("yes_no", {"at_least": 1.0}, 0.0, "Ability: looked at no"),
        ("date", {"within_days": 900}, pd.Timestamp("2024-03-31"), "Ability: looked at March 2024"),
        ("category", {"one_of": ("public",)}, "Public", "Ability: looked at Public"),
        ("list", {"one_of": ("CFO",)}, "CFO|Clerk", "Ability: looked at CFO"),
        ("list", {"one_of": ("CTO",)}, "CFO|Clerk", "Ability: looked at CFO, Clerk"),
        ("text", {"one_of": ("data lake",)}, "A Data Lake for all", "Ability: looked at data lake"),
        ("text", {"one_of": ("x",)}, "a b c d e f g h i", "Ability: looked at a b c d e f g h …"),
    ],
)
def test_a_point_says_what_earned_it_or_failed_to(kind, given, value, words) -> None:
    looked_at = Condition("c", kind, "looked at", 1.0, **given)
    encoder = Encoder((Attribute("p", "ability", "rubric", ("c",), conditions=(looked_at,)),))
    assert lines(said(encoder, pd.DataFrame({"c": [value]}), [[0.5]])[0]) == [f"{words} (+)"]


def test_no_rows_have_no_reasons() -> None:
    assert told([0.0] * N, ACCOUNT[:0]) == ([], [])


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0, "0"),
        (-0.0, "0"),
        (1200, "1,200"),
        (0.25, "0.25"),
        (0.00001234, "0.000012"),
        (5.67, "5.7"),
        (99.99, "100"),
        (-12.34, "-12"),
        (999_499, "999,499"),
        (999_950, "1 M"),
        (1e6, "1 M"),
        (18_300_000, "18.3 M"),
        (-5e6, "-5 M"),
        (999_949_999, "1 B"),
        (1e9, "1 B"),
        (999.6e9, "1,000 B"),
        (1.5e12, "1,500 B"),
        (-1.5e300, "-1.5e+300"),
    ],
)
def test_numbers_are_written_as_people_say_them(value: float, words: str) -> None:
    assert short_number(value) == words


@pytest.mark.parametrize(
    ("name", "form", "value", "words"),
    [
        ("country", "levels", "IT", "Country: Italy"),
        ("country", "levels", "XX", "Country: XX"),
        ("region", "levels", "US-CA", "Region: California"),
        ("region", "levels", "SF Bay", "Region: SF Bay"),
        ("region", "levels", "SE-M", "Region: Skåne län"),
        ("region", "levels", "GB-LND", "Region: City of London"),
        ("region", "levels", "US-ZZ", "Region: US-ZZ"),
        ("employees", "number", 3.1623, "Employees: 3"),
        ("department_sales", "number", 31.62, "Department_sales: 32"),
        ("rounds", "number", 3.1623, "Rounds: 3.2"),
    ],
)
def test_places_and_head_counts_are_said_as_people_say_them(name, form, value, words) -> None:
    encoder = Encoder((attribute(name, form),))
    assert lines(said(encoder, pd.DataFrame({name: [value]}), [[1.0]])[0]) == [f"{words} (+)"]
