"""Draw a chart: as a picture, as an SVG that follows the page's colours, as a specification for a browser."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from icp_ml.charts.theme import COLOURS


def data_of(chart: Any) -> dict[str, Any]:
    """Give a chart's specification in plain JSON types, with its data."""
    specification: dict[str, Any] = json.loads(chart.to_json())
    return specification


def svg(chart: Any) -> str:
    """Draw a chart as SVG in the page's own colours; it needs no script, and prints."""
    import vl_convert

    drawn: str = vl_convert.vegalite_to_svg(chart.to_json())
    return drawn


def png(chart: Any, scale: float = 2) -> bytes:
    """Draw a chart as a picture on white, `scale` pixels to each of its own."""
    import vl_convert

    text = chart.to_json()
    for name, shade in COLOURS.items():
        text = text.replace(f"var(--{name})", shade.light)
    specification = json.loads(text)
    specification["config"]["background"] = "white"
    drawn: bytes = vl_convert.vegalite_to_png(specification, scale=scale)
    return drawn


@cache
def pages_script() -> str:
    """Give the script that makes a page's charts interactive, so that the page needs no network."""
    import vl_convert

    bundle: str = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    return bundle.replace("</script", "<\\/script")
