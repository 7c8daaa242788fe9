from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.preprocessing import StandardScaler
from small import companies, trained

from icp_ml.model.boosting import Examples
from icp_ml.model.linear import Linear, fit_logistic, signed_log, sum_of_points

RNG = np.random.default_rng(3)
MATRIX = np.column_stack([RNG.normal(0, 50, 300), RNG.exponential(900, 300), np.ones(300)])
MATRIX[::7, 1] = np.nan
IS_BEST = (RNG.random(300) < 1 / (1 + np.exp(-MATRIX[:, 0] / 30))).astype(float)
EXAMPLES = Examples(MATRIX, IS_BEST, np.where(IS_BEST > 0, 3.0, 1.0))
FITTED = fit_logistic(EXAMPLES, 0.1)


def test_the_numbers_kept_are_scikit_learns_own() -> None:
    logged = signed_log(MATRIX)
    filled = np.where(np.isnan(logged), np.nanmedian(logged, axis=0), logged)
    design = StandardScaler().fit_transform(np.column_stack([filled, np.isnan(MATRIX)[:, 1]]))
    theirs = LogisticRegression(C=0.1, tol=1e-9, max_iter=1000).fit(design, IS_BEST, EXAMPLES.weight)
    np.testing.assert_allclose(FITTED.log_odds(MATRIX)[:, 0], theirs.decision_function(design), atol=1e-5)


@given(arrays(np.float64, (4, 3), elements=st.floats(-1e300, 1e300) | st.just(np.nan)))
def test_contributions_and_base_are_the_log_odds(matrix) -> None:
    by_column, base, _ = FITTED.explain(matrix)
    np.testing.assert_allclose(by_column.sum(axis=1) + base, FITTED.log_odds(matrix)[:, 0], atol=1e-12)
    assert np.isfinite(by_column).all()


@given(st.lists(st.integers(0, 299), min_size=1, max_size=6))
def test_a_row_does_not_depend_on_its_neighbours(picked) -> None:
    np.testing.assert_array_equal(FITTED.log_odds(MATRIX[picked]), FITTED.log_odds(MATRIX)[picked])


def test_contributions_are_centred_so_that_the_base_is_the_mean_row() -> None:
    by_column, base, _ = FITTED.explain(MATRIX)
    np.testing.assert_allclose(by_column.mean(axis=0), 0, atol=1e-6)
    assert base == FITTED.intercept


def test_terms_are_summed_over_a_group() -> None:
    grouped = replace(FITTED, groups=(0, 1, 1))
    alone, found = FITTED.explain(MATRIX), grouped.explain(MATRIX)
    np.testing.assert_allclose(found.contributions[:, 1], alone.contributions[:, 1:].sum(axis=1), atol=1e-12)
    np.testing.assert_array_equal(found.contributions[:, 0], alone.contributions[:, 0])
    np.testing.assert_array_equal(found.log_odds, alone.log_odds)


def test_a_gap_speaks_through_its_own_column() -> None:
    gap = np.array([[0.0, np.nan, 1.0]])
    there = np.array([[0.0, np.expm1(FITTED.fill[1]), 1.0]])
    difference = FITTED.terms(gap) - FITTED.terms(there)
    np.testing.assert_allclose(difference, [[0, FITTED.gap_coefficient[1], 0]], atol=1e-12)
    assert FITTED.gap_coefficient[0] == FITTED.gap_coefficient[2] == 0


def test_a_column_that_never_varied_or_never_was_says_nothing() -> None:
    matrix = np.column_stack([np.arange(60.0), np.full(60, np.nan), np.ones(60)])
    fitted = fit_logistic(Examples(matrix, (np.arange(60) > 30).astype(float), np.ones(60)), 0.1)
    by_column = fitted.terms(np.array([[np.nan, 3.0, 1e300]]))
    assert by_column[0, 1:].tolist() == [0.0, 0.0]
    assert np.isfinite(by_column).all()


def test_a_number_counts_on_a_log_scale_on_both_sides_of_zero() -> None:
    matrix = np.array([-1e9, -1e3, -1.0, 1.0, 1e3, 1e9] * 10)[:, None]
    fitted = fit_logistic(Examples(matrix, (matrix[:, 0] > 0).astype(float), np.ones(60)), 0.1)
    found = fitted.log_odds(matrix[:6])[:, 0]
    assert (np.diff(found) > 0).all()
    assert found[0] == pytest.approx(-found[5])


def test_weights_steer_the_fit() -> None:
    even = fit_logistic(Examples(MATRIX, IS_BEST, np.ones(300)), 0.1)
    assert FITTED.intercept > even.intercept + 0.5


def test_a_stronger_penalty_makes_smaller_numbers() -> None:
    assert abs(fit_logistic(EXAMPLES, 1e-4).coefficient[0]) < abs(FITTED.coefficient[0]) / 5


def test_it_is_json_read_back_as_it_was() -> None:
    (text,) = FITTED.to_files().values()
    assert Linear.from_json(text, ()) == FITTED
    assert set(json.loads(text)) == set(vars(FITTED)) - {"groups"}


def test_points_add_up_whatever_they_are_counted_from() -> None:
    matrix = np.array([[1.0, 0.5], [np.nan, 1.0], [0.0, np.nan]])
    for centre in ([0.0, 0.0], [0.4, 0.7]):
        found = sum_of_points(np.array([2.0, 1.0]), np.array(centre))
        np.testing.assert_allclose(found.log_odds(matrix)[:, 0], [2.5, 1.0, 0.0])


def test_no_rows_have_no_scores() -> None:
    assert FITTED.log_odds(MATRIX[:0]).shape == (0, 1)


def test_the_signal_is_found_on_others_and_means_its_probabilities() -> None:
    other = companies(1_000, seed=9)
    found = trained()[1].kinds["logistic_regression"].probability_of(other)
    assert roc_auc_score(other.is_best, found) > 0.7
    assert found.mean() == pytest.approx(other.is_best.mean(), abs=0.08)
