"""A linear scorer kept as plain numbers: the regularised logistic regression, and the rubric's points."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np

from icp_ml.features.statistics import Codes, Floats
from icp_ml.forest import Explanation
from icp_ml.model.boosting import Examples

SIGNIFICANT_DIGITS = 8
"""What is kept of a fitted number: more would differ between the arithmetic units of two machines."""


@dataclass(frozen=True)
class Linear:
    """Log-odds = intercept + Σ coefficient × (value − centre), and the same for gaps.

    Attributes
    ----------
    intercept : float
        Log-odds of a row that stands at every centre.
    is_log : bool
        Whether values count on a signed log scale.
    fill : tuple of float
        What stands for a missing value of each column, on that scale.
    centre, coefficient : tuple of float
        Of each column.
    gap_centre, gap_coefficient : tuple of float
        Of each column's indicator that its value is missing; its contribution is the column's.
    groups : tuple of int
        Of each column, ascending from 0: contributions are summed over a group. Empty: each column stands
        for itself.
    """

    intercept: float
    is_log: bool
    fill: tuple[float, ...]
    centre: tuple[float, ...]
    coefficient: tuple[float, ...]
    gap_centre: tuple[float, ...]
    gap_coefficient: tuple[float, ...]
    groups: tuple[int, ...] = ()

    def explain(self, matrix: Floats, n_threads: int = 1) -> Explanation:
        """Sum the terms over groups; the base value is the intercept."""
        by_group = self._summed(matrix, self.groups)
        return Explanation(by_group, self.intercept, by_group.sum(axis=1, keepdims=True) + self.intercept)

    def terms(self, matrix: Floats) -> Floats:
        """Give each column's centred linear term, shape (n_rows, n_columns)."""
        return self._summed(matrix, ())

    def log_odds(self, matrix: Floats, n_threads: int = 1) -> Floats:
        """Give the log-odds before calibration, shape (n_rows, 1)."""
        return self.explain(matrix).log_odds

    def to_files(self) -> dict[str, str]:
        """Write all of it as one named text, but for the groups: the encoder knows them."""
        numbers = {name: value for name, value in asdict(self).items() if name != "groups"}
        return {"linear.json": json.dumps(numbers, indent=1)}

    @classmethod
    def from_json(cls, text: str, groups: tuple[int, ...]) -> Self:
        """Read what `to_files` wrote."""
        stored = json.loads(text)
        by_column: Any = {name: tuple(one) for name, one in stored.items() if isinstance(one, list)}
        return cls(**{**stored, **by_column}, groups=groups)

    def _summed(self, matrix: Floats, groups: tuple[int, ...]) -> Floats:
        """Sum the terms of each row over groups; without any, each column stands for itself."""
        from icp_ml.forest.terms import Terms, summed

        terms = Terms(
            np.array(self.fill),
            np.array(self.centre),
            np.array(self.coefficient),
            np.array(self.gap_centre),
            np.array(self.gap_coefficient),
            np.array(groups or range(len(self.fill)), dtype=np.int64),
        )
        return summed(np.ascontiguousarray(matrix, dtype=np.float64), terms, self.is_log)


def fit_logistic(examples: Examples, c: float) -> Linear:
    """Fit a regularised logistic regression on the encoder's cross-fitted matrix, and keep its numbers.

    Numbers are put on a signed log scale, missing ones at the median with an indicator, all standardised.
    A column whose coefficient runs against its declared direction is taken out, and the rest fitted again.

    Parameters
    ----------
    examples : Examples
        Their weight steers the fit.
    c : float
        Inverse strength of the L2 penalty on the standardised coefficients, as scikit-learn counts it.
    """
    from sklearn.preprocessing import StandardScaler

    n_columns = examples.matrix.shape[1]
    values, is_missing = signed_log(examples.matrix), np.isnan(examples.matrix)
    fill = np.nanmedian(np.where(is_missing.all(axis=0), 0.0, values), axis=0)
    gaps, gap_of, n_alike = _distinct_gaps(is_missing)
    design = np.hstack([np.where(is_missing, fill, values), gaps])
    del values, is_missing
    scaler = StandardScaler(copy=False).fit(design)
    stretch = np.sqrt(np.concatenate([np.ones(n_columns), n_alike]))
    intercept, slopes = _within_directions(scaler.transform(design) * stretch, examples, c)
    coefficient = np.where(scaler.var_ > 0, slopes / stretch / scaler.scale_, 0.0)
    return Linear(
        kept_number(intercept),
        True,
        _kept(fill),
        _kept(scaler.mean_[:n_columns]),
        _kept(coefficient[:n_columns]),
        _kept(scaler.mean_[n_columns:][gap_of]),
        _kept(coefficient[n_columns:][gap_of]),
        examples.groups,
    )


def _distinct_gaps(is_missing: Any) -> tuple[Any, Codes, Codes]:
    """Keep one of the columns that are missing in the same rows; say which each is, and how many are alike.

    Under the penalty, k columns that are alike weigh as one that is stretched by the square root of k. The
    columns of one attribute are missing together, so that this halves the work.
    """
    places: dict[bytes, int] = {}
    packed = np.ascontiguousarray(np.packbits(is_missing, axis=0).T)
    gap_of = np.array([places.setdefault(column.tobytes(), len(places)) for column in packed], dtype=np.intp)
    _, first, n_alike = np.unique(gap_of, return_index=True, return_counts=True)
    return is_missing[:, first], gap_of, n_alike


def _within_directions(design: Floats, examples: Examples, c: float) -> tuple[float, Floats]:
    """Fit intercept and coefficients; what runs against its direction is 0."""
    from sklearn.linear_model import LogisticRegression

    directions = np.zeros(design.shape[1])
    directions[: len(examples.directions)] = examples.directions
    while True:
        model = LogisticRegression(C=c, solver="newton-cholesky", tol=1e-9)
        model.fit(design, examples.is_best, examples.weight)
        is_against = model.coef_[0] * directions < 0
        if not is_against.any():
            return float(model.intercept_[0]), model.coef_[0]
        design = np.where(is_against, 0.0, design)


def sum_of_points(weights: Floats, centre: Floats) -> Linear:
    """Give the rubric's own scorer: the weighted sum of points, where an unknown point is not earned.

    Parameters
    ----------
    weights : ndarray of float64, shape (n_points,)
    centre : ndarray of float64, shape (n_points,)
        What a point's contribution is counted from; it changes no sum.
    """
    nothing = (0.0,) * len(weights)
    start = float(weights @ centre)
    return Linear(start, False, nothing, tuple(centre.tolist()), tuple(weights.tolist()), nothing, nothing)


def signed_log(matrix: Floats) -> Floats:
    """Put numbers on a log scale on both sides of zero."""
    return np.asarray(np.sign(matrix) * np.log1p(np.abs(matrix)))


def kept_number(number: Any) -> float:
    """Round a fitted number to the digits that are kept."""
    return float(f"{number:.{SIGNIFICANT_DIGITS}g}")


def _kept(numbers: Any) -> tuple[float, ...]:
    return tuple(kept_number(one) for one in numbers)
