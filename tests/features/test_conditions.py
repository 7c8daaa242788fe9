from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from icp_ml.features.attributes import Attribute
from icp_ml.features.columns import Columns
from icp_ml.features.conditions import Condition, matching_part, points_earned, what_was_met
from icp_ml.features.encoder import Encoder
from icp_ml.features.encoding import encode, is_known

DAY = pd.Timestamp("2024-07-01")
NOTHING = float("nan")


def condition(column: str, kind, points: float = 1.0, **given) -> Condition:
    return Condition(column, kind, column, points, **given)


def accounts(**columns) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(values, dtype=dtype(values)) for name, values in columns.items()})


def dtype(values):
    return "str" if any(isinstance(one, str) for one in values) else None


@pytest.mark.parametrize(
    ("given", "values", "expected"),
    [
        (condition("n", "number", at_least=5.0), [4.9, 5.0, NOTHING], [0, 1, NOTHING]),
        (condition("n", "money", at_least=1.0, at_most=2.0), [0.5, 1.0, 2.0, 2.1], [0, 1, 1, 0]),
        (condition("n", "yes_no", at_least=1.0), [1.0, 0.0, NOTHING], [1, 0, NOTHING]),
        (condition("n", "year", at_most=2020.0), [2020.0, 2021.0, 2025.0], [1, 0, NOTHING]),
        (condition("n", "number", points=0.5, at_least=5.0), [4.0, 6.0], [0, 0.5]),
        (condition("c", "category", one_of=("Public",)), [" public ", "Public body", None], [1, 0, NOTHING]),
        (condition("c", "list", one_of=("Spark", "C")), ["Apache Spark|SAP", "C++", "b|c"], [1, 0, 1]),
        (condition("c", "list", one_of=("vice president",)), ["Vice President Sales", "president"], [1, 0]),
        (condition("c", "text", one_of=("data lake",)), ["Our Data Lake.", "data, lake"], [1, 0]),
        (condition("c", "text", one_of=("head",)), ["The HEAD of it", "headless"], [1, 0]),
    ],
)
def test_a_condition_holds_fails_or_is_not_known(given, values, expected) -> None:
    found = points_earned([given], accounts(**{given.column: values}), DAY)
    np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize(
    ("written", "expected"),
    [("2024-07-01", 1), ("2023-07-02", 1), ("2023-07-01", 0), ("2024-07-02", NOTHING), (None, NOTHING)],
)
def test_days_count_to_as_of_and_what_lies_ahead_is_not_known(written, expected) -> None:
    given = condition("at", "date", within_days=365)
    shown = pd.DataFrame({"at": pd.Series([pd.Timestamp(written) if written else pd.NaT]).dt.as_unit("s")})
    np.testing.assert_array_equal(points_earned([given], shown, DAY), [expected])
    each = pd.Series([DAY]).dt.as_unit("s")
    np.testing.assert_array_equal(points_earned([given], shown, each), [expected])


@pytest.mark.parametrize(
    ("revenue", "employees", "expected"),
    [
        (9.0, 60.0, 1.0),
        (1.0, 60.0, 0.5),
        (NOTHING, 60.0, 0.5),
        (1.0, NOTHING, 0.0),
        (NOTHING, 10.0, 0.0),
        (NOTHING, NOTHING, NOTHING),
    ],
)
def test_a_point_is_the_highest_that_holds_and_unknown_is_not_zero(revenue, employees, expected) -> None:
    either = [
        condition("revenue", "money", at_least=5.0),
        condition("employees", "number", 0.5, at_least=50.0),
    ]
    shown = accounts(revenue=[revenue], employees=[employees])
    np.testing.assert_array_equal(points_earned(either, shown, DAY), [expected])


@pytest.mark.parametrize("kind", ["number", "date", "list", "category"])
def test_a_column_that_is_not_there_is_not_known(kind) -> None:
    given = {"number": {"at_least": 1.0}, "date": {"within_days": 3}}.get(kind, {"one_of": ("a",)})
    assert np.isnan(points_earned([condition("x", kind, **given)], accounts(y=[1.0, 2.0]), DAY)).all()


def test_a_point_without_conditions_is_never_known() -> None:
    point = Attribute("trust", "trust", "rubric", ())
    assert not is_known(point, Columns(accounts(y=[1.0]), DAY)).any()
    assert what_was_met(point.conditions, accounts(y=[1.0]), DAY) == [()]


def test_what_was_met_is_the_best_condition_or_all_that_failed() -> None:
    either = [
        condition("employees", "number", 0.5, at_least=50.0),
        condition("revenue", "money", at_least=5.0),
        condition("revenue", "money", 0.7, at_least=4.0),
    ]
    shown = accounts(revenue=[9.0, 4.5, 1.0, NOTHING], employees=[60.0, NOTHING, 2.0, NOTHING])
    assert what_was_met(either, shown, DAY) == [((1, 9.0),), ((2, 4.5),), ((0, 2.0), (1, 1.0)), ()]


def test_the_part_that_matches_is_told() -> None:
    roles = condition("contact_roles", "list", one_of=("CFO", "head"))
    assert matching_part(roles, "CFO|Clerk|Head of IT") == "CFO, Head of IT"
    assert matching_part(condition("d", "text", one_of=("data lake", "ETL")), "ETL for a data lake, etl") == (
        "etl, data lake"
    )


def test_points_are_the_encoders_columns_and_survive_json() -> None:
    either = (condition("revenue", "money", at_least=5.0), condition("c", "country", one_of=("DE",)))
    encoder = Encoder((Attribute("ability", "ability", "rubric", ("revenue", "c"), conditions=either),))
    read = Encoder.from_json(encoder.to_json())
    shown = accounts(revenue=[1.0, 9.0], c=["DE", None])
    assert (read, read.columns) == (encoder, ["ability"])
    np.testing.assert_array_equal(read.transform(shown, DAY), [[1.0], [1.0]])
    np.testing.assert_array_equal(encode(encoder.attributes[0], Columns(shown, DAY)), [1.0, 1.0])
