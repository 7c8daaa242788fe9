"""Charts of what came of scored accounts: how precise each tier was, and whether probabilities were right."""

from __future__ import annotations

import math
from typing import Any

import altair as alt

from icp_ml.charts import themed
from icp_ml.charts.parts import (
    ACCENT,
    count_tip,
    percent_axis,
    percent_tip,
    rows_of,
    share_scale,
    straight,
    whole,
)
from icp_ml.evaluation.words import percent
from icp_ml.outcomes.found import Calibrated, Figures

ROW = 44  # pixels of a tier


def precision_plot(found: Figures, event: str, confidence: float) -> Any:
    """Draw the share of each tier that came true, with its interval, and that of all."""
    shown = [one for one in found.tiers if one.n]
    overall = found.n_true / found.n
    names = [f"{one.tier} ({one.n:,})" for one in shown]
    columns = {
        "tier": names,
        "share": [one.precision.value for one in shown],
        "low": [one.precision.low for one in shown],
        "high": [one.precision.high for one in shown],
        "n": [one.n for one in shown],
        "said": [percent(one.precision.value or 0) for one in shown],
    }
    top = _rounded_up(1.1 * max(one.precision.high or 0 for one in shown))
    chart = alt.Chart(rows_of(columns))
    x = alt.X("share:Q", scale=share_scale(top), axis=percent_axis(f"share that is {event}"))
    y = alt.Y("tier:N", sort=names, axis=alt.Axis(title=None, labelLimit=170, ticks=False))
    tips = [alt.Tooltip("tier:N"), percent_tip("share", event), percent_tip("low", "from")]
    tips += [percent_tip("high", "to"), count_tip("n", "number")]
    line = alt.Chart(rows_of({"x": [overall]})).mark_rule(strokeDash=[3, 3], color="var(--grey)")
    drawn = whole(
        line.encode(x="x:Q"),
        chart.mark_rule(color=ACCENT, strokeWidth=2).encode(x=alt.X("low:Q"), x2="high:Q", y=y, tooltip=tips),
        chart.mark_point(filled=True, size=80, color=ACCENT, opacity=1).encode(x=x, y=y, tooltip=tips),
        chart.mark_text(dy=-12).encode(x=x, y=y, text="said:N"),
        height=90 + ROW * len(shown),
    )
    first = shown[0]
    title = f"{percent(first.precision.value or 0)} of {first.tier} is {event}, {percent(overall)} of all"
    return themed(drawn, title, f"lines: {percent(confidence)} intervals; dotted: all")


def calibration_plot(found: Calibrated, event: str, confidence: float) -> Any:
    """Draw the share that came true over the mean predicted probability of each bin."""
    columns = {
        "x": [one.predicted for one in found.bins],
        "y": [one.observed.value for one in found.bins],
        "low": [one.observed.low for one in found.bins],
        "high": [one.observed.high for one in found.bins],
        "n": [one.n for one in found.bins],
    }
    top = _rounded_up(max(max(one.predicted, one.observed.high or 0) for one in found.bins))
    chart = alt.Chart(rows_of(columns))
    x = alt.X("x:Q", scale=share_scale(top), axis=percent_axis("predicted probability"))
    y = alt.Y("y:Q", scale=share_scale(top), axis=percent_axis(f"share that is {event}"))
    tips = [percent_tip("x", "predicted"), percent_tip("y", "observed"), percent_tip("low", "from")]
    tips += [percent_tip("high", "to"), count_tip("n", "number")]
    rule = chart.mark_rule(color=ACCENT, strokeWidth=1.5)
    drawn = whole(
        straight([(0, 0), (top, top)]),
        rule.encode(x=x, y=alt.Y("low:Q"), y2="high:Q", tooltip=tips),
        chart.mark_point(filled=True, size=60, color=ACCENT, opacity=1).encode(x=x, y=y, tooltip=tips),
    )
    ratio = found.ratio.interval
    said = f"{ratio.value:.2f} ({ratio.low:.2f} to {ratio.high:.2f}) times as many came true as predicted"
    return themed(
        drawn, said, f"points: equal numbers; lines: {percent(confidence)} intervals; dotted: as predicted"
    )


def _rounded_up(share: float) -> float:
    return min(1.0, math.ceil(20 * share) / 20) or 0.05
