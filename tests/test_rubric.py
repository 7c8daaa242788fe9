from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError
from small import companies, settings

from icp_ml.errors import ConfigError
from icp_ml.model.candidate import Model
from icp_ml.model.declared import rubric_model
from icp_ml.rubric import never_known, rubric_encoder, rubric_weights
from icp_ml.schema import FIRMOGRAPHICS, Field
from icp_ml.scoring import score
from icp_ml.settings import RubricSettings

DAY = pd.Timestamp("2026-01-01")
PROTECTED = {"country", "region", "city", "postal_code", "language", "name", "domain"}


def rubric(*conditions, **changes) -> RubricSettings:
    points = {
        f"p{at}": {"words": f"point {at}", "weight": at + 1.0, "conditions": one}
        for at, one in enumerate(conditions)
    }
    return RubricSettings.model_validate({"points": points, "best_fit": 1, "good_fit": 1, **changes})


def encoded(condition, fields=FIRMOGRAPHICS):
    return rubric_encoder(rubric([condition]), fields).attributes[0].conditions


def declared(rubric_settings=None, fields=FIRMOGRAPHICS) -> Model:
    return rubric_model(rubric_settings or settings().rubric, fields, 0.2, {"n_reasons": 5}, {"columns": {}})


def test_the_five_points_fit_our_columns_and_look_at_no_protected_one() -> None:
    encoder = rubric_encoder(settings().rubric, FIRMOGRAPHICS)
    assert encoder.columns == ["financial_ability", "need", "timing", "trust", "decision_maker"]
    assert never_known(settings().rubric, encoder) == []
    looked_at = {one.column for attribute in encoder.attributes for one in attribute.conditions}
    assert not looked_at & PROTECTED


@pytest.mark.parametrize("wanted", ["DE", "Germany", "Deutschland", "deu"])
def test_countries_are_read_as_their_column_is(wanted: str) -> None:
    (found,) = encoded({"column": "country", "one_of": [wanted]})
    assert found.one_of == ("DE",)


@pytest.mark.parametrize(
    ("condition", "problem"),
    [
        ({"column": "mood", "one_of": ["good"]}, "mood is neither one of our columns nor declared"),
        ({"column": "industry", "at_least": 3}, "industry is of kind category, which a bound does not fit"),
        ({"column": "employees", "one_of": ["3"]}, "employees is of kind number, which one_of does not fit"),
        ({"column": "revenue", "within_days": 3}, "revenue is of kind money, which within_days does not fit"),
        (
            {"column": "last_funding_at", "one_of": ["x"]},
            "last_funding_at is of kind date, which one_of does not fit",
        ),
        ({"column": "country", "one_of": ["DE", "Atlantis"]}, "country: 'Atlantis' is no country"),
    ],
)
def test_a_condition_that_cannot_be_looked_up_is_named(condition, problem: str) -> None:
    with pytest.raises(ConfigError) as refused:
        encoded(condition)
    assert refused.value.what == "the rubric does not fit the mapped columns (1 wrong)."
    assert refused.value.details == (f"p0: {problem}",)
    assert refused.value.fix == "Correct the conditions in conf/rubric, or declare the column in conf/data."


def test_every_wrong_condition_is_named_at_once() -> None:
    with pytest.raises(ConfigError) as refused:
        rubric_encoder(rubric([{"column": "a", "at_least": 1}], [{"column": "b", "at_least": 1}]), {})
    assert len(refused.value.details) == 2


def test_a_declared_column_may_be_looked_at() -> None:
    fields = {**FIRMOGRAPHICS, "fleet": Field("number", "size of the fleet")}
    (found,) = encoded({"column": "fleet", "at_least": 3}, fields)
    assert (found.words, found.kind) == ("size of the fleet", "number")


def test_a_column_of_ours_that_is_not_mapped_is_never_known_and_said() -> None:
    given = rubric([{"column": "revenue", "at_least": 1}], [{"column": "department_sales", "at_least": 1}])
    encoder = rubric_encoder(given, {"employees": FIRMOGRAPHICS["employees"]})
    shown = pd.DataFrame({"account_id": ["A"], "revenue": [5.0]})
    assert np.isnan(encoder.transform(shown, DAY)).all()
    assert never_known(given, encoder) == [
        "rubric, point 0: never known; none of its columns is mapped (revenue)",
        "rubric, point 1: never known; none of its columns is mapped (department_sales)",
    ]


def test_weights_stand_in_the_order_of_the_points() -> None:
    given = rubric([{"column": "revenue", "at_least": 1}], [{"column": "employees", "at_least": 1}])
    assert rubric_weights(given).tolist() == [1.0, 2.0]


ROW = {
    "account_id": "P1",
    "name": "Initech",
    "revenue": 30e6,
    "employees": 60.0,
    "last_funding_at": pd.Timestamp("2020-03-01"),
    "founded_year": 2018.0,
    "contact_roles": "CFO|Clerk",
}


def scored(**changes) -> pd.Series:
    rows = pd.DataFrame([{**ROW, **changes}])
    return score(declared(), rows, DAY, 5).iloc[0]


def test_a_prospect_gets_points_a_tier_and_no_probability() -> None:
    found = scored()
    assert (found["rubric_points"], found["rank_score"], found["tier"]) == (3.5, 3.5, "Best fit")
    assert np.isnan(found[["fit_probability", "fit_probability_unshifted", "model_spread"]].to_list()).all()
    assert found["data_completeness"] == 1.0


def test_the_reasons_are_the_points_earned_and_those_known_to_fail() -> None:
    found = scored()
    assert [one["words"] for one in found["reasons_for"]] == [
        "Financial ability: revenue 30 M (+)",
        "Need: employees 60 (+)",
        "Decision maker: contacts known CFO (+)",
        "Trust: founded 2018 (+)",
    ]
    assert [one["contribution"] for one in found["reasons_for"]] == [1, 1, 1, 0.5]
    assert [one["words"] for one in found["reasons_against"]] == ["Timing: last funding March 2020 (-)"]


@pytest.mark.parametrize(
    ("changes", "points", "completeness", "tier"),
    [
        ({"revenue": np.nan}, 3.0, 1.0, "Good fit"),
        ({"contact_roles": None}, 2.5, 0.8, "Good fit"),
        ({"employees": np.nan, "revenue": np.nan}, 1.5, 0.6, "Bad fit"),
        ({"contact_roles": "Clerk"}, 2.5, 1.0, "Good fit"),
    ],
)
def test_what_is_not_known_earns_nothing_and_completeness_says_so(
    changes, points, completeness, tier
) -> None:
    found = scored(**changes)
    assert (found["rubric_points"], found["data_completeness"]) == (points, pytest.approx(completeness))
    assert found["tier"] == tier
    assert not any("contacts" in one["words"] for one in found["reasons_against"]) or completeness == 1


def test_of_whom_nothing_is_known_nothing_is_said() -> None:
    found = score(declared(), pd.DataFrame([ROW])[["account_id"]], DAY, 5).iloc[0]
    assert (found["rubric_points"], found["data_completeness"], found["tier"]) == (0, 0, "Insufficient data")
    assert (found["reasons_for"], found["reasons_against"]) == ([], [])


def test_weights_count_in_points_and_reasons() -> None:
    given = rubric(
        [{"column": "revenue", "at_least": 1, "points": 0.5}],
        [{"column": "employees", "at_least": 1e6}],
        best_fit=3,
    )
    found = score(declared(given), pd.DataFrame([ROW]), DAY, 5).iloc[0]
    assert found["rubric_points"] == 0.5
    assert [one["contribution"] for one in (*found["reasons_for"], *found["reasons_against"])] == [0.5, -2.0]


def test_the_model_is_text_that_reads_back_the_same() -> None:
    model = declared()
    files = model.to_files()
    read = Model.from_files(files)
    assert (read.to_files(), read.version, set(files)) == (
        files,
        model.version,
        {"model.json", "encoder.json", "linear.json", "observed.json", "prospects.json"},
    )
    shown = companies(40).accounts
    pd.testing.assert_frame_equal(score(read, shown, DAY, 3), score(model, shown, DAY, 3), check_exact=True)


def test_it_says_that_it_estimates_no_probability() -> None:
    model = declared()
    assert model.estimates == "points of the declared rubric (no probability)"
    content = json.loads(model.to_files()["model.json"])
    assert (content["calibration"], content["base_rates"], content["kind"]) == (None, None, "rubric")


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"best_fit": 1, "good_fit": 2}, "best_fit must be at least good_fit, which is 2"),
        ({"best_fit": 1.5}, "best_fit must be at most 1, the sum of the weights"),
        ({"best_fit": 1, "points": {}}, "at least 1 item"),
    ],
)
def test_a_rubric_that_cannot_be_is_refused(changes, complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        rubric([{"column": "revenue", "at_least": 1}], **changes)


@pytest.mark.parametrize(
    ("condition", "complaint"),
    [
        ({}, "give at_least and at_most, or one_of, or within_days"),
        ({"at_least": 1, "one_of": ["a"]}, "give at_least and at_most, or one_of, or within_days"),
        ({"at_least": 2, "at_most": 1}, "at_most must not be below at_least, which is 2"),
        ({"at_least": 2, "points": 1.5}, "less than or equal to 1"),
    ],
)
def test_a_condition_that_cannot_be_is_refused(condition, complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        rubric([{"column": "revenue", **condition}])
