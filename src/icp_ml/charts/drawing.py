"""Draw a chart: as a picture, as an SVG that follows the page's colours, as a specification for a browser."""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path
from tempfile import mkstemp
from typing import Any

from icp_ml.charts.theme import COLOURS


def specification(chart: Any) -> str:
    """Write a chart as JSON, with its data.

    The tests check it against the schema, which takes longer than to draw.
    """
    written: str = chart.to_json(validate=False, indent=None)
    return written


def svg(written: str) -> str:
    """Draw a specification as SVG in the page's own colours; it needs no script, and prints."""
    import vl_convert

    drawn: str = vl_convert.vegalite_to_svg(written)
    return drawn


def png(chart: Any, scale: float = 2) -> bytes:
    """Draw a chart as a picture on white, `scale` pixels to each of its own."""
    import vl_convert

    text = specification(chart)
    for name, shade in COLOURS.items():
        text = text.replace(f"var(--{name})", shade.light)
    on_white = json.loads(text)
    on_white["config"]["background"] = "white"
    drawn: bytes = vl_convert.vegalite_to_png(on_white, scale=scale)
    return drawn


@cache
def pages_script() -> str:
    """Give the script that makes a page's charts interactive, so that the page needs no network.

    It takes seconds to put together, so that it is kept in the user's cache folder: `XDG_CACHE_HOME`, or
    `~/.cache`. A cache that cannot be read or written, or is damaged, is none.
    """
    import vl_convert

    kept = _cache_folder() / f"charts-{version('vl-convert-python')}.js"
    found = _kept(kept)
    if found is None:
        bundle: str = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
        found = bundle.replace("</script", "<\\/script")
        _keep(kept, found)
    return found


def _cache_folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if Path(base).is_absolute() else Path("~/.cache").expanduser()) / "icp_ml"


def _kept(path: Path) -> str | None:
    """Read what was kept behind a line with its digest; None where there is none, or another."""
    try:
        digest, _, script = path.read_bytes().decode().partition("\n")
    except (OSError, UnicodeError):
        return None
    return script if digest == _digest(script) else None


def _keep(path: Path, script: str) -> None:
    """Put a script in the cache in one step, so that nobody reads a part of it."""
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = mkstemp(dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(f"{_digest(script)}\n{script}".encode())
            Path(name).replace(path)
        finally:
            Path(name).unlink(missing_ok=True)


def _digest(script: str) -> str:
    return hashlib.sha256(script.encode()).hexdigest()
