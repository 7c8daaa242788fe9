"""The byte that each value becomes: the model's own vocabulary, whatever the list."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small import companies, remembering

from icp_ml.drift import codes_of, vocabulary_of, watched
from icp_ml.drift.codes import ABOVE, BELOW, FIRST, MISSING, OTHER, UNSEEN, vocabulary
from icp_ml.features.attributes import Attribute
from icp_ml.features.columns import Columns
from icp_ml.features.encoder import Encoder

DAY = pd.Timestamp("2021-06-01")


def codes(accounts: pd.DataFrame):
    return codes_of(remembering(), Columns(accounts, DAY))


def code_of(name: str, value) -> int:
    """Give the code of one value of one attribute."""
    names = [one.name for one in watched(remembering().encoder)]
    return int(codes(companies(1).accounts.assign(**{name: [value]}))[0, names.index(name)])


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("employees", np.nan, MISSING),
        ("employees", 1e9, ABOVE),
        ("founded_year", 2020.0, BELOW),
        ("founded_year", 1200.0, ABOVE),
        ("is_listed", 0.0, FIRST),
        ("is_listed", 1.0, FIRST + 1),
        ("industry", None, MISSING),
        ("industry", "Piracy", UNSEEN),
        ("technologies", None, MISSING),
        ("technologies", "Cobol|Fortran", UNSEEN),
        ("description", "Alle meine Entchen", UNSEEN),
        ("description", "", MISSING),
    ],
)
def test_a_value_has_the_code_of_what_training_saw_of_it(name: str, value, code: int) -> None:
    assert code_of(name, value) == code


def test_a_list_has_the_code_of_the_item_that_tells_most() -> None:
    attribute = next(one for one in remembering().encoder.attributes if one.name == "technologies")
    said = attribute.statistics
    first, *_, last = sorted(said, key=lambda one: -abs(said[one]))
    assert code_of("technologies", f"{last}|{first}") == code_of("technologies", first.upper()) == FIRST


def test_frequent_levels_have_codes_of_their_own_and_rare_ones_share_one() -> None:
    counts = {f"level {at:03}": 500 - at for at in range(150)}
    attribute = Attribute("industry", "industry", "levels", ("industry",), counts=counts, shares=(0,))
    model = replace(remembering(), encoder=Encoder((attribute,)))
    accounts = pd.DataFrame({"industry": ["Level 000", "level 099", "level 100", "level 149", "other"]})
    assert codes_of(model, Columns(accounts, DAY))[:, 0].tolist() == [FIRST, FIRST + 99, OTHER, OTHER, UNSEEN]


def test_an_industry_code_has_the_code_of_the_finest_frequent_one_above_it() -> None:
    counts = {"51": 90, "51 > 511": 60, "23": 40}
    attribute = Attribute("industry_code", "code", "industry_code", ("industry_code",), counts=counts)
    model = replace(remembering(), encoder=Encoder((attribute,)))
    accounts = pd.DataFrame({"industry_code": ["511210", "513210", "236220", "111150", None]})
    found = codes_of(model, Columns(accounts, DAY))[:, 0].tolist()
    places = vocabulary(attribute)
    assert found == [places["51 > 511"], places["51"], places["23"], UNSEEN, MISSING]


def test_what_is_derived_of_columns_with_codes_has_none() -> None:
    encoder = remembering().encoder
    assert {"revenue_per_employee", "size"} <= {one.name for one in encoder.attributes if one.is_derived}
    assert not any(one.is_derived for one in watched(encoder))
    decider = Attribute("decision_maker", "decision maker known", "decision_maker", ("contact_roles",))
    assert decider in watched(Encoder((*encoder.attributes, decider)))


@given(st.lists(st.integers(0, 199), min_size=1, max_size=30))
def test_a_code_does_not_depend_on_the_rows_beside_it(rows: list[int]) -> None:
    accounts = companies(200, 5).accounts
    some = accounts.iloc[rows].reset_index(drop=True)
    assert np.array_equal(codes(some), codes(accounts)[rows])


def test_every_code_has_words() -> None:
    words = vocabulary_of(remembering()).attributes
    found = codes(companies(200, 9).accounts)
    for at, one in enumerate(watched(remembering().encoder)):
        assert all(words[one.name].label(code) for code in np.unique(found[:, at]).tolist())
    assert words["is_listed"].label(FIRST + 1) == "yes"
    assert words["employees"].label(FIRST).startswith(("up to", "under"))


def test_a_rubric_has_a_code_for_each_point_met_or_not() -> None:
    model = remembering("rubric")
    accounts = companies(50, 3).accounts
    found = codes_of(model, Columns(accounts, DAY))
    assert found.shape == (50, len(model.encoder.attributes))
    assert set(np.unique(found).tolist()) <= {MISSING, FIRST, FIRST + 1}
