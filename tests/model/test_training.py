from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError
from sklearn.metrics import roc_auc_score
from small import FIELDS, companies, label_rows_of, model_of, recipe, settings, trained, with_label
from support import ROOT

from icp_ml.errors import DataError
from icp_ml.features.encoder import fit_encoder
from icp_ml.features.statistics import folds_of
from icp_ml.model.boosting import Examples, fit_booster
from icp_ml.model.training import TrainingSet, fit_candidate, held_out_folds, n_fits, out_of_fold_log_odds
from icp_ml.schema import Field
from icp_ml.settings import ModelSettings


def digest(files) -> str:
    return hashlib.sha256(repr(sorted(files.items())).encode()).hexdigest()


def test_one_seed_gives_one_model_byte_by_byte_on_one_thread_or_two() -> None:
    training, fit, model = trained()
    again = fit_candidate(training, recipe(n_jobs=2))
    assert model_of(again, model.base_rate).to_files() == model.to_files()
    np.testing.assert_array_equal(again.out_of_fold, fit.out_of_fold)


def test_a_fresh_process_gives_the_same_bytes() -> None:
    code = "from test_training import *; print(digest(trained()[2].to_files()))"
    told = subprocess.run(
        [sys.executable, "-c", code],
        env={
            **os.environ,
            "PYTHONHASHSEED": "12345",
            "PYTHONPATH": os.pathsep.join([str(ROOT / "tests"), str(ROOT / "tests" / "model")]),
        },
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.strip() == digest(trained()[2].to_files())


def test_another_seed_gives_another_model() -> None:
    training, fit, _ = trained()
    assert fit_candidate(training, recipe(seed=2)).boosters != fit.boosters


def test_a_seed_beyond_what_lightgbm_takes_still_trains() -> None:
    assert len(fit_candidate(trained()[0], recipe(seed=4_000_000)).boosters) == settings().model.n_seeds


def test_progress_is_told_once_a_booster() -> None:
    told: list[int] = []
    fit_candidate(trained()[0], recipe(), lambda: told.append(1))
    assert len(told) == n_fits(recipe())


def test_the_signal_is_found_out_of_fold() -> None:
    training, fit, _ = trained()
    assert roc_auc_score(training.is_best, fit.out_of_fold) > 0.7
    assert fit.out_of_fold.mean() == pytest.approx(training.is_best.mean(), abs=0.01)


def noise(seed: int) -> TrainingSet:
    """Four columns of 300 levels that know nothing of 2,000 random labels."""
    rng = np.random.default_rng(seed)
    columns = {f"c{at}": pd.array(rng.integers(0, 300, 2_000).astype(str), "str") for at in range(4)}
    fields = {name: Field("category", name) for name in columns}
    rows = label_rows_of(rng.random(2_000) < 0.3, [str(at) for at in range(2_000)])
    return TrainingSet(pd.DataFrame(columns), rows, fields)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_on_pure_noise_out_of_fold_scores_rank_like_a_coin(seed: int) -> None:
    training = noise(seed)
    scores = out_of_fold_log_odds(training, recipe(seed), held_out_folds(training, recipe(seed)))[:, -1]
    n_best = training.is_best.sum()
    deviation = np.sqrt((len(scores) + 1) / (12 * n_best * (len(scores) - n_best)))
    assert abs(roc_auc_score(training.is_best, scores) - 0.5) < 3 * deviation


def test_the_noise_check_catches_an_encoder_fitted_before_the_folds() -> None:
    training = noise(0)
    encoder, _ = fit_encoder(training.accounts, training.rows, training.fields, settings().features, 1)
    matrix = encoder.transform(training.accounts, training.rows["as_of"])
    scores = np.empty(len(matrix))
    folds = folds_of(np.arange(len(matrix)), training.is_best, 5, 99)
    for fold in range(5):
        seen = folds != fold
        examples = Examples(matrix[seen], training.is_best[seen], training.weight[seen])
        scores[~seen] = fit_booster(examples, 20, 1, settings().model).predict(matrix[~seen])
    assert roc_auc_score(training.is_best, scores) > 0.85


def test_a_column_that_never_varies_teaches_nothing_and_stops() -> None:
    training, _, _ = trained()
    accounts = training.accounts.assign(employees=10.0)
    constant = replace(training, accounts=accounts, fields={"employees": FIELDS["employees"]})
    with pytest.raises(DataError, match="ranks no better than chance"):
        fit_candidate(constant, recipe())


def test_labels_that_turn_from_fold_to_fold_stop() -> None:
    n = 200
    group = np.arange(n) % 4
    accounts = pd.DataFrame({"size": group.astype(float)})
    rng = np.random.default_rng(0)
    is_best = rng.random(n) < np.array([0.1, 0.9, 0.1, 0.9])[group]
    rows = label_rows_of(is_best, [f"G{one}" for one in group])
    training = TrainingSet(
        accounts.assign(size=[0.0, 0.0, 1.0, 1.0] * 50), rows, {"size": Field("number", "size")}
    )
    with pytest.raises(DataError, match=r"calibration slope: -?\d"):
        fit_candidate(training, recipe())


@pytest.mark.parametrize("n_best", [0, 1, 199, 200])
def test_too_few_of_a_class_stop_with_the_fix(n_best: int) -> None:
    with pytest.raises(DataError, match=f"^{n_best} best of 200 label rows are too few"):
        fit_candidate(with_label(companies(200), np.arange(200) < n_best), recipe())


@pytest.mark.parametrize("n_best", [2, 3, 5, 195, 198])
def test_few_of_a_class_train_or_stop_as_data_errors_do(n_best: int) -> None:
    training = with_label(companies(200), np.arange(200) < n_best)
    try:
        assert 0 < fit_candidate(training, recipe()).out_of_fold.mean() < 1
    except DataError as stopped:
        assert "no better than chance" in stopped.what


def test_one_group_that_holds_all_the_best_stops() -> None:
    training = companies(200)
    group = np.where(training.is_best > 0, "one company", training.rows["group"])
    with pytest.raises(DataError, match="too few to learn from"):
        fit_candidate(replace(training, rows=training.rows.assign(group=group)), recipe())


def test_trees_never_exceed_what_is_allowed() -> None:
    _, fit, _ = trained()
    assert fit.n_rounds * len(fit.boosters) <= settings().model.max_trees
    assert max(recipe().rounds) * settings().model.n_seeds <= settings().model.max_trees


def test_fewer_trees_than_seeds_are_refused() -> None:
    with pytest.raises(ValidationError, match="max_trees must be at least n_seeds, which is 2"):
        ModelSettings.model_validate({**settings().model.model_dump(), "max_trees": 1})


def test_weights_steer_the_fit_but_not_the_calibration() -> None:
    training, fit, _ = trained()
    weight = np.where(training.is_best > 0, 10.0, 1.0)
    heavy = fit_candidate(replace(training, rows=training.rows.assign(weight=weight)), recipe())
    assert heavy.boosters != fit.boosters
    assert heavy.out_of_fold.mean() == pytest.approx(training.is_best.mean(), abs=0.01)


def test_a_column_that_was_missing_in_training_is_ignored_at_scoring() -> None:
    training, _, _ = trained()
    gone = replace(training, accounts=training.accounts.assign(is_listed=np.nan))
    fit = fit_candidate(gone, recipe())
    day = training.rows["as_of"]
    np.testing.assert_array_equal(
        fit.encoder.transform(gone.accounts, day), fit.encoder.transform(training.accounts, day)
    )


def test_one_attribute_is_enough() -> None:
    training, _, _ = trained()
    fit = fit_candidate(replace(training, fields={"industry": FIELDS["industry"]}), recipe())
    assert [one.name for one in fit.encoder.attributes] == ["industry"]


def test_a_column_that_gives_the_label_away_still_gets_a_finite_calibration() -> None:
    training, _, _ = trained()
    told = replace(training, accounts=training.accounts.assign(is_listed=training.is_best))
    calibration = fit_candidate(told, recipe()).calibration
    assert 0 < calibration.slope < 100
