"""`make label` says who is best, without training."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from support import command

from icp_ml.data.demo import write


@pytest.fixture(scope="module")
def place(demo_tables, tmp_path_factory):
    """Give a folder with the small demo's files."""
    place = tmp_path_factory.mktemp("label")
    write(demo_tables, place / "var" / "demo")
    return place


def sections(report):
    return [line.removeprefix("## ") for line in report.splitlines() if line.startswith("## ")]


def test_a_segment_without_customers_does_not_keep_the_others_from_a_report(place) -> None:
    second = ["+segments.none.where=[{column: country, one_of: [XK]}]", "+segments.none.outcomes=[]"]
    third = [one.replace("none", "us").replace("XK", "US") for one in second]
    labels = [f"+segments.{name}.label=${{label}}" for name in ("none", "us")]
    done = command("label", "~segments.default", *second, *third, *labels, cwd=place)
    assert done.returncode == 65
    assert "error: none: segment none has none of the" in done.stderr
    assert (place / "var/label/demo_us/value/label.md").is_file()


@pytest.mark.parametrize(
    ("overrides", "folder", "expected"),
    [
        (["label=abc_xyz", "label.lost_deals_weight=0.5"], "demo/abc_xyz",
         ["Value", "Cells", "Who they are", "Sensitivity", "Notes"]),
        (["label=won", "label.never_best.churned_within_days=300"], "demo/won",
         ["Won but regretted", "Who they are", "Sensitivity", "Notes"]),
    ],
)  # fmt: skip
def test_a_report_says_counts_value_crosses_and_sensitivity(place, overrides, folder, expected) -> None:
    done = command("label", *overrides, cwd=place)
    assert done.returncode == 0, done.stderr
    folder = place / "var/label" / folder
    report = (folder / "label.md").read_text(encoding="utf-8")
    rows, crosses, moves = (
        pd.read_csv(folder / f"{name}.csv") for name in ("label_rows", "cross_tables", "sensitivity")
    )
    assert f"- label rows: {len(rows):,}, {rows['is_best'].sum():,} of them best" in report
    assert sections(report) == expected
    assert {"industry", "country", "region", "size (employees)", "age"} <= set(crosses["characteristic"])
    assert (moves[["best_to_rest", "rest_to_best"]].sum() > 0).any()
    assert report.count("\n| `") == len(moves)
    assert not re.search(r"\b(nan|NaT|None)\b", report)
    assert (folder / "abc_xyz.png").is_file() == ("Cells" in expected)
    for line in report.splitlines():
        if line.startswith("Won but regretted: "):
            n_regretted, n_would_be = (int(line.split()[at].replace(",", "")) for at in (3, 5))
            assert n_would_be - n_regretted == rows["is_best"].sum()
            assert f"{n_regretted:,} won but regretted" in done.stdout


def test_the_rubric_labels_nobody_and_says_what_earns_points(place) -> None:
    done = command("label", "label=rubric", cwd=place)
    assert done.returncode == 0, done.stderr
    assert "label=rubric: nothing is labelled" in done.stdout
    assert "need (1): employees at least 20 and at most 5000" in done.stdout


def test_each_segment_has_a_report_of_its_own(place) -> None:
    done = command("label", "segments=demo_regions", cwd=place)
    assert done.returncode == 0, done.stderr
    value = (place / "var/label/demo_north_america/value/label.md").read_text(encoding="utf-8")
    assert value.startswith("# Who is best: demo, north_america\n")
    assert "| DE |" not in value
    assert (place / "var/label/demo_europe/won/label.md").is_file()


def test_a_criterion_without_its_table_names_the_fix(place) -> None:
    done = command("label", "label.never_best.max_support_tickets=9", "data.signals=null", cwd=place)
    assert done.returncode == 78
    assert done.stderr == (
        "error: label.never_best.max_support_tickets needs signals, which conf/data/demo.yaml does not map.\n"
        "Map that table, or choose another label.\n"
    )
