"""Columns of a table that speak of each other, and a mapping's settings that all of them share."""

from datetime import date

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from icp_ml.errors import ConfigError
from icp_ml.parsing import Notation, notation_of, parse_table
from icp_ml.parsing.currencies import Rates
from icp_ml.settings import ColumnSettings, DataSettings

RATES = Rates("USD", {"USD": 1.0, "EUR": 1.25, "GBP": 1.5})
KINDS = {
    "revenue": "money",
    "cost": "money",
    "currency": "category",
    "country": "country",
    "region": "region",
}


def parse(raw, rates=RATES, index=None, **columns):
    given = {
        name: ColumnSettings.model_validate(columns.get(name, name))
        for name in KINDS
        if name in columns or name in raw
    }
    rows = pd.DataFrame(raw, index=index, dtype=object)
    return parse_table(rows.__getitem__, rows.index, given, KINDS, Notation(("", "n/a"), rates))


def values(parsed, name):
    return parsed[name].values.fillna("" if name in ("currency", "region") else -1).tolist()


def test_a_currency_column_is_that_of_its_rows_amounts():
    raw = {"revenue": ["100", "100", 100, "£100", "n/a"], "currency": ["EUR", "usd", "n/a", "EUR", "EUR"]}
    parsed = parse(raw)
    assert values(parsed, "revenue") == [125, 100, 100, 150, -1]
    assert values(parsed, "currency") == ["USD", "USD", "", "USD", "USD"]


def test_an_amount_whose_row_names_no_known_currency_is_counted():
    parsed = parse({"revenue": ["100", "$100", "100"], "currency": ["PLN", "PLN", "pesetas"]})
    assert values(parsed, "revenue") == [-1, 100, -1]
    assert parsed["revenue"].not_understood == {"100": 2}


def test_without_rates_a_currency_column_is_only_read():
    parsed = parse({"revenue": ["100"], "currency": ["EUR"]}, rates=None)
    assert (values(parsed, "revenue"), values(parsed, "currency")) == ([100], ["EUR"])


@pytest.mark.parametrize(
    ("currency", "prices", "revenue"),
    [
        (None, ["5", "$5", "€5"], [10, 10, -1]),
        ("EUR", ["5", "$5", "€5"], [12.5, -1, 12.5]),
        ("PLN", ["5"], [-1]),
    ],
)
def test_a_product_is_converted_once(currency, prices, revenue):
    column = {"product_of": ["quantity", "price"], "currency": currency}
    raw = {"quantity": ["2"] * len(prices), "price": prices}
    parsed = parse(raw, revenue=column)["revenue"]
    assert parsed.values.fillna(-1).tolist() == revenue
    assert parsed.n_known + sum(parsed.not_understood.values()) >= len(prices)


def test_a_region_is_read_by_its_rows_country():
    parsed = parse(
        {"region": ["CA", "CA", "Bavaria", "SF Bay"], "country": ["USA", "Germany", "Deutschland", "US"]}
    )
    assert values(parsed, "region") == ["US-CA", "CA", "DE-BY", "SF Bay"]
    assert values(parse({"region": ["CA", "California"]}), "region") == ["CA", "US-CA"]


AMOUNTS = st.sampled_from(["100", "€5", "$3M", "5 kr", "n/a", "x", 7, 2.5, None])
CODES = st.sampled_from(["EUR", "GBP", "PLN", "?", "", None])
PLACES = st.sampled_from([("CA", "US"), ("CA", "DE"), ("Bayern", "DE"), ("CA", None), (None, "US")])


@settings(max_examples=25)
@given(st.lists(st.tuples(AMOUNTS, CODES, PLACES), min_size=1, max_size=8))
def test_a_row_is_the_same_alone_and_among_others(rows):
    raw = {
        "revenue": [one for one, _, _ in rows],
        "currency": [one for _, one, _ in rows],
        "region": [one for _, _, (one, _) in rows],
        "country": [one for _, _, (_, one) in rows],
    }
    together = parse(raw)
    for at in range(len(rows)):
        alone = parse({name: [cells[at]] for name, cells in raw.items()})
        for name in raw:
            pd.testing.assert_series_equal(
                alone[name].values, together[name].values.iloc[[at]], check_names=False, check_index=False
            )


def mapping(**given):
    content = {"name": "test", "root": ".", "today": date(2026, 1, 1), "missing": ("",), **given}
    return DataSettings.model_validate(content)


def test_rates_are_resolved_once_before_any_file_is_read():
    """The file is not there: only the settings can be wrong."""
    table = {
        "path": "nowhere.csv",
        "columns": {"account_id": "A", "revenue": {"from": "R", "currency": "RUB"}},
    }
    with pytest.raises(ConfigError, match="did not quote RUB on 2024-01-05"):
        notation_of(mapping(currency="EUR", rates_on=date(2024, 1, 5), customers=table))
    assert notation_of(mapping(customers=table)) == Notation(("",), None)
