"""Texts, categories, ids, domains and lists."""

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icp_ml.parsing import texts
from icp_ml.parsing.texts import parse_category, parse_domain, parse_id, parse_list, parse_text
from icp_ml.settings import ColumnSettings

COLUMN = ColumnSettings(source="Tools", missing=("none", "n/a"))
SEMICOLON = ColumnSettings(source="Tools", separator=";")
LINES = ColumnSettings(source="Tools", separator="\n")
PIPE = ColumnSettings(source="Tools", separator="|")


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("  Big\n  Data ", "Big Data"),
        ("Cafe\u0301", "Caf\u00e9"),
        ("LLC", "LLC"),
        ("1.0", "1.0"),
        (" ", None),
    ],
)
def test_a_text_has_single_spaces_and_composed_accents(text, cleaned):
    assert parse_text(text, COLUMN) == cleaned


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [("17850.0", "17850"), ("0042", "0042"), ("A-1.0", "A-1.0"), (" x7 ", "x7"), ("1.50", "1.50")],
)
def test_an_id_and_a_code_lose_the_point_zero_of_a_float(text, cleaned):
    assert parse_id(text, COLUMN) == cleaned
    assert parse_category(text, COLUMN) == cleaned


@pytest.mark.parametrize(
    "text",
    [
        "foo.com",
        "FOO.com",
        " www.foo.com ",
        "http://www.Foo.com/x?y",
        "https://foo.com:8080/",
        "//foo.com",
        "a@foo.com",
        "mailto:a.b@foo.com",
        "https://user:pass@foo.com#top",
        "foo.com.",
        "foo.com?ref=a@b.org",
        "www2.foo.com/",
    ],
)
def test_a_domain_stands_bare(text):
    assert parse_domain(text, COLUMN) == "foo.com"


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("m\u00fcller.de", "m\u00fcller.de"),
        ("https://xn--mller-kva.de/", "m\u00fcller.de"),
        ("http://a.b.co.uk", "b.co.uk"),
        ("shop.foo.com.au", "foo.com.au"),
        ("acme.github.io", "acme.github.io"),
        ("docs.acme.github.io", "acme.github.io"),
        ("github.io", "github.io"),
        ("mail.foo.example", "mail.foo.example"),
    ],
)
def test_a_domain_is_the_one_that_somebody_registered(text, domain):
    assert parse_domain(text, COLUMN) == domain
    assert parse_domain(domain, COLUMN) == domain


def test_no_suffix_list_is_fetched_or_kept(monkeypatch):
    """An open socket would fail the test."""
    monkeypatch.setattr(socket, "socket", None)
    texts._extract.cache_clear()
    extract = texts._extract()
    assert parse_domain("shop.acme.co.uk", COLUMN) == "acme.co.uk"
    assert (extract.suffix_list_urls, extract._cache.enabled) == ((), False)


@pytest.mark.parametrize(
    "text", ["foo", "http://", "12.5", "foo bar.com", ".com", "a@", "10.0.0.1", "foo.com, bar.com", "co.uk"]
)
def test_what_is_no_domain_is_not_understood(text):
    assert parse_domain(text, COLUMN) is None


@pytest.mark.parametrize(
    ("text", "column", "joined"),
    [
        ("SAP, Jira,  Salesforce", COLUMN, "Jira|SAP|Salesforce"),
        ("b;a;b;;", SEMICOLON, "a|b"),
        ("b|a", PIPE, "a|b"),
        ("a|b;c", SEMICOLON, "a/b|c"),
        ("a, None, N/A", COLUMN, "a"),
        ("none, n/a", COLUMN, None),
        (", ,", COLUMN, None),
        ("['b', 'a']", COLUMN, "a|b"),
        ('["b, inc", "a"]', COLUMN, "a|b, inc"),
        ("[b, a]", COLUMN, "a|b"),
        ("{b,a}", COLUMN, "a|b"),
        ("[]", COLUMN, None),
        ("* b\n* a", LINES, "a|b"),
        ("- b\r\n- a-c", LINES, "a-c|b"),
        ("C*, -x", COLUMN, "-x|C*"),
    ],
)
def test_a_list_is_sorted_distinct_and_joined(text, column, joined):
    assert parse_list(text, column) == joined


@given(st.text())
def test_a_cleaned_text_stays_as_it_is(text):
    once = parse_text(text, COLUMN)
    assert once is None or parse_text(once, COLUMN) == once


@given(st.text())
def test_a_bare_domain_stays_as_it_is(text):
    once = parse_domain(f"https://www.{text}.com/x", COLUMN)
    assert once is None or parse_domain(f"http://{once}", COLUMN) is not None
