"""How precise each tier was, how much of what came true it held, and how well scores ranked."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from icp_ml.evaluation.figures import Interval, Scored, bootstrap_figures
from icp_ml.evaluation.intervals import wilson_bounds
from icp_ml.evaluation.ranking import place_within
from icp_ml.evaluation.rates import Codes, design_effects, rates
from icp_ml.outcomes.found import NONE, Bounded, TierLine
from icp_ml.scoring import TIERS
from icp_ml.settings import EvaluationSettings


def tier_lines(rows: pd.DataFrame, settings: EvaluationSettings, seed: int) -> tuple[TierLine, ...]:
    """Say of each tier how many rows it held, and how many of them came true.

    The bounds of shares are Wilson's, with an effective number of rows where accounts have several; those of
    the lift are a bootstrap over accounts.

    Parameters
    ----------
    rows : pandas.DataFrame
        account_id, tier, is_true; at least one row.
    """
    place = {tier: at for at, tier in enumerate(TIERS)}
    codes = np.array([place[tier] for tier in rows["tier"]], dtype=np.intp)
    test = scored(rows)
    found = rates(test, codes, len(TIERS), settings, seed)
    precision = wilson_shares(test, codes, len(TIERS), settings.confidence)
    held = [_held(rows, codes == at, settings.confidence) for at in range(len(TIERS))]
    return tuple(
        TierLine(
            tier,
            int(found.n[at]),
            int(found.n_best[at]),
            precision[at],
            held[at],
            Bounded.of(Interval(*(float(one[at]) for one in (found.lift, found.lift_low, found.lift_high)))),
        )
        for at, tier in enumerate(TIERS)
    )


def ranking_quality(rows: pd.DataFrame, settings: EvaluationSettings, seed: int) -> Bounded:
    """Give the ROC AUC with bounds over accounts; each model's rows are ranked among themselves."""
    test = scored(rows)
    if test.is_best.all() or not test.is_best.any():
        return NONE
    return Bounded.of(bootstrap_figures(test, settings, seed)["roc_auc"])


def scored(rows: pd.DataFrame) -> Scored:
    """Give rows as a test set, ranked by their place among those of the same model."""
    _, part = np.unique(rows["model_version"].astype(str), return_inverse=True)
    place = place_within(rows["score"].to_numpy(dtype=np.float64), part)
    return Scored(rows["is_true"].to_numpy(dtype=bool), place, rows["account_id"].to_numpy(dtype=object))


def wilson_shares(test: Scored, kind: Codes, n_kinds: int, confidence: float) -> list[Bounded]:
    """Give the share of rows of each kind that came true, with Wilson's bounds.

    An account's rows are alike, so that they count as fewer than they are. Source: Rao and Scott, "A simple
    method for the analysis of clustered binary data", Biometrics 1992.
    """
    n = np.bincount(kind, minlength=n_kinds).astype(np.float64)
    n_true = np.bincount(kind, weights=test.is_best.astype(np.float64), minlength=n_kinds)
    with np.errstate(invalid="ignore", divide="ignore"):
        rate, size = n_true / n, n / design_effects(test, kind, n_kinds)
        low, high = wilson_bounds(rate * size, size, confidence)
    return [
        Bounded.of(Interval(*(float(one) for one in found))) for found in zip(rate, low, high, strict=True)
    ]


def _held(rows: pd.DataFrame, is_tier: Any, confidence: float) -> Bounded:
    """Give the share of all that came true that a tier held."""
    is_true = rows["is_true"].to_numpy(dtype=bool)
    if not is_true.any():
        return NONE
    group = rows["account_id"].to_numpy(dtype=object)[is_true]
    test = Scored(is_tier[is_true], np.zeros(len(group)), group)
    return wilson_shares(test, np.zeros(len(group), dtype=np.intp), 1, confidence)[0]
