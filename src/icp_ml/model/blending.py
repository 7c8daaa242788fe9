"""The blend: boosted trees and the logistic regression averaged in log-odds, by a fitted share."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np

from icp_ml.features.statistics import Codes, Floats
from icp_ml.forest import Explanation, Forest
from icp_ml.model.linear import Linear, kept_number


@dataclass(frozen=True)
class Blend:
    """Log-odds = (1 - share) × the forest's + share × the linear scorer's; contributions likewise."""

    forest: Forest
    linear: Linear
    share: float

    def log_odds(self, matrix: Floats, n_threads: int = 1) -> Floats:
        """Give each booster's log-odds, blended, before calibration, shape (n_rows, n_boosters)."""
        found: Floats = self._blended(self.forest.log_odds(matrix, n_threads), self.linear.log_odds(matrix))
        return found

    def explain(self, matrix: Floats, n_threads: int = 1) -> Explanation:
        """Blend the contributions, the base values and the log-odds."""
        trees, terms = self.forest.explain(matrix, n_threads), self.linear.explain(matrix)
        return Explanation(*(self._blended(one, other) for one, other in zip(trees, terms, strict=True)))

    def _blended(self, of_trees: Any, of_terms: Any) -> Any:
        return (1 - self.share) * of_trees + self.share * of_terms

    def to_files(self) -> dict[str, str]:
        """Write it as named texts."""
        share = {"blend.json": json.dumps({"share": self.share})}
        return {**self.forest.to_files(), **self.linear.to_files(), **share}


def fit_share(trees: Floats, terms: Floats, is_best: Floats) -> float:
    """Fit the linear scorer's share on out-of-fold log-odds of both: stacking with two weights.

    The weights are those of a logistic regression on both (Wolpert 1992; Breiman 1996: not below 0), under
    a penalty that only matters where rows are a few dozen. Where one of them does not vary, or speaks
    against best, the other stands alone; where both do, so do the trees.

    Returns
    -------
    float
        Between 0 and 1.
    """
    from sklearn.linear_model import LogisticRegression

    both = np.column_stack([trees, terms])
    spread = both.std(axis=0)
    if not spread.all():
        return float(spread[1] > 0)
    model = LogisticRegression(C=1.0, solver="newton-cholesky", tol=1e-10)
    model.fit((both - both.mean(axis=0)) / spread, is_best)
    weight = np.maximum(model.coef_[0] / spread, 0.0)
    return kept_number(weight[1] / weight.sum()) if weight.any() else 0.0


def blended_by_other_folds(trees: Floats, terms: Floats, is_best: Floats, folds: Codes) -> Floats:
    """Blend each row's log-odds by the share that suits the other folds best."""
    found = np.empty(len(trees))
    for fold in range(folds.max() + 1):
        held_out = folds == fold
        share = fit_share(trees[~held_out], terms[~held_out], is_best[~held_out])
        found[held_out] = (1 - share) * trees[held_out] + share * terms[held_out]
    return found
