"""Regions by name and code, with and without their country."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from icp_ml.parsing.regions import meant_by, region_codes


def code_of(region, country=None):
    regions = pd.Series([region], dtype="str")
    countries = None if country is None else pd.Series([country], dtype="str")
    return region_codes(regions, countries)[0]


@pytest.mark.parametrize(
    ("region", "country", "code"),
    [
        ("CA", "US", "US-CA"),
        ("ca", "US", "US-CA"),
        ("California", "US", "US-CA"),
        ("California", None, "US-CA"),
        ("US-CA", None, "US-CA"),
        ("us_ca", "US", "US-CA"),
        ("New York State", "US", "US-NY"),
        ("Washington, D.C.", "US", "US-DC"),
        ("QC", "CA", "CA-QC"),
        ("Quebec", "CA", "CA-QC"),
        ("Bayern", "DE", "DE-BY"),
        ("Bavaria", "DE", "DE-BY"),
        ("North Rhine-Westphalia", "DE", "DE-NW"),
        ("Île-de-France", "FR", "FR-IDF"),
        ("ILE DE FRANCE", "FR", "FR-IDF"),
        ("Comunidad de Madrid", "ES", "ES-MD"),
        ("Skåne", "SE", "SE-M"),
        ("Stockholm", "SE", "SE-AB"),
        ("Lombardia", "IT", "IT-25"),
        ("Victoria", "AU", "AU-VIC"),
        ("England", "GB", "GB-ENG"),
    ],
)
def test_a_region_is_its_code(region, country, code):
    assert code_of(region, country) == code
    assert code_of(code, country) == code


@pytest.mark.parametrize(
    ("region", "country"),
    [
        ("SF Bay", "US"),
        ("CA", None),
        ("CA", "DE"),
        ("16", "DE"),
        ("13", "JP"),
        ("Bayern", "US"),
        ("Central", None),
        ("worldwide", None),
        ("XX-YY", None),
    ],
)
def test_what_is_not_recognised_stays_as_it_is(region, country):
    assert code_of(region, country) == region


def test_a_row_does_not_depend_on_its_neighbours():
    regions = pd.Series(["CA", None, "CA", "Bayern", "CA"], index=[3, 1, 4, 1, 5], dtype="str")
    countries = pd.Series(["US", "US", None, "DE", "DE"], index=regions.index, dtype="str")
    found = region_codes(regions, countries)
    assert found.isna().tolist() == [False, True, False, False, False]
    assert found.dropna().tolist() == ["US-CA", "CA", "DE-BY", "CA"]
    assert found.index.tolist() == [3, 1, 4, 1, 5]


@pytest.mark.parametrize(
    ("text", "among", "not_among"),
    [
        ("CA", {"CA", "US-CA"}, "US-NY"),
        ("Bayern", {"Bayern", "DE-BY"}, "DE-BE"),
        ("SF Bay", {"SF Bay"}, "US-CA"),
    ],
)
def test_a_filter_means_whatever_a_row_may_have_become(text, among, not_among):
    assert among <= meant_by(text) and not_among not in meant_by(text)


@given(st.text(min_size=1, max_size=12), st.sampled_from(["US", "DE", "FR", "XX", None]))
def test_a_region_is_never_lost_and_what_is_given_stays(text, country):
    once = code_of(text, country)
    assert isinstance(once, str) and once
    assert code_of(once, country) == once
