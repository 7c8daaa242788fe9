"""Numbers and money, as people and tools write them."""

import math
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icp_ml.parsing.numbers import parse_one, parse_written
from icp_ml.settings import ColumnSettings

POINT = ColumnSettings(source="Size")
COMMA = ColumnSettings(source="Umsatz", decimal=",")
THOUSANDS = ColumnSettings(source="Revenue_k", unit=1000)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("48", 48),
        (" 48 ", 48),
        ("48.5", 48.5),
        (".5", 0.5),
        ("7,654", 7654),
        ("7 654", 7654),
        ("7\u00a0654", 7654),
        ("7\u202f654\u202f321", 7654321),
        ("7'654'321", 7654321),
        ("7\u2019654", 7654),
        ("12,34,567", 1234567),
        ("3e5", 3e5),
        ("3.5E+06", 3.5e6),
        ("+7", 7),
        ("-7", -7),
        ("\u22127", -7),
        ("-1", -1),
        ("-0", 0),
        ("(7,654)", -7654),
        ("($2.5M)", -2.5e6),
        ("-$90", -90),
        ("42 %", 42),
        ("42.", 42),
    ],
)
def test_a_plain_number(text, number):
    assert parse_one(text, POINT) == number


@pytest.mark.parametrize("text", ["bis 9", "bis 9 Mitarbeiter", "to 9", "à 9", "bis zu 9", "up to 9"])
def test_a_word_before_the_upper_bound_is_no_minus(text):
    assert parse_one(text, POINT) == 9


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("3.4k", 3400),
        ("18.3 MM", 18_300_000),
        ("$7B", 7e9),
        ("2.25 bn", 2.25e9),
        ("\u20ac4 Mio", 4e6),
        ("4 Mio. EUR", 4e6),
        ("USD 6 million", 6e6),
        ("6MUSD", 6e6),
        ("US$ 6m", 6e6),
        ("A$6m", 6e6),
        ("420 TEUR", 420_000),
        ("420 T\u20ac", 420_000),
        ("\u00a31.5 trillion", 1.5e12),
        ("\u20b93 crore", 3e7),
        ("CHF 7'600.50", 7600.5),
        (" $31,250 ", 31250),
        ("$10+ billion (USD)", 1e10),
        ("6 million per year", 6e6),
        ("$6M p.a.", 6e6),
    ],
)
def test_an_amount_with_suffix_or_currency(text, number):
    assert parse_one(text, POINT) == number


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("11-49", 11, 49),
        ("11\u201349", 11, 49),
        ("11 to 49 employees", 11, 49),
        ("between 11 and 49", 11, 49),
        ("2,501 - 7,500", 2501, 7500),
        ("$60 to $90 million (USD)", 60e6, 90e6),
        ("$600 million to $2 billion (USD)", 600e6, 2e9),
        ("$61K-$93K", 61e3, 93e3),
        ("$450,000-2 million", 450_000, 2e6),
    ],
)
def test_a_band_is_its_geometric_mean(text, low, high):
    assert parse_one(text, POINT) == pytest.approx(math.sqrt(low * high), rel=1e-12)


def test_a_band_from_zero_is_its_arithmetic_mean():
    assert parse_one("0-30", POINT) == 15


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("20,000+", 20000),
        ("20000+ employees", 20000),
        ("over 4000", 4000),
        (">4000", 4000),
        ("more than 4,000", 4000),
        ("at least 40", 40),
        ("<25", 25),
        ("under 25", 25),
        ("less than 25", 25),
        ("Less than $3 million (USD)", 3e6),
        ("up to 25", 25),
        ("approx. 250", 250),
        ("~250", 250),
        ("ca. 250", 250),
        ("c. 250", 250),
        ("Around 250 people.", 250),
        ("25ish", 25),
        ("25 and growing.", 25),
        ("300+ (as of October 2022)", 300),
        ("3,600 employees (Dec 2021)", 3600),
    ],
)
def test_an_open_or_rough_number_is_the_number(text, bound):
    assert parse_one(text, POINT) == bound


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("c $3-4 million", 3e6, 4e6),
        ("g $60,000-$90,000", 60_000, 90_000),
        ("e $160,000-360,000", 160_000, 360_000),
        ("Q $3-4 million", 3e6, 4e6),
        ("$61K-$93K (Glassdoor est.)", 61e3, 93e3),
        ("$61K-$93K(Employer est.)", 61e3, 93e3),
        ("Employer Provided Salary:$61K-$93K", 61e3, 93e3),
        ("Number of employees : 20 - 30.", 20, 30),
        ("[20-30](https://example.com/about)", 20, 30),
        ("20-30 (source: LinkedIn)", 20, 30),
        ("20 - 30 employees on LinkedIn", 20, 30),
        ("$22-$35 Per Hour(Glassdoor est.)", 22 * 2080, 35 * 2080),
    ],
)
def test_what_stands_around_a_band_does_not_change_it(text, low, high):
    assert parse_one(text, POINT) == pytest.approx(math.sqrt(low * high), rel=1e-12)


def test_the_last_class_of_a_loan_is_its_bound():
    assert parse_one("k <$20,000", POINT) == 20_000


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("Nov-50", (11, 50)),
        ("2-Oct", (2, 10)),
        ("Feb-10", (2, 10)),
        ("10-Feb", (2, 10)),
        ("1-Oct", (1, 10)),
        ("01-May", (1, 5)),
        ("May-20", (5, 20)),
        ("Dez 20", (12, 20)),
        ("01. Mai", (1, 5)),
    ],
)
def test_a_band_that_a_spreadsheet_took_for_a_date_is_a_band_again(text, ends):
    assert parse_one(text, POINT) == pytest.approx(math.sqrt(ends[0] * ends[1]))


@pytest.mark.parametrize(
    ("written", "ends"),
    [
        (datetime(2026, 2, 10), (2, 10)),
        (datetime(2026, 10, 2), (2, 10)),
        (datetime(2026, 10, 1), (1, 10)),
        (datetime(1950, 11, 1), (11, 50)),
        (datetime(2026, 11, 20), (11, 20)),
    ],
)
def test_a_cell_that_became_a_date_is_a_band_again(written, ends):
    assert parse_written(written, POINT) == pytest.approx(math.sqrt(ends[0] * ends[1]))


def test_a_point_in_time_is_no_band():
    assert parse_written(datetime(2026, 2, 10, 8, 30), POINT) is None


@pytest.mark.parametrize(
    ("text", "a_year"),
    [
        ("$20 per hour", 41_600),
        ("$20/hr", 41_600),
        ("$100 a day", 26_000),
        ("€100/week", 5_200),
        ("$10k per month", 120_000),
        ("10k USD monthly", 120_000),
        ("$6M per year", 6e6),
    ],
)
def test_money_for_a_shorter_time_is_a_years(text, a_year):
    assert parse_one(text, POINT) == a_year


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("7.654,5", 7654.5),
        ("7.654", 7654),
        ("7 654,50", 7654.5),
        ("3,5 Mrd. EUR", 3.5e9),
        ("12.500 \u20ac", 12500),
        ("-2,5", -2.5),
        ("3,-", 3),
    ],
)
def test_a_decimal_comma(text, number):
    assert parse_one(text, COMMA) == number


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "n/a",
        "undisclosed",
        "inf",
        "-Infinity",
        "nan",
        "1e999",
        "9e300 bn",
        "1_000",
        "0x10",
        "١٢",
        "12,34",
        "1.234,5",
        "1.2.3",
        "1,2345",
        "49-11",
        "1-2-3",
        "5-",
        "-5 to 3",
        "2014 100",
        "million",
        "C $3-4 million",
        "a 5",
        "21 per hour",
        "Nov-1950",
        "Deficit: 5M",
        "2019: 40",
        "25 (30 with freelancers)",
        "3 months",
        "5 million million",
        "2014-09-04",
        "12/5",
        "1,234¹",
        "1-800-FLOWERS",
        "a5",
    ],
)
def test_a_text_of_unknown_meaning_is_not_guessed(text):
    assert parse_one(text, POINT) is None


@pytest.mark.parametrize("text", ["1.5", "7,654.5", "12.34"])
def test_a_point_is_no_decimal_sign_where_the_comma_is(text):
    assert parse_one(text, COMMA) is None


@pytest.mark.parametrize(
    ("text", "number"), [("5", 5000), ("$5", 5000), ("4-9", 6000), ("5M", 5e6), ("5k", 5000), ("(5)", -5000)]
)
def test_the_unit_multiplies_a_number_without_its_own_suffix(text, number):
    assert parse_one(text, THOUSANDS) == pytest.approx(number, rel=1e-12)


@given(st.integers(-(10**15), 10**15))
def test_a_grouped_whole_number_round_trips(number):
    assert parse_one(f"{number:,}", POINT) == number
    assert parse_one(f"{number:,}".replace(",", "."), COMMA) == number
    assert parse_one(f"{number:,}".replace(",", " "), POINT) == number


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_the_shortest_text_of_a_number_round_trips(number):
    assert parse_one(repr(number), POINT) == number


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=2))
def test_money_round_trips_in_either_decimal_sign(amount):
    text = f"{amount:,.2f}"
    assert parse_one(text, POINT) == float(amount)
    assert parse_one(text.translate(str.maketrans(",.", ".,")), COMMA) == float(amount)


@given(st.floats(0, 1e6), st.sampled_from(["", "$"]))
def test_a_larger_suffix_means_a_larger_number(number, sign):
    written = [f"{sign}{number:.2f}{suffix}" for suffix in ("", "k", " Mio", "B", " trillion")]
    values = [parse_one(text, POINT) for text in written]
    assert values == sorted(values) and values[0] == pytest.approx(float(f"{number:.2f}"))
    assert [parse_one(str(value), POINT) for value in values] == values


@given(st.text(alphabet="0123456789 .,-+kmbMio$\u20ac()~<>to'e%"), st.sampled_from([POINT, COMMA, THOUSANDS]))
def test_any_text_gives_a_finite_number_or_none(text, column):
    number = parse_one(text, column)
    assert number is None or math.isfinite(number)
