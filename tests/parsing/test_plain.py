"""Plain values: reading them all at once gives what reading them one by one gives."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import get_args

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import shared_data

from icp_ml.parsing import parse_column, values
from icp_ml.parsing.currencies import rates_into
from icp_ml.parsing.plain import parse_plain
from icp_ml.schema import Kind
from icp_ml.settings import ColumnSettings

KINDS: tuple[Kind, ...] = get_args(Kind)
MISSING = ("n/a", "-1", "unknown", "unknown.com", "1,000")
RATES = rates_into("EUR", date(2024, 1, 2))
COLUMNS = [
    ColumnSettings(source="A"),
    ColumnSettings(source="A", decimal=",", separator=";"),
    ColumnSettings(source="A", unit=1000.0, currency="USD", separator="|"),
    ColumnSettings(source="A", unit=0.1, currency="XYZ", separator=""),
]
LABELS = st.sampled_from(
    ["www", "www2", "foo", "co", "com", "uk", "ck", "github", "io", "xn--mller-kva", "Ä"]
)
NUMBERS = st.from_regex(r"-?[0-9]{1,16}(,[0-9]{2,3}){0,5}(\.[0-9]{0,10})?", fullmatch=True)
ITEMS = st.sampled_from(
    ["SAP", " SAP", "Jira ", "n/a", "a|b", "- C", "e\u0301", "\u00e9", "", "[x", "'y'", "\x85"]
)
TEXTS = st.one_of(
    st.text(max_size=12),
    st.text("aZ 0.1,-$\t\n\u00a0\u0301\u00df|/:", max_size=12),
    NUMBERS,
    st.sampled_from(MISSING).flatmap(lambda text: st.sampled_from([text, text.upper(), f" {text}"])),
    st.builds(
        "{}{}".format, st.sampled_from(["", "http://", "HTTPS://www."]), st.lists(LABELS).map(".".join)
    ),
    st.builds(lambda items, mark: mark.join(items), st.lists(ITEMS), st.sampled_from([",", ";", "|", ", "])),
)


def assert_same(texts: Collection[str], kind: Kind, column: ColumnSettings) -> None:
    """Parse as a column of texts, and as one of objects, of which nothing is read at once."""
    texts = [text.encode(errors="replace").decode() for text in texts]
    at_once = parse_column(pd.Series(texts, dtype="str"), kind, column, MISSING, RATES)
    one_by_one = parse_column(pd.Series(texts, dtype=object), kind, column, MISSING, RATES)
    pd.testing.assert_series_equal(at_once.values, one_by_one.values, check_exact=True)
    assert at_once.n_known == one_by_one.n_known
    assert list(at_once.not_understood.items()) == list(one_by_one.not_understood.items())


@pytest.mark.parametrize("kind", KINDS)
@given(texts=st.lists(TEXTS, max_size=20), column=st.sampled_from(COLUMNS))
def test_at_once_is_as_one_by_one(kind: Kind, texts: list[str], column: ColumnSettings) -> None:
    assert_same(texts, kind, column)


@pytest.mark.parametrize(
    ("kind", "texts"),
    [
        ("text", ["Acme, Inc.", "R&D"]),
        ("id", ["P1-0", "17850"]),
        ("number", ["12", "-0.5", "1,234,567.25"]),
        ("money", ["123456789012345.5"]),
        ("domain", ["foo.com", "https://www.Foo.de/", "p1-0.example"]),
    ],
)
def test_what_is_plain_is_read_at_once(kind: Kind, texts: list[str]) -> None:
    plain = parse_plain(pd.array(texts, dtype="str"), kind, COLUMNS[0], None)
    assert plain is not None
    assert not plain.is_left.any()


@pytest.mark.parametrize("kind", KINDS)
def test_what_was_met_before_changes_nothing(kind: Kind) -> None:
    texts = ["1,5", "n/a", "01/02/2024", "FR", "NA", "yes", "62.01", "a,b", "$5M", "?"]
    first = [parse_column(pd.Series(texts, dtype="str"), kind, one, ("n/a",), RATES) for one in COLUMNS]
    again = [parse_column(pd.Series(texts, dtype="str"), kind, one, ("n/a",), RATES) for one in COLUMNS]
    values.parser_of.cache_clear()
    alone = [parse_column(pd.Series(texts, dtype="str"), kind, one, ("n/a",), RATES) for one in COLUMNS]
    for one, other, third in zip(first, again, alone, strict=True):
        assert one.values.equals(other.values)
        assert one.values.equals(third.values)
        assert one.not_understood == other.not_understood == third.not_understood


@pytest.mark.parametrize(
    ("folder", "name"),
    [
        ("crunchbase_2013", "crunchbase-companies.csv"),
        ("remote_companies", "remote_companies.csv"),
        ("unicorns", "unicorn_companies.csv"),
    ],
)
def test_real_columns_read_the_same(folder: str, name: str) -> None:
    path = shared_data(folder) / name
    rows = pd.read_csv(path, dtype="str", keep_default_na=False, nrows=500)
    for heading in rows:
        for kind in KINDS:
            assert_same(rows[heading].unique().tolist(), kind, COLUMNS[0])
