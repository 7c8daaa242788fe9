"""How predicted probabilities compare with the shares that came true."""

from __future__ import annotations

import numpy as np
import pandas as pd

from icp_ml.evaluation.figures import Interval, Scored
from icp_ml.evaluation.intervals import percentile_bounds, replicate_weights
from icp_ml.evaluation.ranking import Numbers
from icp_ml.evaluation.rates import Codes
from icp_ml.outcomes.found import BinLine, Bounded, Calibrated
from icp_ml.outcomes.tiering import wilson_shares
from icp_ml.settings import EvaluationSettings


def calibrated(rows: pd.DataFrame, settings: EvaluationSettings, n_bins: int, seed: int) -> Calibrated:
    """Compare mean predicted probabilities with shares in equal-count bins, and in all.

    What was predicted is given; what came true varies: so the bounds of observed over expected are Wilson's
    of the share that came true, over the mean predicted probability. A bootstrap would be sure of a ratio
    of 0 where nothing came true of a few rows. The bounds of the error are a bootstrap over accounts.

    Parameters
    ----------
    rows : pandas.DataFrame
        account_id, fit_probability, is_true, in an order that the inputs do not change; at least one row.
    n_bins : int
        Most bins; fewer rows make fewer.
    """
    test = Scored(
        rows["is_true"].to_numpy(dtype=bool),
        rows["fit_probability"].to_numpy(dtype=np.float64),
        rows["account_id"].to_numpy(dtype=object),
    )
    code = _bins(test.probability, n_bins)
    n_bins = int(code.max()) + 1
    n = np.bincount(code, minlength=n_bins)
    predicted = np.bincount(code, weights=test.probability, minlength=n_bins) / n
    observed = wilson_shares(test, code, n_bins, settings.confidence)
    bins = tuple(
        BinLine(int(size), float(mean), share)
        for size, mean, share in zip(n, predicted, observed, strict=True)
    )
    return Calibrated(len(rows), bins, _ratio(test, settings), _error(test, code, settings, seed))


def _bins(probability: Numbers, n_bins: int) -> Codes:
    """Cut rows into bins of equal number, from the lowest probability up."""
    code = np.zeros(len(probability), dtype=np.intp)
    parts = np.array_split(np.argsort(probability, kind="stable"), min(n_bins, len(probability)))
    for at, part in enumerate(parts):
        code[part] = at
    return code


def _ratio(test: Scored, settings: EvaluationSettings) -> Bounded:
    whole = np.zeros(len(test.is_best), dtype=np.intp)
    share, mean = wilson_shares(test, whole, 1, settings.confidence)[0].interval, test.probability.mean()
    if mean == 0:
        return Bounded(None, None, None)
    return Bounded.of(Interval(*(float(one / mean) for one in (share.value, share.low, share.high))))


def _error(test: Scored, code: Codes, settings: EvaluationSettings, seed: int) -> Bounded:
    in_bin = (code[:, None] == np.arange(code.max() + 1)).astype(np.float64)
    gaps = (test.is_best - test.probability)[:, None] * in_bin
    value = float(np.abs(gaps.sum(axis=0)).sum() / len(code))
    replicates = [
        np.abs(weights @ gaps).sum(axis=1) / weights.sum(axis=1)
        for weights in replicate_weights(test.group, settings.n_bootstrap, seed)
    ]
    low, high = percentile_bounds(np.concatenate(replicates), settings.confidence)
    return Bounded.of(Interval(value, float(low), float(high)))
