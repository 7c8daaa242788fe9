"""Score one recipe out of fold, fold by fold, and give it up where others did better on as many folds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from icp_ml.features.statistics import Codes, Floats
from icp_ml.model.blending import blended_by_other_folds
from icp_ml.model.calibration import log_loss
from icp_ml.model.growing import grown, on_one_blas_thread
from icp_ml.model.nested import at_stage_of_other_folds, calibrated_by_other_folds, summed_losses
from icp_ml.model.out_of_fold import HELD_OUT, fold_of, with_ingredients
from icp_ml.model.recipe import Recipe, TrainingSet
from icp_ml.settings import ModelKind

if TYPE_CHECKING:
    import optuna

Stages = Mapping[ModelKind, Floats]


@dataclass(frozen=True)
class Question:
    """What is learnt from, how, and the fold in which each row is held out."""

    training: TrainingSet
    recipe: Recipe
    folds: Codes

    @property
    def kinds(self) -> list[ModelKind]:
        """Name the kinds that learn, what a blend is made of included."""
        return [kind for kind in with_ingredients(self.recipe.model.kinds) if kind != "rubric"]


def pruned_or_loss(trial: optuna.Trial, question: Question) -> float | None:
    """Give the out-of-fold log loss of the best kind; None where the trial is given up.

    As many folds as there are processors run at a time. The trial is judged after each fold in its turn, so
    that what is given up does not depend on how many those are.
    """
    from joblib import Parallel, delayed, effective_n_jobs

    n_folds, at_once = int(question.folds.max()) + 1, effective_n_jobs(question.recipe.n_jobs)
    done: list[Stages] = []
    for start in range(0, n_folds, at_once):
        numbers = range(start, min(start + at_once, n_folds))
        with on_one_blas_thread():
            done += Parallel(n_jobs=at_once, prefer="threads")(
                delayed(fold_stages)(question, number) for number in numbers
            )
        for number in numbers:
            trial.report(_so_far(done[: number + 1], question), number)
            if trial.should_prune():
                return None
    return out_of_fold_loss(done, question)


def fold_stages(question: Question, number: int) -> Stages:
    """Score the rows that a fold holds out by each kind, shape (n_unseen, n_stages)."""
    recipe = replace(question.recipe, n_jobs=1)
    fold = fold_of(question.training, recipe, question.folds, number)
    with on_one_blas_thread():  # in a worker of a cluster too
        found = {kind: HELD_OUT[kind](fold) for kind in question.kinds}
        if "boosted_trees" in found:
            (found["boosted_trees"],) = grown([fold.plot], recipe, recipe.fold_seeds, lambda n: None)
    return found


def out_of_fold_loss(by_fold: Sequence[Stages], question: Question) -> float:
    """Give the log loss that training would tell of the best kind: rounds, share and calibration are nested.

    Each fold grew until it had waited long enough by itself; rounds are chosen from what all folds grew.
    """
    is_best, folds, raw = question.training.is_best, question.folds, dict[ModelKind, Floats]()
    for kind in question.kinds:
        stages = _in_row_order([one[kind] for one in by_fold], folds)
        raw[kind] = at_stage_of_other_folds(stages, is_best, folds, question.recipe.model.patience)
    if "blend" in question.recipe.model.kinds:
        raw["blend"] = blended_by_other_folds(
            raw["boosted_trees"], raw["logistic_regression"], is_best, folds
        )
    wanted = [kind for kind in question.recipe.model.kinds if kind in raw]
    return min(log_loss(calibrated_by_other_folds(raw[kind], is_best, folds), is_best) for kind in wanted)


def _in_row_order(parts: Sequence[Floats], folds: Codes) -> Floats:
    n_stages = min(part.shape[1] for part in parts)
    order = np.concatenate([np.flatnonzero(folds == number) for number in range(len(parts))])
    return np.concatenate([part[:, :n_stages] for part in parts])[np.argsort(order)]


def _so_far(by_fold: Sequence[Stages], question: Question) -> float:
    """Give the mean over folds of the lowest log loss at any stage of the kind that does best by it."""
    lowest = []
    for number, stages in enumerate(by_fold):
        is_best = question.training.is_best[question.folds == number]
        alone = np.zeros(len(is_best), dtype=np.intp)
        lowest.append(min(summed_losses(one, is_best, alone).min() for one in stages.values()) / len(is_best))
    return float(np.mean(lowest))
