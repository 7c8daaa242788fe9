"""Fill a template of this package; what is not marked as safe is escaped."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from icp_ml.charts import css_variables, pages_script, specification, svg

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup


def render(template: str, **facts: Any) -> str:
    """Render a page that needs nothing but itself.

    Parameters
    ----------
    template : str
        File in this package, which extends `page.html.j2`.
    **facts
        What the template names; a chart becomes part of the page through `figure`.
    """
    return _environment().get_template(template).render(**facts)


def browse_page(content: Mapping[str, Any]) -> str:
    """Render the page to look through scored prospects.

    Parameters
    ----------
    content : mapping
        Plain JSON, as `browse.content` gathers it; what the page's script shows of it, it sets as text.
    """
    from markupsafe import Markup

    written = json.dumps(content, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    safe = written.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return render("browse.html.j2", content=Markup(safe), facts=content)


def figure(chart: Any, words: str) -> Markup:
    """Put a chart into a page: drawn, and drawn again by the page's script so that it answers to a pointer.

    Parameters
    ----------
    chart : altair chart
        As `charts.themed` gives it.
    words : str
        What it shows, for those who cannot see it.
    """
    from markupsafe import Markup

    written = specification(chart)
    return Markup(
        '<figure class="chart" role="img" aria-label="{}"><div class="drawn">{}</div>'
        '<script type="application/json">{}</script></figure>'
    ).format(words, Markup(svg(written)), Markup(written.replace("<", "\\u003c")))


@cache
def _environment() -> Environment:
    from importlib.resources import files

    from jinja2 import DictLoader, Environment, StrictUndefined
    from markupsafe import Markup

    folder = files("icp_ml.pages")
    names = [one.name for one in folder.iterdir() if one.name.endswith(".j2")]
    templates = {name: (folder / name).read_text(encoding="utf-8") for name in names}
    found = Environment(
        loader=DictLoader(templates),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style = (folder / "page.css").read_text(encoding="utf-8")
    found.globals["style"] = Markup(css_variables() + style)
    found.globals["chart_script"] = lambda: Markup(pages_script())
    found.globals["figure"] = figure
    found.globals["own_file"] = lambda name: Markup((folder / name).read_text(encoding="utf-8"))
    return found
