"""Whole columns: dtypes, missing tokens, typed values, and independence of rows."""

import datetime as dt
from decimal import Decimal
from typing import get_args

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from icp_ml.parsing import parse_column
from icp_ml.schema import Kind
from icp_ml.settings import ColumnSettings

PLAIN = ColumnSettings(source="A")
MISSING = ("n/a", "Unknown", "-1")
KINDS = get_args(Kind)

FORMS = [
    "1,234",
    "$5M",
    "11-49",
    "yes",
    "closed won",
    "2019-03-05",
    "France",
    "foo.com",
    "a, b",
    "n/a",
    "-1",
    "",
]
MIXED = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**400), 10**400),
    st.floats(),
    st.text(max_size=20),
    st.sampled_from(FORMS),
    st.datetimes(),
    st.dates(),
    st.decimals(allow_nan=False),
    st.times(),
    st.lists(st.text(max_size=3), max_size=3),
    st.binary(max_size=3),
    st.just(pd.NaT),
    st.just(pd.NA),
)


def parse(values, kind, column=PLAIN, dtype=None):
    return parse_column(pd.Series(values, dtype=dtype), kind, column, MISSING)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("values", [[], [None, None], ["", "n/a"], ["1"]])
def test_the_kind_alone_decides_the_dtype(kind, values):
    dtype = {"date": "datetime64[s]"}.get(
        kind, "float64" if kind in ("number", "money", "year", "yes_no") else "str"
    )
    assert parse(values, kind, dtype=object).values.dtype == dtype


@pytest.mark.parametrize("kind", KINDS)
def test_missing_tokens_are_missing_and_not_strange(kind):
    parsed = parse([None, "", "  ", " N/A ", "unknown", "-1", float("nan"), pd.NaT], kind, dtype=object)
    assert parsed.values.isna().all()
    assert (parsed.n_known, parsed.not_understood) == (0, {})


def test_what_is_not_understood_is_missing_and_counted_by_its_text():
    parsed = parse(["12", "lots", "n/a", "few", "lots", None], "number")
    assert parsed.values.tolist()[0] == 12
    assert parsed.values.isna().tolist() == [False, True, True, True, True, True]
    assert list(parsed.not_understood.items()) == [("lots", 2), ("few", 1)]
    assert parsed.n_known == 1


def test_the_missing_tokens_of_a_column_replace_those_of_the_mapping():
    column = ColumnSettings(source="A", missing=("none",))
    assert parse(["-1", "None"], "number", column).values.tolist()[0] == -1
    assert parse(["unknown"], "text", column).values.tolist() == ["unknown"]


def test_the_index_and_the_argument_stay():
    raw = pd.Series(["1", "x", "2"], index=[7, 7, 3])
    before = raw.copy()
    parsed = parse_column(raw, "number", PLAIN, MISSING)
    assert parsed.values.index.tolist() == [7, 7, 3]
    pd.testing.assert_series_equal(raw, before)


@pytest.mark.parametrize(
    ("values", "dtype"),
    [
        ([5, -1, 7], "int64"),
        ([5.0, np.nan, 7.0], "float64"),
        ([5, None, 7], "Int64"),
        ([5, None, 7.0], object),
        (["5", "-1", "7"], "str"),
        (["5", None, "7"], object),
        (["5", None, "7"], "string[pyarrow]"),
        (["5", None, "7"], pd.ArrowDtype(pa.string())),
        (["5", None, "7"], "category"),
        ([Decimal(5), None, Decimal("7.00")], object),
    ],
)
def test_a_number_is_the_same_in_every_storage(values, dtype):
    parsed = parse(values, "number", ColumnSettings(source="A", unit=10), dtype)
    np.testing.assert_array_equal(parsed.values, [50.0, np.nan, 70.0])


def test_infinities_are_not_understood_in_any_storage():
    for dtype in ("float64", object):
        parsed = parse([np.inf, 1.0], "number", dtype=dtype)
        assert parsed.not_understood == {"inf": 1}
        assert parsed.values.tolist()[1] == 1.0


def test_a_typed_number_needs_no_decimal_sign():
    assert parse([1.5, "1,5"], "number", ColumnSettings(source="A", decimal=","), object).values.tolist() == [
        1.5,
        1.5,
    ]


@pytest.mark.parametrize(
    "values",
    [
        pd.to_datetime(["2019-03-05 23:30:00", None]),
        pd.to_datetime(["2019-03-05 23:30:00", None]).tz_localize("Europe/Berlin"),
        [dt.datetime(2019, 3, 5, 23, 30, 0, 999), None],
        ["2019-03-05T23:30:00+01:00", "n/a"],
    ],
)
def test_a_date_is_the_same_in_every_storage(values):
    parsed = parse(values, "date")
    assert parsed.values.tolist()[0] == pd.Timestamp(2019, 3, 5, 23, 30)
    assert parsed.n_known == 1


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        (17850.0, "id", "17850"),
        (17850, "id", "17850"),
        (0.5, "id", "0.5"),
        (94105.0, "text", "94105"),
        (5411.0, "category", "5411"),
        (2007.0, "year", 2007.0),
        (dt.date(2007, 5, 1), "year", 2007.0),
        (dt.date(2007, 5, 1), "date", pd.Timestamp(2007, 5, 1)),
        (20190305, "date", pd.Timestamp(2019, 3, 5)),
        (True, "yes_no", 1.0),
        (0, "yes_no", 0.0),
        (1.0, "yes_no", 1.0),
        (True, "number", 1.0),
        (["b", None, "a", "n/a"], "list", "a|b"),
        (np.array(["b", "a"]), "list", "a|b"),
    ],
)
def test_a_typed_value_is_taken_where_it_fits(value, kind, expected):
    assert parse([value, None], kind, dtype=object).values.tolist()[0] == expected


@pytest.mark.parametrize(
    ("value", "kind"),
    [(dt.date(2007, 5, 1), "number"), (3.5, "date"), (2.5, "yes_no"), ([1], "number"), (12.5, "country")],
)
def test_a_typed_value_that_does_not_fit_is_counted(value, kind):
    parsed = parse([value, value], kind, dtype=object)
    assert (parsed.n_known, list(parsed.not_understood.values())) == (0, [2])


def test_equal_values_of_different_types_keep_their_own_reading():
    assert parse([True, 1, 1.0, "1"], "text", dtype=object).values.tolist() == ["True", "1", "1", "1"]


@given(st.lists(MIXED, max_size=8), st.sampled_from(KINDS), st.randoms(use_true_random=False))
def test_a_row_does_not_depend_on_its_neighbours(values, kind, random):
    raw = pd.Series(values, dtype=object)
    together = parse_column(raw, kind, PLAIN, MISSING)
    order = random.sample(range(len(raw)), len(raw))
    shuffled = parse_column(raw.iloc[order], kind, PLAIN, MISSING)
    pd.testing.assert_series_equal(shuffled.values.sort_index(), together.values, check_index_type=False)
    assert shuffled.not_understood == together.not_understood
    for row in range(len(raw)):
        alone = parse_column(raw.iloc[[row]], kind, PLAIN, MISSING).values
        pd.testing.assert_series_equal(alone, together.values.iloc[[row]], check_index_type=False)


@given(st.lists(st.text(), max_size=8), st.sampled_from(KINDS))
def test_every_row_is_known_or_missing_or_counted(texts, kind):
    parsed = parse_column(pd.Series(texts, dtype="str"), kind, PLAIN, MISSING)
    n_absent = sum(not text.strip() or text.strip().casefold() in ("n/a", "unknown", "-1") for text in texts)
    assert parsed.n_known + sum(parsed.not_understood.values()) + n_absent == len(texts)


@given(st.lists(st.floats(width=64), max_size=8), st.sampled_from(["number", "money"]))
def test_typed_and_mixed_columns_of_numbers_agree(numbers, kind):
    column = ColumnSettings(source="A", unit=1000)
    typed = parse_column(pd.Series(numbers, dtype="float64"), kind, column, MISSING)
    mixed = parse_column(pd.Series(numbers, dtype=object), kind, column, MISSING)
    pd.testing.assert_series_equal(typed.values, mixed.values)
    assert typed.not_understood == mixed.not_understood
