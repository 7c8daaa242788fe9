"""Charts of the report's tables: importance, scores by part, back-test, learning curve."""

from __future__ import annotations

import math
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from icp_ml.charts import themed
from icp_ml.charts.parts import (
    ACCENT,
    GREY,
    SECOND,
    count_tip,
    number_axis,
    number_tip,
    percent_axis,
    percent_tip,
    rows_of,
    share_scale,
    straight,
    whole,
)
from icp_ml.charts.theme import WIDTH
from icp_ml.evaluation.backtest import Sample, backtest_parts, backtest_words
from icp_ml.evaluation.held_out import CANDIDATE, HeldOut
from icp_ml.evaluation.learning import LearningCurve
from icp_ml.evaluation.words import listed, percent

MAX_ATTRIBUTES, MIN_BARS = 12, 3
ROW = 26  # pixels of a line of bars
LABELS = 170  # pixels at most of a line's words
N_BINS = 40
COLORS = {"best": ACCENT, "rest": GREY, "prospects": SECOND}
PLOT = WIDTH - 60


def distribution_plot(test: HeldOut, sample: Sample | None, noun: str) -> Any:
    """Draw the scores of best, of rest and of prospects, each part as shares of its own number."""
    scores = backtest_parts(test, test.scores[CANDIDATE], None if sample is None else sample.probability)
    known = {name: values for name, values in scores.items() if len(values)}
    middles = {name: float(np.median(values)) for name, values in known.items()}
    top = min(1.0, np.ceil(20 * max(float(values.max()) for values in known.values())) / 20 or 1.0)
    edges = np.linspace(0, top, N_BINS + 1)
    parts = [
        pd.DataFrame(
            {
                "part": f"{name} ({len(values):,})",
                "kind": name,
                "low": edges[:-1],
                "high": edges[1:],
                "n": (n := np.histogram(values, edges)[0]),
                "share": n / len(values),
                "middle": middles[name],
            }
        )
        for name, values in known.items()
    ]
    said = [f"{percent(value)} for {_whom(name, noun)}" for name, value in middles.items()]
    remark = f"bars: share in a step of {percent(top / N_BINS)}; line: the middle"
    return themed(_rows_of_bars(pd.concat(parts), top), f"The middle score is {listed(said)}", remark)


def _rows_of_bars(table: pd.DataFrame, top: float) -> Any:
    x = alt.X("low:Q", scale=share_scale(top), axis=percent_axis("predicted probability"))
    colour = alt.Color("kind:N", scale=alt.Scale(domain=[*COLORS], range=[*COLORS.values()]), legend=None)
    tips = [alt.Tooltip("part:N"), percent_tip("low", "score from"), percent_tip("high", "to")]
    tips += [count_tip("n", "number"), percent_tip("share", "share")]
    chart = alt.Chart()
    bars = chart.mark_bar(binSpacing=0.5).encode(
        x=x,
        x2="high:Q",
        y=alt.Y("share:Q", axis=percent_axis(None, tickCount=3)),
        y2=alt.Y2Datum(0),
        color=colour,
        tooltip=tips,
    )
    middle = chart.mark_rule(strokeWidth=2, color="var(--ink)").encode(x=alt.X("max(middle):Q"))
    order = list(dict.fromkeys(table["part"]))
    header = alt.Header(labelOrient="top", labelAnchor="start", labelPadding=2, title=None)
    return (
        alt.layer(bars, middle, data=rows_of(table))
        .properties(width=PLOT, height=68)
        .facet(row=alt.Row("part:N", sort=order, header=header), spacing=8)
        .resolve_scale(y="independent")
    )


def backtest_plot(table: pd.DataFrame) -> Any:
    """Draw what share of best, of rest and of prospects each tier holds, of `backtest_table`."""
    names = [name for name in COLORS if name in table and table[f"n_{name}"].sum()]
    table = table[table[[f"n_{name}" for name in names]].sum(axis=1) > 0]
    long = pd.concat(
        [
            pd.DataFrame({"tier": table["tier"], "part": name, "share": table[name], "n": table[f"n_{name}"]})
            for name in names
        ]
    )
    long["said"] = [percent(share) for share in long["share"]]
    y = alt.Y(
        "tier:N", sort=table["tier"].to_list(), axis=alt.Axis(title=None, labelLimit=LABELS, ticks=False)
    )
    colour = alt.Color(
        "part:N",
        scale=alt.Scale(domain=names, range=[COLORS[name] for name in names]),
        legend=alt.Legend(title=None, symbolType="square"),
    )
    tips = [
        alt.Tooltip("tier:N"),
        alt.Tooltip("part:N"),
        percent_tip("share", "share"),
        count_tip("n", "number"),
    ]
    bars = alt.Chart(rows_of(long)).encode(
        x=alt.X(
            "share:Q",
            scale=share_scale(min(1.15 * max(float(long["share"].max()), 0.01), 1.1)),
            axis=percent_axis("share of each part that the tier holds"),
        ),
        y=y,
        yOffset=alt.YOffset("part:N", sort=names),
        tooltip=tips,
    )
    drawn = whole(
        bars.mark_bar().encode(color=colour),
        bars.mark_text(align="left", dx=4, fontSize=11).encode(text="said:N"),
        height=60 + len(table) * (12 + 20 * len(names)),
    )
    return themed(drawn, backtest_words(table).removesuffix("."))


def _whom(name: str, noun: str) -> str:
    return "prospects" if name == "prospects" else f"{name} {noun}s" if name == "best" else "the rest"


def learning_plot(curve: LearningCurve, confidence: float) -> Any:
    """Draw the out-of-fold ROC AUC with its interval over the number of label rows."""
    known = curve.table.dropna(subset="width")
    points = known.assign(said=[percent(share) for share in known["share"]])
    chart = alt.Chart(rows_of(points))
    most = 1.15 * float(curve.table["n_rows"].max())
    x = alt.X(
        "n_rows:Q", scale=share_scale(most), axis=number_axis("label rows learnt from, and their share")
    )
    bottom = min([0.5, *known["low"]]) - 0.02
    y = alt.Y("roc_auc:Q", scale=share_scale(1.0, bottom), axis=number_axis("ROC AUC out of fold"))
    tips = [
        count_tip("n_rows", "label rows"),
        count_tip("n_best", "best"),
        number_tip("roc_auc", "ROC AUC", 3),
    ]
    tips += [number_tip("low", "from", 3), number_tip("high", "to", 3)]
    rule = chart.mark_rule(color=ACCENT, strokeWidth=2).encode(
        x=x, y=alt.Y("low:Q"), y2="high:Q", tooltip=tips
    )
    drawn = whole(
        straight([(0, 0.5), (most, 0.5)]),
        chart.mark_line(color=ACCENT, strokeWidth=1.5).encode(x=x, y=y),
        rule,
        chart.mark_point(filled=True, size=70, color=ACCENT, opacity=1).encode(x=x, y=y, tooltip=tips),
        chart.mark_text(align="left", dx=8, dy=-8).encode(x=x, y=y, text="said:N"),
    )
    remark = f"bars: {percent(confidence)} intervals; dotted: chance"
    return themed(drawn, _learning_title(curve, known), remark)


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


def importance_plot(importance: pd.Series[float]) -> Any:
    """Draw the share that each attribute has in moving the scores, the largest and the rest.

    Parameters
    ----------
    importance : pd.Series
        Share of the mean absolute contribution (0 to 1), indexed by the attribute in words.
    """
    ordered = importance[importance > 0].sort_values(ascending=False, kind="stable")
    shown, rest = ordered.head(MAX_ATTRIBUTES), ordered.iloc[MAX_ATTRIBUTES:]
    lines = pd.DataFrame({"words": shown.index.astype(str), "share": shown.to_numpy(), "is_rest": False})
    if len(rest):
        more = pd.DataFrame({"words": [f"{len(rest)} more"], "share": [rest.sum()], "is_rest": True})
        lines = pd.concat([lines, more], ignore_index=True)
    lines = lines.assign(said=[percent(share) for share in lines["share"]])
    axis = alt.Axis(title=None, labelLimit=LABELS, ticks=False, domain=False)
    chart = alt.Chart(rows_of(lines)).encode(
        x=alt.X(
            "share:Q",
            scale=share_scale(1.2 * float(lines["share"].max() if len(lines) else 1)),
            axis=percent_axis("share of the mean absolute contribution", tickCount=4),
        ),
        y=alt.Y("words:N", sort=lines["words"].to_list(), axis=axis),
        tooltip=[alt.Tooltip("words:N", title="attribute"), percent_tip("share", "share")],
    )
    drawn = whole(
        chart.mark_bar(height=17).encode(
            color=alt.when("datum.is_rest").then(alt.value(GREY)).otherwise(alt.value(ACCENT))
        ),
        chart.mark_text(align="left", dx=4).encode(text="said:N"),
        height=110 + ROW * max(MIN_BARS, len(lines)),
    )
    return themed(drawn, _importance_title(shown))


def _importance_title(shown: pd.Series[float]) -> str:
    if not len(shown):
        return "No attribute moves the scores"
    first = [str(word) for word in shown.index[:2]]
    return f"{percent(float(shown.iloc[:2].sum()))} of what moves the scores comes from {' and '.join(first)}"
