from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score
from small import companies, trained

from icp_ml.model.baseline import fit_logistic


def test_the_baseline_finds_the_signal_and_means_its_probabilities() -> None:
    training, fit, _ = trained()
    logistic = fit_logistic(fit.matrix, training.is_best)
    other = companies(1_000, seed=9)
    found = logistic.predict_proba(fit.encoder.transform(other.accounts, other.rows["as_of"]))[:, 1]
    assert roc_auc_score(other.is_best, found) > 0.7
    assert found.mean() == pytest.approx(other.is_best.mean(), abs=0.08)


def test_gaps_where_training_had_none_are_scored() -> None:
    matrix = np.column_stack([np.arange(60.0), np.full(60, np.nan), np.ones(60)])
    logistic = fit_logistic(matrix, (np.arange(60) > 30).astype(float))
    row = logistic.predict_proba(np.array([[np.nan, 3.0, 1e300]]))
    assert np.isfinite(row).all()


def test_a_number_counts_on_a_log_scale_on_both_sides_of_zero() -> None:
    matrix = np.array([-1e9, -1e3, -1.0, 1.0, 1e3, 1e9] * 10)[:, None]
    found = fit_logistic(matrix, (matrix[:, 0] > 0).astype(float)).predict_proba(matrix[:6])[:, 1]
    assert (np.diff(found) > 0).all()
    assert found[0] == pytest.approx(1 - found[5])
