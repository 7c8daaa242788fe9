"""Platt's calibration: two numbers between log-odds and a probability that means what it says."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from icp_ml.features.statistics import Floats, log_odds


@dataclass(frozen=True)
class Calibration:
    """Calibrated log-odds = slope × log-odds + intercept (Platt 1999)."""

    slope: float
    intercept: float

    @property
    def is_flat(self) -> bool:
        """Say whether everyone gets the base rate: out of fold the model ranked no better than chance."""
        return self.slope == 0

    def log_odds(self, raw: Floats) -> Floats:
        """Calibrate log-odds."""
        return self.slope * raw + self.intercept


def probability(log_odds: Floats) -> Floats:
    """Turn log-odds into a probability, without overflow."""
    from scipy.special import expit

    return np.asarray(expit(log_odds), dtype=np.float64)


def fit_calibration(raw: Floats, is_best: Floats) -> Calibration:
    """Fit slope and intercept on out-of-fold log-odds, towards Platt's targets.

    Where the slope is not above 0, the model ranks no better than chance: the slope becomes 0, and the
    intercept the log-odds of the base rate, so that everyone gets it.

    His targets, (n_best + 1) / (n_best + 2) for best and 1 / (n_rest + 2) for rest, keep both numbers finite
    where the log-odds part best from rest without an overlap.

    Parameters
    ----------
    raw : ndarray of float64, shape (n_rows,)
    is_best : ndarray of float64, shape (n_rows,)
        Both best and rest are among them.
    """
    from sklearn.linear_model import LogisticRegression

    flat = Calibration(0.0, float(log_odds(is_best.mean())))
    if np.ptp(raw) == 0:
        return flat
    n_best = is_best.sum()
    target = np.where(is_best > 0, (n_best + 1) / (n_best + 2), 1 / (len(raw) - n_best + 2))
    outcome = np.repeat([1, 0], len(raw))
    weight = np.concatenate([target, 1 - target])
    model = LogisticRegression(C=np.inf, solver="newton-cholesky", tol=1e-10)
    model.fit(np.tile(raw, 2)[:, None], outcome, weight)
    slope, intercept = float(model.coef_[0, 0]), float(model.intercept_[0])
    return Calibration(slope, intercept) if slope > 0 else flat


def losses(log_odds: Floats, is_best: Floats) -> Floats:
    """Give each row's negative log-likelihood of its label under its log-odds."""
    return np.asarray(np.logaddexp(0.0, log_odds) - is_best * log_odds)


def log_loss(log_odds: Floats, is_best: Floats) -> float:
    """Give the mean negative log-likelihood of labels under log-odds."""
    return float(losses(log_odds, is_best).mean())
