"""Which currency an amount names, and what it is worth on a stated day."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from icp_ml.errors import ConfigError
from icp_ml.parsing import parse_column
from icp_ml.parsing.currencies import Rates, currency_code, named_currency, rates_into
from icp_ml.settings import ColumnSettings, DataSettings

RATES = Rates("USD", {"USD": 1.0, "EUR": 1.25, "GBP": 1.5, "CAD": 0.75, "SEK": 0.1, "JPY": 0.01, "CNY": 0.15})
PLAIN = ColumnSettings(source="Revenue")


def parse(values, column=PLAIN, rates=RATES, kind="money", dtype=object):
    return parse_column(pd.Series(values, dtype=dtype), kind, column, ("n/a",), rates)


@pytest.mark.parametrize(
    ("text", "declared", "code"),
    [
        ("5m", "EUR", "EUR"),
        ("€3 mio", "USD", "EUR"),
        ("2,5 mrd. eur", "USD", "EUR"),
        ("$8b", "EUR", "USD"),
        ("us$ 8b", "CAD", "USD"),
        ("us $8b", "CAD", "USD"),
        ("c$5", "USD", "CAD"),
        ("ca$5", "USD", "CAD"),
        ("a$5", "USD", "AUD"),
        ("nz$5", "USD", "NZD"),
        ("hk$5", "USD", "HKD"),
        ("s$5", "USD", "SGD"),
        ("r$5", "USD", "BRL"),
        ("$5", "CAD", "CAD"),
        ("$5 cad", "USD", "CAD"),
        ("$50 to $100 million (usd)", "EUR", "USD"),
        ("¥5", "CNY", "CNY"),
        ("¥5", "JPY", "JPY"),
        ("¥5", "USD", "JPY"),
        ("cn¥5", "USD", "CNY"),
        ("5 kr", "SEK", "SEK"),
        ("5 kr", "NOK", "NOK"),
        ("5 kr", "USD", "XXX"),
        ("€5 ($6)", "EUR", "XXX"),
        ("₿5", "USD", "XXX"),
        ("5 rs", "USD", "INR"),
    ],
)
def test_a_text_names_its_currency(text, declared, code):
    assert named_currency(text, declared) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("EUR", "EUR"),
        (" usd ", "USD"),
        ("€", "EUR"),
        ("US Dollar", "USD"),
        ("Canadian Dollar", "CAD"),
        ("Canadian Dollars", "CAD"),
        ("Kanadischer Dollar", "CAD"),
        ("CAD - Canadian Dollar", "CAD"),
        ("C$", "CAD"),
        ("Can$", "XXX"),
        ("Egyptian Pound", "EGP"),
        ("Pound Sterling", "GBP"),
        ("Pakistani Rupee", "PKR"),
        ("Swiss Franc", "CHF"),
        ("Narnian Dollar", "XXX"),
        ("xyz", "XYZ"),
        ("?", "XXX"),
        ("a lot", "XXX"),
    ],
)
def test_a_cell_of_a_currency_column(text, code):
    assert currency_code(text, "USD") == code


@pytest.mark.parametrize(
    ("value", "currency", "usd"),
    [
        ("100", None, 100),
        (100, None, 100),
        (100.0, "EUR", 125),
        ("100", "EUR", 125),
        ("€100", None, 125),
        ("€100", "GBP", 125),
        ("$100", "EUR", 100),
        ("£2k-£8k", None, 6000),
        ("C$4M", None, 3e6),
        ("100 kr", "SEK", 10),
        ("¥100", "CNY", 15),
        ("¥100", None, 1),
        ("€5 per month", None, 75),
    ],
)
def test_money_is_converted_from_its_own_currency_else_that_of_its_column(value, currency, usd):
    column = ColumnSettings(source="Revenue", currency=currency)
    assert parse([value], column).values.tolist() == pytest.approx([usd])


def test_a_whole_column_of_figures_is_converted_alike():
    column = ColumnSettings(source="Revenue", currency="EUR", unit=1000)
    for dtype in ("float64", object):
        np.testing.assert_allclose(
            parse([1.0, np.nan, 2.0], column, dtype=dtype).values, [1250, np.nan, 2500]
        )


def test_a_currency_without_a_rate_is_counted_and_never_taken_one_to_one():
    parsed = parse(["R$5M", "5 kr", "₿5", "5 PLN", "$5", "n/a"])
    assert parsed.values.isna().tolist() == [True, True, True, True, False, True]
    assert set(parsed.not_understood) == {"R$5M", "5 kr", "₿5", "5 PLN"}
    unquoted = ColumnSettings(source="Revenue", currency="PLN")
    assert parse([5.0], unquoted, dtype="float64").not_understood == {"5.0": 1}


def test_without_rates_and_for_counts_signs_are_dropped():
    assert parse(["€5M"], rates=None).values.tolist() == [5e6]
    assert parse(["€5M"], kind="number").values.tolist() == [5e6]


@given(st.floats(0, 1e9), st.sampled_from(["EUR", "GBP", "USD"]))
def test_conversion_is_one_factor(number, currency):
    column = ColumnSettings(source="Revenue", currency=currency)
    assert parse([number], column).values[0] == pytest.approx(number * RATES.per_unit[currency])


def test_rates_are_those_of_the_last_business_day():
    """EUR 1 was USD 1.1050 on Friday, December 29, 2023, the last day of that year with rates."""
    for day in (date(2023, 12, 29), date(2023, 12, 31), date(2024, 1, 1)):
        rates = rates_into("USD", day)
        assert rates.per_unit["EUR"] == pytest.approx(1.1050)
        assert rates.per_unit["USD"] == 1.0
    assert rates_into("EUR", date(2023, 12, 31)).per_unit["USD"] == pytest.approx(1 / 1.1050)
    assert "RUB" not in rates.per_unit  # not quoted since 2022


@pytest.mark.parametrize(
    ("currency", "day", "said"),
    [
        (
            "EUR",
            date(1998, 12, 31),
            r"data\.rates_on is 1998-12-31, and exchange rates are known from 1999-01-04 to ",
        ),
        ("EUR", date(2150, 1, 1), r"data\.rates_on is 2150-01-01, and exchange rates are known from "),
        (
            "RUB",
            date(2024, 1, 5),
            r"data\.currency is RUB, which the European Central Bank did not quote on 2024",
        ),
    ],
)
def test_a_day_without_rates_is_a_wrong_setting(currency, day, said):
    with pytest.raises(ConfigError, match=said):
        rates_into(currency, day)


@pytest.mark.parametrize("given", [{"currency": "EUR"}, {"rates_on": date(2024, 1, 5)}])
def test_a_currency_needs_the_day_of_its_rates_and_the_day_a_currency(given):
    with pytest.raises(ValueError, match="currency and rates_on go together"):
        DataSettings(name="test", root=".", today=date(2026, 1, 1), missing=(), **given)
