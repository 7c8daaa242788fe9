"""Pictures of a candidate beside its baselines, each with a title that says what is seen."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from icp_ml.evaluation.curves import (
    Bins,
    calibration_bins,
    calibration_slope,
    gains_band,
    gains_curve,
    precision_recall_points,
    roc_points,
)
from icp_ml.evaluation.drawing import (
    ACCENT,
    FAINT,
    INK,
    TICK_SIZE,
    canvas,
    chance,
    diagonal,
    dress,
    in_percent,
    line_styles,
    name_lines,
    remark,
    write,
)
from icp_ml.evaluation.figures import Scored, figures_of
from icp_ml.evaluation.ranking import Numbers
from icp_ml.evaluation.table_plots import importance_plot
from icp_ml.evaluation.words import TIMES, percent
from icp_ml.settings import EvaluationSettings

N_DEPTHS = 200
FIRST_LIFT_DEPTH = 0.02  # above it the lift of a handful of rows is noise
N_SCORE_BARS = 40
Band = tuple[Numbers, Numbers]  # lower and upper bound at each depth
ONE_CLASS = "The test set holds one class only: there is nothing to rank"


def plots(
    test: Mapping[str, Scored],
    importance: pd.Series[float],
    settings: EvaluationSettings,
    seed: int,
    noun: str,
) -> dict[str, Figure]:
    """Draw the candidate and its baselines on the test set.

    Parameters
    ----------
    test : mapping of str to Scored
        Each model's scores of the same rows under the name a reader sees; the first is the candidate.
        A model that gives every row the same probability is the line of chance, drawn anyway.
    importance : pd.Series
        Share of the mean absolute contribution (0 to 1), indexed by the attribute in words.
    settings : EvaluationSettings
        Its first share is the one in the title of the gains; its confidence that of the bounds.
    seed : int
        Of the band around the gains.
    noun : str
        What a row is of: "customer" or "deal".

    Returns
    -------
    dict of str to Figure
        precision_recall, roc, gains_and_lift, calibration, importance.
    """
    candidate = next(iter(test.values()))
    ranked = {
        name: scored for name, scored in test.items() if scored is candidate or np.ptp(scored.place) > 0
    }
    return {
        "precision_recall": _precision_recall(ranked, noun),
        "roc": _roc(ranked, noun),
        "gains_and_lift": _gains_and_lift(ranked, settings, seed, noun),
        "calibration": _calibration(candidate, settings, noun),
        "importance": importance_plot(importance),
    }


def _precision_recall(test: Mapping[str, Scored], noun: str) -> Figure:
    candidate = next(iter(test.values()))
    rate = float(candidate.is_best.mean())
    recall, precision = precision_recall_points(candidate)
    half = precision[np.searchsorted(recall, 0.5)] if 0 < rate < 1 else np.nan
    title = f"With half of the best found, {percent(half)} of those picked are best (chance {percent(rate)})"
    figure = canvas(ONE_CLASS if np.isnan(half) else title, 7.8, 6)
    axes = figure.add_subplot()
    for name, style in line_styles(test).items():
        found, right = precision_recall_points(test[name])
        value = _figure(test[name], "average_precision")
        axes.step(found, right, where="pre", **{**style, "label": f"{name} (average precision {value:.2f})"})
    chance(axes, rate)
    axes.set(xlim=(0, 1), ylim=(0, 1.02))
    in_percent(axes.xaxis, axes.yaxis)
    dress(axes, f"share of the best {noun}s found (recall)", "share of best among those picked (precision)")
    name_lines(axes, is_above=True)
    return figure


def _roc(test: Mapping[str, Scored], noun: str) -> Figure:
    value = _figure(next(iter(test.values())), "roc_auc")
    title = f"A best {noun} outranks another one {100 * value:.0f} times in 100"
    figure = canvas(ONE_CLASS if np.isnan(value) else title, 6.6, 6.2)
    axes = figure.add_subplot()
    for name, style in line_styles(test).items():
        label = f"{name} (ROC AUC {_figure(test[name], 'roc_auc'):.2f})"
        axes.plot(*roc_points(test[name]), **{**style, "label": label})
    diagonal(axes, "chance")
    axes.set(xlim=(0, 1), ylim=(0, 1.01), aspect="equal")
    in_percent(axes.xaxis, axes.yaxis)
    dress(axes, f"share of the other {noun}s picked by mistake", f"share of the best {noun}s found")
    name_lines(axes)
    return figure


def _gains_and_lift(test: Mapping[str, Scored], settings: EvaluationSettings, seed: int, noun: str) -> Figure:
    candidate, share = next(iter(test.values())), settings.shares[0]
    capture = float(gains_curve(candidate, np.array([share]))[0])
    title = (
        f"The top {percent(share)} of {noun}s hold {percent(capture)} of the best "
        f"({capture / share:.1f} {TIMES} chance)"
    )
    figure = canvas(ONE_CLASS if np.isnan(capture) else title, 11, 5.2)
    gains_axes, lift_axes = figure.subplots(1, 2)
    depths = np.linspace(0, 1, N_DEPTHS + 1)
    low, high = gains_band(candidate, depths, settings.confidence, seed)
    _draw_gains(gains_axes, test, depths, (low, high))
    _draw_lift(lift_axes, test, depths, (low, high))
    for axes, value, text in (
        (gains_axes, capture, percent(capture)),
        (lift_axes, capture / share, f"{capture / share:.1f} {TIMES}"),
    ):
        axes.plot([share], [value], "o", color=ACCENT, markersize=7, zorder=4)
        write(axes, text, (share, value), (9, 3 if axes is lift_axes else -3), ACCENT)
        in_percent(axes.xaxis)
        axes.set_xlim(0, 1)
    remark(gains_axes, f"shaded: {percent(settings.confidence)} interval")
    dress(gains_axes, "share of the list worked through, best first", "share of the best found")
    dress(lift_axes, "share of the list worked through, best first", "lift: times as many best as by chance")
    return figure


def _draw_gains(axes: Axes, test: Mapping[str, Scored], depths: Numbers, band: Band) -> None:
    axes.fill_between(depths, *band, color=ACCENT, alpha=0.15, linewidth=0)
    for name, style in line_styles(test).items():
        axes.plot(depths, gains_curve(test[name], depths), **style)
    diagonal(axes, "chance")
    axes.set_ylim(0, 1.01)
    in_percent(axes.yaxis)
    name_lines(axes)


def _draw_lift(axes: Axes, test: Mapping[str, Scored], depths: Numbers, band: Band) -> None:
    is_shown = depths >= FIRST_LIFT_DEPTH
    shown = depths[is_shown]
    low, high = (bound[is_shown] / shown for bound in band)
    axes.fill_between(shown, low, high, color=ACCENT, alpha=0.15, linewidth=0)
    for name, style in line_styles(test).items():
        axes.plot(shown, gains_curve(test[name], shown) / shown, **style)
    chance(axes, 1)
    axes.set_ylim(bottom=0)


def _calibration(candidate: Scored, settings: EvaluationSettings, noun: str) -> Figure:
    bins, slope = calibration_bins(candidate, settings.confidence), calibration_slope(candidate)
    error = 100 * _figure(candidate, "calibration_error")
    figure = canvas(f"Predicted rates are {error:.1f} percentage points off on average", 6.6, 7)
    axes, score_axes = figure.subplots(2, 1, height_ratios=[3.4, 1], sharex=True)
    top = max(float(candidate.probability.max()), float(bins.high.max()))
    top = min(1.0, np.ceil(10 * top) / 10)
    _draw_bins(axes, bins, top)
    _draw_scores(score_axes, candidate, top)
    points = f"each point a tenth of the {noun}s, with its {percent(settings.confidence)} interval"
    sloped = f"calibration slope {slope:.2f} (1 is right, below 1 is overconfident)\n"
    remark(axes, points if np.isnan(slope) else sloped + points)
    in_percent(axes.xaxis, axes.yaxis)
    dress(axes, "", "share that is best")
    dress(score_axes, "predicted probability", f"{noun}s")
    return figure


def _draw_bins(axes: Axes, bins: Bins, top: float) -> None:
    gaps = np.abs(np.stack([bins.observed - bins.low, bins.high - bins.observed]))
    axes.errorbar(
        bins.predicted,
        bins.observed,
        yerr=gaps,
        fmt="o",
        color=ACCENT,
        markersize=7,
        elinewidth=1.3,
        zorder=3,
    )
    diagonal(axes, "as predicted", top)
    axes.set(xlim=(-0.015 * top, 1.015 * top), ylim=(-0.015 * top, 1.015 * top))


def _draw_scores(axes: Axes, candidate: Scored, top: float) -> None:
    edges = np.linspace(0, top, N_SCORE_BARS + 1).tolist()
    best = candidate.probability[candidate.is_best]
    others = candidate.probability[~candidate.is_best]
    axes.hist([best, others], edges, stacked=True, color=[ACCENT, FAINT], label=["best", "others"])
    axes.legend(
        loc="lower right",
        bbox_to_anchor=(1, 0.95),
        ncols=2,
        frameon=False,
        fontsize=TICK_SIZE,
        labelcolor=INK,
    )


def _figure(test: Scored, name: str) -> float:
    return figures_of(test, ())[name]
