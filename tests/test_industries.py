"""Industry codes fall into levels, coarse to fine."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icp_ml.industries import NACE_SECTIONS, NAICS_SECTORS, SIC_DIVISIONS, industry_levels, industry_title


@pytest.mark.parametrize(
    ("code", "levels"),
    [
        ("541511", ("54", "541", "5415", "54151", "541511")),
        ("5415", ("54", "541", "5415")),
        ("54", ("54",)),
        ("311511", ("31-33", "311", "3115", "31151", "311511")),
        ("33", ("31-33",)),
        ("31-33", ("31-33",)),
        ("455110", ("44-45", "455", "4551", "45511", "455110")),
        ("493110", ("48-49", "493", "4931", "49311", "493110")),
        ("sic:7372", ("sic:I", "sic:73", "sic:737", "sic:7372")),
        ("sic:0111", ("sic:A", "sic:01", "sic:011", "sic:0111")),
        ("sic:73", ("sic:I", "sic:73")),
        ("nace:62.01", ("nace:J", "nace:62", "nace:62.0", "nace:62.01")),
        ("nace:01.11", ("nace:A", "nace:01", "nace:01.1", "nace:01.11")),
        ("software", ("software",)),
        ("1234567", ("1234567",)),
        ("", ()),
    ],
)
def test_a_code_has_levels(code, levels):
    assert industry_levels(code) == levels


@given(st.integers(10, 999_999).map(str))
def test_a_level_has_the_levels_above_it(code):
    levels = industry_levels(code)
    assert all(industry_levels(level) == levels[: at + 1] for at, level in enumerate(levels))


@given(st.text(max_size=12))
def test_no_code_is_too_strange(code):
    assert all(isinstance(level, str) and level for level in industry_levels(code))


def test_every_coarsest_level_has_a_title_and_no_other_text_does():
    coarsest = [
        *NAICS_SECTORS,
        *(f"sic:{letter}" for letter in SIC_DIVISIONS),
        *(f"nace:{letter}" for letter in NACE_SECTIONS),
    ]
    assert all(industry_title(level) for level in coarsest)
    assert [industry_title(other) for other in ("541", "sic:73", "sic:Z", "software", "", "A")] == [None] * 6


@pytest.mark.parametrize("divisions", [SIC_DIVISIONS, NACE_SECTIONS])
def test_no_two_divisions_overlap(divisions):
    ranges = [(low, high) for low, high, _ in divisions.values()]
    assert all(high < low for (_, high), (low, _) in pairwise(ranges))
