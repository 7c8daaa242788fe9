"""Whether a share of rows rose: by how much, within what bounds, and whether chance could do it."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from icp_ml.drift.divergence import SMOOTHING, Bounded

MANY = 10_000
"""Rows of each kind in each list from which on a count is normal: a probability of 0.0001 to a hundredth."""


@dataclass(frozen=True)
class Rate:
    """Rows of one kind among those of two lists."""

    n_then: int
    rows_then: int
    n_now: int
    rows_now: int

    @property
    def then(self) -> float:
        """Give the share then, 0 to 1."""
        return self.n_then / self.rows_then

    @property
    def now(self) -> float:
        """Give the share now, 0 to 1."""
        return self.n_now / self.rows_now

    def chance(self) -> float:
        """Give the probability of so many now, or more, where nothing rose.

        Fisher's exact test; where both lists have many rows of both kinds its normal limit, which takes no
        time.
        """
        rows, n = self.rows_then + self.rows_now, self.n_then + self.n_now
        expected = n * self.rows_now / rows
        fewest = min(n, rows - n) * min(self.rows_then, self.rows_now) / rows
        if fewest < MANY:
            from scipy.stats import hypergeom

            return float(hypergeom.sf(self.n_now - 1, rows, n, self.rows_now))
        spread = np.sqrt(expected * (1 - n / rows) * self.rows_then / (rows - 1))
        return NormalDist().cdf(float(expected - self.n_now + 0.5) / float(spread))

    def rise(self, confidence: float) -> Bounded:
        """Bound the difference of the two shares.

        Source: Newcombe, "Interval estimation for the difference between independent proportions", 1998: the
        hybrid of Wilson's bounds of each.
        """
        low_then, high_then = wilson(self.n_then, self.rows_then, confidence)
        low_now, high_now = wilson(self.n_now, self.rows_now, confidence)
        rise = self.now - self.then
        below = float(np.hypot(self.now - low_now, high_then - self.then))
        above = float(np.hypot(high_now - self.now, self.then - low_then))
        return Bounded(rise, rise - below, rise + above)

    def ratio(self, confidence: float) -> Bounded:
        """Bound how many times the share then the share now is.

        Source: Katz et al., "Obtaining confidence intervals for the risk ratio in cohort studies", 1978, with
        half a row added so that 0 rows have a ratio too.
        """
        now, then = self.n_now + SMOOTHING, self.n_then + SMOOTHING
        rows_now, rows_then = self.rows_now + SMOOTHING, self.rows_then + SMOOTHING
        ratio = (now / rows_now) / (then / rows_then)
        spread = np.sqrt(1 / now - 1 / rows_now + 1 / then - 1 / rows_then)
        half = float(np.exp(NormalDist().inv_cdf((1 + confidence) / 2) * spread))
        return Bounded(ratio, ratio / half, ratio * half)


def wilson(n: int, rows: int, confidence: float) -> tuple[float, float]:
    """Give the bounds of a share (Wilson 1927)."""
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    middle = (n + z**2 / 2) / (rows + z**2)
    half = z / (rows + z**2) * float(np.sqrt(n * (rows - n) / rows + z**2 / 4))
    return max(middle - half, 0.0), min(middle + half, 1.0)
