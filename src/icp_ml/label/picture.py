"""The ABC-XYZ matrix as a heat map."""

from __future__ import annotations

from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from icp_ml.charts import png, themed
from icp_ml.charts.parts import ACCENT, GREY, INK, count_tip, percent_tip, rows_of, whole
from icp_ml.label.abc_xyz import ABC, XYZ

ACROSS = dict(zip(XYZ, ("X: regular", "Y: varies", "Z: irregular"), strict=True))
UP = dict(zip(ABC, ("A: large", "B: medium", "C: small"), strict=True))
DARKEST = 0.5  # opacity of the largest share, on which writing can still be read
BEST, REST = "best", "rest"


def matrix_picture(matrix: pd.DataFrame, measure: str, title: str) -> bytes:
    """Draw the nine cells as a PNG picture; the same matrix gives the same bytes.

    Parameters
    ----------
    matrix, measure, title
        As of `matrix_chart`.
    """
    return png(matrix_chart(matrix, measure, title))


def matrix_chart(matrix: pd.DataFrame, measure: str, title: str) -> Any:
    """Draw the nine cells, shaded by their share of what customers brought, with the best ones framed.

    Parameters
    ----------
    matrix : pandas.DataFrame
        As in Labels.
    measure : str
        margin or revenue.
    title : str
        What is seen.

    Returns
    -------
    altair chart
    """
    cells = matrix.assign(
        across=matrix["xyz"].map(ACROSS),
        up=matrix["abc"].map(UP),
        opacity=_opacity(matrix["share_of_volume"].to_numpy(dtype=np.float64)),
        kind=np.where(matrix["is_best"], BEST, REST),
        number=[f"{n:,}" for n in matrix["n"]],
        customers=[f"{share:.1%} of customers" for share in matrix["share_of_customers"]],
        brought=[f"{measure} {volume:,.0f}" for volume in matrix["volume"]],
        part=["" if pd.isna(one) else f"{one:.1%} of {measure}" for one in matrix["share_of_volume"]],
    )
    chart = alt.Chart(rows_of(cells)).encode(
        x=alt.X(
            "across:N", sort=[*ACROSS.values()], axis=_axis(orient="top"), scale=alt.Scale(paddingInner=0.04)
        ),
        y=alt.Y("up:N", sort=[*UP.values()], axis=_axis(), scale=alt.Scale(paddingInner=0.04)),
        tooltip=[
            *(alt.Tooltip(name, title=" ") for name in ("up:N", "across:N", "kind:N")),
            count_tip("n", "customers"),
            percent_tip("share_of_customers", "of customers"),
            percent_tip("share_of_volume", f"of {measure}"),
        ],
    )
    frame = alt.when(f"datum.kind == '{BEST}'").then(alt.value(INK)).otherwise(alt.value("transparent"))
    shade = alt.Opacity("opacity:Q", scale=None, legend=None)
    drawn = whole(
        chart.mark_rect(color=ACCENT).encode(opacity=shade),
        chart.mark_rect(fillOpacity=0, strokeWidth=2.5).encode(stroke=frame),
        chart.mark_text(fontSize=18, fontWeight=600, dy=-30).encode(text="number:N"),
        *(
            chart.mark_text(fontSize=11, dy=-6 + 15 * at).encode(text=f"{name}:N")
            for at, name in enumerate(("customers", "brought", "part"))
        ),
        height=380,
    )
    return themed(drawn, title, f"framed: best; shade: share of {measure}")


def _opacity(shares: Any) -> Any:
    """Give the strongest shade to the largest share, and next to none where nothing is known."""
    known = np.clip(np.nan_to_num(shares), 0, None)
    return 0.06 + (DARKEST - 0.06) * known / max(float(known.max(initial=0)), 1e-9)


def _axis(**more: Any) -> alt.Axis:
    return alt.Axis(
        title=None, ticks=False, domain=False, labelAngle=0, labelPadding=6, labelColor=GREY, **more
    )
