"""The one look of all plots: fonts, colours, axes and labels."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from itertools import cycle
from typing import Any

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.patheffects import withStroke
from matplotlib.ticker import MaxNLocator, PercentFormatter

ACCENT = "#1f6f8b"  # the candidate
INK = "#2b2f33"
GREY = "#7d858c"  # other models
FAINT = "#c9ced3"  # chance, frames, histograms
OTHER_STYLES = ("-", "--", "-.")
DOTS = (0, (2, 3))  # of a line of chance

TITLE_SIZE, TEXT_SIZE, TICK_SIZE = 13.5, 11.5, 11
CHARACTERS_PER_INCH = 9.8  # of a title, so that it wraps before it is cut

MARGIN = 0.12  # inches
UNBROKEN_PERCENT = "\N{NO-BREAK SPACE}%"


def canvas(title: str, width: float, height: float) -> Figure:
    """Start a figure of a size in inches with its title at the top left."""
    layout = ConstrainedLayoutEngine(w_pad=MARGIN, h_pad=MARGIN, wspace=0.04)
    figure = Figure(figsize=(width, height), dpi=120, layout=layout, facecolor="white")
    wrapped = textwrap.fill(title.replace(" %", UNBROKEN_PERCENT), int(width * CHARACTERS_PER_INCH))
    figure.suptitle(wrapped, x=0.015, ha="left", fontsize=TITLE_SIZE, color=INK)
    return figure


def dress(axes: Axes, across: str, up: str) -> None:
    """Give axes their labels in words and take away what is not needed."""
    axes.set_xlabel(across, fontsize=TEXT_SIZE, color=INK)
    axes.set_ylabel(up, fontsize=TEXT_SIZE, color=INK)
    axes.tick_params(labelsize=TICK_SIZE, colors=INK, length=3, color=FAINT)
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(FAINT)
    axes.set_axisbelow(True)
    axes.grid(color=FAINT, alpha=0.4, linewidth=0.7)


def in_percent(*scales: Axis) -> None:
    """Write shares as percent."""
    for scale in scales:
        scale.set_major_formatter(PercentFormatter(xmax=1, decimals=0, symbol=" %"))
        scale.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10]))  # whole percent


def line_styles(names: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Give each model its line: the first is the candidate in the accent colour, the others are grey."""
    first, *others = names
    styles: dict[str, dict[str, Any]] = {
        first: {"color": ACCENT, "linewidth": 2.4, "zorder": 3, "label": first}
    }
    for name, style in zip(others, cycle(OTHER_STYLES), strict=False):
        styles[name] = {"color": GREY, "linewidth": 1.6, "linestyle": style, "zorder": 2, "label": name}
    return styles


def write(axes: Axes, text: str, at: tuple[float, float], offset: tuple[float, float], color: str) -> None:
    """Write beside a point, with a white edge so that lines behind do not disturb; offset in points."""
    horizontal = "left" if offset[0] > 0 else "right" if offset[0] < 0 else "center"
    vertical = "bottom" if offset[1] > 0 else "top" if offset[1] < 0 else "center"
    axes.annotate(
        text,
        at,
        xytext=offset,
        textcoords="offset points",
        ha=horizontal,
        va=vertical,
        fontsize=TEXT_SIZE,
        color=color,
        zorder=5,
        path_effects=[withStroke(linewidth=3, foreground="white")],
    )


def diagonal(axes: Axes, text: str, top: float = 1.0) -> None:
    """Draw the line from 0 to `top` in both directions and write along its upper end."""
    axes.plot([0, top], [0, top], color=GREY, linewidth=1, linestyle=DOTS, zorder=1)
    axes.text(
        0.98 * top,
        0.965 * top,
        text,
        rotation=45,
        transform_rotates_text=True,
        rotation_mode="anchor",
        ha="right",
        va="top",
        fontsize=TICK_SIZE,
        color=GREY,
        zorder=1.5,
    )


def chance(axes: Axes, value: float) -> None:
    """Draw the level that a list in no order would have."""
    axes.axhline(value, color=GREY, linewidth=1, linestyle=DOTS, zorder=1)
    write(axes, "chance", (1, value), (-4, -4), GREY)


def remark(axes: Axes, text: str) -> None:
    """Write how to read the axes above them, smaller than the title."""
    axes.set_title(text, loc="left", fontsize=TICK_SIZE, color=GREY)


def name_lines(axes: Axes, is_above: bool = False) -> None:
    """Name the lines in their own colours, without a frame, at the lower right or above the axes."""
    axes.legend(
        loc="lower left" if is_above else "lower right",
        bbox_to_anchor=(0, 1) if is_above else None,
        frameon=False,
        labelcolor="linecolor",
        fontsize=TEXT_SIZE,
        handlelength=1.6,
        borderaxespad=0 if is_above else 0.4,
    )
