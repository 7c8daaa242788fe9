"""Search for the shape: whether pairs of categories are encoded, and how many leaves a tree has."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from icp_ml.features.statistics import Codes, Floats
from icp_ml.model.calibration import losses
from icp_ml.model.growing import Progress, grown
from icp_ml.model.nested import at_stage_of_other_folds
from icp_ml.model.out_of_fold import Fold, fold_of, kinds_to_try, with_ingredients
from icp_ml.model.recipe import Recipe, TrainingSet

PAIRS = {"never": (False,), "always": (True,), "tried": (False, True)}
STANDARD_ERRORS = 0.25
"""By how many a step up must be better: on five public sets each such gain was there with more seeds too."""


@dataclass(frozen=True)
class Shaped:
    """A shape that was tried.

    Attributes
    ----------
    recipe : Recipe
        With nothing left to try.
    folds : mapping of int to Fold
        Its folds that were made on the way, encoded; they do not depend on the number of leaves.
    losses : ndarray of float64, shape (n_held_out,)
        Of each row that those folds hold out.
    """

    recipe: Recipe
    folds: dict[int, Fold]
    losses: Floats


@dataclass(frozen=True)
class _Search:
    """The folds that hold out enough rows to choose by."""

    training: TrainingSet
    folds: Codes
    n_searched: int
    progress: Progress

    def made(self, recipe: Recipe) -> dict[int, Fold]:
        """Make the folds of a recipe; encoding them is their cost."""
        numbers = range(self.n_searched)
        return {number: fold_of(self.training, recipe, self.folds, number) for number in numbers}

    def tried(self, recipe: Recipe, made: dict[int, Fold]) -> Shaped:
        """Grow one booster a fold, and score the held-out rows at rounds that the other folds chose."""
        plots = [one.plot for one in made.values()]
        stages = np.concatenate(grown(plots, recipe, recipe.seeds[:1], self.progress))
        self.progress((recipe.model.n_folds - self.n_searched) * len(recipe.rounds))
        is_best = np.concatenate([plot.is_best for plot in plots])
        folds = np.repeat(np.arange(len(plots)), [len(plot.is_best) for plot in plots])
        raw = at_stage_of_other_folds(stages, is_best, folds, recipe.model.patience)
        return Shaped(recipe, made, losses(raw, is_best))

    def with_pairs(self, kept: Shaped) -> Shaped:
        """Try pairs, where there are any that the encoder takes."""
        recipe = kept.recipe.shaped(kept.recipe.n_leaves, True)
        made = self.made(recipe)
        if all(_n_columns(made[number]) == _n_columns(kept.folds[number]) for number in made):
            self.progress(recipe.model.n_folds * len(recipe.rounds))
            return kept
        return self.better(kept, self.tried(recipe, made))

    def better(self, kept: Shaped, other: Shaped) -> Shaped:
        """Take the other where its mean loss is lower beyond the noise."""
        gain = kept.losses - other.losses
        held_out = [np.flatnonzero(self.folds == number) for number in range(self.n_searched)]
        group = self.training.rows["group"].to_numpy(dtype=object)[np.concatenate(held_out)]
        return other if gain.mean() > STANDARD_ERRORS * standard_error(gain, group) else kept


def chosen_shape(training: TrainingSet, recipe: Recipe, folds: Codes, progress: Progress) -> Shaped:
    """Choose pairs, then leaves, by the out-of-fold log loss of one booster; the simpler one in doubt.

    Greedy: pairs are tried with the fewest leaves, leaves with the pairs that were chosen. A step up is
    taken where its mean loss is lower by more than a part of the standard error of the paired difference,
    over whole groups. As many folds are looked at as it takes to hold out `model.search_rows` rows.

    What is chosen among a handful of options by rows that then tell its log loss is told slightly too well:
    where all differences are noise, by about one of their standard errors, which is small, for the options
    err on the same rows. The test rows play no part.

    Parameters
    ----------
    training : TrainingSet
    recipe : Recipe
    folds : ndarray of int, shape (n_rows,)
    progress : callable
        As of `grown`.
    """
    pairs, leaves = PAIRS[recipe.features.pairs], sorted(set(recipe.model.n_leaves))
    first = recipe.shaped(leaves[0], pairs[0])
    if n_shapes(recipe) == 0 or "boosted_trees" not in with_ingredients(kinds_to_try(training, recipe)):
        return Shaped(first, {}, np.empty(0))
    search = _Search(training, folds, _n_searched(folds, recipe.model.search_rows), progress)
    kept = search.tried(first, search.made(first))
    if len(pairs) > 1:
        kept = search.with_pairs(kept)
    for n_leaves in leaves[1:]:
        shape = kept.recipe.shaped(n_leaves, kept.recipe.has_pairs)
        kept = search.better(kept, search.tried(shape, kept.folds))
    return kept


def n_shapes(recipe: Recipe) -> int:
    """Count the shapes that a search tries: none where only one is allowed."""
    n = len(PAIRS[recipe.features.pairs]) + len(set(recipe.model.n_leaves)) - 1
    return n if n > 1 else 0


def standard_error(difference: Floats, group: object) -> float:
    """Give the standard error of a mean over rows whose groups are drawn whole."""
    codes, _ = pd.factorize(np.asarray(group, dtype=object))
    by_group = np.bincount(codes, weights=difference - difference.mean())
    return float(np.sqrt((by_group**2).sum()) / len(difference))


def _n_columns(fold: Fold) -> int:
    return int(fold.encoded[0].matrix.shape[1])


def _n_searched(folds: Codes, search_rows: int) -> int:
    """Say how many folds it takes, from the first, to hold out so many rows."""
    held_out = np.cumsum(np.bincount(folds))
    return min(int(np.searchsorted(held_out, search_rows)) + 1, len(held_out))
