"""The ABC-XYZ matrix as a heat map."""

from __future__ import annotations

from io import BytesIO

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from icp_ml.label.abc_xyz import ABC, XYZ

INK, GREY, ACCENT = "#2b2f33", "#7d858c", "#1f6f8b"
SHADES = LinearSegmentedColormap.from_list("share", ["#f6f8f9", ACCENT])
DARK = 0.7  # share of the darkest shade from which writing on it is white
ACROSS = ("X: regular", "Y: varies", "Z: irregular")
UP = ("A: large", "B: medium", "C: small")


def matrix_picture(matrix: pd.DataFrame, measure: str, title: str) -> bytes:
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
    bytes
        A PNG picture; the same matrix gives the same bytes.
    """
    figure = Figure(figsize=(7.4, 5.6), dpi=120, layout="constrained", facecolor="white")
    figure.suptitle(title, x=0.015, ha="left", fontsize=13.5, color=INK)
    axes = figure.add_subplot()
    shares = matrix.pivot(index="abc", columns="xyz", values="share_of_volume").loc[list(ABC), list(XYZ)]
    top = max(shares.max().max(), 1e-9)
    axes.imshow(shares.fillna(0).to_numpy(), cmap=SHADES, vmin=0, vmax=top)
    for cell in matrix.itertuples():
        place = (XYZ.index(cell.xyz), ABC.index(cell.abc))
        _write(axes, place, cell, measure, cell.share_of_volume > DARK * top)
        if cell.is_best:
            _frame(axes, place)
    _dress(axes)
    frame = "framed: best  ·  shade: share of " + measure
    axes.set_title(frame, loc="left", fontsize=11, color=GREY)
    written = BytesIO()
    figure.savefig(written, format="png", metadata={"Software": None})
    return written.getvalue()


def _write(axes: Axes, place: tuple[int, int], cell: object, measure: str, is_dark: bool) -> None:
    names = ("n", "volume", "share_of_customers", "share_of_volume")
    n, volume, of_customers, of_volume = (getattr(cell, name) for name in names)
    color = "white" if is_dark else INK
    across, up = place
    axes.text(across, up - 0.22, f"{n:,}", ha="center", va="center", fontsize=17, color=color)
    said = f"{of_customers:.1%} of customers\n{measure} {volume:,.0f}\n{of_volume:.1%} of {measure}"
    axes.text(across, up + 0.14, said, ha="center", va="center", fontsize=10.5, color=color)


def _frame(axes: Axes, place: tuple[int, int]) -> None:
    across, up = place
    axes.add_patch(
        Rectangle((across - 0.465, up - 0.465), 0.93, 0.93, fill=False, edgecolor="#d1495b", linewidth=2.6)
    )


def _dress(axes: Axes) -> None:
    axes.set_aspect("auto")
    axes.set_xticks(range(3), ACROSS)
    axes.set_yticks(range(3), UP)
    axes.tick_params(length=0, labelsize=11.5, colors=INK)
    axes.xaxis.tick_bottom()
    for line in (0.5, 1.5):
        axes.axhline(line, color="white", linewidth=3)
        axes.axvline(line, color="white", linewidth=3)
    axes.spines[:].set_visible(False)
