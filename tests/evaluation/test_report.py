from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from icp_ml.evaluation.figures import Interval, Scored
from icp_ml.evaluation.report import Report, Rows, report_json, report_line, report_markdown
from icp_ml.evaluation.tiers import tier_table

TEN = np.arange(10)
TIERS = np.array(["Best fit"] * 2 + ["Good fit"] * 3 + ["Bad fit"] * 5)
ORDER = ("Best fit", "Good fit", "Bad fit", "Insufficient data")

REPORT = Report(
    estimate="P(best | becomes a customer)",
    best="in the top 20 % by margin",
    train=Rows(3342, 669, date(2019, 1, 1), date(2022, 6, 30)),
    test=Rows(820, 160, date(2022, 7, 1), date(2023, 6, 30)),
    confidence=0.95,
    figures={
        "icp_ml": {
            "roc_auc": Interval(0.8024, 0.7811, 0.8236),
            "log_loss": Interval(0.3936, 0.37, 0.42),
            "lift_at_10": Interval(3.1, 2.8, 3.4),
            "capture_at_10": Interval(0.31, 0.28, 0.34),
        },
        "base rate": {
            "roc_auc": Interval(0.5, 0.5, 0.5),
            "log_loss": Interval(0.5, 0.48, 0.52),
            "lift_at_10": Interval(1, 1 - 1e-15, 1 + 1e-15),
            "capture_at_10": Interval(0.1, 0.1, 0.1),
        },
    },
    differences={
        "logistic regression": {
            "roc_auc": Interval(0.031, 0.012, 0.049),
            "log_loss": Interval(-0.02, -0.03, -0.01),
            "lift_at_10": Interval(0.2, -0.1, 0.5),
            "capture_at_10": Interval(-0.02, -0.03, -0.01),
        }
    },
    tiers=tier_table(Scored(TEN < 3, TEN / 10, TEN), TIERS, ORDER, 0.95),
    failures=(),
    notes=("outcomes of young companies are censored",),
)


@pytest.mark.parametrize(
    "line",
    [
        "# Software seller",
        "The score estimates **P(best | becomes a customer)**, where best means in the top 20 % by margin.",
        "- learnt from 3,342 label rows from 2019-01-01 to 2022-06-30, 669 of them best (20 %)",
        "- tested on 820 label rows from 2022-07-01 to 2023-06-30, 160 of them best (20 %)",
        "The candidate passes its gates.",
        "|  | icp_ml | base rate |",
        "| ROC AUC | 0.802 (0.781 to 0.824) | 0.500 |",
        "| Log loss (lower is better) | 0.394 (0.370 to 0.420) | 0.500 (0.480 to 0.520) |",
        "| Lift in the top 10 % | 3.10 \N{MULTIPLICATION SIGN} (2.80 \N{MULTIPLICATION SIGN} to "
        "3.40 \N{MULTIPLICATION SIGN}) | 1.00 \N{MULTIPLICATION SIGN} |",
        "| Share of the best in the top 10 % | 31.0 % (28.0 % to 34.0 %) | 10.0 % |",
        "| ROC AUC | +0.031 (+0.012 to +0.049) | better |",
        "| Log loss (lower is better) | -0.020 (-0.030 to -0.010) | better |",
        "| Share of the best in the top 10 % | -2.0 points (-3.0 points to -1.0 points) | worse |",
        "| Insufficient data | 0 | 0 % | not defined | not defined |",
        "- outcomes of young companies are censored",
    ],
)
def test_the_report_says(line: str) -> None:
    assert line in report_markdown("Software seller", REPORT).splitlines()


def test_a_difference_around_zero_is_not_called_better() -> None:
    lines = report_markdown("Software seller", REPORT).splitlines()
    assert next(line for line in lines if "+0.20" in line).endswith("| not clearly different |")


def test_failed_gates_come_before_the_figures() -> None:
    text = report_markdown("Software seller", replace(REPORT, failures=("Too low.",)))
    assert "**The candidate does not pass its gates.**\n\n- Too low.\n\n## Figures" in text


def test_a_report_without_notes_has_no_empty_section() -> None:
    assert "## Notes" not in report_markdown("Software seller", replace(REPORT, notes=()))


def test_one_line_for_the_terminal() -> None:
    assert report_line(REPORT) == (
        "ROC AUC 0.802 (0.781 to 0.824), lift in the top 10 % 3.10 \N{MULTIPLICATION SIGN} "
        "(2.80 \N{MULTIPLICATION SIGN} to 3.40 \N{MULTIPLICATION SIGN}) on 820 test rows"
    )


def test_json_holds_the_figures_unrounded_and_null_for_what_is_not_defined() -> None:
    plain = json.loads(json.dumps(report_json(REPORT), allow_nan=False))
    assert plain["figures"]["icp_ml"]["roc_auc"] == {"value": 0.8024, "low": 0.7811, "high": 0.8236}
    assert plain["train"] == {"n": 3342, "n_best": 669, "first": "2019-01-01", "last": "2022-06-30"}
    assert plain["tiers"][0]["n"] == 2
    assert plain["tiers"][3]["rate"] is None
