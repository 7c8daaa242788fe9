"""Train a candidate: rounds and calibration from folds that saw nothing of the rows they are judged on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from icp_ml.errors import DataError
from icp_ml.features.encoder import Encoder, fit_encoder
from icp_ml.features.statistics import Codes, Floats, folds_of
from icp_ml.model.boosting import Examples, booster_text, fit_booster, staged_log_odds
from icp_ml.model.calibration import Calibration, fit_calibration, probability
from icp_ml.schema import Field
from icp_ml.settings import FeaturesSettings, ModelSettings

Progress = Callable[[], None]


@dataclass(frozen=True)
class TrainingSet:
    """Label rows to learn from with their firmographics, row by row, and what the columns mean.

    Attributes
    ----------
    accounts : pandas.DataFrame
        Firmographics, in the order of `rows`.
    rows : pandas.DataFrame
        Label rows: account_id, as_of, group, is_best, weight.
    fields : mapping of str to Field
    """

    accounts: pd.DataFrame
    rows: pd.DataFrame
    fields: Mapping[str, Field]

    @property
    def is_best(self) -> Floats:
        """Give the label as 0 and 1."""
        return self.rows["is_best"].to_numpy(dtype=np.float64)

    @property
    def weight(self) -> Floats:
        """Give how much each row steers the fit."""
        return self.rows["weight"].to_numpy(dtype=np.float64)

    def part(self, positions: Any) -> TrainingSet:
        """Give some of the rows."""
        accounts = self.accounts.iloc[positions].reset_index(drop=True)
        return TrainingSet(accounts, self.rows.iloc[positions].reset_index(drop=True), self.fields)


@dataclass(frozen=True)
class Fit:
    """What training learnt.

    Attributes
    ----------
    encoder : Encoder
        Fitted on all training rows.
    matrix : ndarray of float64, shape (n_rows, n_columns)
        Their cross-fitted matrix, which the boosters learnt from.
    boosters : tuple of str
    calibration : Calibration
    n_rounds : int
        Trees of each booster.
    out_of_fold : ndarray of float64, shape (n_rows,)
        Probability of each training row by a model that never saw it, encoder included.
    """

    encoder: Encoder
    matrix: Floats
    boosters: tuple[str, ...]
    calibration: Calibration
    n_rounds: int
    out_of_fold: Floats


@dataclass(frozen=True)
class Recipe:
    """Everything that steers a fit but the rows."""

    features: FeaturesSettings
    model: ModelSettings
    seed: int
    n_jobs: int

    @property
    def seeds(self) -> list[int]:
        """Give the boosters' seeds, within what LightGBM takes."""
        return [(self.seed * 1_000 + number) % 2**31 for number in range(self.model.n_seeds)]

    @property
    def rounds(self) -> list[int]:
        """Give the numbers of rounds to choose from, evenly spaced up to the most that the trees allow."""
        most = max(self.model.max_trees // self.model.n_seeds, 1)
        steps = np.linspace(0, most, self.model.n_round_steps + 1)[1:]
        return sorted({max(round(step), 1) for step in steps})


def n_fits(recipe: Recipe) -> int:
    """Count the boosters that `fit_candidate` fits, for a progress bar."""
    return (recipe.model.n_folds + 1) * recipe.model.n_seeds


def fit_candidate(training: TrainingSet, recipe: Recipe, progress: Progress = lambda: None) -> Fit:
    """Choose rounds and calibration out of fold, then fit encoder and boosters on all training rows.

    Parameters
    ----------
    training : TrainingSet
    recipe : Recipe
    progress : callable
        Called once after each booster.

    Raises
    ------
    DataError
        Out of fold the model ranks no better than chance.
    """
    folds = held_out_folds(training, recipe)
    stages = out_of_fold_log_odds(training, recipe, folds, progress)
    raw = _at_rounds_of_other_folds(stages, training.is_best, folds)
    calibration = fit_calibration(raw, training.is_best)
    encoder, matrix = fit_encoder(
        training.accounts, training.rows, training.fields, recipe.features, recipe.seed
    )
    examples = Examples(matrix, training.is_best, training.weight)
    n_rounds = recipe.rounds[_best_stage(stages, training.is_best)]

    def fit(seed: int) -> str:
        text = booster_text(fit_booster(examples, n_rounds, seed, recipe.model))
        progress()
        return text

    boosters = tuple(_parallel(fit, recipe.seeds, recipe.n_jobs))
    out_of_fold = probability(calibration.log_odds(raw))
    return Fit(encoder, matrix, boosters, calibration, n_rounds, out_of_fold)


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


def out_of_fold_log_odds(
    training: TrainingSet, recipe: Recipe, folds: Codes, progress: Progress = lambda: None
) -> Floats:
    """Score each row by boosters, and an encoder, that never saw its group.

    Returns
    -------
    ndarray of float64, shape (n_rows, len(recipe.rounds))
        Mean log-odds over the seeds after each number of rounds.
    """
    stages = np.zeros((len(training.rows), len(recipe.rounds)))
    for fold in range(folds.max() + 1):
        held_out = np.flatnonzero(folds == fold)
        stages[held_out] = _held_out_log_odds(training, held_out, recipe, progress)
    return stages


def _check_enough(training: TrainingSet, folds: Codes) -> None:
    """Refuse folds that leave no best, or no rest, to learn from."""
    n_best = np.bincount(folds, weights=training.is_best)
    n_rest = np.bincount(folds, weights=1.0 - training.is_best)
    if min((n_best.sum() - n_best).min(), (n_rest.sum() - n_rest).min()) < 1:
        n = int(n_best.sum())
        what = f"{n:,} best of {len(training.rows):,} label rows are too few to learn from and check."
        details = ["best, and rest, must each be in two groups of accounts or more"]
        raise DataError(what, details, "Bring more customers, or move the cut with split.test_share.")


def _held_out_log_odds(training: TrainingSet, held_out: Any, recipe: Recipe, progress: Progress) -> Floats:
    seen = training.part(np.setdiff1d(np.arange(len(training.rows)), held_out))
    unseen = training.part(held_out)
    encoder, matrix = fit_encoder(seen.accounts, seen.rows, seen.fields, recipe.features, recipe.seed)
    unseen_matrix = encoder.transform(unseen.accounts, unseen.rows["as_of"])
    examples = Examples(matrix, seen.is_best, seen.weight)

    def stages(seed: int) -> Floats:
        booster = fit_booster(examples, recipe.rounds[-1], seed, recipe.model)
        progress()
        return staged_log_odds(booster, unseen_matrix, recipe.rounds)

    return np.asarray(np.mean(_parallel(stages, recipe.seeds, recipe.n_jobs), axis=0))


def _parallel(function: Callable[[int], Any], seeds: list[int], n_jobs: int) -> list[Any]:
    """Run one task a seed on threads: LightGBM leaves Python's lock while it works."""
    from joblib import Parallel, delayed

    results: list[Any] = Parallel(n_jobs=n_jobs, prefer="threads")(delayed(function)(seed) for seed in seeds)
    return results


def _at_rounds_of_other_folds(stages: Floats, is_best: Floats, folds: Codes) -> Floats:
    """Give each row's log-odds at the rounds that suit the other folds best: none picks its own."""
    raw = np.empty(len(stages))
    for fold in range(folds.max() + 1):
        held_out = folds == fold
        raw[held_out] = stages[held_out, _best_stage(stages[~held_out], is_best[~held_out])]
    return raw


def _best_stage(stages: Floats, is_best: Floats) -> int:
    return int(np.argmin([_log_loss(stages[:, column], is_best) for column in range(stages.shape[1])]))


def _log_loss(log_odds: Floats, is_best: Floats) -> float:
    return float(np.mean(np.logaddexp(0.0, log_odds) - is_best * log_odds))
