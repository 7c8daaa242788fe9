"""Protected attributes are known by heading or by values, and nothing else is taken for one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from checks.planted import found, noise, with_columns

from icp_ml.checks import protected_columns
from icp_ml.schema import Field


def listed(text):
    return text.split()


HEADINGS = listed(
    "RaceEthnicity Race ethnic_group Gender Sex owner_gender Geschlecht Anrede sexe Género Veteran "
    "veteran_owned Religion Konfession disability Schwerbehinderung marital_status Familienstand "
    "MaritalStatus sexual_orientation national_origin Nationality Staatsangehörigkeit Nacionalidad "
    "date_of_birth owner_age Geburtsjahr edad CEO_age pregnancy Schwangerschaft union_membership "
    "Gewerkschaft political_affiliation minority_owned FemaleCEO women_owned lgbtq_owned citizenship DOB "
    "estado_civil situation_familiale"
)

HARMLESS = listed(
    "page pages usage age agent agents message language languages stage percentage country countries "
    "sexton racecar trace brace terrace essex sussex middlesex Age company_age average_deal_size "
    "age_first_funding_year managers packages storage coverage mileage heritage village image manage "
    "vantage engagement city region industry trade_name voltage race_track "
    "ownership founded union european_union party third_party headcount single_sign_on black_friday "
    "white_label native_app state_of_incorporation minority_investors straight_through manufacturing "
    "handling disabled_account employees"
)


def named(heading, values=None, kind="category"):
    values = pd.array(["a", "b"] * 50, "str") if values is None else values
    field = Field(kind, heading.replace("_", " "))
    return protected_columns({"extra": field}, {"extra": heading}, pd.DataFrame({"extra": values}))


@pytest.mark.parametrize("heading", HEADINGS)
def test_a_heading_that_speaks_of_a_protected_attribute_is_known(heading):
    assert named(heading) == ["extra"]


@pytest.mark.parametrize("heading", HARMLESS)
def test_other_headings_are_not(heading):
    assert named(heading) == []


def column(*levels):
    return pd.array([levels[at % len(levels)] for at in range(120)], "str")


@pytest.mark.parametrize(
    "levels",
    [
        ("Male Owned", "Female Owned", "Unanswered"),
        ("M", "F", "unknown"),
        ("männlich", "weiblich", "divers"),
        ("Mr.", "Ms.", "Mrs."),
        ("Herr", "Frau"),
        ("Veteran", "Non-Veteran"),
        ("White", "Hispanic", "Asian", "Black or African American"),
        ("White", "Black", "Asian"),
        ("single", "married", "divorced"),
        ("Catholic", "Protestant", "None"),
        ("heterosexual", "homosexual"),
    ],
)
def test_values_that_speak_of_a_protected_attribute_are_known(levels):
    assert named("field_17", column(*levels)) == ["extra"]


@pytest.mark.parametrize(
    "levels",
    [
        ("S", "M", "L"),
        ("F", "A", "B", "M"),
        ("white", "black", "red", "blue"),
        ("Asian", "Italian", "Mexican"),
        ("German", "French", "English"),
        ("Yes", "No"),
        ("Corporation", "Partnership", "Non-Profit Organization"),
        ("single", "multiple"),
        ("Indian", "Canadian"),
        ("enabled", "disabled"),
        ("Family owned", "Investor owned", "Public"),
        ("Women's shoes", "Men's shoes"),
    ],
)
def test_other_values_are_not(levels):
    assert named("field_17", column(*levels)) == []


def test_items_of_a_list_are_looked_at_one_by_one():
    certificates = column("8a|Small business", "Small business|Woman-Owned", "Small business")
    assert named("certificates", certificates, "list") == ["extra"]
    assert named("certificates", column("8a|Small business", "Small business"), "list") == []


def test_it_is_a_warning_and_a_column_that_is_no_feature_is_left_alone():
    gender = pd.array(np.where(np.arange(400) % 2 == 0, "Male Owned", "Female Owned"), "str")
    case = with_columns(noise(1), owner=(Field("category", "owner"), gender))
    assert found(case) == {("protected_attribute", "owner")}
    case = with_columns(noise(1), owner=(Field("category", "owner", is_feature=False), gender))
    assert found(case) == set()
