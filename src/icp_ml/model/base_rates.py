"""The share of best that scores speak of: that of the training rows, or one declared for the prospects."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from icp_ml.features.statistics import Floats, log_odds
from icp_ml.model.calibration import probability

WIDEST_SHIFT = 30.0  # in log-odds: from almost never to almost always


@dataclass(frozen=True)
class BaseRates:
    """Share of best among the training rows, the share declared for prospects, and what that adds.

    Attributes
    ----------
    training : float
    declared : float, optional
    shift : float
        What the declared share adds to the log-odds of every score; 0 without one.
    """

    training: float
    declared: float | None
    shift: float

    @property
    def used(self) -> float:
        """Give the rate that the scores speak of."""
        return self.training if self.declared is None else self.declared


def base_rates(training: float, declared: float | None, of_prospects: Floats | None = None) -> BaseRates:
    """Find the shift of the intercept that a declared base rate means.

    Prospects differ from customers in what they are, and the scores say so already. So the shift is the one
    that brings the mean score of the prospects to the declared rate. Without prospects it is the difference
    of the log-odds of the two rates, which is the same where only the share of best differs, and not what
    best and rest look like (Elkan 2001; Saerens et al. 2002).

    Parameters
    ----------
    training : float
        Share of best among the training rows, strictly between 0 and 1.
    declared : float, optional
        Share of best among the prospects, strictly between 0 and 1; None shifts nothing.
    of_prospects : ndarray of float64, optional
        Calibrated probabilities of prospects.
    """
    if declared is None:
        return BaseRates(training, None, 0.0)
    if of_prospects is None or not len(of_prospects):
        return BaseRates(training, declared, float(log_odds(declared) - log_odds(training)))
    return BaseRates(training, declared, _shift_to(declared, of_prospects))


def _shift_to(declared: float, of_prospects: Floats) -> float:
    from scipy.optimize import brentq

    edge = np.finfo(np.float64).eps
    raw = log_odds(np.clip(of_prospects, edge, 1 - edge))

    def excess(shift: float) -> float:
        return float(probability(raw + shift).mean()) - declared

    return float(brentq(excess, -WIDEST_SHIFT, WIDEST_SHIFT, xtol=1e-12))
