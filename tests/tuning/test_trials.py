from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import optuna
import pytest
import yaml
from small import companies, recipe, settings

from icp_ml.model.recipe import Recipe
from icp_ml.model.training import fit_candidate
from icp_ml.tracking.studies import open_study
from icp_ml.tuning.space import BOUNDS, steered, values_of
from icp_ml.tuning.trials import found, question_digest, question_of, try_next
from icp_ml.tuning.writing import experiment_text, found_words


def learning(**changes) -> Recipe:
    kinds = {"kinds": ("boosted_trees", "logistic_regression", "blend"), "max_trees": 20}
    return replace(recipe(), model=settings().model.model_copy(update=kinds | changes))


def searched(folder, n: int, steps: int = 1):
    """Try n sets of values, opening the study anew in so many steps."""
    training = companies(160)
    for stop in np.linspace(0, n, steps + 1)[1:].astype(int):
        study = open_study(folder, "digest")
        question = question_of(study, training, learning())
        while len(found(study).trials) < stop:
            try_next(study, question)
    return found(open_study(folder, "digest"))


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return searched(tmp_path_factory.mktemp("whole"), 4)


def test_the_first_trial_is_that_of_the_defaults_and_tells_what_training_tells(whole) -> None:
    fit = fit_candidate(companies(160), learning())
    assert whole.default.values == values_of(fit.recipe)
    assert whole.default.log_loss == pytest.approx(fit.candidate.log_loss, abs=0.003)
    assert whole.best.log_loss <= whole.default.log_loss


def test_a_search_in_parts_is_the_search_at_once(whole, tmp_path) -> None:
    assert searched(tmp_path, 4, steps=3) == whole


def test_trials_differ_and_stay_within_bounds(whole) -> None:
    assert len({str(one.values) for one in whole.trials}) == 4
    for one in whole.trials[1:]:
        assert all(bounds.low <= one.values[name] <= bounds.high for name, bounds in BOUNDS.items())


def test_defaults_beyond_the_bounds_are_tried_all_the_same(tmp_path) -> None:
    study = open_study(tmp_path, "digest")
    far = learning(l2=0.0, min_rows_per_leaf=3, logistic_c=0.0123456)
    question = question_of(study, companies(160), far)
    assert try_next(study, question).values == values_of(question.recipe)


def test_what_does_worse_than_the_others_is_given_up() -> None:
    study = optuna.create_study(pruner=optuna.pruners.ThresholdPruner(upper=0.0))
    training = companies(160)
    question = question_of(study, training, learning())
    assert try_next(study, question).log_loss is None


@pytest.mark.parametrize("change", ["seed", "label", "value", "setting", "field"])
def test_another_question_has_another_digest(change: str) -> None:
    training, steps = companies(60), learning()
    told = {
        "seed": lambda: (training, replace(steps, seed=2)),
        "label": lambda: (companies(60, seed=3), steps),
        "value": lambda: (
            replace(
                training, accounts=training.accounts.assign(employees=training.accounts["employees"] + 1)
            ),
            steps,
        ),
        "setting": lambda: (training, learning(n_folds=4)),
        "field": lambda: (replace(training, fields={"industry": training.fields["industry"]}), steps),
    }
    assert question_digest(*told[change]()) != question_digest(training, steps)
    assert question_digest(training, steps) == question_digest(companies(60), replace(steps, n_jobs=2))


def test_values_come_back_from_the_recipe_they_were_put_into(whole) -> None:
    for one in whole.trials:
        assert values_of(steered(learning(), one.values)) == one.values


def test_the_experiment_says_where_it_comes_from_and_holds_the_best(whole) -> None:
    text = experiment_text(whole, 'make train ARGS="experiment=tuned_demo"', date(2024, 5, 1))
    lines = text.splitlines()
    assert lines[0] == "# @package _global_"
    assert lines[1].startswith("# Found by make tune, 2024-05-01: 4 trials, ")
    assert "looks better out of fold than it is" in lines[2]
    assert lines[3] == '# make train ARGS="experiment=tuned_demo"'
    content = yaml.safe_load(text)
    flat = {f"{group}.{key}": value for group, keys in content.items() for key, value in keys.items()}
    assert flat == whole.best.values | {"model.n_leaves": [whole.best.values["model.n_leaves"]]}


def test_defaults_that_nothing_beats_are_said(whole) -> None:
    alone = replace(whole, trials=whole.trials[:1])
    assert "none is better than the defaults" in found_words(alone)
