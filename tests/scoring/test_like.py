"""The rate behind a reason: whom it is of, and when it is better left out."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from icp_ml.features.attributes import Attribute, Form
from icp_ml.features.columns import Columns
from icp_ml.features.encoder import Encoder
from icp_ml.model.observed import Observed, Seen
from icp_ml.scoring.like import percent, rate_of
from icp_ml.scoring.reasons import Told, reason_lines, reasons

DAY = pd.Timestamp("2024-07-01")


def told(form: Form, value, counts, amount=1.0, **more):
    """Give the one line that is said of one account, and the rate and number behind it."""
    name, edges = more.get("name", "a"), tuple(more.get("edges", ()))
    attribute = Attribute(name, name, form, (name,), statistics=more.get("statistics", {}))
    observed = Observed(more.get("unit", "customers"), 1000, 200, {name: Seen(edges, True, counts)})
    columns = Columns(pd.DataFrame({name: [value]}), DAY)
    both = reasons(Told(Encoder((attribute,)), observed, columns), np.array([[amount]]), 3)
    side = both[0 if amount > 0 else 1]
    [reason] = side.to_pylist()[0]
    return reason_lines(side).to_pylist()[0], reason["rate"], reason["n_customers"]


@pytest.mark.parametrize(
    ("amount", "counted", "words", "is_said"),
    [
        (1.0, (212, 66), "A: Software, 31 % best of 212 customers (+)", True),
        (-1.0, (212, 66), "A: Software (-)", False),  # the rate says the opposite
        (-1.0, (1200, 4), "A: Software, 0.3 % best of 1,200 customers (-)", True),
        (1.0, (212, 20), "A: Software (+)", False),
        (1.0, (200, 40), "A: Software (+)", False),  # the rate of all
        (1.0, (1000, 203), "A: Software (+)", False),  # reads like that of all
        (-1.0, (50, 0), "A: Software, 0 % best of 50 customers (-)", True),
    ],
)
def test_the_rate_is_said_where_it_agrees(amount: float, counted, words: str, is_said: bool) -> None:
    n, n_best = counted
    found = told("levels", "Software", {"software": counted}, amount)
    assert found == ((words, n_best / n, n) if is_said else (words, None, None))


def test_too_few_customers_have_no_rate() -> None:
    assert told("levels", "Software", {"retail": (50, 30)}) == ("A: Software (+)", None, None)


def test_of_deals_it_is_said_how_many_were_won() -> None:
    line, _, _ = told("levels", "Software", {"software": (40, 20)}, unit="deals")
    assert line == "A: Software, 50 % won of 40 deals (+)"


@pytest.mark.parametrize(
    ("value", "form", "edges", "counts", "words"),
    [
        (120.0, "number", (80, 150), {"1": (50, 20)}, "A: 120, 40 % best of 50 customers with 80 to 150 (+)"),
        (12.0, "number", (8, 15), {"1": (50, 20)}, "A: 12, 40 % best of 50 customers with 8 to 14 (+)"),
        (2.0, "number", (2, 3), {"1": (50, 20)}, "A: 2, 40 % best of 50 customers with 2 (+)"),
        (0.0, "number", (1, 3), {"0": (50, 20)}, "A: 0, 40 % best of 50 customers with 0 (+)"),
        (3.0, "number", (8, 15), {"0": (50, 20)}, "A: 3, 40 % best of 50 customers with up to 7 (+)"),
        (15.0, "number", (8, 15), {"2": (50, 20)}, "A: 15, 40 % best of 50 customers with 15 or more (+)"),
        (2014.0, "age", (8, 15), {"1": (50, 20)}, "A: 2014, 40 % best of 50 customers 8 to 14 years old (+)"),
        (
            pd.Timestamp("2024-03-31"),
            "recency",
            (2, 7),
            {"1": (50, 20)},
            "A: March 2024, 40 % best of 50 customers with 2 to 6 months since (+)",
        ),
        (1.0, "yes_no", (), {"1": (50, 20)}, "A: yes, 40 % best of 50 customers (+)"),
    ],
)
def test_of_a_number_the_band_is_said(value, form, edges, counts, words: str) -> None:
    assert told(form, value, counts, edges=edges)[0] == words


@pytest.mark.parametrize(
    ("name", "form", "value", "group", "whom"),
    [
        ("country", "country", "DE", "dach > de", ""),
        ("country", "country", "DE", "dach", " in DACH"),
        ("country", "country", "US", "north america", " in North America"),
        ("industry_code", "industry_code", "541511", "54 > 541 > 5415", " in 5415"),
        ("industry_code", "industry_code", "541511", "54", " in that sector"),
        ("industry_code", "industry_code", "sic:7372", "sic:i > sic:73", " in 73"),
    ],
)
def test_a_level_with_too_few_says_which_coarser_one_speaks(name, form, value, group, whom: str) -> None:
    line, _, n = told(form, value, {group: (60, 30)}, name=name)
    assert line.endswith(f", 50 % best of 60 customers{whom} (+)")
    assert n == 60


def test_a_region_with_too_few_speaks_for_its_country() -> None:
    region = Attribute("region", "region", "levels", ("region",), ("country",))
    observed = Observed("customers", 100, 20, {"region": Seen(counts={"dach > de": (40, 20)})})
    columns = Columns(pd.DataFrame({"country": ["DE"], "region": ["DE-BY"]}), DAY)
    found, _ = reasons(Told(Encoder((region,)), observed, columns), np.array([[1.0]]), 1)
    assert reason_lines(found).to_pylist() == ["Region: Bayern, 50 % best of 40 customers in Germany (+)"]


def test_a_region_of_the_same_name_is_not_said_beside_the_city() -> None:
    city = Attribute("city", "city", "levels", ("city",), ("country", "region"))
    observed = Observed("customers", 100, 20, {"city": Seen(counts={"benelux > nl > amsterdam": (40, 20)})})
    place = pd.DataFrame({"country": ["NL"], "region": ["Amsterdam"], "city": ["Amsterdam"]})
    found, _ = reasons(Told(Encoder((city,)), observed, Columns(place, DAY)), np.array([[1.0]]), 1)
    assert reason_lines(found).to_pylist() == ["City: Amsterdam, 50 % best of 40 customers (+)"]


TOOLS = {"airflow": 0.9, "kafka": 0.4, "excel": 0.01, "sap": -0.5}


@pytest.mark.parametrize(
    ("value", "counts", "words"),
    [
        (
            "Kafka|Airflow",
            {"airflow": (50, 20)},
            "A: Airflow, Kafka, 40 % best of 50 customers with Airflow (+)",
        ),
        ("Kafka|Airflow", {"kafka": (50, 20)}, "A: Airflow, Kafka, 40 % best of 50 customers with Kafka (+)"),
        ("Airflow|Excel|SAP", {"airflow": (50, 20)}, "A: Airflow, 40 % best of 50 customers (+)"),
        ("Kafka|Airflow", {"airflow": (50, 2), "kafka": (50, 2)}, "A: Airflow, Kafka (+)"),
        ("SAP|Other", {"sap": (50, 2)}, "A: Other, SAP (+)"),  # none of them speaks: their number may
        ("kafka", {"kafka": (50, 20)}, "A: kafka, 40 % best of 50 customers (+)"),
        ("Kafka|kafka|KAFKA|Airflow", {"airflow": (50, 2)}, "A: Airflow, Kafka (+)"),
    ],
)
def test_a_list_names_what_speaks_and_the_rate_of_one_of_them(value, counts, words: str) -> None:
    assert told("items", value, counts, statistics=TOOLS)[0] == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("Airflow and Kafka here", 'A: "airflow", "kafka", 40 % best of 50 customers with "airflow" (+)'),
        ("Airflow, airflow", 'A: "airflow", 40 % best of 50 customers (+)'),
        ("Excel for all of us in one big house", "A: Excel for all of us in one big … (+)"),
    ],
)
def test_a_text_names_the_words_that_speak_or_shows_its_opening(value: str, words: str) -> None:
    assert told("words", value, {"airflow": (50, 20)}, statistics=TOOLS)[0] == words


def test_against_a_list_what_speaks_against_is_named() -> None:
    line, rate, _ = told("items", "Kafka|SAP", {"sap": (50, 2)}, amount=-1.0, statistics=TOOLS)
    assert (line, rate) == ("A: SAP, 4 % best of 50 customers (-)", 0.04)


@pytest.mark.parametrize(
    ("rate", "words"),
    [(0.0, "0 %"), (0.003, "0.3 %"), (0.0098, "1 %"), (0.31, "31 %"), (0.998, "99.8 %"), (1.0, "100 %")],
)
def test_rates_are_written_in_percent(rate: float, words: str) -> None:
    assert percent(rate) == words


def test_nothing_seen_says_nothing() -> None:
    words, rate, n = rate_of(Attribute("a", "a", "levels", ("a",)), Observed(), ("x",), True)
    assert (words, math.isnan(rate), n) == (" (+)", True, -1)


def test_two_cities_of_one_name_have_each_their_own_rate() -> None:
    city = Attribute("city", "city", "levels", ("city",), ("country",))
    counts = {"north america > us > paris": (40, 20), "france > fr > paris": (50, 30)}
    place = pd.DataFrame({"country": ["US", "FR"], "city": ["Paris", "Paris"]})
    seen = Observed("customers", 100, 20, {"city": Seen(counts=counts)})
    found, _ = reasons(Told(Encoder((city,)), seen, Columns(place, DAY)), np.ones((2, 1)), 1)
    assert [row[0]["n_customers"] for row in found.to_pylist()] == [40, 50]
