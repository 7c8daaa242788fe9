"""Languages by name and code."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icp_ml.parsing.languages import parse_one
from icp_ml.settings import ColumnSettings

COLUMN = ColumnSettings(source="Language")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("de", "de"),
        ("DE", "de"),
        ("deu", "de"),
        ("ger", "de"),
        ("de-AT", "de"),
        ("de_AT.UTF-8", "de"),
        ("German", "de"),
        ("Deutsch", "de"),
        ("allemand", "de"),
        ("German (Austria)", "de"),
        ("German - Austria", "de"),
        ("English, US", "en"),
        ("Español", "es"),
        ("castellano", "es"),
        ("中文", "zh"),
        ("Chinese (Simplified)", "zh"),
        ("zh-Hans-CN", "zh"),
        ("Ελληνικά", "el"),
        ("Norwegian", "no"),
        ("nb-NO", "nb"),
        ("Farsi", "fa"),
        ("Swiss German", "gsw"),
    ],
)
def test_a_language_by_name_code_or_locale(text, code):
    assert parse_one(text, COLUMN) == code


@pytest.mark.parametrize("text", ["", "42", "Elvish dialect", "xq", "worldwide", "...", "de nada amigo"])
def test_what_is_no_language_is_not_understood(text):
    assert parse_one(text, COLUMN) is None


@given(st.text(max_size=20))
def test_a_code_stays_as_it_is(text):
    once = parse_one(text, COLUMN)
    assert once is None or parse_one(once, COLUMN) == once
