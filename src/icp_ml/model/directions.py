"""Declared directions: an attribute whose number may only raise the score, or only lower it."""

from __future__ import annotations

from dataclasses import replace

from icp_ml.errors import ConfigError
from icp_ml.features.attributes import NUMBER_FORMS, Attribute
from icp_ml.features.encoder import Encoder, learnable_attributes
from icp_ml.model.recipe import Recipe, TrainingSet

SIGNS = {"increasing": 1, "decreasing": -1}


def directed(training: TrainingSet, recipe: Recipe) -> Recipe:
    """Check the declared directions, and leave out what else is made of their attributes.

    Revenue per employee moves with the employees too: a promise about employees that it could break would
    be none.

    Raises
    ------
    ConfigError
        A direction is declared of what has no number to learn from.
    """
    declared = recipe.model.monotone
    if not declared:
        return recipe
    found = learnable_attributes(training.accounts, training.rows, training.fields, recipe.features)
    numbers = sorted(one.name for one in found if _has_number(one))
    lacking = [name for name in declared if name not in numbers]
    if lacking:
        what = f"model.monotone names what has no number to learn from: {', '.join(lacking)}."
        raise ConfigError(what, fix=f"Name some of: {', '.join(numbers)}.")
    made = [one.name for one in found if one.name not in declared and set(one.sources) & set(declared)]
    exclude = tuple(dict.fromkeys([*recipe.features.exclude, *made]))
    return replace(recipe, features=recipe.features.model_copy(update={"exclude": exclude}))


def column_directions(encoder: Encoder, recipe: Recipe) -> tuple[int, ...]:
    """Give each matrix column its direction; empty where none is declared."""
    signs = {name: SIGNS[direction] for name, direction in recipe.model.monotone.items()}
    found = [signs.get(one.name, 0) for one in encoder.attributes for _ in one.columns]
    return tuple(found) if signs else ()


def _has_number(attribute: Attribute) -> bool:
    return attribute.form in NUMBER_FORMS
