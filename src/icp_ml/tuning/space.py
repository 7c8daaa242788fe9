"""Which settings are searched, within what bounds, and how they are put into a recipe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from icp_ml.model.recipe import Recipe

if TYPE_CHECKING:
    import optuna

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Bounds:
    """Where a number is searched; `is_log` where a factor means more than a difference."""

    low: float
    high: float
    is_log: bool = False


BOUNDS: Mapping[str, Bounds] = {
    "model.n_leaves": Bounds(4, 63, is_log=True),
    "model.min_rows_per_leaf": Bounds(5, 100, is_log=True),
    "model.l2": Bounds(0.1, 100.0, is_log=True),
    "model.row_share": Bounds(0.4, 1.0),
    "model.column_share": Bounds(0.2, 1.0),
    "model.learning_rate": Bounds(0.02, 0.2, is_log=True),
    "model.logistic_c": Bounds(0.001, 10.0, is_log=True),
    "features.smoothing": Bounds(2.0, 200.0, is_log=True),
    "features.n_frequent": Bounds(0, 24),
    "features.n_text_dimensions": Bounds(0, 32),
}
PAIRS = "features.pairs"
SEARCHED = frozenset({*BOUNDS, PAIRS})
DIGITS = 3
"""What is tried is what a person reads in the file that is written."""


def values_of(recipe: Recipe) -> dict[str, Any]:
    """Give a recipe's values of what is searched; its shape is settled."""
    found = {name: getattr(getattr(recipe, group), key) for group, key, name in _split(BOUNDS)}
    return found | {"model.n_leaves": recipe.n_leaves, PAIRS: recipe.features.pairs}


def suggested(trial: optuna.Trial, defaults: Values) -> dict[str, Any]:
    """Let a trial choose a value of each setting; the bounds are widened to hold the defaults."""
    found: dict[str, Any] = {}
    for name, bounds in BOUNDS.items():
        default = defaults[name]
        low, high = min(bounds.low, default), max(bounds.high, default)
        is_log = bounds.is_log and low > 0
        if isinstance(default, int):
            found[name] = trial.suggest_int(name, int(low), int(high), log=is_log)
        else:
            drawn = trial.suggest_float(name, low, high, log=is_log)
            found[name] = default if drawn == default else min(max(float(f"{drawn:.{DIGITS}g}"), low), high)
    found[PAIRS] = trial.suggest_categorical(PAIRS, ["never", "always"])
    return found


def steered(recipe: Recipe, values: Values) -> Recipe:
    """Give the recipe with some values in place of its own."""
    changed: dict[str, dict[str, Any]] = {"model": {}, "features": {}}
    for group, key, name in _split(values):
        changed[group][key] = (values[name],) if key == "n_leaves" else values[name]
    return replace(
        recipe,
        model=recipe.model.model_copy(update=changed["model"]),
        features=recipe.features.model_copy(update=changed["features"]),
    )


def _split(names: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Give each setting its group, its key, and its name."""
    parts = [(name, name.partition(".")) for name in names]
    return [(group, key, name) for name, (group, _, key) in parts]
