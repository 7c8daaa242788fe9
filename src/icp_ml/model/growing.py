"""Grow the boosters of all folds together, and stop once no fold's choice of rounds can change."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from icp_ml.features.statistics import Floats
from icp_ml.model.boosting import Ground, added_log_odds, booster_text, grow, seedling
from icp_ml.model.calibration import losses
from icp_ml.model.nested import is_settled
from icp_ml.model.recipe import Recipe

Progress = Callable[[int], None]


@dataclass(frozen=True)
class Plot:
    """A fold's ground to grow boosters on, and its held-out rows: matrix and label."""

    ground: Ground
    unseen: Floats
    is_best: Floats


def grown(plots: Sequence[Plot], recipe: Recipe, seeds: Sequence[int], progress: Progress) -> list[Floats]:
    """Grow every fold's boosters step by step, all folds at the same number of rounds.

    Growth stops when the log loss of every part of the folds that rounds are chosen by (all of them, and all
    but each one) has not fallen for `model.patience` steps. So every stage was really grown in every fold,
    and no fold's labels decide how far it is itself looked at: see `best_stage`.

    Parameters
    ----------
    plots : sequence of Plot
        One a fold.
    recipe : Recipe
        Its shape is settled.
    seeds : sequence of int
        One booster each, in every fold.
    progress : callable
        Called with the number of boosters that came one step of rounds further, or need not.

    Returns
    -------
    list of ndarray of float64, shape (n_unseen, n_stages)
        Of each fold the mean log-odds over the seeds after each number of `recipe.rounds`.
    """
    from joblib import Parallel, delayed

    boosters = [
        (seedling(plot.ground, seed, recipe.n_leaves, recipe.model), plot.unseen)
        for plot in plots
        for seed in seeds
    ]
    stages: list[list[Floats]] = [[] for _ in plots]
    sums: list[list[float]] = []
    steps = np.diff(recipe.rounds, prepend=0).tolist()
    totals = [np.zeros(len(plot.unseen)) for plot in plots]
    with Parallel(n_jobs=recipe.n_jobs, require="sharedmem") as pool:
        for n_rounds in steps:
            added = pool(delayed(_grown_by)(one, unseen, n_rounds) for one, unseen in boosters)
            for at in range(len(plots)):
                mine = added[at * len(seeds) : (at + 1) * len(seeds)]
                totals[at] = totals[at] + np.mean(mine, axis=0)
                stages[at].append(totals[at])
            sums.append(
                [losses(total, plot.is_best).sum() for total, plot in zip(totals, plots, strict=True)]
            )
            progress(len(boosters))
            if is_settled(np.array(sums).T, recipe.model.patience):
                break
    progress(len(boosters) * (len(steps) - len(sums)))
    return [np.column_stack(one) for one in stages]


def _grown_by(booster: Any, unseen: Floats, n_rounds: int) -> Floats:
    return added_log_odds(booster, unseen, grow(booster, n_rounds))


def fitted_texts(
    ground: Ground, n_rounds: int, recipe: Recipe, progress: Progress = lambda n: None
) -> tuple[str, ...]:
    """Fit one booster a seed with a number of rounds, and write each as text."""

    def fit(seed: int) -> str:
        booster = seedling(ground, seed, recipe.n_leaves, recipe.model)
        grow(booster, n_rounds)
        progress(len(recipe.rounds))
        return booster_text(booster)

    return tuple(in_parallel(fit, recipe.seeds, recipe.n_jobs))


def on_one_blas_thread() -> Any:
    """Keep linear algebra on one thread while this lasts: beside ours, its own would wait for each other."""
    from threadpoolctl import threadpool_limits

    return threadpool_limits(limits=1, user_api="blas")


def in_parallel(function: Callable[[int], Any], seeds: Sequence[int], n_jobs: int) -> list[Any]:
    """Run one task a seed on threads of this process: LightGBM leaves Python's lock while it works."""
    from joblib import Parallel, delayed

    results: list[Any] = Parallel(n_jobs=n_jobs, require="sharedmem")(
        delayed(function)(seed) for seed in seeds
    )
    return results
