"""Platt's calibration: two numbers between log-odds and a probability that means what it says."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from icp_ml.errors import DataError
from icp_ml.features.statistics import Floats


@dataclass(frozen=True)
class Calibration:
    """Calibrated log-odds = slope × log-odds + intercept (Platt 1999)."""

    slope: float
    intercept: float

    def log_odds(self, raw: Floats) -> Floats:
        """Calibrate log-odds."""
        return self.slope * raw + self.intercept


def probability(log_odds: Floats) -> Floats:
    """Turn log-odds into a probability, without overflow."""
    from scipy.special import expit

    return np.asarray(expit(log_odds), dtype=np.float64)


def fit_calibration(raw: Floats, is_best: Floats) -> Calibration:
    """Fit slope and intercept on out-of-fold log-odds, towards Platt's targets.

    His targets, (n_best + 1) / (n_best + 2) for best and 1 / (n_rest + 2) for rest, keep both numbers finite
    where the log-odds part best from rest without an overlap.

    Parameters
    ----------
    raw : ndarray of float64, shape (n_rows,)
    is_best : ndarray of float64, shape (n_rows,)

    Raises
    ------
    DataError
        The slope is not above 0: out of fold the model ranks no better than chance.
    """
    from sklearn.linear_model import LogisticRegression

    slope, intercept = 0.0, 0.0
    if np.ptp(raw) > 0:
        n_best = is_best.sum()
        target = np.where(is_best > 0, (n_best + 1) / (n_best + 2), 1 / (len(raw) - n_best + 2))
        outcome = np.repeat([1, 0], len(raw))
        weight = np.concatenate([target, 1 - target])
        model = LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-10)
        model.fit(np.tile(raw, 2)[:, None], outcome, weight)
        slope, intercept = float(model.coef_[0, 0]), float(model.intercept_[0])
    if slope <= 0:
        what = "the model ranks no better than chance on customers that it did not learn from."
        details = [f"calibration slope: {slope:.3f}, where it must be above 0"]
        fix = "These columns do not tell best from rest. Map further columns, or choose another label."
        raise DataError(what, details, fix)
    return Calibration(slope, intercept)
