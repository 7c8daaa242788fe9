"""Bagged LightGBM: deterministic boosters, their scores and their contributions, all as text and arrays."""

from __future__ import annotations

import re
from collections.abc import Sequence
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
    """What a booster learns from: a matrix (n_rows, n_columns), label and weight (n_rows,)."""

    matrix: Floats
    is_best: Floats
    weight: Floats


def fit_booster(examples: Examples, n_rounds: int, seed: int, settings: ModelSettings) -> lgb.Booster:
    """Fit one booster on one thread, so that the same seed gives the same trees anywhere.

    Parameters
    ----------
    examples : Examples
    n_rounds : int
        Trees to grow.
    seed : int
        Draws rows and columns for each tree.
    settings : ModelSettings
    """
    import lightgbm as lgb

    options = {
        "objective": "binary",
        "learning_rate": settings.learning_rate,
        "num_leaves": settings.n_leaves[0],
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
    }
    dataset = lgb.Dataset(
        examples.matrix,
        examples.is_best,
        weight=examples.weight,
        params={"verbosity": -1},
        free_raw_data=True,
    )
    return lgb.train(options, dataset, num_boost_round=n_rounds)


def staged_log_odds(booster: Any, matrix: Floats, rounds: Sequence[int]) -> Floats:
    """Give the log-odds after each number of rounds, shape (n_rows, len(rounds))."""
    stages = np.empty((len(matrix), len(rounds)))
    total, start = np.zeros(len(matrix)), 0
    for column, stop in enumerate(rounds):
        part = booster.predict(
            matrix, raw_score=True, start_iteration=start, num_iteration=stop - start, num_threads=1
        )
        total = total + part
        stages[:, column] = total
        start = stop
    return stages


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
