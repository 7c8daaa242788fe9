"""Train a candidate: every kind of model on the same folds; the best on rows it never saw is chosen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from icp_ml.errors import count
from icp_ml.features.encoder import Encoder
from icp_ml.features.statistics import Codes, Floats
from icp_ml.model.boosting import Boosters, Examples, booster_text, fit_booster
from icp_ml.model.calibration import Calibration, fit_calibration, log_loss, probability
from icp_ml.model.linear import Linear, fit_logistic
from icp_ml.model.out_of_fold import (
    Progress,
    at_stage_of_other_folds,
    best_stage,
    calibrated_by_other_folds,
    encoded,
    held_out_folds,
    in_parallel,
    out_of_fold_log_odds,
    points_of,
)
from icp_ml.model.recipe import Recipe, TrainingSet
from icp_ml.settings import ModelKind

__all__ = ["Fit", "Fitted", "Recipe", "TrainingSet", "fit_candidate", "n_fits"]


@dataclass(frozen=True)
class Fitted:
    """One kind of model, fitted on all training rows.

    Attributes
    ----------
    kind : ModelKind
    encoder : Encoder
        Of the rubric: its points; of the other kinds: one and the same.
    scorer : Boosters or Linear
    calibration : Calibration
        Fitted on all rows' out-of-fold log-odds.
    out_of_fold : ndarray of float64, shape (n_rows,)
        Calibrated probability of each training row by a model, encoder and calibration included, that never
        saw its group.
    folds : ndarray of int, shape (n_rows,)
        The fold in which each row was held out: rows of one fold were scored by one model.
    log_loss : float
        Of `out_of_fold`.
    """

    kind: ModelKind
    encoder: Encoder
    scorer: Boosters | Linear
    calibration: Calibration
    out_of_fold: Floats
    folds: Codes
    log_loss: float

    def probability_of(self, part: TrainingSet, n_threads: int = 1) -> Floats:
        """Score label rows: the calibrated probability, before a declared base rate shifts it."""
        matrix = self.encoder.transform(part.accounts, part.rows["as_of"])
        by_seed = self.calibration.log_odds(self.scorer.log_odds(matrix, n_threads))
        return probability(by_seed.mean(axis=1))


@dataclass(frozen=True)
class Fit:
    """What training learnt.

    Attributes
    ----------
    kinds : mapping of ModelKind to Fitted
        Every kind that was tried, all fitted on all training rows.
    chosen : ModelKind
        The kind of lowest out-of-fold log loss; the earlier in `model.kinds` on a tie.
    n_rounds : int
        Trees of each booster; 0 where no boosted trees were tried.
    """

    kinds: Mapping[ModelKind, Fitted]
    chosen: ModelKind
    n_rounds: int

    @property
    def candidate(self) -> Fitted:
        """Give what was chosen."""
        return self.kinds[self.chosen]

    def summary(self) -> str:
        """Say what was chosen, of what, and by what figure."""
        losses = ", ".join(
            f"{kind.replace('_', ' ')} {one.log_loss:.4f}"
            for kind, one in sorted(self.kinds.items(), key=lambda pair: pair[1].log_loss)
        )
        columns = count(len(self.candidate.encoder.columns), "column")
        trees = f" of {self.n_rounds} trees each" if self.chosen == "boosted_trees" else ""
        flat = "; it ranks no better than chance" if self.candidate.calibration.is_flat else ""
        return f"{self.chosen.replace('_', ' ')}{trees} on {columns} (out-of-fold log loss: {losses}){flat}"


@dataclass(frozen=True)
class _Whole:
    """All training rows, encoded once for every kind that needs it."""

    training: TrainingSet
    recipe: Recipe
    n_rounds: int
    progress: Progress

    @cached_property
    def encoded(self) -> tuple[Encoder, Examples]:
        return encoded(self.training, self.recipe)


def n_fits(recipe: Recipe) -> int:
    """Count the boosters that `fit_candidate` fits, for a progress bar."""
    return (recipe.model.n_folds + 1) * recipe.model.n_seeds * ("boosted_trees" in recipe.model.kinds)


def fit_candidate(training: TrainingSet, recipe: Recipe, progress: Progress = lambda: None) -> Fit:
    """Try every kind of model on the same folds, fit each on all training rows, and choose one.

    Rounds, calibration and kind are chosen by scores of rows whose groups the model, encoder included, never
    saw; the log loss that decides is that after a calibration whose two numbers come from other folds again.

    Parameters
    ----------
    training : TrainingSet
    recipe : Recipe
    progress : callable
        Called once after each booster.

    Raises
    ------
    DataError
        Too few groups hold best, or rest, to be learnt from and checked; no column can be a feature.
    """
    folds = held_out_folds(training, recipe)
    stages = out_of_fold_log_odds(training, recipe, folds, progress)
    n_rounds = 0
    if "boosted_trees" in stages:
        n_rounds = recipe.rounds[best_stage(stages["boosted_trees"], training.is_best)]
    whole = _Whole(training, recipe, n_rounds, progress)
    kinds = {kind: _fitted(kind, found, folds, whole) for kind, found in stages.items()}
    chosen = min(kinds, key=lambda kind: kinds[kind].log_loss)
    return Fit(kinds, chosen, n_rounds)


def _fitted(kind: ModelKind, stages: Floats, folds: Codes, whole: _Whole) -> Fitted:
    is_best = whole.training.is_best
    raw = at_stage_of_other_folds(stages, is_best, folds)
    encoder, scorer = LEARNT[kind](whole)
    checked = calibrated_by_other_folds(raw, is_best, folds)
    loss = log_loss(checked, is_best)
    return Fitted(kind, encoder, scorer, fit_calibration(raw, is_best), probability(checked), folds, loss)


def _boosted_trees(whole: _Whole) -> tuple[Encoder, Boosters]:
    encoder, examples = whole.encoded

    def fit(seed: int) -> str:
        text = booster_text(fit_booster(examples, whole.n_rounds, seed, whole.recipe.model))
        whole.progress()
        return text

    return encoder, Boosters(tuple(in_parallel(fit, whole.recipe.seeds, whole.recipe.n_jobs)))


def _logistic_regression(whole: _Whole) -> tuple[Encoder, Linear]:
    encoder, examples = whole.encoded
    return encoder, fit_logistic(examples, whole.recipe.model.logistic_c)


def _rubric(whole: _Whole) -> tuple[Encoder, Linear]:
    return points_of(whole.training, whole.recipe)


LEARNT: Mapping[ModelKind, Callable[[_Whole], tuple[Encoder, Boosters | Linear]]] = {
    "boosted_trees": _boosted_trees,
    "logistic_regression": _logistic_regression,
    "rubric": _rubric,
}
"""How each kind is fitted on all training rows."""
