"""Pictures of the report's tables: importance, back-test, learning curve."""

from __future__ import annotations

import math
import textwrap

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from icp_ml.evaluation.backtest import Sample, backtest_parts
from icp_ml.evaluation.drawing import (
    ACCENT,
    FAINT,
    GREY,
    INK,
    TEXT_SIZE,
    TICK_SIZE,
    canvas,
    dress,
    in_percent,
    remark,
    write,
)
from icp_ml.evaluation.held_out import CANDIDATE, HeldOut
from icp_ml.evaluation.learning import LearningCurve
from icp_ml.evaluation.ranking import Numbers
from icp_ml.evaluation.words import listed, percent

MAX_ATTRIBUTES, MIN_BARS = 15, 3
MAX_LABEL = 34  # characters in a line of an attribute's words
N_BINS = 40
COLORS = {"best": ACCENT, "rest": GREY, "prospects": INK}
LINES = {"best": "-", "rest": "-", "prospects": "--"}


def backtest_plot(test: HeldOut, sample: Sample | None, noun: str) -> Figure:
    """Draw the scores of best, of rest and of prospects, each part as shares of its own number."""
    scores = backtest_parts(test, test.scores[CANDIDATE], None if sample is None else sample.probability)
    known = {name: values for name, values in scores.items() if len(values)}
    middles = [
        f"{percent(float(np.median(values)))} for {_whom(name, noun)}" for name, values in known.items()
    ]
    figure = canvas(f"The middle score is {listed(middles)}", 8, 5)
    axes = figure.add_subplot()
    top = min(1.0, np.ceil(20 * max(float(values.max()) for values in known.values())) / 20 or 1.0)
    for name, values in known.items():
        _draw_scores(axes, name, values, top)
    axes.set(xlim=(0, top), ylim=(0, None))
    in_percent(axes.xaxis, axes.yaxis)
    axes.legend(
        frameon=False, fontsize=TEXT_SIZE, labelcolor=INK, loc="lower left", bbox_to_anchor=(0, 1), ncols=3
    )
    dress(axes, "predicted probability", f"share of each part in a step of {percent(top / N_BINS)}")
    return figure


def _whom(name: str, noun: str) -> str:
    return "prospects" if name == "prospects" else f"{name} {noun}s" if name == "best" else "the rest"


def _draw_scores(axes: Axes, name: str, values: Numbers, top: float) -> None:
    weights = np.full(len(values), 1 / len(values))
    axes.hist(
        values,
        np.linspace(0, top, N_BINS + 1).tolist(),
        weights=weights,
        histtype="stepfilled" if name == "best" else "step",
        color=COLORS[name],
        alpha=0.35 if name == "best" else 1,
        linestyle=LINES[name],
        linewidth=1.6,
        label=f"{name} ({len(values):,})",
    )


def learning_plot(curve: LearningCurve, confidence: float) -> Figure:
    """Draw the out-of-fold ROC AUC with its interval over the number of label rows."""
    known = curve.table.dropna(subset="width")
    figure = canvas(_learning_title(curve, known), 7.4, 5)
    axes = figure.add_subplot()
    rows, value = known["n_rows"].to_numpy(), known["roc_auc"].to_numpy()
    gaps = np.abs(np.stack([value - known["low"].to_numpy(), known["high"].to_numpy() - value]))
    axes.errorbar(rows, value, yerr=gaps, fmt="o-", color=ACCENT, markersize=7, elinewidth=1.6, capsize=4)
    for at, up, share in zip(rows, value, known["share"], strict=True):
        write(axes, percent(share), (at, up), (8, 6), INK)
    axes.axhline(0.5, color=GREY, linewidth=1, linestyle=":", zorder=1)
    axes.set(xlim=(0, 1.15 * curve.table["n_rows"].max()))
    remark(
        axes,
        f"bars: {percent(confidence)} intervals; beside them the share of accounts learnt from; dots: chance",
    )
    dress(axes, "label rows learnt from", "ROC AUC out of fold")
    return figure


def _learning_title(curve: LearningCurve, known: pd.DataFrame) -> str:
    if not len(known):
        return "Too few label rows for a learning curve"
    first, last = known.iloc[0], known.iloc[-1]
    said = f"The interval is {last['width']:.3f} wide"
    if len(known) > 1:
        rows = f"{first['n_rows']:,.0f} to {last['n_rows']:,.0f} label rows"
        said = f"From {rows} the interval goes from a width of {first['width']:.3f} to {last['width']:.3f}"
    if math.isnan(curve.width_at_double):
        return said
    return f"{said}; with twice the rows about {curve.width_at_double:.3f}"


def importance_plot(importance: pd.Series[float]) -> Figure:
    """Draw the share that each attribute has in moving the scores, the fifteen largest and the rest."""
    ordered = importance[importance > 0].sort_values(ascending=False, kind="stable")
    shown, rest = ordered.head(MAX_ATTRIBUTES), ordered.iloc[MAX_ATTRIBUTES:]
    figure = canvas(_importance_title(shown), 8, 1.4 + 0.38 * max(MIN_BARS, len(shown) + bool(len(rest))))
    axes = figure.add_subplot()
    words = [textwrap.fill(str(word), MAX_LABEL) for word in shown.index]
    shares = shown.to_list()
    colors = [ACCENT] * len(words)
    if len(rest):
        words, shares, colors = [*words, f"{len(rest)} more"], [*shares, float(rest.sum())], [*colors, FAINT]
    axes.barh(range(len(words)), shares, color=colors, height=0.68)
    for place, value in enumerate(shares):
        write(axes, percent(value), (value, place), (5, 0), INK)
    axes.set_yticks(range(len(words)), words, fontsize=TICK_SIZE)
    axes.set(xlim=(0, 1.15 * max(shares, default=1)), ylim=(max(len(words), MIN_BARS) - 0.4, -0.6))
    in_percent(axes.xaxis)
    dress(axes, "share of the mean absolute contribution", "")
    axes.grid(visible=False, axis="y")
    return figure


def _importance_title(shown: pd.Series[float]) -> str:
    if not len(shown):
        return "No attribute moves the scores"
    first = [str(word) for word in shown.index[:2]]
    return f"{percent(float(shown.iloc[:2].sum()))} of what moves the scores comes from {' and '.join(first)}"
