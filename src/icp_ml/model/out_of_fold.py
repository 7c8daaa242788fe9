"""Score training rows by models that never saw their group: rounds, calibration and kind depend on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np

from icp_ml.errors import DataError
from icp_ml.features.encoder import Encoder, fit_encoder, learnable_attributes
from icp_ml.features.statistics import Codes, Floats, folds_of
from icp_ml.model.boosting import Examples, ground_of
from icp_ml.model.directions import column_directions
from icp_ml.model.growing import Plot, Progress, grown, in_parallel, on_one_blas_thread
from icp_ml.model.linear import Linear, fit_logistic, sum_of_points
from icp_ml.model.recipe import Recipe, TrainingSet
from icp_ml.rubric import points_encoder, rubric_weights
from icp_ml.settings import ModelKind


@dataclass(frozen=True)
class Fold:
    """What is learnt from, what is held out, and all that steers it."""

    seen: TrainingSet
    unseen: TrainingSet
    recipe: Recipe

    def __getstate__(self) -> dict[str, Any]:
        """Leave the ground behind when a fold is sent to another process."""
        return {name: value for name, value in self.__dict__.items() if name != "plot"}

    @cached_property
    def encoded(self) -> tuple[Examples, Floats]:
        """Encode both sides by an encoder that saw only the one: examples, and the other's matrix."""
        encoder, examples = encoded(self.seen, self.recipe)
        return examples, encoder.transform(self.unseen.accounts, self.unseen.rows["as_of"])

    @cached_property
    def plot(self) -> Plot:
        """Give the ground for boosters to grow on."""
        examples, unseen = self.encoded
        return Plot(ground_of(examples, self.recipe.model), unseen, self.unseen.is_best)


def fold_of(training: TrainingSet, recipe: Recipe, folds: Codes, number: int) -> Fold:
    """Part the rows by whether a fold holds them out."""
    seen, unseen = (training.part(np.flatnonzero(one)) for one in (folds != number, folds == number))
    return Fold(seen, unseen, recipe)


def encoded(training: TrainingSet, recipe: Recipe) -> tuple[Encoder, Examples]:
    """Fit the encoder, and put the cross-fitted matrix beside label and weight."""
    encoder, matrix = fit_encoder(
        training.accounts, training.rows, training.fields, recipe.features, recipe.seed
    )
    directions = column_directions(encoder, recipe)
    groups = tuple(encoder.attribute_of_column.tolist())
    return encoder, Examples(matrix, training.is_best, training.weight, directions, groups)


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


def with_ingredients(kinds: Sequence[ModelKind]) -> list[ModelKind]:
    """Put what a blend is made of in its place."""
    made = [INGREDIENTS.get(kind, (kind,)) for kind in kinds]
    return list(dict.fromkeys(kind for one in made for kind in one))


def out_of_fold_log_odds(
    training: TrainingSet,
    recipe: Recipe,
    folds: Codes,
    progress: Progress = lambda n: None,
    known: Mapping[int, Fold] = MappingProxyType({}),
) -> dict[ModelKind, Floats]:
    """Score each row, by each kind of model, with one that never saw its group, encoder included.

    Parameters
    ----------
    training : TrainingSet
    recipe : Recipe
        Its shape is settled.
    folds : ndarray of int, shape (n_rows,)
    progress : callable
        As of `grown`.
    known : mapping of int to Fold
        Folds of this recipe that are made already, by number.

    Returns
    -------
    dict of str to ndarray of float64, shape (n_rows, n_stages)
        Log-odds before calibration; of boosted trees the mean over the seeds after each number of
        `recipe.rounds` that was grown, of the other kinds one stage. A blend is none of them: what it is
        made of is.
    """
    from joblib import Parallel, delayed

    kinds = with_ingredients(kinds_to_try(training, recipe))
    order = [np.flatnonzero(folds == number) for number in range(folds.max() + 1)]
    made = [known.get(number) or fold_of(training, recipe, folds, number) for number in range(len(order))]
    plain: list[ModelKind] = [kind for kind in kinds if kind != "boosted_trees"]
    found = Parallel(n_jobs=recipe.n_jobs, prefer="threads")(
        delayed(_learnt)(fold, plain, "boosted_trees" in kinds) for fold in made
    )
    parts: dict[ModelKind, list[Floats]] = {kind: [one[kind] for _, one in found] for kind in plain}
    if "boosted_trees" in kinds:
        plots = in_parallel(lambda at: found[at][0].plot, range(len(order)), recipe.n_jobs)
        parts["boosted_trees"] = grown(plots, recipe, recipe.fold_seeds, progress)
    back = np.argsort(np.concatenate(order))
    return {kind: np.concatenate(one)[back] for kind, one in parts.items()}


def _learnt(fold: Fold, kinds: Sequence[ModelKind], is_ground: bool) -> tuple[Fold, dict[ModelKind, Floats]]:
    """Score a fold's held-out rows by some kinds; give the fold encoded where trees are to grow on it.

    All of it may go to another machine and back, but for the ground: LightGBM keeps that to its process.
    """
    with on_one_blas_thread():
        found = {kind: HELD_OUT[kind](fold) for kind in kinds}
        if is_ground:
            _ = fold.encoded
    return fold, found


def _by_logistic_regression(fold: Fold) -> Floats:
    examples, unseen = fold.encoded
    return fit_logistic(examples, fold.recipe.model.logistic_c).log_odds(unseen)


def _by_rubric(fold: Fold) -> Floats:
    encoder, points = points_of(fold.seen, fold.recipe)
    return points.log_odds(encoder.transform(fold.unseen.accounts, fold.unseen.rows["as_of"]))


HELD_OUT: Mapping[ModelKind, Callable[[Fold], Any]] = {
    "boosted_trees": lambda fold: fold.plot,
    "logistic_regression": _by_logistic_regression,
    "rubric": _by_rubric,
}
"""How each kind scores a fold's held-out rows, shape (n_rows, 1); of boosted trees, what they grow on."""

INGREDIENTS: Mapping[ModelKind, tuple[ModelKind, ...]] = {"blend": ("boosted_trees", "logistic_regression")}


def _check_enough(training: TrainingSet, folds: Codes) -> None:
    """Refuse folds that leave no best, or no rest, to learn from."""
    n_best = np.bincount(folds, weights=training.is_best)
    n_rest = np.bincount(folds, weights=1.0 - training.is_best)
    if min((n_best.sum() - n_best).min(), (n_rest.sum() - n_rest).min()) < 1:
        n = int(n_best.sum())
        what = f"{n:,} best of {len(training.rows):,} label rows are too few to learn from and check."
        details = ["best, and rest, must each be in two groups of accounts or more"]
        raise DataError(what, details, "Bring more customers, or move the cut with split.test_share.")
