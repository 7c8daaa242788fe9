"""The learning curve: how the figure and its interval change with the number of labelled customers."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from icp_ml.errors import DataError
from icp_ml.evaluation.figures import Interval, Scored, bootstrap_figures
from icp_ml.evaluation.words import percent
from icp_ml.model.training import Fit, Fitted, TrainingSet
from icp_ml.settings import EvaluationSettings

MAX_OFF_LAW = 1.25  # times: a last width further than this from the law is not extrapolated by it
NO_INTERVAL = Interval(float("nan"), float("nan"), float("nan"))


@dataclass(frozen=True)
class LearningCurve:
    """The out-of-fold ROC AUC of the candidate's kind by the share of labelled customers learnt from.

    Attributes
    ----------
    table : pandas.DataFrame
        share (of the groups of training rows); n_rows, n_best; roc_auc with low and high; width (high minus
        low). NaN where too few rows are left to learn from and check.
    width_at_double : float
        What the width would be with twice the rows, by the square-root law; NaN where no width is known, or
        those known do not follow it.
    """

    table: pd.DataFrame
    width_at_double: float


def learning_curve(
    training: TrainingSet,
    fit: Fit,
    refit: Callable[[TrainingSet], Fit],
    settings: EvaluationSettings,
    seed: int,
) -> LearningCurve:
    """Learn from nested parts of the customers, and see how sure the figure is.

    Parameters
    ----------
    training : TrainingSet
        What the candidate learnt from.
    fit : Fit
        Of all of it: the last point takes its out-of-fold scores.
    refit : callable
        Fits the candidate's kind on a part of the rows; may use fewer seeds.
    settings : EvaluationSettings
        Its learning_curve_shares are of the groups, so that no group is cut.
    seed : int
        Draws the order of the groups: a smaller part lies within each larger one.
    """
    groups = training.rows["group"].to_numpy(dtype=str)
    names = np.random.default_rng(seed).permutation(np.unique(groups))
    lines = []
    for share in sorted(set(settings.learning_curve_shares)):
        kept = names[: max(round(share * len(names)), 1)]
        part = training.part(np.flatnonzero(np.isin(groups, kept)))
        fitted = fit.candidate if share == 1 else _fitted(part, fit, refit)
        lines.append({"share": share, **_point(part, fitted, settings, seed)})
    table = pd.DataFrame(lines)
    return LearningCurve(table, _width_at_double(table))


def learning_words(curve: LearningCurve) -> str:
    """Say how much narrower the interval gets, measured and extrapolated."""
    known = curve.table.dropna(subset="width")
    if not len(known):
        return "There are too few label rows to say how sure the figure is."
    last, first = known.iloc[-1], known.iloc[0]
    figure = "the interval of the out-of-fold ROC AUC"
    said = f"With {last['n_rows']:,.0f} label rows {figure} is {last['width']:.3f} wide"
    if len(known) > 1:
        share = percent(float(first["share"]))
        said += f", with {first['n_rows']:,.0f} of them ({share} of the accounts) {first['width']:.3f}"
    if math.isnan(curve.width_at_double):
        return f"{said}. The widths do not follow the square root of the number of rows: no extrapolation."
    return (
        f"{said}. With twice as many it would be about {curve.width_at_double:.3f} wide: an extrapolation, "
        "by the square root of the number of rows, not a measurement."
    )


def _fitted(part: TrainingSet, fit: Fit, refit: Callable[[TrainingSet], Fit]) -> Fitted | None:
    """Fit the candidate's kind on a part; None where it is too small to learn from and check."""
    try:
        return refit(part).kinds[fit.chosen]
    except DataError:
        return None


def _point(
    part: TrainingSet, fitted: Fitted | None, settings: EvaluationSettings, seed: int
) -> dict[str, Any]:
    """Rank each fold alone: a fold of few best was scored by a model that saw many."""
    found = NO_INTERVAL
    if fitted is not None:
        group = part.rows["group"].to_numpy(dtype=str)
        scored = Scored(part.is_best.astype(bool), fitted.out_of_fold, group, fitted.folds)
        found = bootstrap_figures(scored, settings, seed)["roc_auc"]
    return {
        "n_rows": len(part.rows),
        "n_best": int(part.is_best.sum()),
        "roc_auc": found.value,
        "low": found.low,
        "high": found.high,
        "width": found.high - found.low,
    }


def _width_at_double(table: pd.DataFrame) -> float:
    """Fit width = c / sqrt(rows) to what was measured, and read it at twice as many rows.

    Least squares of the logarithms; the standard error of a ROC AUC falls so. Source: Hanley and McNeil,
    Radiology 1982.
    """
    known = table[table["width"] > 0]
    if not len(known):
        return float("nan")
    rows = known["n_rows"].to_numpy(dtype=np.float64)
    width = known["width"].to_numpy(dtype=np.float64)
    factor = np.exp(np.mean(np.log(width * np.sqrt(rows))))
    is_off = abs(np.log(width[-1] * np.sqrt(rows[-1]) / factor)) > np.log(MAX_OFF_LAW)
    return float("nan") if is_off else float(factor / np.sqrt(2 * rows[-1]))
