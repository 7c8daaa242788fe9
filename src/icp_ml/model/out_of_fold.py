"""Score training rows by models that never saw their group: rounds, calibration and kind depend on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from icp_ml.errors import DataError
from icp_ml.features.encoder import Encoder, fit_encoder, learnable_attributes
from icp_ml.features.statistics import Codes, Floats, folds_of
from icp_ml.model.boosting import Examples, fit_booster, staged_log_odds
from icp_ml.model.calibration import fit_calibration, log_loss
from icp_ml.model.linear import Linear, fit_logistic, sum_of_points
from icp_ml.model.recipe import Recipe, TrainingSet
from icp_ml.rubric import points_encoder, rubric_weights
from icp_ml.settings import ModelKind

Progress = Callable[[], None]


@dataclass(frozen=True)
class Fold:
    """What is learnt from, what is held out, and all that steers it."""

    seen: TrainingSet
    unseen: TrainingSet
    recipe: Recipe
    progress: Progress

    @cached_property
    def encoded(self) -> tuple[Examples, Floats]:
        """Encode both sides by an encoder that saw only the one: examples, and the other's matrix."""
        encoder, examples = encoded(self.seen, self.recipe)
        return examples, encoder.transform(self.unseen.accounts, self.unseen.rows["as_of"])


def encoded(training: TrainingSet, recipe: Recipe) -> tuple[Encoder, Examples]:
    """Fit the encoder, and put the cross-fitted matrix beside label and weight."""
    encoder, matrix = fit_encoder(
        training.accounts, training.rows, training.fields, recipe.features, recipe.seed
    )
    return encoder, Examples(matrix, training.is_best, training.weight)


def points_of(training: TrainingSet, recipe: Recipe) -> tuple[Encoder, Linear]:
    """Give the rubric's encoder over what may be learnt from, and its sum, centred on these rows."""
    accounts, rows, fields = training.accounts, training.rows, training.fields
    usable = {one.name for one in learnable_attributes(accounts, rows, fields, recipe.features)}
    learnable = {name: field for name, field in fields.items() if name in usable}
    encoder = points_encoder(recipe.rubric, learnable)
    earned = np.nan_to_num(encoder.transform(accounts, rows["as_of"]))
    return encoder, sum_of_points(rubric_weights(recipe.rubric), earned.mean(axis=0))


def held_out_folds(training: TrainingSet, recipe: Recipe) -> Codes:
    """Give each training row the fold in which it is held out, groups whole.

    Raises
    ------
    DataError
        Best, or rest, are too few to be in two folds.
    """
    groups = training.rows["group"].to_numpy(dtype=object)
    folds = folds_of(groups, training.is_best, recipe.model.n_folds, recipe.seed)
    _check_enough(training, folds)
    return folds


def kinds_to_try(training: TrainingSet, recipe: Recipe) -> list[ModelKind]:
    """Leave out a rubric that tells nobody apart, as without its columns, where there is another kind."""
    kinds = recipe.model.kinds
    others: list[ModelKind] = [kind for kind in kinds if kind != "rubric"]
    if len(others) == len(kinds) or not others:
        return list(kinds)
    encoder, scorer = points_of(training, recipe)
    points = scorer.log_odds(encoder.transform(training.accounts, training.rows["as_of"]))
    return list(kinds) if np.ptp(points) > 0 else others


def out_of_fold_log_odds(
    training: TrainingSet, recipe: Recipe, folds: Codes, progress: Progress = lambda: None
) -> dict[ModelKind, Floats]:
    """Score each row, by each kind of model, with one that never saw its group, encoder included.

    Returns
    -------
    dict of str to ndarray of float64, shape (n_rows, n_stages)
        Log-odds before calibration; of boosted trees the mean over the seeds after each number of
        `recipe.rounds`, of the other kinds one stage.
    """
    parts: dict[ModelKind, list[Floats]] = {kind: [] for kind in kinds_to_try(training, recipe)}
    order = [np.flatnonzero(folds == number) for number in range(folds.max() + 1)]
    for held_out in order:
        seen = training.part(np.setdiff1d(np.arange(len(folds)), held_out))
        fold = Fold(seen, training.part(held_out), recipe, progress)
        for kind, found in parts.items():
            found.append(HELD_OUT[kind](fold))
    back = np.argsort(np.concatenate(order))
    return {kind: np.concatenate(found)[back] for kind, found in parts.items()}


def at_stage_of_other_folds(stages: Floats, is_best: Floats, folds: Codes) -> Floats:
    """Give each row's log-odds at the rounds that suit the other folds best: none picks its own."""
    raw = np.empty(len(stages))
    for fold in range(folds.max() + 1):
        held_out = folds == fold
        raw[held_out] = stages[held_out, best_stage(stages[~held_out], is_best[~held_out])]
    return raw


def best_stage(stages: Floats, is_best: Floats) -> int:
    """Give the position of the stage with the lowest log loss, the earliest of equals."""
    return int(np.argmin([log_loss(stages[:, column], is_best) for column in range(stages.shape[1])]))


def calibrated_by_other_folds(raw: Floats, is_best: Floats, folds: Codes) -> Floats:
    """Calibrate each row's log-odds by two numbers from the other folds.

    The two numbers never saw the row; the models behind those folds did, so a trace of it is left.
    """
    found = np.empty(len(raw))
    for fold in range(folds.max() + 1):
        held_out = folds == fold
        calibration = fit_calibration(raw[~held_out], is_best[~held_out])
        found[held_out] = calibration.log_odds(raw[held_out])
    return found


def in_parallel(function: Callable[[int], Any], seeds: list[int], n_jobs: int) -> list[Any]:
    """Run one task a seed on threads: LightGBM leaves Python's lock while it works."""
    from joblib import Parallel, delayed

    results: list[Any] = Parallel(n_jobs=n_jobs, prefer="threads")(delayed(function)(seed) for seed in seeds)
    return results


def _by_boosted_trees(fold: Fold) -> Floats:
    examples, unseen = fold.encoded
    recipe = fold.recipe

    def stages(seed: int) -> Floats:
        booster = fit_booster(examples, recipe.rounds[-1], seed, recipe.model)
        fold.progress()
        return staged_log_odds(booster, unseen, recipe.rounds)

    return np.asarray(np.mean(in_parallel(stages, recipe.seeds, recipe.n_jobs), axis=0))


def _by_logistic_regression(fold: Fold) -> Floats:
    examples, unseen = fold.encoded
    return fit_logistic(examples, fold.recipe.model.logistic_c).log_odds(unseen)


def _by_rubric(fold: Fold) -> Floats:
    encoder, points = points_of(fold.seen, fold.recipe)
    return points.log_odds(encoder.transform(fold.unseen.accounts, fold.unseen.rows["as_of"]))


HELD_OUT: Mapping[ModelKind, Callable[[Fold], Floats]] = {
    "boosted_trees": _by_boosted_trees,
    "logistic_regression": _by_logistic_regression,
    "rubric": _by_rubric,
}
"""How each kind scores a fold's held-out rows, shape (n_rows, n_stages)."""


def _check_enough(training: TrainingSet, folds: Codes) -> None:
    """Refuse folds that leave no best, or no rest, to learn from."""
    n_best = np.bincount(folds, weights=training.is_best)
    n_rest = np.bincount(folds, weights=1.0 - training.is_best)
    if min((n_best.sum() - n_best).min(), (n_rest.sum() - n_rest).min()) < 1:
        n = int(n_best.sum())
        what = f"{n:,} best of {len(training.rows):,} label rows are too few to learn from and check."
        details = ["best, and rest, must each be in two groups of accounts or more"]
        raise DataError(what, details, "Bring more customers, or move the cut with split.test_share.")
