from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from small import companies, label_rows_of, recipe, settings

from icp_ml.model.calibration import probability
from icp_ml.model.out_of_fold import held_out_folds
from icp_ml.model.recipe import Recipe, TrainingSet
from icp_ml.model.search import chosen_shape, n_shapes, standard_error
from icp_ml.model.training import fit_candidate
from icp_ml.schema import Field


def searching(leaves=(7, 15), pairs="never", **changes) -> Recipe:
    model = settings().model.model_copy(update={"n_leaves": leaves, **changes})
    return replace(recipe(), model=model, features=settings().features.model_copy(update={"pairs": pairs}))


def search(training: TrainingSet, steered: Recipe):
    return chosen_shape(training, steered, held_out_folds(training, steered), lambda n: None)


def crossed(n: int = 1500) -> TrainingSet:
    """Draw rows whose label hangs on which four of eight signs are alike: many leaves are needed."""
    rng = np.random.default_rng(3)
    signs = {f"s{at}": rng.choice([-1.0, 1.0], n) for at in range(3)}
    pull = 3.0 * np.prod(list(signs.values()), axis=0)
    rows = label_rows_of(rng.random(n) < probability(pull), [str(at) for at in range(n)])
    return TrainingSet(pd.DataFrame(signs), rows, {name: Field("number", name) for name in signs})


def test_more_leaves_are_taken_where_they_tell_more() -> None:
    steered = searching((2, 8), column_share=1.0)
    assert search(crossed(), steered).recipe.n_leaves == 8


def test_in_doubt_the_fewest_leaves_are_kept() -> None:
    rng = np.random.default_rng(0)
    noise = companies(600)
    rows = label_rows_of(rng.random(600) < 0.3, [str(at) for at in range(600)])
    assert search(replace(noise, rows=rows), searching((31, 7))).recipe.n_leaves == 7


def test_with_one_shape_nothing_is_searched() -> None:
    found = search(companies(100), searching((15,), "always"))
    assert (found.recipe.n_leaves, found.recipe.has_pairs, found.folds) == (15, True, {})


def test_without_boosted_trees_nothing_is_searched() -> None:
    found = search(companies(100), searching(pairs="tried", kinds=("rubric", "logistic_regression")))
    assert (found.recipe.n_leaves, found.recipe.has_pairs, found.folds) == (7, False, {})


@pytest.mark.parametrize(("rows", "n_folds"), [(1, 1), (100, 1), (150, 2), (10_000, 3)])
def test_as_many_folds_are_looked_at_as_it_takes(rows: int, n_folds: int) -> None:
    assert len(search(companies(300), searching(search_rows=rows)).folds) == n_folds


@pytest.mark.parametrize(
    ("leaves", "pairs", "n"),
    [((7,), "never", 0), ((7, 7), "always", 0), ((7,), "tried", 2), ((7, 15, 31), "tried", 4)],
)
def test_shapes_are_counted(leaves, pairs: str, n: int) -> None:
    assert n_shapes(searching(leaves, pairs)) == n


def test_folds_that_the_search_encoded_give_the_same_fit_as_fresh_ones() -> None:
    training = companies(300)
    fit = fit_candidate(training, searching((7, 15), "tried"))
    again = fit_candidate(training, fit.recipe)
    assert again.recipe == fit.recipe
    assert {kind: one.scorer for kind, one in again.kinds.items()} == {
        kind: one.scorer for kind, one in fit.kinds.items()
    }
    np.testing.assert_array_equal(again.candidate.out_of_fold, fit.candidate.out_of_fold)


def test_the_shape_is_said() -> None:
    said = fit_candidate(companies(300), searching((15,), "always", kinds=("boosted_trees",))).summary()
    assert " trees each with 15 leaves on " in said
    assert "columns, with pairs (" in said


def test_the_standard_error_counts_groups_not_rows() -> None:
    one_each = np.array([1.0, 2.0, 4.0, 8.0])
    expected = one_each.std() / 2
    assert standard_error(one_each, ["a", "b", "c", "d"]) == pytest.approx(expected)
    assert standard_error(np.repeat(one_each, 5), np.repeat(["a", "b", "c", "d"], 5)) == pytest.approx(
        expected
    )
