"""The ROC AUC of one column with an interval that knows which rows belong together.

The rows of one company family are not independent, so the variance is that of Obuchowski (1997, Biometrics
53:567, "Nonparametric analysis of clustered ROC curve data"), which extends DeLong's to clusters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from icp_ml.features.statistics import Codes, Floats

MIN_GROUPS = 10
"""Groups with best, and groups with rest, below which nothing is said: fewer separate by accident."""


@dataclass(frozen=True)
class Auc:
    """How well one column ranks best above rest.

    Attributes
    ----------
    value : float
        0.5 is chance; below it, the column ranks the other way round.
    error : float
        Standard error; groups are resampled, not rows.
    n_groups : int
        Groups with best, or groups with rest, whichever are fewer.
    """

    value: float
    error: float
    n_groups: int

    def is_above(self, limit: float, chance: float, alpha: float) -> bool:
        """Say whether the AUC exceeds a limit, and its lower bound exceeds another.

        Parameters
        ----------
        limit : float
            For the AUC itself.
        chance : float
            For its one-sided lower bound at level `alpha`.
        alpha : float
            Already divided by the number of tests (Bonferroni).
        """
        return self.value > limit and self.low(alpha) > chance

    def low(self, alpha: float) -> float:
        """Give the lower bound that holds with chance 1 - alpha (Student's t over the groups)."""
        from scipy.special import stdtrit

        if self.n_groups < MIN_GROUPS:
            return 0.0
        return self.value + float(stdtrit(self.n_groups - 1, alpha)) * self.error

    @property
    def either_way(self) -> Auc:
        """Give the AUC of the column or of its negative, whichever is above chance."""
        return Auc(max(self.value, 1 - self.value), self.error, self.n_groups)


def group_codes(groups: pd.Series[Any]) -> Codes:
    """Give each group a number."""
    codes, _ = pd.factorize(groups)
    return np.asarray(codes, dtype=np.intp)


def grouped_auc(score: Floats, is_best: Floats, group: Codes) -> Auc | None:
    """Give the AUC of a score over rows with groups; None where best or rest is lacking.

    Parameters
    ----------
    score : ndarray of float64, shape (n_rows,)
        Without NaN; ties count half.
    is_best : ndarray of float64
        0 or 1.
    group : ndarray of int
    """
    best = is_best > 0
    n_best, n_rest = int(best.sum()), int((~best).sum())
    if min(n_best, n_rest) == 0:
        return None
    placement = _placements(score, best, n_best, n_rest)
    auc = float(placement[best].mean())
    off = placement - auc
    n_groups = int(group.max()) + 1
    off_best = np.bincount(group[best], off[best], n_groups)
    off_rest = np.bincount(group[~best], off[~best], n_groups)
    n_with_best, n_with_rest = (len(np.unique(group[side])) for side in (best, ~best))
    variance = (
        _scale(n_with_best) * np.square(off_best).sum() / n_best**2
        + _scale(n_with_rest) * np.square(off_rest).sum() / n_rest**2
        + 2 * _scale(len(np.unique(group))) * (off_best * off_rest).sum() / (n_best * n_rest)
    )
    return Auc(auc, float(np.sqrt(max(variance, 0.0))), min(n_with_best, n_with_rest))


def _placements(score: Floats, best: Any, n_best: int, n_rest: int) -> Floats:
    """Give each row the share of the other side that it stands on the right side of; ties count half."""
    rank = _midranks(score)
    placement = np.empty(len(score))
    placement[best] = (rank[best] - _midranks(score[best])) / n_rest
    placement[~best] = 1 - (rank[~best] - _midranks(score[~best])) / n_best
    return placement


def _midranks(score: Floats) -> Floats:
    _, places, counts = np.unique(score, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    return np.asarray((ends - (counts - 1) / 2)[places], dtype=np.float64)


def _scale(n_groups: int) -> float:
    """Correct a sum of squares over groups for its own mean."""
    return n_groups / max(n_groups - 1, 1)
