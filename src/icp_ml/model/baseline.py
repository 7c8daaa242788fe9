"""The plain models that a candidate must beat: the base rate, and a logistic regression."""

from __future__ import annotations

from typing import Any

import numpy as np

from icp_ml.features.statistics import Floats


def fit_logistic(matrix: Floats, is_best: Floats) -> Any:
    """Fit a regularised logistic regression on the encoder's cross-fitted matrix.

    Numbers are put on a signed log scale, missing ones at the median with an indicator, all standardised.

    Parameters
    ----------
    matrix : ndarray of float64, shape (n_rows, n_columns)
    is_best : ndarray of float64, shape (n_rows,)

    Returns
    -------
    sklearn.pipeline.Pipeline
        Its `predict_proba` takes the encoder's matrix.
    """
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer, StandardScaler

    pipeline = make_pipeline(
        FunctionTransformer(_signed_log),
        SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True),
        StandardScaler(),
        LogisticRegression(C=0.1, max_iter=2_000),
    )
    return pipeline.fit(matrix, is_best)


def _signed_log(matrix: Floats) -> Floats:
    return np.sign(matrix) * np.log1p(np.abs(matrix))
