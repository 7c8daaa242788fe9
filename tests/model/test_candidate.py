from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from small import companies, model_of, trained

from icp_ml.errors import DataError
from icp_ml.model.calibration import Calibration, probability
from icp_ml.model.candidate import Model

KINDS = ["boosted_trees", "logistic_regression", "rubric"]
OTHERS = companies(60, seed=4)


@pytest.fixture(params=KINDS)
def model(request) -> Model:
    return model_of(trained()[1], 0.3, request.param)


@pytest.fixture
def files() -> dict[str, str]:
    return trained()[2].to_files()


def matrix_of(model) -> np.ndarray:
    return model.encoder.transform(OTHERS.accounts, OTHERS.rows["as_of"])


def test_contributions_and_base_are_the_calibrated_log_odds(model) -> None:
    found, log_odds = model.explain(matrix_of(model), 1), model.log_odds(matrix_of(model), 1)
    assert found.contributions.shape == (60, len(model.encoder.attributes))
    total = found.contributions.sum(axis=1) + found.base
    np.testing.assert_allclose(total, log_odds.mean(axis=1), rtol=0, atol=1e-5)
    np.testing.assert_array_equal(found.log_odds, log_odds)


@pytest.mark.parametrize("kind", KINDS)
def test_a_declared_base_rate_shifts_the_base_value_alone(kind: str) -> None:
    fit = trained()[1]
    plain, shifted = model_of(fit, 0.3, kind), model_of(fit, 0.3, kind, declared=0.05)
    shift = np.log(0.05 / 0.95) - np.log(0.3 / 0.7)
    assert (plain.shift, shifted.shift) == pytest.approx((0, shift))
    matrix = matrix_of(plain)
    (before, base, _), (after, shifted_base, _) = plain.explain(matrix, 1), shifted.explain(matrix, 1)
    np.testing.assert_array_equal(before, after)
    assert shifted_base - base == pytest.approx(shift)
    log_odds = plain.log_odds(matrix, 1).mean(axis=1)
    np.testing.assert_allclose(shifted.shifted(probability(log_odds)), probability(log_odds + shift))


def test_no_rows_are_explained_as_none(model) -> None:
    found = model.explain(np.empty((0, len(model.encoder.columns))), 1)
    assert found.contributions.shape == (0, len(model.encoder.attributes))


def test_a_model_read_back_is_the_same_model(model) -> None:
    read, matrix = Model.from_files(model.to_files()), matrix_of(model)
    assert (read.to_files(), read.version) == (model.to_files(), model.version)
    np.testing.assert_array_equal(read.log_odds(matrix, 1), model.log_odds(matrix, 1))
    np.testing.assert_array_equal(read.explain(matrix, 1)[0], model.explain(matrix, 1)[0])


def test_all_of_it_is_text_and_json(model) -> None:
    for name, text in model.to_files().items():
        text.encode("utf-8")
        assert json.loads(text) if name.endswith(".json") else text.startswith("tree\n")


def test_both_base_rates_and_what_is_estimated_stand_in_the_file() -> None:
    content = json.loads(model_of(trained()[1], 0.3, declared=0.05).to_files()["model.json"])
    shift = np.log(0.05 / 0.95) - np.log(0.3 / 0.7)
    assert content["base_rates"] == {"training": 0.3, "declared": 0.05, "shift": pytest.approx(shift)}
    assert content["estimates"] == "P(best | becomes a customer, firmographics)"


def test_what_is_estimated_names_the_condition() -> None:
    model = replace(trained()[2], facts={"condition": "a deal is opened"})
    assert model.estimates == "P(best | a deal is opened, firmographics)"
    assert replace(model, facts={}).estimates == "P(best | becomes a customer, firmographics)"


def test_a_flat_calibration_gives_everyone_the_base_rate_and_no_reason(model) -> None:
    flat = replace(model, calibration=Calibration(0.0, float(np.log(0.3 / 0.7))))
    contributions, base, _ = flat.explain(matrix_of(model), 1)
    assert not contributions.any()
    assert probability(np.array([base]))[0] == pytest.approx(0.3)
    assert np.ptp(flat.log_odds(matrix_of(model), 1)) == 0


@pytest.mark.parametrize(("key", "what"), [("version", "format"), ("parser_version", "parser version")])
def test_an_unknown_version_is_refused_with_the_fix(files, key: str, what: str) -> None:
    content = json.loads(files["model.json"]) | {key: 99}
    with pytest.raises(DataError) as refused:
        Model.from_files(files | {"model.json": json.dumps(content)})
    assert str(refused.value).startswith(f"the model has {what} 99; this code knows ")
    assert refused.value.fix == (
        "Train again with this version of icp_ml, or score with the one that trained it."
    )


@pytest.mark.parametrize(
    "name", ["model.json", "encoder.json", "prospects.json", "trees_0.txt", "trees_1.txt"]
)
def test_a_lacking_file_is_refused(files, name: str) -> None:
    del files[name]
    with pytest.raises(DataError, match="incomplete or damaged"):
        Model.from_files(files)


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("model.json", lambda text: text[: len(text) // 2]),
        ("model.json", lambda text: "[]"),
        ("encoder.json", lambda text: text.replace("industry", "country", 1)),
        ("trees_0.txt", lambda text: text[: len(text) // 2]),
        ("trees_0.txt", lambda text: text.replace("leaf_value=", "leaf_value=x", 1)),
        ("trees_1.txt", lambda text: ""),
    ],
)
def test_a_damaged_file_is_refused_before_lightgbm_sees_it(files, name: str, damage) -> None:
    with pytest.raises(DataError, match="incomplete or damaged"):
        Model.from_files(files | {name: damage(files[name])})


def test_a_changed_coefficient_is_refused() -> None:
    files = model_of(trained()[1], 0.3, "logistic_regression").to_files()
    changed = files["linear.json"].replace('"intercept": ', '"intercept": 1')
    with pytest.raises(DataError, match="incomplete or damaged"):
        Model.from_files(files | {"linear.json": changed})
