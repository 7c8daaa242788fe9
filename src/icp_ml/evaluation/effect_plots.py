"""Charts of what the levels of an attribute add to a score, beside how customers of each level did."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import altair as alt
import pandas as pd

from icp_ml.charts import themed
from icp_ml.charts.parts import (
    ACCENT,
    GREY,
    INK,
    count_tip,
    number_tip,
    percent_axis,
    percent_tip,
    rows_of,
    share_scale,
)
from icp_ml.evaluation.levels import OTHERS, UNKNOWN
from icp_ml.evaluation.words import TIMES, percent
from icp_ml.settings import EvaluationSettings

LABELS, LEFT, RIGHT, ROW = 135, 100, 110, 25  # pixels: words, both panels, height of a line
FACTORS = (1.1, 1.25, 1.5, 2, 3, 5, 10, 30, 100)  # that the axis may end at
MAX_LEVEL = 24  # characters of a level in a title
NO_BREAK = "\N{NO-BREAK SPACE}"
LEAST_SAID = 1.1  # times: a smaller effect is none worth a sentence
IN_TIMES = "(datum.value < -0.01 ? '÷ ' : '× ') + format(exp(abs(datum.value)), '.3~g')"
LEAST = 1.5  # times: an axis that ends nearer makes small effects look large


def effect_plots(
    table: pd.DataFrame, rate: float, settings: EvaluationSettings, noun: str
) -> Mapping[str, Any]:
    """Draw each attribute of `effects`: by level, its effect left, observed rates and counts right.

    Parameters
    ----------
    table : pandas.DataFrame
        As `effects` gives it.
    rate : float
        Of best among all rows, drawn as a dotted line.
    settings : EvaluationSettings
    noun : str
        What a row is of.
    """
    return {
        str(words): _drawn(lines, rate, settings, noun) for words, lines in table.groupby("words", sort=False)
    }


def _drawn(lines: pd.DataFrame, rate: float, settings: EvaluationSettings, noun: str) -> Any:
    height = ROW * len(lines)
    chart = alt.Chart(rows_of(lines.assign(odds=[math.exp(one) for one in lines["effect"]])))
    order = lines["level"].to_list()
    tips = [alt.Tooltip("level:N"), number_tip("odds", "odds of being best, times")]
    tips += [
        percent_tip("rate", "best among them"),
        percent_tip("rate_low", "from"),
        percent_tip("rate_high", "to"),
    ]
    tips += [count_tip("n", f"{noun}s"), count_tip("n_best", "best")]
    axis = alt.Axis(title=None, labelLimit=LABELS, ticks=False, domain=False)
    left = _effect(chart, alt.Y("level:N", sort=order, axis=axis), lines, tips).properties(
        width=LEFT, height=height
    )
    right = _observed(chart, alt.Y("level:N", sort=order, axis=None), (lines, rate), tips, noun)
    whole = alt.hconcat(left, right.properties(width=RIGHT, height=height), spacing=14)
    remark = f"left: model; right: seen ({percent(settings.confidence)} intervals) and number"
    return themed(whole, _title(lines), remark)


def _effect(chart: alt.Chart, y: alt.Y, lines: pd.DataFrame, tips: list[alt.Tooltip]) -> Any:
    """Draw bars of log-odds, written as what they multiply the odds by."""
    most = max(LEAST, math.exp(float(lines["effect"].abs().max())))
    factor = next((one for one in FACTORS if one >= most), most)
    end = math.log(factor)
    ticks = [-end, 0, end]
    x = alt.X(
        "effect:Q",
        scale=share_scale(end, -end),
        axis=alt.Axis(title="odds of being best", values=ticks, labelExpr=IN_TIMES),
    )
    colour = alt.when("datum.effect >= 0").then(alt.value(ACCENT)).otherwise(alt.value(GREY))
    zero = alt.Chart(rows_of({"effect": [0]})).mark_rule(color=INK, strokeWidth=1).encode(x="effect:Q")
    return alt.layer(chart.mark_bar(height=14).encode(x=x, y=y, color=colour, tooltip=tips), zero)


def _observed(
    chart: alt.Chart, y: alt.Y, seen: tuple[pd.DataFrame, float], tips: list[alt.Tooltip], noun: str
) -> Any:
    """Draw the observed share of best with its interval; the count stands at the right end."""
    lines, rate = seen
    top = min(1.0, math.ceil(10 * float(lines["rate_high"].max())) / 10)
    x = alt.X("rate:Q", scale=share_scale(top), axis=percent_axis("share of best", tickCount=3))
    overall = alt.Chart(rows_of({"rate": [rate]})).mark_rule(color=GREY, strokeDash=[1, 3]).encode(x="rate:Q")
    return alt.layer(
        overall,
        chart.mark_rule(color=GREY, strokeWidth=2).encode(x=alt.X("rate_low:Q"), x2="rate_high:Q", y=y),
        chart.mark_point(filled=True, size=55, color=INK, opacity=1).encode(x=x, y=y, tooltip=tips),
        chart.mark_text(align="left", dx=6, fontSize=11, color=GREY).encode(
            x=alt.value(RIGHT), y=y, text=alt.Text("n:Q", format=",")
        ),
    )


def _title(lines: pd.DataFrame) -> str:
    """Say what the levels that raise and lower the odds most do to them."""
    words = lines["words"].iloc[0]
    named = lines[~lines["level"].isin((OTHERS, UNKNOWN))]
    if not len(named) or float(named["effect"].abs().max()) < math.log(LEAST_SAID):
        return f"Odds of being best by {words}: no level moves them by more than {percent(LEAST_SAID - 1)}"
    ends = (named.iloc[int(named["effect"].argmax())], named.iloc[int(named["effect"].argmin())])
    large = [one for one in ends if abs(one["effect"]) >= math.log(LEAST_SAID)]
    said = dict.fromkeys(f"{_short(one['level'])}{NO_BREAK}{_factor(one['effect'])}" for one in large)
    return f"Odds of being best by {words}: {', '.join(said)}"


def _short(level: str) -> str:
    return level if len(level) <= MAX_LEVEL else f"{level[: MAX_LEVEL - 1]}…"


def _factor(effect: float) -> str:
    """Write what an effect multiplies odds by."""
    return f"{'÷' if effect < 0 else TIMES}{NO_BREAK}{math.exp(abs(effect)):.2g}"
