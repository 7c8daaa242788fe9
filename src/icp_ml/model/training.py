"""Train a candidate: every kind of model on the same folds; the best on rows it never saw is chosen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from icp_ml.errors import count
from icp_ml.features.encoder import Encoder
from icp_ml.features.statistics import Codes, Floats
from icp_ml.forest import Forest
from icp_ml.model.blending import Blend, blended_by_other_folds, fit_share
from icp_ml.model.boosting import Examples, ground_of
from icp_ml.model.calibration import Calibration, fit_calibration, log_loss, probability
from icp_ml.model.directions import directed
from icp_ml.model.growing import Progress, fitted_texts, on_one_blas_thread
from icp_ml.model.linear import Linear, fit_logistic
from icp_ml.model.nested import (
    at_stage_of_other_folds,
    best_stage,
    calibrated_by_other_folds,
    summed_losses,
)
from icp_ml.model.out_of_fold import (
    encoded,
    held_out_folds,
    kinds_to_try,
    out_of_fold_log_odds,
    points_of,
    with_ingredients,
)
from icp_ml.model.recipe import Recipe, TrainingSet
from icp_ml.model.search import chosen_shape, n_shapes
from icp_ml.settings import ModelKind

__all__ = ["Fit", "Fitted", "Recipe", "TrainingSet", "fit_candidate", "n_steps"]

Scorer = Forest | Linear | Blend


@dataclass(frozen=True)
class Fitted:
    """One kind of model, fitted on all training rows.

    Attributes
    ----------
    kind : ModelKind
    encoder : Encoder
        Of the rubric: its points; of the other kinds: one and the same.
    scorer : Forest, Linear or Blend
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
    scorer: Scorer
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
    recipe : Recipe
        What was followed, with the number of leaves and the pairs that were chosen.
    """

    kinds: Mapping[ModelKind, Fitted]
    chosen: ModelKind
    n_rounds: int
    recipe: Recipe

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
        flat = "; it ranks no better than chance" if self.candidate.calibration.is_flat else ""
        return f"{self.shape_words()} (out-of-fold log loss: {losses}){flat}"

    def shape_words(self) -> str:
        """Say how the candidate is made: its kind, its trees, its columns."""
        scorer, columns = self.candidate.scorer, count(len(self.candidate.encoder.columns), "column")
        trees = f"of {count(self.n_rounds, 'tree')} each with {self.recipe.n_leaves} leaves"
        pairs = ", with pairs" if self.recipe.has_pairs and self.chosen != "rubric" else ""
        if isinstance(scorer, Blend):
            share = round(100 * scorer.share)
            both = f"{100 - share} % boosted trees {trees} and {share} % logistic regression"
            return f"blend of {both} on {columns}{pairs}"
        grown = f" {trees}" if isinstance(scorer, Forest) else ""
        return f"{self.chosen.replace('_', ' ')}{grown} on {columns}{pairs}"


@dataclass(frozen=True)
class _Whole:
    """All training rows, encoded once for every kind that needs it, and the raw out-of-fold log-odds."""

    training: TrainingSet
    recipe: Recipe
    n_rounds: int
    raw: Mapping[ModelKind, Floats]
    progress: Progress

    @cached_property
    def encoded(self) -> tuple[Encoder, Examples]:
        return encoded(self.training, self.recipe)

    @cached_property
    def forest(self) -> Forest:
        examples = self.encoded[1]
        ground = ground_of(examples, self.recipe.model)
        return Forest(fitted_texts(ground, self.n_rounds, self.recipe, self.progress), examples.groups)

    @cached_property
    def logistic_regression(self) -> Linear:
        return fit_logistic(self.encoded[1], self.recipe.model.logistic_c)


def n_steps(recipe: Recipe) -> int:
    """Count the steps that `fit_candidate` tells of, for a progress bar: boosters times steps of rounds."""
    if "boosted_trees" not in with_ingredients(recipe.model.kinds):
        return 0
    a_fold = n_shapes(recipe) + len(recipe.fold_seeds)
    n_boosters = a_fold * recipe.model.n_folds + recipe.model.n_seeds
    return n_boosters * len(recipe.rounds)


def fit_candidate(training: TrainingSet, recipe: Recipe, progress: Progress = lambda n: None) -> Fit:
    """Try every kind of model on the same folds, fit each on all training rows, and choose one.

    Shape, rounds, calibration and kind are chosen by scores of rows whose groups the model, encoder included,
    never saw; the log loss that decides is that after a calibration whose two numbers come from other folds
    again.

    Parameters
    ----------
    training : TrainingSet
    recipe : Recipe
    progress : callable
        Called with the number of steps that were done; `n_steps` says of how many.

    Raises
    ------
    DataError
        Too few groups hold best, or rest, to be learnt from and checked; no column can be a feature.
    ConfigError
        A direction is declared of what has no number.
    """
    with on_one_blas_thread():
        return _fit(training, recipe, progress)


def _fit(training: TrainingSet, recipe: Recipe, progress: Progress) -> Fit:
    folds = held_out_folds(training, recipe)
    shaped = chosen_shape(training, directed(training, recipe), folds, progress)
    stages = out_of_fold_log_odds(training, shaped.recipe, folds, progress, shaped.folds)
    is_best, patience = training.is_best, recipe.model.patience
    raw = {kind: at_stage_of_other_folds(one, is_best, folds, patience) for kind, one in stages.items()}
    n_rounds = 0
    if "boosted_trees" in stages:
        summed = summed_losses(stages["boosted_trees"], is_best, folds).sum(axis=0)
        n_rounds = recipe.rounds[best_stage(summed, patience)]
    whole = _Whole(training, shaped.recipe, n_rounds, raw, progress)
    kinds = {kind: _fitted(kind, folds, whole) for kind in kinds_to_try(training, recipe)}
    chosen = min(kinds, key=lambda kind: kinds[kind].log_loss)
    return Fit(kinds, chosen, n_rounds, shaped.recipe)


def _fitted(kind: ModelKind, folds: Codes, whole: _Whole) -> Fitted:
    is_best = whole.training.is_best
    raw = whole.raw.get(kind)
    if raw is None:
        raw = blended_by_other_folds(*_both(whole), is_best, folds)
    encoder, scorer = LEARNT[kind](whole)
    checked = calibrated_by_other_folds(raw, is_best, folds)
    loss = log_loss(checked, is_best)
    return Fitted(kind, encoder, scorer, fit_calibration(raw, is_best), probability(checked), folds, loss)


def _both(whole: _Whole) -> tuple[Floats, Floats]:
    return whole.raw["boosted_trees"], whole.raw["logistic_regression"]


def _blend(whole: _Whole) -> tuple[Encoder, Blend]:
    share = fit_share(*_both(whole), whole.training.is_best)
    return whole.encoded[0], Blend(whole.forest, whole.logistic_regression, share)


LEARNT: Mapping[ModelKind, Callable[[_Whole], tuple[Encoder, Scorer]]] = {
    "boosted_trees": lambda whole: (whole.encoded[0], whole.forest),
    "logistic_regression": lambda whole: (whole.encoded[0], whole.logistic_regression),
    "blend": _blend,
    "rubric": lambda whole: points_of(whole.training, whole.recipe),
}
"""How each kind is fitted on all training rows."""
