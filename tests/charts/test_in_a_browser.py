from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browser import DESK, PHONE, opened
from small import settings, trained

from icp_ml.charts import COLOURS
from icp_ml.evaluation.effect_plots import effect_plots
from icp_ml.evaluation.effects import effects
from icp_ml.evaluation.figures import Scored
from icp_ml.evaluation.plots import plots
from icp_ml.pages import figure, render

CUT = """
[...document.querySelectorAll("figure.chart svg")].flatMap(drawn => {
  const edge = drawn.getBoundingClientRect();
  return [...drawn.querySelectorAll("text")].filter(text => {
    const box = text.getBoundingClientRect();
    return box.width && (box.left < edge.left - 1 || box.right > edge.right + 1
      || box.top < edge.top - 1 || box.bottom > edge.bottom + 1);
  }).map(text => text.textContent);
})
"""


@pytest.fixture(scope="module")
def page(tmp_path_factory) -> Path:
    """All charts of a made-up test and of a model's effects on one page."""
    evaluation = settings().evaluation
    draw = np.random.default_rng(3)
    is_best = draw.random(400) < 0.3
    score = np.clip(0.3 + 0.3 * is_best + 0.2 * draw.normal(size=400), 0, 1)
    test = {
        "icp_ml": Scored(is_best, score, np.arange(400)),
        **{
            name: Scored(is_best, draw.random(400), np.arange(400))
            for name in ("boosted trees", "logistic regression", "rubric")
        },
    }
    training, _, model = trained()
    charts = [*plots(test, evaluation, 1, "customer").values()]
    charts += effect_plots(effects(model, training, evaluation), 0.3, evaluation, "customer").values()
    figures = "".join(figure(chart, "a chart") for chart in charts)
    path: Path = tmp_path_factory.mktemp("page") / "charts.html"
    html = render("page.html.j2", title="charts").replace(
        "<main>", f'<main><div class="charts">{figures}</div>'
    )
    path.write_text(html, encoding="utf-8")
    return path


def shown(page: Path, size: tuple[int, int], scheme: str, question: str) -> Any:
    with opened(page, size=size, scheme=scheme) as browser:
        browser.wait_for_selector(".vega-embed svg")
        return browser.evaluate(question)


@pytest.mark.parametrize("size", [PHONE, DESK])
def test_nothing_is_cut_and_nothing_scrolls_sideways(page, size) -> None:
    assert shown(page, size, "light", CUT) == []
    assert shown(page, size, "light", "document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize(("scheme", "at"), [("light", 0), ("dark", 1)])
def test_charts_follow_the_readers_scheme(page, scheme: str, at: int) -> None:
    asked = """getComputedStyle(document.querySelector('svg path[stroke="var(--accent)"]')).stroke"""
    found = shown(page, DESK, scheme, asked)
    red, green, blue = (int(COLOURS["accent"][at][place : place + 2], 16) for place in (1, 3, 5))
    assert found == f"rgb({red}, {green}, {blue})"


def test_a_chart_answers_to_a_pointer(page) -> None:
    with opened(page) as browser:
        browser.wait_for_selector(".vega-embed svg")
        browser.locator("figure.chart").first.locator(".mark-symbol path").nth(25).hover(force=True)
        said = browser.locator("#vg-tooltip-element").inner_text()
    assert "of the list" in said
    assert "of the best" in said
