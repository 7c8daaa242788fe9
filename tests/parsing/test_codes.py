"""Industry codes of three systems, and what spreadsheets and vendors do to them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icp_ml.industries import industry_levels
from icp_ml.parsing.codes import parse_one
from icp_ml.settings import ColumnSettings

SYSTEMS = {one: ColumnSettings(source="Code", system=one) for one in ("naics", "sic", "nace", None)}


@pytest.mark.parametrize(
    ("system", "text", "code"),
    [
        ("naics", "541511", "541511"),
        ("naics", "541511.0", "541511"),
        ("naics", "5411.0", "5411"),
        ("naics", "541,511", "541511"),
        ("naics", "31-33", "31-33"),
        ("naics", "44–45", "44-45"),
        ("naics", "33", "31-33"),
        ("naics", "541511 - Custom Computer Programming Services", "541511"),
        ("naics", "541511: Programming", "541511"),
        ("naics", "541511 Programming", "541511"),
        ("naics", "NAICS 541511", "541511"),
        ("naics", "NAICS code: 541511", "541511"),
        ("naics", "541511, 541512", "541511"),
        ("naics", "541511; 511210", "541511"),
        ("naics", "SIC 7372", "sic:7372"),
        ("naics", "999990.0", "999990"),
        ("sic", "7372", "sic:7372"),
        ("sic", "7372.0", "sic:7372"),
        ("sic", "111", "sic:0111"),
        ("sic", "0111", "sic:0111"),
        ("sic", "7", "sic:07"),
        ("sic", "73", "sic:73"),
        ("sic", "737", "sic:737"),
        ("sic", "73720101", "sic:7372"),
        ("sic", "SIC: 7372 - Prepackaged Software", "sic:7372"),
        ("nace", "62.01", "nace:62.01"),
        ("nace", "J62.01", "nace:62.01"),
        ("nace", "J 62.01", "nace:62.01"),
        ("nace", "6201", "nace:62.01"),
        ("nace", "62.01.0", "nace:62.01"),
        ("nace", "6201Z", "nace:62.01"),
        ("nace", "62012", "nace:62.01"),
        ("nace", "1.11", "nace:01.11"),
        ("nace", "62", "nace:62"),
        ("nace", "62.01 Programmierung", "nace:62.01"),
        (None, "541511.0", "541511"),
        (None, "0111", "0111"),
        (None, "541511 - Programming", "541511"),
        (None, "SIC 7372", "sic:7372"),
        (None, "Software/IT", "Software/IT"),
    ],
)
def test_a_code_has_one_form(system, text, code):
    assert parse_one(text, SYSTEMS[system]) == code
    assert parse_one(code, SYSTEMS[system]) == code


@pytest.mark.parametrize(
    ("system", "text"),
    [
        ("naics", "Software"),
        ("naics", "5"),
        ("naics", "1000000"),
        ("naics", "131111"),
        ("naics", "31-45"),
        ("sic", "10111"),
        ("sic", "9800"),
        ("sic", "Software"),
        ("nace", "34.10"),
        ("nace", "62.011.1.1"),
        ("nace", "J"),
    ],
)
def test_what_is_no_code_of_the_system_is_not_understood(system, text):
    assert parse_one(text, SYSTEMS[system]) is None


@pytest.mark.parametrize("system", ["naics", "sic", "nace"])
@given(number=st.integers(0, 10**7))
def test_every_code_that_is_understood_has_levels_that_end_with_it(system, number):
    code = parse_one(str(number), SYSTEMS[system])
    assert code is None or industry_levels(code)[-1] == code


@given(st.text(max_size=15), st.sampled_from(list(SYSTEMS)))
def test_no_text_is_too_strange_and_what_is_understood_stays(text, system):
    once = parse_one(text, SYSTEMS[system])
    assert once is None or parse_one(once, SYSTEMS[system]) == once
