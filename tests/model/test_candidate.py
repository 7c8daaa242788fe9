from __future__ import annotations

import json

import numpy as np
import pytest
from small import companies, trained

from icp_ml.errors import DataError
from icp_ml.model.boosting import load_boosters
from icp_ml.model.candidate import Model


@pytest.fixture(scope="module")
def matrix() -> np.ndarray:
    other = companies(60, seed=4)
    return trained()[2].encoder.transform(other.accounts, other.rows["as_of"])


@pytest.fixture
def files() -> dict[str, str]:
    return trained()[2].to_files()


def test_contributions_and_base_are_the_calibrated_log_odds(matrix) -> None:
    model = trained()[2]
    contributions, base = model.explain(matrix, 1)
    assert contributions.shape == (60, len(model.encoder.attributes))
    log_odds = model.log_odds(matrix, 1).mean(axis=1)
    np.testing.assert_allclose(contributions.sum(axis=1) + base, log_odds, atol=1e-5)


def test_before_calibration_scores_are_lightgbms_own(matrix) -> None:
    model = trained()[2]
    own = [one.predict(matrix, raw_score=True) for one in load_boosters(model.boosters)]
    raw = (model.log_odds(matrix, 1) - model.calibration.intercept) / model.calibration.slope
    np.testing.assert_allclose(raw, np.column_stack(own), atol=1e-12)


def test_no_rows_are_explained_as_none() -> None:
    model = trained()[2]
    contributions, _ = model.explain(np.empty((0, len(model.encoder.columns))), 1)
    assert contributions.shape == (0, len(model.encoder.attributes))


def test_a_model_read_back_is_the_same_model(files, matrix) -> None:
    model, read = trained()[2], Model.from_files(files)
    assert (read.to_files(), read.version) == (files, model.version)
    np.testing.assert_array_equal(read.log_odds(matrix, 1), model.log_odds(matrix, 1))
    np.testing.assert_array_equal(read.explain(matrix, 1)[0], model.explain(matrix, 1)[0])


def test_all_of_it_is_text_and_json(files) -> None:
    for name, text in files.items():
        text.encode("utf-8")
        assert json.loads(text) if name.endswith(".json") else text.startswith("tree\n")


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
