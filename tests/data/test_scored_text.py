"""The lines of a scored list, made column by column: the bytes that writing row by row gives."""

from __future__ import annotations

import csv
import io
import math

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from icp_ml.data.scored import SIMILAR
from icp_ml.data.scored_text import N_DECIMALS, csv_lines, safe_cell
from icp_ml.scoring.reasons import REASONS

SCHEMA = pa.schema(
    [
        ("account_id", pa.string()),
        ("fit_probability", pa.float64()),
        ("fit_percentile", pa.float64()),
        ("fit_rank", pa.int64()),
        ("reasons_for", REASONS),
        ("similar_best", SIMILAR),
        ("is_customer", pa.bool_()),
        ("scored_at", pa.date32()),
        ("tier", pa.string()),
    ]
)
TEXT = st.one_of(
    st.text(max_size=6),
    st.text(alphabet='=+-@,";\t\r\n1a＝', max_size=5),
)
HALVES = st.integers(-5, 20_005).map(lambda at: at / 20_000)
NUMBER = st.one_of(st.none(), st.floats(0, 1), HALVES, st.floats(-1e4, 1e4))
ROW = st.fixed_dictionaries(
    {
        "account_id": st.none() | TEXT,
        "fit_probability": NUMBER,
        "fit_percentile": NUMBER,
        "fit_rank": st.none() | st.integers(0, 10**9),
        "reasons_for": st.none() | st.lists(st.fixed_dictionaries({"words": TEXT}), max_size=3),
        "similar_best": st.none()
        | st.lists(st.fixed_dictionaries({"account_id": TEXT, "name": st.none() | TEXT}), max_size=3),
        "is_customer": st.none() | st.booleans(),
        "scored_at": st.none() | st.dates(),
        "tier": st.sampled_from(["Best fit", "Bad fit", None]),
    }
)


def cell(name, value):
    """Write one cell by the rules, as a program that goes row by row would."""
    if value is None and not name.startswith(("reasons", "similar")):
        return ""
    if name == "reasons_for":
        value = "; ".join(one["words"] for one in value or ())
    if name == "similar_best":
        value = "; ".join(one["name"] or one["account_id"] for one in value or ())
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        n_decimals = N_DECIMALS.get(name, 4)
        return f"{round(value, n_decimals) + 0.0:.{n_decimals}f}"  # no "-0.0"
    return safe_cell(value)


def row_by_row(rows) -> bytes:
    stream = io.StringIO()
    csv.writer(stream).writerows([cell(name, row[name]) for name in SCHEMA.names] for row in rows)
    return stream.getvalue().encode()


@given(st.lists(ROW, max_size=6), st.integers(0, 3))
def test_columns_give_the_bytes_that_rows_give(rows, start: int) -> None:
    table = pa.Table.from_pylist(rows, SCHEMA).slice(start)
    assert bytes(csv_lines(table)) == row_by_row(rows[start:])


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.00005, "0.0001"),  # in binary a little above
        (0.03125, "0.0312"),  # halfway: to even
        (0.00015, "0.0001"),  # in binary a little below
        (0.99995, "1.0000"),
        (1.0, "1.0000"),
        (-1e-9, "0.0000"),
        (math.nan, ""),
        (None, ""),
    ],
)
def test_a_number_is_rounded_as_its_exact_value_asks_for(value, written: str) -> None:
    table = pa.table({"fit_probability": pa.array([value], pa.float64(), from_pandas=True), "tier": [""]})
    assert bytes(csv_lines(table)).decode() == f"{written},\r\n"


def test_a_quote_is_doubled_and_a_formula_is_none() -> None:
    table = pa.table({"name": ['=1+"2", x', "a\nb", "plain"], "tier": ["a", None, "c"]})
    assert bytes(csv_lines(table)).decode() == '"\'=1+""2"", x",a\r\n"a\nb",\r\nplain,c\r\n'
