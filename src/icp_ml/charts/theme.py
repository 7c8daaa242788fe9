"""Colours and type of every chart and page, light and dark, by name."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import Any, NamedTuple

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
WIDTH, HEIGHT = 400, 340
"""Of a chart with its axes, in pixels: a phone shows it at about nine tenths, which stays readable."""
LINE = 46
"""Characters of a title that fit into a line."""


class Shade(NamedTuple):
    """A colour on a light and on a dark page."""

    light: str
    dark: str


COLOURS: Mapping[str, Shade] = {
    "page": Shade("#ffffff", "#16191c"),
    "panel": Shade("#f5f7f8", "#1f2428"),
    "ink": Shade("#2b2f33", "#e7eaec"),
    "grey": Shade("#6b747b", "#9aa4ab"),
    "faint": Shade("#d5dade", "#3a4147"),
    "accent": Shade("#1f6f8b", "#5fb3cf"),  # the candidate, and best
    "second": Shade("#b5651d", "#e0a062"),  # prospects
    "good": Shade("#2e7d4f", "#6fc493"),
    "bad": Shade("#a83232", "#e58080"),
}
"""What pages and charts are drawn in; a specification names one as `var(--accent)`."""


WORDS = {"labelColor": "var(--ink)", "titleColor": "var(--ink)", "labelFont": FONT, "titleFont": FONT}
AXIS = {
    **WORDS,
    "titleFontWeight": "normal",
    "labelFontSize": 12,
    "titleFontSize": 12,
    "titlePadding": 8,
    "gridColor": "var(--faint)",
    "gridOpacity": 0.6,
    "domainColor": "var(--faint)",
    "tickColor": "var(--faint)",
}
HEADING = {
    "anchor": "start",
    "frame": "bounds",
    "offset": 10,
    "color": "var(--ink)",
    "fontSize": 13,
    "fontWeight": 600,
    "font": FONT,
    "subtitleColor": "var(--grey)",
    "subtitleFontSize": 12,
    "subtitleFont": FONT,
    "subtitlePadding": 4,
}


LOOK = {
    "aria": False,  # the page says in words what a chart shows, not its every point
    "background": "transparent",
    "font": FONT,
    "view": {"stroke": None},
    "axis": AXIS,
    "legend": {**WORDS, "labelFontSize": 12, "titleFontSize": 12, "orient": "top", "title": None},
    "header": {**WORDS, "labelFontSize": 12, "title": None},
    "title": HEADING,
    "text": {"font": FONT, "fontSize": 12, "color": "var(--ink)"},
}


def css_variables() -> str:
    """Give the colours as CSS, the dark ones where the reader's system asks for them; print is light."""
    light = "".join(f"--{name}: {shade.light}; " for name, shade in COLOURS.items())
    dark = "".join(f"--{name}: {shade.dark}; " for name, shade in COLOURS.items())
    scheme = "@media screen and (prefers-color-scheme: dark)"
    return f":root {{ color-scheme: light dark; {light}}}\n{scheme} {{ :root {{ {dark}}} }}\n"


def themed(chart: Any, title: str = "", remark: str = "") -> Any:
    """Give an Altair chart the one look.

    Parameters
    ----------
    chart : altair chart
    title : str
        What it shows, in a sentence.
    remark : str
        How to read it, smaller.
    """
    heading = {"text": _lines(title, LINE)}
    if remark:
        heading["subtitle"] = _lines(remark, LINE + 8)
    titled = chart.properties(title=heading) if title else chart
    return titled.configure(**LOOK)


def _lines(text: str, width: int) -> list[str]:
    """Break a text where it would be cut, but never before a sign of percent or of times."""
    unbroken = text.replace(" %", "\N{NO-BREAK SPACE}%").replace(" \u00d7", "\N{NO-BREAK SPACE}\u00d7")
    return textwrap.wrap(unbroken, width, break_long_words=False)
