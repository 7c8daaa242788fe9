"""How a candidate did on each fold that it was held out from: how far its figures spread."""

from __future__ import annotations

import numpy as np
import pandas as pd

from icp_ml.evaluation.figures import figures
from icp_ml.features.statistics import Floats
from icp_ml.model.training import Fitted

FOLD_FIGURES = ("log_loss", "roc_auc", "average_precision")


def fold_table(fitted: Fitted, is_best: Floats) -> pd.DataFrame:
    """Judge each fold's rows by the model that never saw them, encoder and calibration included.

    The test part plays no role. Figures that need both classes are NaN where one of them is not there.

    Parameters
    ----------
    fitted : Fitted
        The candidate.
    is_best : ndarray of float64, shape (n_rows,)
        The training rows' label.

    Returns
    -------
    pandas.DataFrame
        One line a fold: fold (from 1), n_rows, n_best, log_loss, roc_auc, average_precision.
    """
    lines = []
    for number in range(int(fitted.folds.max()) + 1):
        here = fitted.folds == number
        label = is_best[here] > 0
        found = figures(label, fitted.out_of_fold[here], ())
        counts = {"fold": number + 1, "n_rows": int(here.sum()), "n_best": int(label.sum())}
        lines.append({**counts, **{name: found[name] for name in FOLD_FIGURES}})
    return pd.DataFrame(lines)


def fold_spread(folds: pd.DataFrame) -> dict[str, float]:
    """Give each figure's mean over the folds, and its standard deviation between them (NaN for one fold)."""
    mean, spread = folds[[*FOLD_FIGURES]].mean(), folds[[*FOLD_FIGURES]].std(ddof=1)
    named = {f"{name}_spread": float(spread[name]) for name in FOLD_FIGURES}
    return {name: float(mean[name]) for name in FOLD_FIGURES} | {
        name: value for name, value in named.items() if np.isfinite(value)
    }
