"""Yes and no in their usual and declared spellings."""

import pytest

from icp_ml.parsing.flags import parse_one
from icp_ml.settings import ColumnSettings

USUAL = ColumnSettings(source="Won")


@pytest.mark.parametrize(
    "text",
    ["yes", "Y", "TRUE", "t", "1", "1.0", "x", "Won", "Closed Won", "closed-won", "Ja", "oui", "S\u00ed"],
)
def test_a_usual_yes(text):
    assert parse_one(text, USUAL) == 1.0


@pytest.mark.parametrize(
    "text", ["no", "N", "FALSE", "f", "0", "0.0", "Lost", "Closed  Lost", "Closed_Lost", "Nein", "non"]
)
def test_a_usual_no(text):
    assert parse_one(text, USUAL) == 0.0


@pytest.mark.parametrize("text", ["maybe", "2", "Negotiation", "", "yes and no"])
def test_neither_is_not_understood(text):
    assert parse_one(text, USUAL) is None


@pytest.mark.parametrize(
    ("yes", "no", "text", "value"),
    [
        (("Acquired",), (), "acquired", 1.0),
        (("Acquired",), (), "Closed", 0.0),
        (("Acquired",), (), "yes", 0.0),
        ((), ("Churned",), "CHURNED", 0.0),
        ((), ("Churned",), "Active", 1.0),
        (("A",), ("B",), "a", 1.0),
        (("A",), ("B",), "b", 0.0),
        (("A",), ("B",), "yes", None),
    ],
)
def test_declared_spellings_replace_the_usual_ones(yes, no, text, value):
    assert parse_one(text, ColumnSettings(source="Status", yes_values=yes, no_values=no)) == value
