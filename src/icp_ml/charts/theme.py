"""Colours and type of every chart and page, light and dark, by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif"
WIDTH, HEIGHT = 420, 280
"""Of a chart in pixels: it stays readable on a phone, which shows it at about nine tenths."""


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


def css_variables() -> str:
    """Give the colours as CSS, the dark ones where the reader's system asks for them; print is light."""
    light = "".join(f"--{name}: {shade.light}; " for name, shade in COLOURS.items())
    dark = "".join(f"--{name}: {shade.dark}; " for name, shade in COLOURS.items())
    scheme = "@media screen and (prefers-color-scheme: dark)"
    return f":root {{ color-scheme: light dark; {light}}}\n{scheme} {{ :root {{ {dark}}} }}\n"


def themed(chart: Any, title: str = "") -> Any:
    """Give an Altair chart the one look; the title is what it shows, in a sentence."""
    axis = {
        "labelColor": "var(--ink)",
        "titleColor": "var(--ink)",
        "titleFontWeight": "normal",
        "labelFontSize": 12,
        "titleFontSize": 12.5,
        "gridColor": "var(--faint)",
        "domainColor": "var(--faint)",
        "tickColor": "var(--faint)",
        "labelFont": FONT,
        "titleFont": FONT,
    }
    legend = {"labelColor": "var(--ink)", "titleColor": "var(--ink)", "labelFont": FONT, "titleFont": FONT}
    header = {"labelColor": "var(--ink)", "titleColor": "var(--ink)", "labelFont": FONT, "titleFont": FONT}
    heading = {"anchor": "start", "color": "var(--ink)", "fontSize": 14, "fontWeight": 600, "font": FONT}
    titled = chart.properties(title=title) if title else chart
    return (
        titled.configure(background="transparent", font=FONT)
        .configure_view(stroke=None)
        .configure_axis(**axis)
        .configure_legend(**legend, labelFontSize=12, titleFontSize=12.5, orient="top", title=None)
        .configure_header(**header)
        .configure_title(**heading)
        .configure_text(font=FONT, fontSize=12)
    )
