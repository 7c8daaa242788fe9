"""Charts of a candidate beside its baselines, each with a title that says what is seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import altair as alt
import numpy as np

from icp_ml.charts import themed
from icp_ml.charts.parts import (
    ACCENT,
    GOOD,
    band,
    count_tip,
    dot,
    model_lines,
    number_axis,
    number_tip,
    percent_axis,
    percent_tip,
    rows_of,
    share_scale,
    straight,
    whole,
    words,
)
from icp_ml.evaluation.curves import (
    calibration_bins,
    calibration_slope,
    gains_band,
    gains_curve,
    precision_recall_points,
    roc_points,
)
from icp_ml.evaluation.figures import Scored, figures_of
from icp_ml.evaluation.ranking import Numbers
from icp_ml.evaluation.words import TIMES, percent
from icp_ml.settings import EvaluationSettings

N_DEPTHS = 100
FIRST_LIFT_DEPTH = 0.02  # above it the lift of a handful of rows is noise
Band = tuple[Numbers, Numbers]  # lower and upper bound at each depth
Tests = Mapping[str, Scored]
ONE_CLASS = "The test set holds one class only: there is nothing to rank"
LIST = "share of the list worked through, best first"


def plots(test: Tests, settings: EvaluationSettings, seed: int, noun: str) -> dict[str, Any]:
    """Draw the candidate and its baselines on the test set.

    Parameters
    ----------
    test : mapping of str to Scored
        Each model's scores of the same rows under the name a reader sees; the first is the candidate.
        A model that gives every row the same probability is the line of chance, drawn anyway.
    settings : EvaluationSettings
        Its first share is the one in the title of gains and lift; its confidence that of the bounds.
    seed : int
        Of the band around gains and lift.
    noun : str
        What a row is of: "customer" or "deal".

    Returns
    -------
    dict of str to altair chart
        gains, lift, precision_recall, roc, calibration.
    """
    candidate = next(iter(test.values()))
    ranked = {
        name: scored for name, scored in test.items() if scored is candidate or np.ptp(scored.place) > 0
    }
    depths = np.linspace(0, 1, N_DEPTHS + 1)
    bounds = gains_band(candidate, depths, settings.confidence, seed)
    return {
        "gains": _gains(ranked, (depths, *bounds), settings, noun),
        "lift": _lift(ranked, (depths, *bounds), settings, noun),
        "precision_recall": _precision_recall(ranked, noun),
        "roc": _roc(ranked, noun),
        "calibration": _calibration(candidate, settings, noun),
    }


def _gains(test: Tests, bounds: tuple[Numbers, ...], settings: EvaluationSettings, noun: str) -> Any:
    depths, low, high = bounds
    candidate, share = next(iter(test.values())), settings.shares[0]
    capture = float(gains_curve(candidate, np.array([share]))[0])
    held = f"{percent(capture)} of the best ({_times(capture / share)} chance)"
    title = f"The top {percent(share)} of {noun}s hold {held}"
    x = alt.X("x:Q", scale=share_scale(), axis=percent_axis(LIST))
    y = alt.Y("y:Q", scale=share_scale(1.01), axis=percent_axis("share of the best found"))
    tips = [percent_tip("x", "of the list"), percent_tip("y", "of the best")]
    chart = whole(
        _mark_zone(settings),
        band({"x": depths, "low": low, "high": high}, x),
        straight([(0, 0), (1, 1)]),
        model_lines(_long(test, lambda one: (depths, gains_curve(one, depths))), x, y, tips),
        *([] if np.isnan(capture) else [dot((share, capture), percent(capture))]),
    )
    return themed(chart, ONE_CLASS if np.isnan(capture) else title, _shaded(settings))


def _mark_zone(settings: EvaluationSettings) -> Any:
    """Shade where the field wants the curve to be: so much of the best within such a share of the list."""
    (first, last), least = settings.marks.top_shares, settings.marks.min_capture
    zone = rows_of({"x": [first], "x2": [last], "y": [least], "y2": [1.0]})
    shade = (
        alt.Chart(zone)
        .mark_rect(color=GOOD, opacity=0.13)
        .encode(x="x:Q", x2="x2:Q", y=alt.Y("y:Q"), y2="y2:Q")
    )
    said = f"field's mark: {percent(least)}\nin the top {100 * first:g} to {percent(last)}"
    return alt.layer(shade, words(said, (first, 0.995), GOOD, dx=4, baseline="top", fontSize=11))


def _lift(test: Tests, bounds: tuple[Numbers, ...], settings: EvaluationSettings, noun: str) -> Any:
    share, is_shown = settings.shares[0], bounds[0] >= FIRST_LIFT_DEPTH
    depths, low, high = (part[is_shown] for part in bounds)
    lift = float(gains_curve(next(iter(test.values())), np.array([share]))[0]) / share
    title = f"Among the top {percent(share)}, best {noun}s are {lift:.1f} times as common as among all"
    x = alt.X("x:Q", scale=share_scale(), axis=percent_axis(LIST))
    y = alt.Y("y:Q", axis=number_axis("lift: times as many best as by chance"), scale=alt.Scale(zero=True))
    tips = [percent_tip("x", "of the list"), number_tip("y", "lift")]
    chart = whole(
        band({"x": depths, "low": low / depths, "high": high / depths}, x),
        straight([(0, 1), (1, 1)]),
        model_lines(_long(test, lambda one: (depths, gains_curve(one, depths) / depths)), x, y, tips),
        *([] if np.isnan(lift) else [dot((share, lift), _times(lift), dy=-7)]),
    )
    return themed(chart, ONE_CLASS if np.isnan(lift) else title, _shaded(settings))


def _precision_recall(test: Tests, noun: str) -> Any:
    candidate = next(iter(test.values()))
    rate = float(candidate.is_best.mean())
    recall, precision = precision_recall_points(candidate)
    half = precision[np.searchsorted(recall, 0.5)] if 0 < rate < 1 else np.nan
    title = f"With half of the best found, {percent(half)} of those picked are best (chance {percent(rate)})"
    x = alt.X("x:Q", scale=share_scale(), axis=percent_axis(f"share of the best {noun}s found (recall)"))
    y = alt.Y("y:Q", scale=share_scale(1.01), axis=percent_axis("best among those picked (precision)"))
    tips = [percent_tip("x", "recall"), percent_tip("y", "precision")]
    named = {f"{name} ({_figure(one, 'average_precision'):.2f})": one for name, one in test.items()}
    lines = model_lines(_long(named, precision_recall_points), x, y, tips, steps=True)
    chart = whole(straight([(0, rate), (1, rate)]), lines)
    return themed(
        chart, ONE_CLASS if np.isnan(half) else title, "in brackets: average precision; dotted: chance"
    )


def _roc(test: Tests, noun: str) -> Any:
    value = _figure(next(iter(test.values())), "roc_auc")
    title = f"A best {noun} outranks another one {100 * value:.0f} times in 100"
    x = alt.X("x:Q", scale=share_scale(), axis=percent_axis(f"share of the other {noun}s picked by mistake"))
    y = alt.Y("y:Q", scale=share_scale(1.01), axis=percent_axis(f"share of the best {noun}s found"))
    tips = [percent_tip("x", "others picked"), percent_tip("y", "best found")]
    named = {f"{name} ({_figure(one, 'roc_auc'):.2f})": one for name, one in test.items()}
    lines = model_lines(_long(named, roc_points), x, y, tips)
    chart = whole(straight([(0, 0), (1, 1)]), lines)
    return themed(chart, ONE_CLASS if np.isnan(value) else title, "in brackets: ROC AUC; dotted: chance")


def _calibration(candidate: Scored, settings: EvaluationSettings, noun: str) -> Any:
    bins, slope = calibration_bins(candidate, settings.confidence), calibration_slope(candidate)
    error = 100 * _figure(candidate, "calibration_error")
    top = max(float(bins.predicted.max()), float(np.nanmax(bins.high)))
    top = min(1.0, np.ceil(20 * top) / 20)
    n = len(candidate.is_best) / len(bins.predicted)
    points = {"x": bins.predicted, "y": bins.observed, "low": bins.low, "high": bins.high, "n": n}
    chart = alt.Chart(rows_of(points))
    x = alt.X("x:Q", scale=share_scale(top), axis=percent_axis("predicted probability"))
    y = alt.Y("y:Q", scale=share_scale(top), axis=percent_axis("share that is best"))
    tips = [percent_tip("x", "predicted"), percent_tip("y", "observed"), percent_tip("low", "from")]
    tips += [percent_tip("high", "to"), count_tip("n", f"{noun}s")]
    drawn = whole(
        straight([(0, 0), (top, top)]),
        chart.mark_rule(color=ACCENT, strokeWidth=1.5).encode(
            x=x, y=alt.Y("low:Q"), y2="high:Q", tooltip=tips
        ),
        chart.mark_point(filled=True, size=60, color=ACCENT, opacity=1).encode(x=x, y=y, tooltip=tips),
    )
    remark = f"points: {n:,.0f} {noun}s each, {percent(settings.confidence)} intervals; dotted: as predicted"
    sloped = "" if np.isnan(slope) else f"; slope {slope:.2f} (below 1: overconfident)"
    return themed(drawn, f"Predicted rates are {error:.1f} percentage points off on average", remark + sloped)


def _long(test: Tests, points: Callable[[Scored], tuple[Numbers, Numbers]]) -> dict[str, Any]:
    """Give the points of each model's line below one another."""
    found = {name: points(one) for name, one in test.items()}
    return {
        "model": [name for name, (across, _) in found.items() for _ in across],
        "x": np.concatenate([across for across, _ in found.values()]),
        "y": np.concatenate([up for _, up in found.values()]),
    }


def _shaded(settings: EvaluationSettings) -> str:
    return f"shaded: {percent(settings.confidence)} interval; dotted: chance"


def _times(value: float) -> str:
    return f"{value:.1f} {TIMES}"


def _figure(test: Scored, name: str) -> float:
    return figures_of(test, ())[name]
