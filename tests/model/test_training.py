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
from icp_ml.model.boosting import Examples, ground_of, grow, seedling
from icp_ml.model.calibration import probability
from icp_ml.model.out_of_fold import held_out_folds, out_of_fold_log_odds
from icp_ml.model.training import Recipe, TrainingSet, fit_candidate, n_steps
from icp_ml.schema import Field
from icp_ml.settings import ModelSettings, RubricSettings

KINDS = ["boosted_trees", "logistic_regression", "rubric"]
ALL_KINDS = ["boosted_trees", "logistic_regression", "blend", "rubric"]


def only(*kinds: str, **changes) -> Recipe:
    """Try some kinds alone."""
    return replace(recipe(), model=settings().model.model_copy(update={"kinds": kinds, **changes}))


def looking_for(**conditions) -> RubricSettings:
    """Declare a rubric of one point for each column."""
    points = {
        name: {"words": name, "weight": 1.0, "conditions": [{"column": name, **one}]}
        for name, one in conditions.items()
    }
    return RubricSettings.model_validate({"points": points, "best_fit": 2, "good_fit": 1})


def digest(files) -> str:
    return hashlib.sha256(repr(sorted(files.items())).encode()).hexdigest()


def test_one_seed_gives_one_model_byte_by_byte_on_one_thread_or_two() -> None:
    training, fit, _ = trained()
    again = fit_candidate(training, recipe(n_jobs=2))
    for kind in ALL_KINDS:
        assert model_of(again, 0.3, kind).to_files() == model_of(fit, 0.3, kind).to_files()
        np.testing.assert_array_equal(again.kinds[kind].out_of_fold, fit.kinds[kind].out_of_fold)


def test_a_fresh_process_gives_the_same_bytes() -> None:
    told_digests = "[digest(model_of(trained()[1], 0.3, kind).to_files()) for kind in ALL_KINDS]"
    told = subprocess.run(
        [sys.executable, "-c", f"from test_training import *; print(*{told_digests})"],
        env={
            **os.environ,
            "PYTHONHASHSEED": "12345",
            "PYTHONPATH": os.pathsep.join([str(ROOT / "tests"), str(ROOT / "tests" / "model")]),
        },
        capture_output=True,
        text=True,
        check=True,
    )
    assert told.stdout.split() == [digest(model_of(trained()[1], 0.3, kind).to_files()) for kind in ALL_KINDS]


def test_another_seed_gives_another_model() -> None:
    training, fit, _ = trained()
    other = fit_candidate(training, replace(recipe(seed=2), model=only("boosted_trees").model))
    assert other.candidate.scorer != fit.kinds["boosted_trees"].scorer


def test_a_seed_beyond_what_lightgbm_takes_still_trains() -> None:
    fit = fit_candidate(trained()[0], recipe(seed=4_000_000))
    assert len(fit.kinds["boosted_trees"].scorer.texts) == settings().model.n_seeds


@pytest.mark.parametrize("changes", [{}, {"patience": 1}, {"search_rows": 1}, {"n_leaves": (7,)}])
def test_progress_comes_to_what_was_announced(changes) -> None:
    told: list[int] = []
    steered = only("blend", **changes)
    fit_candidate(trained()[0], steered, told.append)
    assert sum(told) == n_steps(steered) > 0
    assert n_steps(only("rubric", "logistic_regression")) == 0


@pytest.mark.parametrize("kind", KINDS[:2])
def test_the_signal_is_found_out_of_fold(kind: str) -> None:
    training, fit, _ = trained()
    found = fit.kinds[kind].out_of_fold
    assert roc_auc_score(training.is_best, found) > 0.7
    assert found.mean() == pytest.approx(training.is_best.mean(), abs=0.01)


def test_every_kind_is_tried_and_the_lowest_loss_is_chosen() -> None:
    training, fit, _ = trained()
    assert list(fit.kinds) == list(settings().model.kinds)
    losses = {kind: one.log_loss for kind, one in fit.kinds.items()}
    assert losses[fit.chosen] == min(losses.values())
    for one in fit.kinds.values():
        again = -np.mean(np.log(np.where(training.is_best > 0, one.out_of_fold, 1 - one.out_of_fold)))
        assert one.log_loss == pytest.approx(again)


def test_what_was_chosen_is_said_with_every_figure() -> None:
    _, fit, _ = trained()
    said = fit.summary()
    assert said.startswith(f"{fit.chosen.replace('_', ' ')} ")
    assert all(f"{kind.replace('_', ' ')} {one.log_loss:.4f}" in said for kind, one in fit.kinds.items())


def test_a_kind_alone_is_the_candidate() -> None:
    fit = fit_candidate(trained()[0], only("logistic_regression"))
    assert (fit.chosen, list(fit.kinds), fit.n_rounds) == ("logistic_regression", ["logistic_regression"], 0)
    assert fit.candidate.scorer == trained()[1].kinds["logistic_regression"].scorer


def test_probabilities_of_rows_are_those_of_the_model() -> None:
    _, fit, _ = trained()
    other = companies(50, seed=5)
    for kind, one in fit.kinds.items():
        model = model_of(fit, 0.3, kind)
        matrix = model.encoder.transform(other.accounts, other.rows["as_of"])
        expected = probability(model.log_odds(matrix, 1).mean(axis=1))
        np.testing.assert_array_equal(one.probability_of(other), expected)


def noise(seed: int) -> TrainingSet:
    """Four columns of 300 levels that know nothing of 2,000 random labels."""
    rng = np.random.default_rng(seed)
    columns = {f"c{at}": pd.array(rng.integers(0, 300, 2_000).astype(str), "str") for at in range(4)}
    fields = {name: Field("category", name) for name in columns}
    rows = label_rows_of(rng.random(2_000) < 0.3, [str(at) for at in range(2_000)])
    return TrainingSet(pd.DataFrame(columns), rows, fields)


NOISE_RUBRIC = looking_for(c0={"one_of": [str(at) for at in range(150)]}, c1={"one_of": ["1", "2", "3"]})


def is_like_a_coin(is_best, scores) -> bool:
    """Say whether scores rank within three standard deviations of chance (Mann and Whitney 1947)."""
    n_best = is_best.sum()
    deviation = np.sqrt((len(scores) + 1) / (12 * n_best * (len(scores) - n_best)))
    return abs(roc_auc_score(is_best, scores) - 0.5) < 3 * deviation


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_on_pure_noise_every_kind_ranks_like_a_coin_out_of_fold(seed: int) -> None:
    training = noise(seed)
    steered = replace(recipe(seed), rubric=NOISE_RUBRIC)
    stages = out_of_fold_log_odds(training, steered, held_out_folds(training, steered))
    assert [kind for kind in KINDS if not is_like_a_coin(training.is_best, stages[kind][:, -1])] == []
    fit = fit_candidate(training, steered)
    found = {kind: one.out_of_fold for kind, one in fit.kinds.items()}
    assert [kind for kind in ALL_KINDS if not is_like_a_coin(training.is_best, found[kind])] == []
    assert fit.candidate.log_loss > 0.995 * entropy(training.is_best.mean())
    assert fit.n_rounds < steered.rounds[-1]


def entropy(rate: float) -> float:
    return float(-rate * np.log(rate) - (1 - rate) * np.log(1 - rate))


def test_the_noise_check_catches_an_encoder_fitted_before_the_folds() -> None:
    training = noise(0)
    encoder, _ = fit_encoder(training.accounts, training.rows, training.fields, settings().features, 1)
    matrix = encoder.transform(training.accounts, training.rows["as_of"])
    scores = np.empty(len(matrix))
    folds = folds_of(np.arange(len(matrix)), training.is_best, 5, 99)
    for fold in range(5):
        seen = folds != fold
        examples = Examples(matrix[seen], training.is_best[seen], training.weight[seen])
        booster = seedling(ground_of(examples, settings().model), 1, 7, settings().model)
        grow(booster, 20)
        scores[~seen] = booster.predict(matrix[~seen])
    assert roc_auc_score(training.is_best, scores) > 0.85


@pytest.mark.parametrize("kind", KINDS)
def test_no_label_reaches_the_scores_of_its_own_fold(kind: str) -> None:
    training, steered = companies(200), only(kind)
    folds = held_out_folds(training, steered)
    flipped = with_label(training, np.where(folds == 0, 1 - training.is_best, training.is_best))
    before, after = (out_of_fold_log_odds(one, steered, folds)[kind] for one in (training, flipped))
    n = min(before.shape[1], after.shape[1])  # other folds' labels say how far the boosters grow
    np.testing.assert_array_equal(before[folds == 0, :n], after[folds == 0, :n])
    assert kind == "rubric" or (before[folds != 0, :n] != after[folds != 0, :n]).any()


def test_more_rounds_are_taken_where_there_is_more_to_learn() -> None:
    training, fit, _ = trained()
    slow = fit_candidate(training, only("boosted_trees", learning_rate=0.01))
    assert fit.n_rounds <= slow.n_rounds == recipe().rounds[-1]


def test_growth_stops_where_nothing_is_gained_any_more() -> None:
    training, hasty = noise(0), only("boosted_trees", max_trees=400, n_round_steps=40, patience=2)
    stages = out_of_fold_log_odds(training, hasty, held_out_folds(training, hasty))["boosted_trees"]
    assert 2 < stages.shape[1] < len(hasty.rounds) == 40


def test_fewer_boosters_may_grow_in_the_folds_than_are_kept() -> None:
    fit = fit_candidate(trained()[0], only("boosted_trees", n_seeds=4, n_fold_seeds=1))
    assert len(fit.candidate.scorer.texts) == 4


def test_a_column_that_never_varies_teaches_nothing_and_gives_the_base_rate() -> None:
    training, _, _ = trained()
    accounts = training.accounts.assign(employees=10.0)
    fit = fit_candidate(
        replace(training, accounts=accounts, fields={"employees": FIELDS["employees"]}), recipe()
    )
    assert fit.candidate.calibration.is_flat
    np.testing.assert_allclose(fit.candidate.probability_of(training), training.is_best.mean())
    assert fit.summary().endswith("; it ranks no better than chance")


def test_labels_that_turn_from_fold_to_fold_give_the_base_rate() -> None:
    n = 200
    group = np.arange(n) % 4
    is_best = np.random.default_rng(0).random(n) < np.array([0.1, 0.9, 0.1, 0.9])[group]
    rows = label_rows_of(is_best, [f"G{one}" for one in group])
    accounts = pd.DataFrame({"size": [0.0, 0.0, 1.0, 1.0] * 50})
    training = TrainingSet(accounts, rows, {"size": Field("number", "size")})
    fit = fit_candidate(training, recipe())
    for kind in fit.kinds:
        assert fit.kinds[kind].calibration.is_flat
        np.testing.assert_allclose(fit.kinds[kind].probability_of(training), is_best.mean())


def test_small_data_train_without_a_warning() -> None:
    drawn = companies(400, seed=11)
    best, rest = np.flatnonzero(drawn.is_best > 0)[:40], np.flatnonzero(drawn.is_best == 0)[:120]
    training = drawn.part(np.sort([*best, *rest]))
    fit = fit_candidate(training, only(*KINDS, n_folds=5, n_seeds=5, max_trees=250))
    assert len(training.rows) == 160
    assert roc_auc_score(training.is_best, fit.candidate.out_of_fold) > 0.65


def test_where_the_declared_rubric_is_right_and_rows_are_few_it_is_chosen() -> None:
    rng = np.random.default_rng(5)
    numbers = {f"n{at}": rng.normal(size=90) for at in range(8)}
    between = {f"n{at}": {"at_least": -0.6, "at_most": 0.6} for at in range(4)}
    steered = replace(recipe(), rubric=looking_for(**between))
    points = sum((abs(numbers[name]) <= 0.6).astype(float) for name in between)
    rows = label_rows_of(rng.random(90) < probability(2.0 * (points - 2.0)), [str(at) for at in range(90)])
    fields = {name: Field("number", name) for name in numbers}
    fit = fit_candidate(TrainingSet(pd.DataFrame(numbers), rows, fields), steered)
    assert fit.chosen == "rubric"
    assert fit.candidate.calibration.slope > 0


def test_the_rubric_learns_no_label_but_for_its_calibration() -> None:
    training, fit, _ = trained()
    turned = fit_candidate(with_label(training, 1 - training.is_best), recipe()).kinds["rubric"]
    assert turned.scorer == fit.kinds["rubric"].scorer
    assert turned.encoder == fit.kinds["rubric"].encoder


def test_the_rubric_counts_only_what_may_be_learnt_from() -> None:
    training, _, _ = trained()
    fields = {**training.fields, "revenue": replace(training.fields["revenue"], is_feature=False)}
    features = settings().features.model_copy(update={"exclude": ("employees",)})
    ahead = training.accounts.assign(last_funding_at=pd.Timestamp("2030-01-01").as_unit("s"))
    shown = TrainingSet(ahead, training.rows, fields)
    found = fit_candidate(shown, replace(only("rubric"), features=features)).candidate.encoder
    columns = {one.column for attribute in found.attributes for one in attribute.conditions}
    assert columns == {"founded_year"}


@pytest.mark.parametrize("n_best", [0, 1, 199, 200])
def test_too_few_of_a_class_stop_with_the_fix(n_best: int) -> None:
    with pytest.raises(DataError, match=f"^{n_best} best of 200 label rows are too few"):
        fit_candidate(with_label(companies(200), np.arange(200) < n_best), recipe())


@pytest.mark.parametrize("n_best", [2, 3, 5, 195, 198])
def test_few_of_a_class_train(n_best: int) -> None:
    training = with_label(companies(200), np.arange(200) < n_best)
    fit = fit_candidate(training, recipe())
    assert 0 < fit.candidate.out_of_fold.mean() < 1


def test_one_group_that_holds_all_the_best_stops() -> None:
    training = companies(200)
    group = np.where(training.is_best > 0, "one company", training.rows["group"])
    with pytest.raises(DataError, match="too few to learn from"):
        fit_candidate(replace(training, rows=training.rows.assign(group=group)), recipe())


def test_trees_never_exceed_what_is_allowed() -> None:
    _, fit, _ = trained()
    assert fit.n_rounds * len(fit.kinds["boosted_trees"].scorer.texts) <= settings().model.max_trees
    assert max(recipe().rounds) * settings().model.n_seeds <= settings().model.max_trees


def test_fewer_trees_than_seeds_are_refused() -> None:
    with pytest.raises(ValidationError, match="max_trees must be at least n_seeds, which is 2"):
        ModelSettings.model_validate({**settings().model.model_dump(), "max_trees": 1})


def test_weights_steer_the_fit_but_not_the_calibration() -> None:
    training, fit, _ = trained()
    weight = np.where(training.is_best > 0, 10.0, 1.0)
    heavy = fit_candidate(replace(training, rows=training.rows.assign(weight=weight)), recipe())
    for kind in KINDS[:2]:
        assert heavy.kinds[kind].scorer != fit.kinds[kind].scorer
        assert heavy.kinds[kind].out_of_fold.mean() == pytest.approx(training.is_best.mean(), abs=0.01)


def test_a_column_that_was_missing_in_training_is_ignored_at_scoring() -> None:
    training, _, _ = trained()
    gone = replace(training, accounts=training.accounts.assign(is_listed=np.nan))
    encoder = fit_candidate(gone, recipe()).candidate.encoder
    day = training.rows["as_of"]
    np.testing.assert_array_equal(
        encoder.transform(gone.accounts, day), encoder.transform(training.accounts, day)
    )


def test_one_attribute_is_enough() -> None:
    training, _, _ = trained()
    fit = fit_candidate(replace(training, fields={"industry": FIELDS["industry"]}), recipe())
    assert [one.name for one in fit.kinds["boosted_trees"].encoder.attributes] == ["industry"]


def test_a_column_that_gives_the_label_away_still_gets_a_finite_calibration() -> None:
    training, _, _ = trained()
    told = replace(training, accounts=training.accounts.assign(is_listed=training.is_best))
    for kind in KINDS[:2]:
        assert 0 < fit_candidate(told, only(kind)).candidate.calibration.slope < 100


def test_a_rubric_that_tells_nobody_apart_is_no_candidate() -> None:
    training = companies(200)
    narrow = TrainingSet(
        training.accounts[["account_id", "industry"]], training.rows, {"industry": FIELDS["industry"]}
    )
    model = recipe().model.model_copy(update={"kinds": ("logistic_regression", "rubric")})
    fit = fit_candidate(narrow, replace(recipe(), model=model))
    assert set(fit.kinds) == {"logistic_regression"}
    assert set(fit_candidate(training, replace(recipe(), model=model)).kinds) == {
        "logistic_regression",
        "rubric",
    }
