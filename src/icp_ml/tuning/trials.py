"""Try one set of values after another; the first are the defaults, so that nothing worse is ever found."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from icp_ml.features.encoder import ENCODER_VERSION
from icp_ml.model.directions import directed
from icp_ml.model.out_of_fold import held_out_folds
from icp_ml.model.recipe import Recipe, TrainingSet
from icp_ml.model.search import chosen_shape
from icp_ml.tuning.scoring import Question, pruned_or_loss
from icp_ml.tuning.space import Values, steered, suggested, values_of

if TYPE_CHECKING:
    import optuna

DIGEST_LENGTH = 12
DEFAULTS, VALUES = "defaults", "values"


@dataclass(frozen=True)
class Trial:
    """One set of values that was tried.

    Attributes
    ----------
    number : int
        0 is that of the defaults.
    values : mapping
        By dotted name of the setting.
    log_loss : float, optional
        Out of fold, of the best kind of model; None where it was given up after some folds.
    """

    number: int
    values: Values
    log_loss: float | None


@dataclass(frozen=True)
class Found:
    """What a search has found so far: the trials that ended, in order; the first is that of the defaults."""

    trials: tuple[Trial, ...]

    @property
    def default(self) -> Trial:
        """Give the trial of the defaults."""
        return self.trials[0]

    @property
    def best(self) -> Trial:
        """Give the trial of lowest log loss, the earliest of equals."""
        return min(self.trials, key=lambda one: float("inf") if one.log_loss is None else one.log_loss)

    @property
    def n_given_up(self) -> int:
        """Count the trials that were given up after some folds."""
        return sum(one.log_loss is None for one in self.trials)


def question_digest(training: TrainingSet, recipe: Recipe) -> str:
    """Digest all that a trial's figure depends on but its values: another question starts another search."""
    digest = hashlib.sha256()
    for table in (training.accounts, training.rows):
        digest.update(repr(list(table.columns)).encode())
        digest.update(pd.util.hash_pandas_object(table, index=False).to_numpy().tobytes())
    settings = [one.model_dump(mode="json") for one in (recipe.features, recipe.model)]
    fields = {name: asdict(field) for name, field in training.fields.items()}
    content = [ENCODER_VERSION, recipe.seed, settings, fields]
    digest.update(json.dumps(content, sort_keys=True, default=str).encode())
    return digest.hexdigest()[:DIGEST_LENGTH]


def question_of(study: optuna.Study, training: TrainingSet, recipe: Recipe) -> Question:
    """Settle what the search starts from: the recipe, with the shape that training would choose.

    Parameters
    ----------
    study : optuna.Study
        Keeps the defaults, so that a search that goes on need not choose the shape again.
    """
    folds, free = held_out_folds(training, recipe), directed(training, recipe)
    if DEFAULTS not in study.user_attrs:
        settled = chosen_shape(training, free, folds, lambda n: None).recipe
        study.set_user_attr(DEFAULTS, values_of(settled))
    return Question(training, steered(free, study.user_attrs[DEFAULTS]), folds)


def try_next(study: optuna.Study, question: Question) -> Trial:
    """Let the study choose values, and find their out-of-fold log loss.

    What is chosen hangs on the seed and the trials that ended before, not on when or in how many runs they
    did (Bergstra et al. 2011: tree-structured Parzen estimators).
    """
    import optuna
    from optuna.trial import TrialState

    n_ended = len(found(study).trials)
    study.sampler = optuna.samplers.TPESampler(seed=question.recipe.seed + n_ended)
    defaults = values_of(question.recipe)
    if n_ended == 0:
        study.enqueue_trial(defaults)
    asked = study.ask()
    values = suggested(asked, defaults)
    asked.set_user_attr(VALUES, values)
    loss = pruned_or_loss(asked, replace(question, recipe=steered(question.recipe, values)))
    study.tell(asked, loss, TrialState.PRUNED if loss is None else TrialState.COMPLETE)
    return Trial(n_ended, values, loss)


def found(study: optuna.Study) -> Found:
    """List the trials that ended."""
    from optuna.trial import TrialState

    ended = [one for one in study.trials if one.state in (TrialState.COMPLETE, TrialState.PRUNED)]
    return Found(
        tuple(
            Trial(at, one.user_attrs[VALUES], one.value if one.state == TrialState.COMPLETE else None)
            for at, one in enumerate(ended)
        )
    )
