"""How far two lists are apart in one thing that both were counted by, and what chance alone would do."""

from __future__ import annotations

from statistics import NormalDist
from typing import NamedTuple

import numpy as np

from icp_ml.features.statistics import Floats

SMOOTHING = 0.5
"""Rows added to each bin (Jeffreys), so that an empty one has a logarithm."""


class Bounded(NamedTuple):
    """An estimate, freed of what chance adds to it on average, and the bounds of the truth."""

    value: float
    low: float
    high: float


def chance(n_bins: int, n_then: float, n_now: float) -> float:
    """Give the PSI to expect between two lists drawn from one and the same population.

    Source: Yurdakul, "Statistical properties of population stability index", 2018: divided by
    1/n + 1/m it is distributed like chi-square with one degree of freedom less than there are bins.
    """
    return (n_bins - 1) * (1 / n_then + 1 / n_now)


def psi(then: Floats, now: Floats, confidence: float) -> Bounded:
    """Estimate the population stability index, the sum over bins of (q - p) ln(q / p).

    Source: Siddiqi, "Credit risk scorecards", 2006; as a divergence: Jeffreys 1946.

    Parameters
    ----------
    then, now : ndarray of float64, shape (n_bins,)
        Rows of each bin.
    confidence : float
        Of the bounds, 0 to 1; two-sided.
    """
    p, q = _shares(then), _shares(now)
    ratio = np.log(q / p)
    slopes = (1 - q / p - ratio, 1 - p / q + ratio)
    return _bounded(float((q - p) @ ratio), slopes, 1.0, (then, now), confidence)


def jensen_shannon(then: Floats, now: Floats, confidence: float) -> Bounded:
    """Estimate the Jensen-Shannon distance: 0 where two lists are alike, 1 where they share no bin.

    It is the root of the divergence to base 2. Sources: Lin, "Divergence measures based on the Shannon
    entropy", 1991; Endres and Schindelin, 2003, for the root.
    """
    p, q = _shares(then), _shares(now)
    middle = (p + q) / 2
    slopes = (np.log(p / middle) / 2, np.log(q / middle) / 2)
    found = _bounded(float(p @ slopes[0] + q @ slopes[1]), slopes, 1 / 8, (then, now), confidence)
    return Bounded(*(min(float(np.sqrt(one / np.log(2))), 1.0) for one in found))


def chance_of(then: Floats, now: Floats) -> float:
    """Give the probability of a difference like this, or a larger one, between lists of one population.

    Pearson's chi-square of homogeneity: to second order the same as PSI over 1/n + 1/m, but right in the
    tail also where bins hold few rows.
    """
    from scipy.special import chdtrc

    n_then, n_now = then.sum(), now.sum()
    if len(then) < 2:
        return 1.0
    pooled = (then + now) / (n_then + n_now)
    squares = (then / n_then - now / n_now) ** 2 / pooled
    return float(chdtrc(len(then) - 1, squares.sum() / (1 / n_then + 1 / n_now)))


def _shares(counts: Floats) -> Floats:
    smoothed = counts + SMOOTHING
    return np.asarray(smoothed / smoothed.sum())


def _bounded(
    plain: float,
    slopes: tuple[Floats, Floats],
    curvature: float,
    counts: tuple[Floats, Floats],
    confidence: float,
) -> Bounded:
    """Take off what chance adds, and bound the truth: the delta method to second order.

    The first-order variance is that of the slopes under two multinomials; where nothing changed it vanishes,
    and what is left is `curvature` times a chi-square.
    """
    sizes = [one.sum() for one in counts]
    by_chance = curvature * chance(len(counts[0]), *sizes)
    shares = [_shares(one) for one in counts]
    first = [share @ slope**2 - (share @ slope) ** 2 for share, slope in zip(shares, slopes, strict=True)]
    variance = sum(one / n for one, n in zip(first, sizes, strict=True))
    second = 2 * by_chance**2 / max(len(counts[0]) - 1, 1)
    half = NormalDist().inv_cdf((1 + confidence) / 2) * float(np.sqrt(variance + second))
    middle = plain - by_chance
    return Bounded(*(max(float(one), 0.0) for one in (middle, middle - half, middle + half)))
