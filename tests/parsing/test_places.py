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
        ("Deutschland", "DE"),
        ("Allemagne", "DE"),
        ("Germania", "DE"),
        ("Niemcy", "DE"),
        ("Германия", "DE"),
        ("德国", "DE"),
        ("ドイツ", "DE"),
        ("España", "ES"),
        ("Éire", "IE"),
        ("États-Unis", "US"),
        ("Vereinigte Staaten", "US"),
        ("Royaume-Uni", "GB"),
        ("Pays-Bas", "NL"),
        ("Elfenbeinküste", "CI"),
        ("Türkiye", "TR"),
        ("대한민국", "KR"),
        ("الإمارات العربية المتحدة", "AE"),
        ("Philipines", "PH"),
        ("RSA", "ZA"),
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
        "Kongo",
        "Channel Islands",
        "European Community",
        "France and Germany",
        "x" * 61 + " France",
    ],
)
def test_what_is_no_country_is_not_understood_and_says_nothing(text, caplog, capfd):
    with caplog.at_level(logging.DEBUG):
        assert parse_one(text, COLUMN) is None
    assert not caplog.records
    assert capfd.readouterr() == ("", "")
