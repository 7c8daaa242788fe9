"""Bagged LightGBM: deterministic boosters, grown round by round and kept as text."""

from __future__ import annotations

import re
from dataclasses import dataclass
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
    groups : tuple of int
        Of each column, from 0 on: contributions are summed over a group, an attribute. Empty: each column
        stands for itself.
    """

    matrix: Floats
    is_best: Floats
    weight: Floats
    directions: tuple[int, ...] = ()
    groups: tuple[int, ...] = ()


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
        Of each tree, at most. No leaf lies deeper than in a balanced tree of so many: LightGBM splits the
        best leaf first, and on few rows goes down one branch to a handful of them.
    settings : ModelSettings
    """
    import lightgbm as lgb

    options: dict[str, Any] = {
        "objective": "binary",
        "learning_rate": settings.learning_rate,
        "num_leaves": n_leaves,
        "max_depth": _balanced_depth(n_leaves),
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


def _balanced_depth(n_leaves: int) -> int:
    """Give the depth of a balanced tree of so many leaves, without the rounding of a logarithm."""
    return (n_leaves - 1).bit_length()


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
