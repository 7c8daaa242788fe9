"""Who gets high scores: score, rate and tier by region, size, source and amount of missing data."""

from __future__ import annotations

from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from icp_ml.evaluation.backtest import Sample
from icp_ml.evaluation.figures import Scored
from icp_ml.evaluation.held_out import CANDIDATE, HeldOut
from icp_ml.evaluation.levels import Levelled, largest_level, levelled_columns
from icp_ml.evaluation.ranking import Numbers
from icp_ml.evaluation.rates import Codes, design_effects, rates
from icp_ml.scoring import TIERS
from icp_ml.settings import EvaluationSettings

MIN_RATIO = 0.8  # the four-fifths rule of US employment law, 29 CFR 1607.4 D


def group_table(
    test: HeldOut, sample: Sample | None, settings: EvaluationSettings, seed: int
) -> pd.DataFrame:
    """Give score, observed rate and share in the highest tier by level of each column that matters here.

    The columns are country, region, size (bands of employees), source (of a lead), and the share of
    attributes known. Levels with fewer than `min_group_rows` rows are summed up as others.

    Parameters
    ----------
    test : HeldOut
    sample : Sample, optional
        Of prospects.
    settings : EvaluationSettings
    seed : int
        Of the resampling.

    Returns
    -------
    pd.DataFrame
        table (the column in words); level; n, n_best; mean_score; rate with rate_low and rate_high (of best;
        as `rates` gives them); best_fit_share (of its rows, in the highest tier); ratio (that share over the
        one of the largest level); is_adverse (the ratio is below 0.8, by more than chance); and of prospects
        n_prospects, prospects_mean_score, prospects_best_fit_share, prospects_ratio, prospects_is_adverse.
    """
    tables = [
        _lines(one, test, sample, settings, seed)
        for one in levelled_columns(test, sample, settings.min_group_rows)
    ]
    return pd.concat(tables, ignore_index=True)


def _lines(
    one: Levelled, test: HeldOut, sample: Sample | None, settings: EvaluationSettings, seed: int
) -> pd.DataFrame:
    n_levels, scored = len(one.levels), test.scored(CANDIDATE)
    found = rates(scored, one.test, n_levels, settings, seed)
    in_best_fit = Scored(test.tiers == TIERS[0], scored.probability, scored.group)
    n_effective = found.n / design_effects(in_best_fit, one.test, n_levels)
    share = _means(one.test, in_best_fit.is_best, n_levels)
    lines = {
        "table": one.words,
        "level": one.levels,
        "n": found.n.astype(np.int64),
        "n_best": found.n_best.astype(np.int64),
        "mean_score": _means(one.test, scored.probability, n_levels),
        "rate": found.rate,
        "rate_low": found.rate_low,
        "rate_high": found.rate_high,
        **_impact(share, n_effective, found.n, largest_level(one.levels, found.n), settings),
    }
    if sample is not None:
        lines |= _prospect_lines(one, sample, settings)
    return pd.DataFrame(lines)


def _prospect_lines(one: Levelled, sample: Sample, settings: EvaluationSettings) -> dict[str, Any]:
    n_levels = len(one.levels)
    n = np.bincount(one.sample, minlength=n_levels).astype(np.float64)
    share = _means(one.sample, sample.tiers == TIERS[0], n_levels)
    impact = _impact(share, n, n, largest_level(one.levels, n), settings)
    return {
        "n_prospects": n.astype(np.int64),
        "prospects_mean_score": _means(one.sample, sample.probability, n_levels),
        **{f"prospects_{name}": values for name, values in impact.items()},
    }


def _impact(
    share: Numbers, n_effective: Numbers, n: Numbers, reference: int, settings: EvaluationSettings
) -> dict[str, Any]:
    """Compare each level's share in the highest tier with that of the largest level.

    One-sided score test of two shares, rows of a group counting as their effective number; the levels of a
    column are compared together (Bonferroni), so that many small ones raise no false alarm.
    """
    n_compared = max(int((n >= settings.min_group_rows).sum()) - 1, 1)
    z = NormalDist().inv_cdf(1 - (1 - settings.confidence) / n_compared)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = share / share[reference]
        both = (share * n_effective + share[reference] * n_effective[reference]) / (
            n_effective + n_effective[reference]
        )
        noise = np.sqrt(both * (1 - both) * (1 / n_effective + 1 / n_effective[reference]))
        is_beyond_chance = share[reference] - share > z * noise
    is_adverse = (ratio < MIN_RATIO) & is_beyond_chance & (n >= settings.min_group_rows)
    return {"best_fit_share": share, "ratio": ratio, "is_adverse": is_adverse}


def _means(codes: Codes, values: NDArray[Any], n_levels: int) -> Numbers:
    n = np.bincount(codes, minlength=n_levels)
    with np.errstate(invalid="ignore"):
        means: Numbers = np.bincount(codes, weights=values, minlength=n_levels) / n
    return means
