"""Bagged LightGBM: deterministic boosters, their scores and their contributions, all as text and arrays."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from icp_ml.features.statistics import Floats
from icp_ml.settings import ModelSettings

if TYPE_CHECKING:
    import lightgbm as lgb


@dataclass(frozen=True)
class Examples:
    """What a model learns from.

    Attributes
    ----------
    matrix : ndarray of float64, shape (n_rows, n_columns)
    is_best, weight : ndarray of float64, shape (n_rows,)
    directions : tuple of int
        Of each column: 1 where it may only raise the score, -1 where only lower it, 0 where it is free.
        Empty: all are free.
    """

    matrix: Floats
    is_best: Floats
    weight: Floats
    directions: tuple[int, ...] = ()


@dataclass(frozen=True)
class Ground:
    """Examples put into LightGBM's bins once, for every booster that grows on them."""

    bins: lgb.Dataset
    directions: tuple[int, ...]


def ground_of(examples: Examples, settings: ModelSettings) -> Ground:
    """Put examples into bins; the matrix is not needed afterwards."""
    import lightgbm as lgb

    bins = lgb.Dataset(
        examples.matrix,
        examples.is_best,
        weight=examples.weight,
        params={"verbosity": -1, "min_data_in_leaf": settings.min_rows_per_leaf, "num_threads": 1},
        free_raw_data=True,
    )
    return Ground(bins.construct(), examples.directions)


def seedling(ground: Ground, seed: int, n_leaves: int, settings: ModelSettings) -> lgb.Booster:
    """Make a booster without a tree, on one thread, so that the same seed gives the same trees anywhere.

    Parameters
    ----------
    ground : Ground
        Shared by boosters that grow at the same time: they only read it.
    seed : int
        Draws rows and columns for each tree.
    n_leaves : int
        Of each tree, at most.
    settings : ModelSettings
    """
    import lightgbm as lgb

    options: dict[str, Any] = {
        "objective": "binary",
        "learning_rate": settings.learning_rate,
        "num_leaves": n_leaves,
        "min_data_in_leaf": settings.min_rows_per_leaf,
        "lambda_l2": settings.l2,
        "bagging_fraction": settings.row_share,
        "bagging_freq": 1 if settings.row_share < 1 else 0,
        "feature_fraction": settings.column_share,
        "seed": seed,
        "deterministic": True,
        "force_col_wise": True,
        "num_threads": 1,
        "verbosity": -1,
        "metric": "None",
    }
    if any(ground.directions):
        options |= {
            "monotone_constraints": list(ground.directions),
            "monotone_constraints_method": "intermediate",
        }
    return lgb.Booster(options, ground.bins)


def grow(booster: Any, n_rounds: int) -> int:
    """Grow a booster by some rounds; give how many trees that added: none where no split is left."""
    _quieten(booster)
    before: int = booster.current_iteration()
    for _ in range(n_rounds):
        booster.update()
    return int(booster.current_iteration()) - before


def _quieten(booster: Any) -> None:
    """Have LightGBM read its verbosity on this thread: each thread has one of its own, loud at first."""
    booster.predict(np.zeros((1, booster.num_feature())), num_threads=1, verbosity=-1)


def added_log_odds(booster: Any, matrix: Floats, n_trees: int) -> Floats:
    """Give what the newest trees add to each row's log-odds."""
    if n_trees == 0:
        return np.zeros(len(matrix))
    start = booster.current_iteration() - n_trees
    found = booster.predict(
        matrix, raw_score=True, start_iteration=start, num_iteration=n_trees, num_threads=1
    )
    return np.asarray(found, dtype=np.float64)


def booster_text(booster: Any) -> str:
    """Write a booster as LightGBM's text without its training options, which name machine-bound settings."""
    text: str = booster.model_to_string()
    return re.sub(r"\nparameters:.*?end of parameters\n", "\n", text, flags=re.DOTALL)


@dataclass(frozen=True)
class Boosters:
    """Boosters averaged in log-odds, each as LightGBM's text: one a seed."""

    texts: tuple[str, ...]

    @cached_property
    def _loaded(self) -> list[Any]:
        """Read the boosters from their text; nothing stored is executed."""
        import lightgbm as lgb

        return [lgb.Booster(model_str=text) for text in self.texts]

    def log_odds(self, matrix: Floats, n_threads: int = 1) -> Floats:
        """Give each booster's log-odds before calibration, shape (n_rows, n_boosters)."""
        if len(matrix) == 0:
            return np.zeros((0, len(self.texts)))
        found = [one.predict(matrix, raw_score=True, num_threads=n_threads) for one in self._loaded]
        return np.column_stack(found)

    def contributions(self, matrix: Floats, n_threads: int = 1) -> tuple[Floats, float]:
        """Average the boosters' exact SHAP contributions in log-odds (Lundberg et al. 2020).

        Returns
        -------
        contributions : ndarray of float64, shape (n_rows, n_columns)
        base : float
            A row's contributions plus this are its mean log-odds before calibration; 0 where there is no row.
        """
        total = np.zeros((len(matrix), matrix.shape[1] + 1))
        if len(matrix) == 0:
            return total[:, :-1], 0.0
        for booster in self._loaded:
            total += booster.predict(matrix, pred_contrib=True, num_threads=n_threads)
        mean = total / len(self.texts)
        return mean[:, :-1], float(mean[0, -1])

    def to_files(self) -> dict[str, str]:
        """Write the boosters as named texts."""
        return {f"trees_{seed}.txt": text for seed, text in enumerate(self.texts)}
