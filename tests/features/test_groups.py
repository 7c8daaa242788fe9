"""Which accounts are alike in one attribute."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from icp_ml.features.attributes import Attribute, Form
from icp_ml.features.columns import Columns
from icp_ml.features.groups import band_edges, groups_of

DAY = pd.Timestamp("2024-07-01")
ACCOUNTS = pd.DataFrame(
    {
        "employees": [5.0, 300.0, np.nan],
        "is_listed": [1.0, 0.0, np.nan],
        "founded_year": [2019.0, 2001.0, 2030.0],
        "last_funding_at": pd.to_datetime(["2024-01-15", "2023-07-01", None]).as_unit("s"),
        "country": ["US", "DE", None],
        "region": ["US-CA", "DE-BY", None],
        "industry": ["Software", "retail", None],
        "industry_code": ["541511", "sic:7372", None],
        "technologies": ["Kafka|SAP", "sap", None],
        "description": ["We move data", "data, data", None],
    }
)
SIZE = Attribute("size", "size", "band", ("employees",))
INDUSTRY = Attribute("industry", "industry", "levels", ("industry",))


def groups(name: str, form: Form, edges=(), above=(), accounts=ACCOUNTS) -> list[list[str]]:
    """Give the groups of each row."""
    attribute = Attribute(name, name, form, (name,), above)
    found = groups_of(attribute, Columns(accounts, DAY), edges, ())
    return [list(found.names(at)) if at >= 0 else [] for at in found.codes.tolist()]


@pytest.mark.parametrize(
    ("name", "form", "edges", "first", "second"),
    [
        ("employees", "number", (5.0, 100.0), ["1"], ["2"]),
        ("is_listed", "yes_no", (), ["1"], ["0"]),
        ("founded_year", "age", (10.0,), ["0"], ["1"]),
        ("last_funding_at", "recency", (6.0,), ["0"], ["1"]),
        ("country", "country", (), ["north america > us", "north america"], ["dach > de", "dach"]),
        ("industry", "levels", (), ["software"], ["retail"]),
        (
            "industry_code",
            "industry_code",
            (),
            [" > ".join(("54", "541", "5415", "54151", "541511")[:n]) for n in (5, 4, 3, 2, 1)],
            ["sic:i > sic:73 > sic:737 > sic:7372", "sic:i > sic:73 > sic:737", "sic:i > sic:73", "sic:i"],
        ),
        ("technologies", "items", (), ["kafka", "sap"], ["sap"]),
        ("description", "words", (), ["data", "move"], ["data"]),
    ],
)
def test_each_form_has_its_groups_finest_first(name, form, edges, first, second) -> None:
    assert groups(name, form, edges) == [first, second, []]


def test_a_region_is_also_in_its_country_and_market() -> None:
    found = groups("region", "levels", above=("country",))
    assert found[1] == ["dach > de > de-by", "dach > de", "dach"]


def test_a_pair_has_the_cell_of_both_its_levels() -> None:
    pair = Attribute("size×industry", "both", "pair", ("employees", "industry"), shares=(0, 0))
    found = groups_of(pair, Columns(ACCOUNTS, DAY), (), (SIZE, INDUSTRY))
    assert [list(found.names(at)) for at in found.codes.tolist()] == [
        ["2-10×software"],
        ["201-500×retail"],
        [],
    ]


@pytest.mark.parametrize(
    ("values", "min_rows", "edges"),
    [
        (range(1, 101), 20, (20, 40, 60, 80)),
        (range(1, 101), 60, ()),
        ([7.0] * 100, 10, ()),
        ([0] * 80 + [1] * 10 + [2] * 10, 10, (1,)),
        ([], 1, ()),
        ([np.nan, 1.0, 1234.0], 1, (1200.0,)),
    ],
)
def test_bands_begin_where_people_would_cut(values, min_rows: int, edges) -> None:
    assert band_edges(np.array([*values], dtype=float), min_rows) == pytest.approx(edges, abs=1)


@given(st.lists(st.floats(-1e6, 1e6), max_size=200), st.integers(1, 30))
def test_bands_are_in_order_few_and_never_empty_at_the_bottom(values, min_rows: int) -> None:
    edges = band_edges(np.array(values, dtype=float), min_rows)
    assert list(edges) == sorted(set(edges))
    assert len(edges) < 8
    assert all(min(values) < one <= max(values) for one in edges)
