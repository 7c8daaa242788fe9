from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small import settings

from icp_ml.features.items import item_summary, split_items
from icp_ml.features.statistics import Labelled, folds_of, log_odds, smoothed


def texts(*values) -> pd.Series:
    return pd.Series(pd.array(list(values), "str"))


@pytest.mark.parametrize(
    ("form", "text", "items"),
    [
        ("levels", "  Retail BANKING ", ["retail banking"]),
        ("items", "SAP|Kafka|kafka", ["kafka", "sap"]),
        ("words", "Straße 24/7, an ÄRZTE_haus: 365 x²y", ["365", "haus", "strasse", "x²y", "ärzte"]),
        ("words", "a b!", []),
    ],
)
def test_a_value_is_split_into_its_items(form: str, text: str, items: list[str]) -> None:
    found = split_items(texts(text, None), form)
    assert found.names.tolist() == items
    assert found.n_items.tolist() == [len(items), 0]
    assert found.is_missing.tolist() == [False, True]


def test_a_word_of_megabytes_takes_no_more_memory_than_itself() -> None:
    found = split_items(texts("x" * 1_000_000, *(f"word{at} other{at}" for at in range(5_000))), "words")
    assert found.matrix.shape == (5_001, 10_001)


def test_a_share_is_shrunk_to_the_prior_and_is_the_prior_where_rows_are_too_few() -> None:
    found = smoothed(np.array([30.0, 1.0, 0.0]), np.array([20.0, 1.0, 0.0]), np.array([0.25] * 3), 20.0)
    assert found == pytest.approx([0.5, 0.25, 0.25])


@pytest.mark.parametrize("is_best", [np.zeros(4), np.ones(4)])
def test_the_overall_share_never_reaches_0_or_1(is_best) -> None:
    labelled = Labelled(is_best, np.zeros(4, dtype=np.intp), settings().features)
    assert np.isfinite(log_odds(labelled.overall)).all()


def test_what_is_seen_without_a_fold_is_all_but_its_rows() -> None:
    labelled = Labelled(np.array([1.0, 0.0, 1.0, 1.0]), np.array([0, 0, 1, 2]), settings().features)
    n, n_best = labelled.seen(np.array([0, 0, 0, -1]), 2)
    assert n.tolist() == [[1, 2, 3, 3], [0, 0, 0, 0]]
    assert n_best.tolist() == [[1, 1, 2, 2], [0, 0, 0, 0]]


def test_a_row_is_summarised_by_mean_and_largest() -> None:
    items = split_items(texts("a|b", "b", None, "a|b|c"), "items")
    summary = item_summary(items, np.array([1.0, -2.0, 4.0]))
    np.testing.assert_allclose(summary, [[-0.5, 1.0], [-2.0, -2.0], [np.nan, np.nan], [1.0, 4.0]])


GROUPED = st.lists(st.tuples(st.integers(0, 15), st.booleans()), min_size=1, max_size=60)


@given(GROUPED, st.integers(2, 6), st.integers(0, 3))
def test_folds_keep_groups_whole_and_depend_on_no_order(rows, n_folds: int, seed: int) -> None:
    groups, is_best = np.array([f"G{one[0]}" for one in rows]), np.array([float(one[1]) for one in rows])
    folds = folds_of(groups, is_best, n_folds, seed)
    assert all(len(set(folds[groups == group])) == 1 for group in groups)
    assert set(folds) == set(range(folds.max() + 1))
    backwards = folds_of(groups[::-1], is_best[::-1], n_folds, seed)[::-1]
    assert folds.tolist() == backwards.tolist()


def test_single_accounts_are_dealt_evenly() -> None:
    is_best = (np.arange(103) % 4 == 0).astype(float)
    folds = folds_of(np.arange(103), is_best, 5, 1)
    assert np.ptp(np.bincount(folds)) <= 1
    assert np.ptp(np.bincount(folds, weights=is_best)) <= 1


@pytest.mark.parametrize(("n_best", "n_folds"), [(0, 1), (1, 1), (2, 2), (5, 5), (30, 5), (39, 1), (40, 1)])
def test_there_are_no_more_folds_than_groups_with_best_and_with_rest(n_best: int, n_folds: int) -> None:
    folds = folds_of(np.arange(40), (np.arange(40) < n_best).astype(float), 5, 1)
    assert folds.max() + 1 == n_folds


def test_another_seed_draws_other_folds() -> None:
    is_best = (np.arange(100) % 3 == 0).astype(float)
    first, second = (folds_of(np.arange(100), is_best, 5, seed) for seed in (1, 2))
    assert first.tolist() != second.tolist()
