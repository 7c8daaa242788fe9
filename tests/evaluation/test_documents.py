"""The page, the Markdown and the JSON of a report say the same, and nothing of the data becomes code."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from browser import DESK, PHONE, opened
from reported import CARD, REPORT, text_of

from icp_ml.evaluation.card import SegmentLine
from icp_ml.evaluation.documents import declared_document, page, report_document
from icp_ml.evaluation.table_plots import backtest_plot, importance_plot

NASTY = "<script>document.title='caught'</script> \"R&D\" | 'x'"
CHARTS = {
    "backtest": backtest_plot(REPORT.backtest),
    "importance": importance_plot(REPORT.importance.set_index("attribute")["share"]),
}
SEGMENTS = (
    SegmentLine("europe", "signal", "passed", "0.801", "3.10", "820 (160 best)", "deals won", "abc"),
    SegmentLine("asia", "not trained yet", "", "", "", "", "", ""),
)
DECLARED = replace(
    CARD,
    is_declared=True,
    estimate="points of the declared rubric (no probability)",
    points=(("need", "employees: from 20 (1)"),),
)


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Write a report whose data hold what could be taken for code."""
    report = replace(
        REPORT,
        groups=REPORT.groups.assign(level=[NASTY, "DE"]),
        effects=REPORT.effects.assign(level=[NASTY, "Retail"]),
        notes=(NASTY,),
    )
    path = tmp_path_factory.mktemp("report") / "report.html"
    document = report_document(report, replace(CARD, title=NASTY, segments=SEGMENTS))
    named = {**CHARTS, "effects_1": importance_plot(REPORT.importance.assign(attribute=[NASTY, "b"])
             .set_index("attribute")["share"])}  # fmt: skip
    path.write_text(page(document, named), encoding="utf-8")
    return path


@pytest.mark.parametrize("size", [PHONE, DESK])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_page_opens_without_errors_and_fits_its_window(written, size, scheme) -> None:
    with opened(written, size=size, scheme=scheme) as shown:
        shown.wait_for_selector(".vega-embed svg")
        wide = shown.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert wide
        assert shown.title() == f"Model report: {NASTY}"
        assert NASTY in shown.inner_text("#notes")


def test_a_dark_page_has_a_dark_ground(written) -> None:
    with opened(written, scheme="dark") as shown:
        ground = shown.evaluate("getComputedStyle(document.body).backgroundColor")
    assert sum(int(one) for one in ground.strip("rgb()").split(",")) < 150


def test_every_chart_answers_to_a_pointer_and_prints(written) -> None:
    with opened(written) as shown:
        shown.wait_for_function("document.querySelectorAll('.vega-embed svg').length === 3")
        shown.emulate_media(media="print")
        printed = shown.pdf(format="A4", print_background=True)
        shown.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert shown.evaluate("[...document.querySelectorAll('details')].every((one) => one.open)")
    assert printed.startswith(b"%PDF")
    assert len(printed) > 30_000


def test_without_scripts_the_charts_are_there_all_the_same(written) -> None:
    assert written.read_text(encoding="utf-8").count("<svg") >= 3


def test_what_the_data_say_is_escaped_on_the_page_and_in_markdown(written) -> None:
    assert NASTY not in written.read_text(encoding="utf-8")
    text = text_of(replace(REPORT, notes=(NASTY,), groups=REPORT.groups.assign(level=[NASTY, "DE"])))
    assert "<script" not in text
    (line,) = (one for one in text.splitlines() if one.startswith("| &lt;script"))
    assert line.count("|") == 6


def test_all_that_the_page_says_is_in_the_json() -> None:
    facts = json.loads(json.dumps(report_document(REPORT, replace(CARD, segments=SEGMENTS)).facts))
    assert {"means", "marks", "importance", "effects", "definition", "checks", "card"} < set(facts)
    assert facts["marks"][1]["word"] == "not reached, not for certain"
    assert facts["card"]["datasets"] == [{"name": "customers", "n_rows": 4162, "digest": "0123abcd"}]
    assert facts["card"]["segments"][1]["verdict"] == "not trained yet"
    assert facts["card"]["limits"][0].startswith("The probability is on a condition: becomes a customer.")


def test_segments_stand_in_a_table_only_where_there_are_several() -> None:
    assert "| europe | signal | passed |" in text_of(REPORT, replace(CARD, segments=SEGMENTS))
    assert "## Segments" not in text_of(REPORT)


def test_a_declared_rubric_says_that_nothing_was_tested() -> None:
    document = declared_document(DECLARED)
    shown = page(document, {})
    assert "Nothing is learnt, so there is nothing to test" in shown
    assert "employees: from 20 (1)" in shown
    assert "vegaEmbed" not in shown
    assert [one.id for one in document.sections] == ["best", "points", "checks", "card"]
