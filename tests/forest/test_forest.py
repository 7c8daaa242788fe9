from __future__ import annotations

import pickle
from functools import lru_cache
from typing import Any, NamedTuple

import lightgbm as lgb
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from icp_ml.errors import DataError
from icp_ml.forest import Forest
from icp_ml.forest.compiling import compile_forest
from icp_ml.forest.rows import BLOCK, explain
from icp_ml.forest.tables import Explained

MISSING, NEVER_MISSING, FEW_LEVELS, MOSTLY_MISSING, FLAT = range(5)


class Grown(NamedTuple):
    """Some boosters as LightGBM made them, and rows that they never saw."""

    boosters: list[Any]
    texts: tuple[str, ...]
    rows: np.ndarray


@lru_cache(maxsize=32)
def grown(n_features: int = 5, n_leaves: int = 7, n_boosters: int = 2, n_trees: int = 6, **options) -> Grown:
    """Grow boosters on columns of every kind, each booster on rows of its own."""
    rng = np.random.default_rng(n_features + 100 * n_leaves + n_boosters)
    matrix = columns_of_every_kind(rng, 600, n_features)
    signal = np.nan_to_num(matrix, posinf=0, neginf=0).clip(-3, 3)
    is_best = rng.random(600) < 1 / (1 + np.exp(-signal.sum(axis=1) * signal[:, 0]))
    own = {"objective": "binary", "num_leaves": n_leaves, "min_data_in_leaf": 1, "min_sum_hessian_in_leaf": 0}
    boosters = []
    for seed in range(n_boosters):
        drawn = rng.integers(600, size=400)
        ground = lgb.Dataset(matrix[drawn], is_best[drawn].astype(float))
        more = {"seed": seed, "verbosity": -1, "num_threads": 1, "bagging_fraction": 0.7, "bagging_freq": 1}
        boosters.append(lgb.train({**own, **more, **options}, ground, n_trees))
    texts = tuple(one.model_to_string() for one in boosters)
    return Grown(boosters, texts, unseen(columns_of_every_kind(rng, 200, n_features), boosters, rng))


def columns_of_every_kind(rng, n_rows: int, n_features: int) -> np.ndarray:
    columns = []
    for at in range(n_features):
        values = rng.normal(size=n_rows)
        if at % 5 == FEW_LEVELS:
            values = np.round(values)
        if at % 5 == FLAT:
            values = np.where(rng.random(n_rows) < 0.9, 0.0, values)
        share = {MISSING: 0.2, MOSTLY_MISSING: 0.8}.get(at % 5, 0.0)
        columns.append(np.where(rng.random(n_rows) < share, np.nan, values))
    return np.column_stack(columns)


def unseen(matrix: np.ndarray, boosters: list[Any], rng) -> np.ndarray:
    """Plant what training never saw: extremes, gaps where there were none, values on the thresholds."""
    planted = matrix.copy()
    cuts = np.concatenate([one.trees_to_dataframe()["threshold"].dropna().to_numpy() for one in boosters])
    odd = np.concatenate(
        [[np.nan, np.inf, -np.inf, 0.0, -0.0, 1e300, -1e300, 1e-40], cuts, np.nextafter(cuts, 9)]
    )
    where = rng.random(matrix.shape) < 0.3
    planted[where] = rng.choice(odd, where.sum())
    return planted


def by_lightgbm(model: Grown) -> tuple[np.ndarray, np.ndarray, float]:
    log_odds = [one.predict(model.rows, raw_score=True, num_threads=1) for one in model.boosters]
    found = np.mean(
        [one.predict(model.rows, pred_contrib=True, num_threads=1) for one in model.boosters], axis=0
    )
    return np.column_stack(log_odds), found[:, :-1], found[0, -1]


def alone(n: int) -> tuple[int, ...]:
    return tuple(range(n))


SHAPES = {
    "n_features": st.integers(1, 9),
    "n_leaves": st.integers(2, 40),
    "n_boosters": st.integers(1, 3),
    "max_depth": st.sampled_from([-1, 1, 2, 4]),
    "learning_rate": st.sampled_from([0.05, 0.5]),
}


@settings(deadline=None, max_examples=25)
@given(**SHAPES)
@example(n_features=1, n_leaves=40, n_boosters=1, max_depth=-1, learning_rate=0.5)
@example(n_features=9, n_leaves=2, n_boosters=3, max_depth=-1, learning_rate=0.5)
def test_scores_and_contributions_are_lightgbms_own(**shape) -> None:
    model = grown(**shape)
    log_odds, contributions, base = by_lightgbm(model)
    found = Forest(model.texts, alone(shape["n_features"])).explain(model.rows)
    np.testing.assert_allclose(found.log_odds, log_odds, rtol=0, atol=1e-12)
    np.testing.assert_allclose(found.contributions, contributions, rtol=0, atol=1e-5)
    assert found.base == pytest.approx(base, abs=1e-12)


@settings(deadline=None, max_examples=10)
@given(**SHAPES)
def test_contributions_and_base_sum_to_the_mean_log_odds(**shape) -> None:
    model = grown(**shape)
    found = Forest(model.texts, alone(shape["n_features"])).explain(model.rows)
    total = found.contributions.sum(axis=1) + found.base
    np.testing.assert_allclose(total, found.log_odds.mean(axis=1), rtol=0, atol=1e-5)


@pytest.mark.parametrize("most_cells", [1, 2, 3, 8, 40, 1_024, 65_536])
def test_however_the_trees_are_cut_the_rows_get_the_same(most_cells: int) -> None:
    model = grown(n_features=9, n_leaves=40)
    log_odds, contributions, _ = by_lightgbm(model)
    compiled, _ = compile_forest(model.texts, np.arange(9), most_cells)
    found = Explained(np.zeros((9, 200)), np.zeros((2, 200)))
    explain(np.ascontiguousarray(model.rows.T), compiled, 0, found)
    np.testing.assert_allclose(found.log_odds.T, log_odds, rtol=0, atol=1e-12)
    np.testing.assert_allclose(found.contributions.T / 2, contributions, rtol=0, atol=1e-5)
    assert np.diff(compiled.tables.first_cell).max(initial=0) <= most_cells
    assert (len(compiled.paths.booster) > 0) == (most_cells <= 40)


def test_a_path_of_very_many_features_is_explained_without_a_table() -> None:
    rng = np.random.default_rng(0)
    matrix = (rng.random((3_000, 24)) < 0.93).astype(float)
    reached = matrix.cumprod(axis=1).sum(axis=1)
    options = {
        "objective": "regression",
        "num_leaves": 31,
        "min_data_in_leaf": 1,
        "verbosity": -1,
        "num_threads": 1,
    }
    booster = lgb.train({**options, "learning_rate": 0.5}, lgb.Dataset(matrix, reached), 3)
    model = Grown([booster], (booster.model_to_string(),), matrix[:100])
    log_odds, contributions, base = by_lightgbm(model)
    forest = Forest(model.texts, alone(24))
    found = forest.explain(model.rows)
    np.testing.assert_allclose(found.log_odds, log_odds, rtol=0, atol=1e-12)
    np.testing.assert_allclose(found.contributions, contributions, rtol=0, atol=1e-5)
    assert found.base == pytest.approx(base, abs=1e-12)
    assert np.diff(forest._compiled[0].paths.first).max() > 16


def test_more_than_254_thresholds_of_a_feature_take_two_bytes() -> None:
    model = grown(
        n_features=2, n_leaves=40, n_boosters=3, n_trees=30, max_bin=5_000, min_sum_hessian_in_leaf=1
    )
    log_odds, contributions, _ = by_lightgbm(model)
    forest = Forest(model.texts, alone(2))
    found = forest.explain(model.rows)
    assert forest._compiled[0].tables.cut.dtype == np.uint16
    np.testing.assert_allclose(found.log_odds, log_odds, rtol=0, atol=1e-12)
    np.testing.assert_allclose(found.contributions, contributions, rtol=0, atol=1e-5)


def test_a_forest_of_trees_that_are_one_leaf_scores_everyone_the_same() -> None:
    ground = lgb.Dataset(np.zeros((50, 2)), np.arange(50) % 2)
    booster = lgb.Booster({"objective": "binary", "verbosity": -1, "num_threads": 1}, ground)
    booster.update()
    text = booster.model_to_string()
    found = Forest((text,), (0, 1)).explain(np.ones((3, 2)))
    np.testing.assert_allclose(
        found.log_odds[:, 0], booster.predict(np.ones((3, 2)), raw_score=True), atol=1e-12
    )
    assert not found.contributions.any()
    assert found.base == pytest.approx(found.log_odds[0, 0])


def test_contributions_are_summed_over_a_group() -> None:
    model, groups = grown(n_features=7), np.array([2, 0, 0, 1, 2, 2, 4])
    by_feature = Forest(model.texts, alone(7)).explain(model.rows).contributions
    by_group = Forest(model.texts, tuple(groups.tolist())).explain(model.rows).contributions
    expected = np.column_stack([by_feature[:, groups == group].sum(axis=1) for group in range(5)])
    np.testing.assert_allclose(by_group, expected, rtol=0, atol=1e-6)
    assert not by_group[:, 3].any()


def many(n_rows: int) -> tuple[Forest, np.ndarray]:
    model = grown()
    return Forest(model.texts, alone(5)), np.resize(model.rows, (n_rows, 5))


@pytest.mark.parametrize(
    "picked", [slice(0, 1), slice(7, 8), slice(3, 3 + BLOCK), slice(None, None, -1), slice(0, 0)]
)
def test_a_row_does_not_depend_on_its_neighbours(picked: slice) -> None:
    forest, rows = many(2 * BLOCK + 5)
    whole, part = forest.explain(rows), forest.explain(rows[picked])
    np.testing.assert_array_equal(part.contributions, whole.contributions[picked])
    np.testing.assert_array_equal(part.log_odds, whole.log_odds[picked])
    np.testing.assert_array_equal(forest.log_odds(rows[picked]), whole.log_odds[picked])
    assert part.base == whole.base


def test_the_number_of_threads_changes_nothing() -> None:
    forest, rows = many(20_001)
    alone, together = forest.explain(rows, 1), forest.explain(rows, 3)
    np.testing.assert_array_equal(alone.contributions, together.contributions)
    np.testing.assert_array_equal(alone.log_odds, together.log_odds)
    np.testing.assert_array_equal(forest.log_odds(rows, 0), alone.log_odds)


def test_the_layout_of_a_matrix_changes_nothing_and_it_is_left_as_it_is() -> None:
    forest, rows = many(300)
    expected, kept = forest.explain(rows), rows.copy()
    fixed = np.asfortranarray(rows)
    fixed.setflags(write=False)
    for one in (fixed, rows.astype(object).astype(float), np.repeat(rows, 2, axis=0)[::2]):
        np.testing.assert_array_equal(forest.explain(one).contributions, expected.contributions)
    np.testing.assert_array_equal(rows, kept)


def test_tables_stay_below_the_bytes_they_may_take() -> None:
    model = grown(n_features=9, n_leaves=40)
    sizes = {}
    for most_bytes in (2**30, 100_000, 10_000):
        tables = compile_forest(model.texts, np.arange(9), 4_096, most_bytes)[0].tables
        sizes[most_bytes] = tables.entry.nbytes + tables.value.nbytes
    assert 2**30 > sizes[2**30] > 100_000 >= sizes[100_000] > 10_000 >= sizes[10_000]


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"linear_tree": True}, "is_linear=1"),
        ({"boosting": "rf"}, "average_output"),
        ({"zero_as_missing": True}, None),
        ({"objective": "multiclass", "num_class": 2}, "num_tree_per_iteration=2"),
    ],
)
def test_a_booster_of_another_kind_is_refused(options, named) -> None:
    model = grown(n_boosters=1, **options)
    with pytest.raises(DataError) as caught:
        Forest(model.texts, alone(5)).log_odds(model.rows)
    assert caught.value.details == ((named,) if named else ())
    assert "Train with icp_ml" in str(caught.value)


def test_categorical_splits_are_refused() -> None:
    codes = np.random.default_rng(0).integers(4, size=(2_000, 1)).astype(float)
    ground = lgb.Dataset(codes, (codes[:, 0] == 2).astype(float), categorical_feature=[0])
    options = {"objective": "binary", "verbosity": -1, "num_threads": 1, "min_data_per_group": 1}
    booster = lgb.train(options, ground, 2)
    assert "num_cat=1" in booster.model_to_string()
    with pytest.raises(DataError, match="not compiled"):
        Forest((booster.model_to_string(),), (0,)).log_odds(codes)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("left_child=", "left_child=9 "),
        ("leaf_value=", "leaf_value=x"),
        ("right_child=", "right_child=-40 "),
        ("split_feature=", "split_feature=0 "),
        ("split_feature=", "split_feature=-7"),
        ("split_feature=", "split_feature=9"),
        ("leaf_count=", "leaf_number="),
        ("num_leaves=", "num_leaves=1"),
    ],
)
def test_a_damaged_text_is_an_error_and_nothing_worse(old: str, new: str) -> None:
    model = grown()
    with pytest.raises(ValueError):
        Forest((model.texts[0].replace(old, new, 1),), alone(5)).log_odds(model.rows)


TREE = {
    "num_leaves": "4",
    "split_feature": "0 1 0",
    "threshold": "0.5 0.5 1.5",
    "decision_type": "2 2 2",
    "left_child": "1 -1 -3",
    "right_child": "2 -2 -4",
    "leaf_value": "1 2 3 4",
    "leaf_count": "1 1 1 1",
    "internal_count": "4 2 2",
}
STUMP = {
    "num_leaves": "2",
    "split_feature": "0",
    "threshold": "0.5",
    "decision_type": "2",
    "left_child": "-1",
    "right_child": "-2",
    "leaf_value": "1 2",
    "leaf_count": "1 1",
    "internal_count": "2",
}


def written(**lines: str) -> str:
    """Write one tree by hand, as LightGBM would."""
    return "num_tree_per_iteration=1\n\nTree=0\n" + "\n".join(f"{key}={one}" for key, one in lines.items())


@pytest.mark.parametrize(
    "lines",
    [
        TREE | {"left_child": "1 2 -3", "right_child": "1 2 -4"},
        TREE | {"left_child": "1 -1 -1"},
        STUMP | {"decision_type": ""},
        STUMP | {"decision_type": "2 2"},
    ],
)
def test_a_tree_that_is_none_is_an_error_and_nothing_worse(lines: dict[str, str]) -> None:
    assert Forest((written(**TREE),), (0, 1)).log_odds(np.zeros((1, 2))) == [[1.0]]
    with pytest.raises(ValueError, match=r"fit together|two nodes"):
        Forest((written(**lines),), (0, 1)).log_odds(np.zeros((1, 2)))


def test_a_path_that_contradicts_itself_is_followed_by_no_row() -> None:
    """LightGBM grows none, but a text may hold one: its patterns once outnumbered the cells of its table."""
    n_features = 13
    nodes = np.arange(2 * n_features)
    is_upper = nodes % 2 == 0
    below, leaf = np.append(nodes[1:], ~nodes[-1] - 1), ~nodes
    lines = {
        "num_leaves": [len(nodes) + 1],
        "split_feature": nodes // 2,
        "threshold": nodes % 2,
        "decision_type": np.full(len(nodes), 8),
        "left_child": np.where(is_upper, below, leaf),
        "right_child": np.where(is_upper, leaf, below),
        "leaf_value": np.append(nodes, 99),
        "leaf_count": np.ones(len(nodes) + 1, dtype=int),
        "internal_count": nodes[::-1] + 2,
    }
    rows = np.random.default_rng(0).normal(size=(500, n_features))
    text = written(**{key: " ".join(map(str, one)) for key, one in lines.items()})
    found = Forest((text,), alone(n_features)).explain(rows)
    np.testing.assert_array_equal(found.log_odds[:, 0], np.where(rows[:, 0] > 0, 0, 1))
    total = found.contributions.sum(axis=1) + found.base
    np.testing.assert_allclose(total, found.log_odds[:, 0], rtol=0, atol=1e-5)


def test_a_forest_goes_to_another_process_as_its_texts() -> None:
    forest, rows = many(3)
    before, expected = pickle.dumps(forest), forest.explain(rows)
    assert pickle.dumps(forest) == before
    np.testing.assert_array_equal(pickle.loads(before).explain(rows).contributions, expected.contributions)


def test_a_matrix_of_another_width_is_refused() -> None:
    forest, rows = many(3)
    with pytest.raises(ValueError, match="4 columns, where the forest was grown on 5"):
        forest.explain(rows[:, :4])
