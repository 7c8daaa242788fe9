"""The absolute tiers: where they begin is fixed at training, and frozen with the model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from icp_ml.errors import DataError, count
from icp_ml.features.statistics import Floats, log_odds
from icp_ml.model.base_rates import BaseRates
from icp_ml.model.calibration import probability
from icp_ml.model.candidate import Tiers
from icp_ml.settings import (
    BaseRateTierSettings,
    EconomicsTierSettings,
    PrecisionTierSettings,
    TierSettings,
)

BEST_FIT, GOOD_FIT, BAD_FIT, INSUFFICIENT = "Best fit", "Good fit", "Bad fit", "Insufficient data"
TIERS = (BEST_FIT, GOOD_FIT, BAD_FIT, INSUFFICIENT)
LIST_TIERS = ("A", "B", "C")
"""Other names: the A of a poor list may be a Bad fit."""
ROUNDING = 1e-12  # of sums and logarithms, on a probability or on points
NEVER = np.inf
"""A cut-off that nobody reaches."""


@dataclass(frozen=True)
class OutOfFold:
    """The training rows as models saw them that did not learn from them.

    Attributes
    ----------
    fit_probability : ndarray of float64, shape (n_rows,)
        Calibrated, before a declared base rate shifts it.
    completeness : ndarray of float64, shape (n_rows,)
        Share of the model's attributes that are known.
    is_best : ndarray of float64, shape (n_rows,)
    """

    fit_probability: Floats
    completeness: Floats
    is_best: Floats


def tier_of(rank_score: Floats, data_completeness: Floats, tiers: Tiers) -> Any:
    """Give each row its tier by probability, or by points; too little known is said, not guessed.

    A cut-off is reached where only rounding lies between: a model that tells nobody apart gives everyone the
    base rate, and the last digit of a logarithm must not say whether that is a Good fit.

    Returns
    -------
    ndarray of str, shape (n_rows,)
    """
    good_or_bad = np.where(rank_score >= tiers.good_fit - ROUNDING, GOOD_FIT, BAD_FIT)
    by_score = np.where(rank_score >= tiers.best_fit - ROUNDING, BEST_FIT, good_or_bad)
    return np.where(data_completeness < tiers.min_completeness, INSUFFICIENT, by_score)


def frozen_tiers(rates: BaseRates, settings: TierSettings, seen: OutOfFold) -> Tiers:
    """Fix the cut-offs of the probabilities that lists will show, so after a declared base rate's shift.

    By base rate they are multiples of it; by economics Good fit begins at cost over value, where a touch
    returns what it costs, and Best fit at a multiple of that; neither lies more than halfway from there to 1.
    By precision each is the lowest from which on the tier's own rows reach its share of best, out of fold; a
    target that nothing reaches is a cut-off that nobody reaches.

    Parameters
    ----------
    rates : BaseRates
    settings : TierSettings
    seen : OutOfFold
        What precision is counted on.
    """
    match settings:
        case BaseRateTierSettings():
            best_fit, good_fit = _multiples(rates.used, settings.best_fit, settings.good_fit)
        case EconomicsTierSettings():
            pays = settings.cost_per_touch / settings.value_per_win
            best_fit, good_fit = _multiples(pays, settings.best_fit, 1.0)
        case PrecisionTierSettings():
            best_fit, good_fit = (one.cut_off for one in _by_precision(rates, settings, seen))
    return Tiers(best_fit, good_fit, settings.min_completeness)


def check_reached(rates: BaseRates, settings: TierSettings, seen: OutOfFold) -> None:
    """Stop where a target precision is reached at no cut-off.

    Raises
    ------
    DataError
        Saying for each such target what the best reachable precision is.
    """
    if isinstance(settings, PrecisionTierSettings):
        details = [line for one in _by_precision(rates, settings, seen) for line in one.shortfall()]
        if details:
            fix = "Lower it, or min_rows, in scoring.tiers, or learn from more customers."
            what = f"{count(len(details), 'tier')} cannot be as precise as scoring.tiers asks."
            raise DataError(what, details, fix)


@dataclass(frozen=True)
class _Reached:
    """What share of best a tier would have from each possible cut-off on, from the highest to the lowest.

    Attributes
    ----------
    tier : str
        Its setting.
    target : float
        Share of best that is asked, 0 to 1.
    cut_offs : ndarray of float64, shape (n_cut_offs,)
        Probabilities after a declared base rate's shift, falling.
    precision : ndarray of float64, shape (n_cut_offs,)
        Share of best, 0 to 1, among the tier's rows at or above each.
    n_rows : ndarray of int, shape (n_cut_offs,)
        Those rows.
    """

    tier: str
    target: float
    cut_offs: Floats
    precision: Floats
    n_rows: Any

    @property
    def cut_off(self) -> float:
        """Give the lowest cut-off from which on the target is reached."""
        reached = self.cut_offs[self.precision >= self.target - ROUNDING]
        return float(reached[-1]) if len(reached) else NEVER

    def shortfall(self) -> Iterator[str]:
        """Say what is lacking where no cut-off reaches the target."""
        if np.isfinite(self.cut_off):
            return
        place = "" if self.tier == "best_fit" else " below Best fit"
        if len(self.cut_offs) == 0:
            yield f"{self.tier}: fewer than min_rows training rows are known well enough{place}"
            return
        at = int(np.argmax(self.precision))
        most = f"{100 * self.precision[at]:.1f} %, among the top {count(int(self.n_rows[at]), 'row')}{place}"
        yield f"{self.tier}: {100 * self.target:g} % best is asked; the most is {most}"


def _by_precision(rates: BaseRates, settings: PrecisionTierSettings, seen: OutOfFold) -> list[_Reached]:
    """Count for Best fit, and for Good fit among the rows that are left, those of which enough is known.

    Where a declared base rate shifts the log-odds, the odds of best are so many times what they are among
    the training rows: each best row counts so many times (Elkan 2001).
    """
    is_known = seen.completeness >= settings.min_completeness
    scores, weight = seen.fit_probability[is_known], np.exp(rates.shift)
    if rates.shift:
        with np.errstate(divide="ignore"):
            scores = probability(log_odds(scores) + rates.shift)
    order = np.argsort(-scores, kind="stable")
    scores, is_best = scores[order], seen.is_best[is_known][order]
    best_fit = _Reached("best_fit", settings.best_fit, *_shares(scores, is_best, weight, settings.min_rows))
    left = scores < best_fit.cut_off
    rest = _shares(scores[left], is_best[left], weight, settings.min_rows)
    return [best_fit, _Reached("good_fit", settings.good_fit, *rest)]


def _shares(scores: Floats, is_best: Floats, weight: float, min_rows: int) -> tuple[Floats, Floats, Any]:
    """Give each possible cut-off of falling scores, the share of best from it on, and the rows."""
    n_rows, n_best = np.arange(1, len(scores) + 1), np.cumsum(is_best)
    is_last_of_its_score = np.append(np.diff(scores) < 0, np.ones(min(len(scores), 1), dtype=bool))
    kept = is_last_of_its_score & (n_rows >= min_rows)
    weighted = weight * n_best[kept]
    return scores[kept], weighted / (weighted + n_rows[kept] - n_best[kept]), n_rows[kept]


def _multiples(rate: float, *times: float) -> list[float]:
    highest = (1 + rate) / 2
    return [min(one * rate, highest) for one in times]
