"""The model report as a training leaves it: beside the model, in the run, in a browser."""

from __future__ import annotations

import json
from pathlib import Path

from browser import PHONE, opened
from support import QUICK, command

from icp_ml.tracking.exports import read_model, read_report
from pipelines.reporting import MAX_NOTE, note_of

QUICK_SEGMENTS = (*QUICK, "segments=demo_regions")
PICTURES = 8

A4 = (680, 1000)
"""A sheet without its margins, in pixels."""


def page_of(place: Path, name: str = "icp_ml_demo") -> Path:
    (found,) = (place / "models" / name).glob("*/report/report.html")
    return found


def facts_of(place: Path, name: str = "icp_ml_demo") -> dict:
    return json.loads(page_of(place, name).with_suffix(".json").read_text(encoding="utf-8"))


def test_the_report_opens_on_a_phone_and_its_charts_answer(trained) -> None:
    with opened(page_of(trained), size=PHONE) as shown:
        n_charts = shown.locator("figure.chart").count()
        assert n_charts >= PICTURES
        shown.wait_for_function(f"document.querySelectorAll('.vega-embed svg').length === {n_charts}")
        assert shown.evaluate("document.documentElement.scrollWidth") == PHONE[0]
        assert "Work the list from the top" in shown.inner_text("header")
        assert shown.locator("#segments").count() == 0


def test_the_model_beside_its_report_is_still_the_one_that_was_registered(trained) -> None:
    model = page_of(trained).parents[1]
    number = model.name
    assert read_model(model, number).version == number
    facts = read_report(model.parent, number)
    assert facts is not None
    assert facts["card"]["model_version"] == number


def test_the_report_says_what_the_model_was_made_of(trained) -> None:
    facts = facts_of(trained)
    assert [one["name"] for one in facts["card"]["datasets"]] == ["customers", "orders", "deals"]
    assert facts["definition"]["Counted over"] == "365 days from becoming a customer"
    assert facts["card"]["command"] == "python -m pipelines.train experiment=quick n_jobs=1"
    assert facts["card"]["facts"]["Formats"].startswith("model ")
    assert len(facts["marks"]) == 3
    assert facts["checks"][0]["code"] == "known_later"


def test_the_run_keeps_the_same_page(trained) -> None:
    (logged,) = (trained / "var/tracking/artifacts").glob("**/report/report.html")
    assert logged.read_bytes() == page_of(trained).read_bytes()


def test_on_paper_no_interval_is_broken_and_no_table_is_wider_than_the_sheet(trained) -> None:
    with opened(page_of(trained), size=A4) as shown:
        shown.emulate_media(media="print")
        assert shown.evaluate("document.documentElement.scrollWidth") <= A4[0]
        broken = (
            "[...document.querySelectorAll('.whole')].filter(one => one.getClientRects().length > 1).length"
        )
        assert shown.evaluate(broken) == 0


def test_what_was_opened_to_print_is_folded_again(trained) -> None:
    with opened(page_of(trained)) as shown:
        shown.locator("details").first.click()
        shown.pdf()
        assert shown.locator("details[open]").count() == 1


def test_a_declared_rubric_and_a_failed_gate_say_so(workplace) -> None:
    declared = command("train", "label=rubric", "tracking.registered_model=declared", cwd=workplace)
    assert declared.returncode == 0, declared.stderr
    facts = facts_of(workplace, "declared")
    assert facts["verdict"] == "not tested"
    assert facts["card"]["points"]["need"] == "employees: from 20, to 5000 (1)"
    with opened(page_of(workplace, "declared")) as shown:
        assert "nothing to test" in shown.inner_text("header")
    failing = ("evaluation.min_roc_auc_low=0.99", "data.prospects=null", "tracking.registered_model=failing")
    assert command("train", *QUICK, *failing, cwd=workplace).returncode == 0
    with opened(page_of(workplace, "failing")) as shown:
        assert "Do not use the list yet: it fails a gate" in shown.inner_text("header")
        assert "There is no list of prospects" in shown.inner_text("#tiers")


def test_each_segment_s_report_sets_the_newest_models_side_by_side(workplace) -> None:
    done = command("train", *QUICK_SEGMENTS, cwd=workplace)
    assert done.returncode == 0, done.stderr
    first, second = (facts_of(workplace, f"icp_ml_demo_{name}") for name in ("north_america", "europe"))
    assert [one["segment"] for one in second["card"]["segments"]] == ["north_america", "europe"]
    assert first["card"]["segments"][1]["verdict"] == "not trained yet"
    assert second["card"]["segments"][0]["verdict"] == first["verdict"]
    assert second["card"]["facts"]["Covers"].startswith("country: DE, GB")


def test_a_long_note_ends_with_a_section_and_says_where_the_rest_is() -> None:
    text = "# Title\n\nfirst\n\n## One\n\n" + "x" * (MAX_NOTE - 100) + "\n\n## Two\n\n" + "y" * 500
    note = note_of(text)
    assert len(note) <= MAX_NOTE
    assert note.endswith("x\n\nThe whole of it is in report/report.html.\n")
    assert note_of("# Short") == "# Short"
