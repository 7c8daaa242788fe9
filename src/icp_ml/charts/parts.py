"""Parts that charts are made of: data, axes in words, lines of several models, marks and words on them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from icp_ml.charts.theme import HEIGHT, WIDTH

ACCENT, SECOND, GREY, FAINT, INK, GOOD, PAGE = (
    f"var(--{name})" for name in ("accent", "second", "grey", "faint", "ink", "good", "page")
)
N_DIGITS = 6
"""Digits after the point that a chart's data keep: more cannot be seen."""
N_TICKS = 5
N_ANSWERS = 50
"""Points of a line that tell their values when pointed at."""
SOLID, DASHES = [1, 0], ([8, 4], [3, 3], [8, 3, 2, 3])
DOTS = [1, 3]
IN_NUMBERS = "format(datum.value, ',.6~g')"
IN_PERCENT = "format(100 * datum.value, '.3~g') + '\N{NO-BREAK SPACE}%'"
UNIT = [0.0, 1.0]


def rows_of(columns: Mapping[str, Any] | pd.DataFrame) -> pd.DataFrame:
    """Give columns as a chart's own data, rounded."""
    return pd.DataFrame(columns).round(N_DIGITS)


def share_scale(top: float = 1.0, bottom: float = 0.0) -> alt.Scale:
    """Give a scale of exactly these bounds."""
    return alt.Scale(domain=[bottom, top], nice=False, zero=False)


def percent_axis(title: str | None, **more: Any) -> alt.Axis:
    """Give an axis of shares, written as percent."""
    return alt.Axis(title=title, labelExpr=IN_PERCENT, **{"tickCount": N_TICKS, **more})


def number_axis(title: str | None, **more: Any) -> alt.Axis:
    """Give an axis of numbers, never written as a power of ten."""
    return alt.Axis(title=title, labelExpr=IN_NUMBERS, **{"tickCount": N_TICKS, **more})


def percent_tip(field: str, title: str) -> alt.Tooltip:
    """Tell a share when pointed at."""
    return alt.Tooltip(f"{field}:Q", title=title, format=".1%")


def count_tip(field: str, title: str) -> alt.Tooltip:
    """Tell a count when pointed at."""
    return alt.Tooltip(f"{field}:Q", title=title, format=",")


def number_tip(field: str, title: str, digits: int = 2) -> alt.Tooltip:
    """Tell a number when pointed at."""
    return alt.Tooltip(f"{field}:Q", title=title, format=f",.{digits}f")


def model_lines(
    columns: Mapping[str, Any], x: alt.X, y: alt.Y, tips: Sequence[alt.Tooltip], steps: bool = False
) -> Any:
    """Draw a line for each model: the first is the candidate, the others are grey, each dashed its own way.

    Parameters
    ----------
    columns : mapping
        Long: its column `model` names the line of each point.
    x, y : encodings
    tips : sequence of tooltips
        Of the candidate's points.
    steps : bool
        Whether a value holds from the point before.
    """
    table = pd.DataFrame(columns)
    names = list(dict.fromkeys(table["model"]))
    upwards = pd.concat([table[table["model"] == name] for name in reversed(names)])  # the candidate on top
    line = (
        alt.Chart(rows_of(upwards))
        .mark_line(interpolate="step-before" if steps else "linear")
        .encode(x=x, y=y, tooltip=[alt.Tooltip("model:N")], **_styles(names))
    )
    return alt.layer(line, _answering(table[table["model"] == names[0]], tips))


def _styles(names: Sequence[str]) -> dict[str, Any]:
    others = len(names) - 1
    legend = alt.Legend(
        columns=2,
        symbolType="stroke",
        symbolSize=300,
        columnPadding=6,
        labelFontSize=11,  # three kinds of model and their figures fit into a phone
        rowPadding=-4,
        symbolStrokeWidth=2,
        labelLimit=175,
        title=None,
    )
    dashes = [SOLID, *(DASHES[at % len(DASHES)] for at in range(others))]
    scales = [alt.Scale(domain=list(names), range=given) for given in ([ACCENT, *[GREY] * others], dashes)]
    is_candidate = alt.when(f"datum.model === {json.dumps(names[0])}")
    return {
        "color": alt.Color("model:N", scale=scales[0], legend=legend),
        "strokeDash": alt.StrokeDash("model:N", scale=scales[1], legend=legend),
        "strokeWidth": is_candidate.then(alt.value(2.6)).otherwise(alt.value(1.3)),
    }


def _answering(line: pd.DataFrame, tips: Sequence[alt.Tooltip]) -> Any:
    """Lay unseen points along a line: a line itself tells of its first point wherever it is pointed at."""
    some = line.iloc[np.unique(np.linspace(0, len(line) - 1, N_ANSWERS).round().astype(int))]
    chart = alt.Chart(rows_of(some.drop(columns="model")))
    return chart.mark_point(filled=True, size=90, color=ACCENT, opacity=0).encode(
        x="x:Q", y="y:Q", tooltip=list(tips)
    )


def band(columns: Mapping[str, Any], x: alt.X) -> Any:
    """Shade between the columns `low` and `high`."""
    return (
        alt.Chart(rows_of(columns))
        .mark_area(opacity=0.16, color=ACCENT)
        .encode(x=x, y=alt.Y("low:Q"), y2="high:Q")
    )


def straight(points: Sequence[tuple[float, float]]) -> Any:
    """Draw a dotted line for comparison."""
    across, up = zip(*points, strict=True)
    return (
        alt.Chart(rows_of({"x": across, "y": up}))
        .mark_line(color=GREY, strokeDash=DOTS, strokeWidth=1.2)
        .encode(x="x:Q", y="y:Q")
    )


def words(text: str, at: tuple[float, float], color: str = INK, **more: Any) -> Any:
    """Write at a place of the plot, with an edge in the page's colour so that lines behind do not disturb."""
    placed = {"align": "left", "baseline": "middle", "lineBreak": "\n", **more}
    chart = alt.Chart(rows_of({"x": [at[0]], "y": [at[1]], "words": [text]}))
    position = {"x": "x:Q", "y": "y:Q", "text": "words:N"}
    edge = chart.mark_text(**placed, stroke=PAGE, strokeWidth=4, strokeJoin="round").encode(**position)
    return alt.layer(edge, chart.mark_text(**placed, color=color).encode(**position))


def dot(at: tuple[float, float], text: str, **more: Any) -> Any:
    """Mark a point of the candidate and write its value beside it."""
    chart = alt.Chart(rows_of({"x": [at[0]], "y": [at[1]]}))
    point = chart.mark_point(filled=True, size=70, color=ACCENT, opacity=1).encode(x="x:Q", y="y:Q")
    return alt.layer(point, words(text, at, ACCENT, fontWeight=600, **{"dx": 9, "dy": 5, **more}))


def whole(*layers: Any, height: int = HEIGHT) -> Any:
    """Put layers into one chart whose size is that of all of it, axes included."""
    return alt.layer(*layers).properties(
        width=WIDTH, height=height, autosize=alt.AutoSizeParams(type="fit", contains="padding")
    )
