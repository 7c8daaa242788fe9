"""Countries by name and code."""

import logging

import pytest

from icp_ml.parsing.places import parse_one
from icp_ml.settings import ColumnSettings

COLUMN = ColumnSettings(source="Country")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("DE", "DE"),
        ("de", "DE"),
        ("DEU", "DE"),
        ("Germany", "DE"),
        ("Deutschland", "DE"),
        ("Federal Republic of Germany", "DE"),
        ("UK", "GB"),
        ("U.K.", "GB"),
        ("GBR", "GB"),
        ("England", "GB"),
        ("Great Britain", "GB"),
        ("USA", "US"),
        ("U.S.", "US"),
        ("U.S.A.", "US"),
        ("United States of America", "US"),
        ("EIRE", "IE"),
        ("EL", "GR"),
        ("SUI", "CH"),
        ("C\u00f4te d'Ivoire", "CI"),
        ("Cote d'Ivoire", "CI"),
        ("\u00d6sterreich", "AT"),
        ("The Netherlands", "NL"),
        ("Czech Republic", "CZ"),
        ("Korea, Republic of", "KR"),
        ("Viet Nam", "VN"),
        ("Russian Federation", "RU"),
        ("Hong Kong SAR", "HK"),
        ("Austin, United States", "US"),
        ("NA", "NA"),
        ("Namibia", "NA"),
    ],
)
def test_a_country_by_name_or_code(text, code):
    assert parse_one(text, COLUMN) == code


@pytest.mark.parametrize(
    "text",
    [
        "",
        "XX",
        "Europe",
        "EMEA",
        "Unspecified",
        "42",
        "...",
        "Atlantis",
        "France and Germany",
        "x" * 61 + " France",
    ],
)
def test_what_is_no_country_is_not_understood_and_says_nothing(text, caplog, capfd):
    with caplog.at_level(logging.DEBUG):
        assert parse_one(text, COLUMN) is None
    assert not caplog.records
    assert capfd.readouterr() == ("", "")
