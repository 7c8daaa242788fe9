from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from icp_ml.features.attributes import Attribute
from icp_ml.features.bands import bands_of
from icp_ml.features.columns import Columns
from icp_ml.features.encoding import encode
from icp_ml.features.usable import usable_attributes
from icp_ml.schema import FIRMOGRAPHICS, Field

DAY = pd.Timestamp("2024-07-01")
NOTHING = float("nan")
SIZE = Attribute("size", "size", "band", ("employees",))
GROWTH = Attribute("g", "growth", "growth", ("employees", "employees_before"))


def dates(*written) -> pd.Series:
    return pd.Series(pd.to_datetime(list(written))).dt.as_unit("s")


@pytest.mark.parametrize(
    ("now", "before", "expected"),
    [
        (150.0, 100.0, 0.5),
        (50.0, 100.0, -0.5),
        (0.0, 10.0, -1.0),
        (5.0, 0.0, NOTHING),
        (5.0, NOTHING, NOTHING),
        (-1.0, 5.0, NOTHING),
        (5.0, -5.0, NOTHING),
        (1e300, 1e-300, NOTHING),
        (np.inf, 5.0, NOTHING),
    ],
)
def test_growth_is_finite_or_missing(now: float, before: float, expected: float) -> None:
    shown = pd.DataFrame({"employees": [now], "employees_before": [before]})
    np.testing.assert_allclose(encode(GROWTH, Columns(shown, DAY)), [expected])


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2022-01-01", "2024-01-01", 1.0),  # four times in two years
        ("2024-01-01", "2024-02-01", 3.0),  # too short to put on a year
        ("2024-01-01", "2022-01-01", NOTHING),
        (None, "2024-01-01", 3.0),
    ],
)
def test_growth_is_that_of_a_year_where_both_dates_are_known(start, end, expected: float) -> None:
    shown = pd.DataFrame({"employees": [400.0], "employees_before": [100.0]})
    dated = shown.assign(known_on=dates(end), before_on=dates(start))
    np.testing.assert_allclose(encode(GROWTH, Columns(dated, DAY)), [expected], rtol=2e-3)


@pytest.mark.parametrize(
    ("employees", "band"),
    [
        (1.0, "1"),
        (2.0, "2-10"),
        (10.0, "2-10"),
        (11.0, "11-50"),
        (10_000.0, "5,001-10,000"),
        (10_001.0, "10,001+"),
    ],
)
def test_a_size_falls_into_its_band(employees: float, band: str) -> None:
    found = bands_of(SIZE, Columns(pd.DataFrame({"employees": [employees]}), DAY))
    assert found.names[found.codes[0]] == band


def test_what_is_missing_or_below_nothing_has_no_band() -> None:
    shown = pd.DataFrame({"employees": [NOTHING, -1.0, np.inf]})
    assert bands_of(SIZE, Columns(shown, DAY)).codes.tolist() == [-1, -1, -1]


@pytest.mark.parametrize(
    ("roles", "decides"),
    [
        ("CEO|Clerk", 1.0),
        ("VP Sales", 1.0),
        ("Head of IT", 1.0),
        ("Co-Founder", 1.0),
        ("Geschäftsführerin", 1.0),
        ("Headhunter", 0.0),
        ("Sales assistant|Clerk", 0.0),
        (None, NOTHING),
    ],
)
def test_a_decision_maker_is_told_by_the_role(roles, decides: float) -> None:
    attribute = Attribute("decision_maker", "decision maker known", "decision_maker", ("contact_roles",))
    shown = pd.DataFrame({"contact_roles": pd.array([roles], "str")})
    np.testing.assert_array_equal(encode(attribute, Columns(shown, DAY)), [decides])


def company() -> tuple[pd.DataFrame, dict[str, Field]]:
    numbers = {"employees": [10.0, 0.0], "department_sales": [4.0, 2.0], "employees_before": [5.0, 0.0]}
    accounts = pd.DataFrame(numbers).assign(contact_roles=pd.array(["CEO", None], "str"))
    fields = {name: FIRMOGRAPHICS.get(name, Field("number", "sales people")) for name in accounts}
    return accounts, fields


def names(include=(), exclude=()) -> list[str]:
    return [one.name for one in usable_attributes(*company(), exclude, include)]


def test_what_selling_fills_is_off_by_default() -> None:
    assert names() == [
        *("employees", "department_sales", "employees_before"),
        *("department_sales_share", "size", "employees_growth"),
    ]


@pytest.mark.parametrize("name", ["contact_roles", "decision_maker", "completeness"])
def test_what_selling_fills_can_be_let_in(name: str) -> None:
    assert set(names(include=(name,))) - set(names()) == {name}


def test_nothing_is_derived_from_what_is_excluded() -> None:
    assert names(exclude=("employees",)) == ["department_sales", "employees_before"]
    assert "size" not in names(exclude=("size",))
    assert "decision_maker" not in names(include=("decision_maker",), exclude=("contact_roles",))


def test_a_share_without_employees_is_missing() -> None:
    share = Attribute("s", "s", "share", ("department_sales", "employees"))
    np.testing.assert_array_equal(encode(share, Columns(company()[0], DAY)), [0.4, NOTHING])


def test_completeness_is_the_share_of_columns_that_are_known() -> None:
    (one,) = (a for a in usable_attributes(*company(), (), ("completeness",)) if a.form == "completeness")
    assert encode(one, Columns(pd.DataFrame({"employees": [1.0]}), DAY)).tolist() == [pytest.approx(1 / 3)]
