"""The chart of one shift: each bin's share of rows in the first list and now."""

from __future__ import annotations

from typing import Any

import altair as alt

from icp_ml.charts import themed
from icp_ml.charts.parts import ACCENT, GREY, percent_axis, percent_tip, rows_of
from icp_ml.charts.theme import WIDTH
from icp_ml.drift.comparing import Shift

ROW = 15  # pixels of a bar
LABELS = 150  # pixels at most of a bin's words
THEN, NOW = "first list", "now"


def bins_plot(shift: Shift) -> Any:
    """Draw a pair of bars for each bin, the first list's grey."""
    rows = [
        {"bin": one.words, "list": name, "share": share}
        for one in shift.bins
        for name, share in ((THEN, one.then), (NOW, one.now))
    ]
    columns = {name: [row[name] for row in rows] for name in ("bin", "list", "share")}
    order = [one.words for one in shift.bins]
    scale = alt.Scale(domain=[THEN, NOW], range=[GREY, ACCENT])
    chart = (
        alt.Chart(rows_of(columns))
        .mark_bar()
        .encode(
            x=alt.X("share:Q", axis=percent_axis("share of rows")),
            y=alt.Y("bin:N", sort=order, axis=alt.Axis(title=None, labelLimit=LABELS)),
            yOffset=alt.YOffset("list:N", sort=[THEN, NOW]),
            color=alt.Color("list:N", scale=scale, sort=[THEN, NOW]),
            tooltip=[alt.Tooltip("bin:N"), alt.Tooltip("list:N"), percent_tip("share", "share of rows")],
        )
        .properties(
            width=WIDTH,
            height=2 * ROW * len(order) + 110,
            autosize=alt.AutoSizeParams(type="fit", contains="padding"),
        )
    )
    remark = f"PSI {shift.psi.value:.2f} ({shift.psi.low:.2f} to {shift.psi.high:.2f})"
    return themed(chart, shift.words[:1].upper() + shift.words[1:], remark)
