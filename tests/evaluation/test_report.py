from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from small import settings

from icp_ml.evaluation.figures import Interval, Scored
from icp_ml.evaluation.learning import LearningCurve
from icp_ml.evaluation.report import (
    Choice,
    Pooling,
    Report,
    Rows,
    choice_words,
    report_json,
    report_line,
    report_markdown,
)
from icp_ml.evaluation.sections import figure_lines
from icp_ml.evaluation.tiers import tier_table
from icp_ml.evaluation.verdict import Verdict

TEN = np.arange(10)
TIERS = np.array(["Best fit"] * 2 + ["Good fit"] * 3 + ["Bad fit"] * 5)
ORDER = ("Best fit", "Good fit", "Bad fit", "Insufficient data")

NAN = float("nan")
TIMES = "\N{MULTIPLICATION SIGN}"
GROUPS = pd.DataFrame(
    {
        "table": "country",
        "level": ["US", "DE"],
        "n": [600, 220],
        "n_best": [130, 30],
        "mean_score": [0.21, 0.15],
        "rate": [0.2167, 0.1364],
        "rate_low": [0.18, 0.09],
        "rate_high": [0.25, 0.19],
        "best_fit_share": [0.2, 0.1],
        "ratio": [1.0, 0.5],
        "is_adverse": [False, True],
    }
)
BACKTEST = pd.DataFrame(
    {
        "tier": ORDER,
        "best": [0.5, 0.2, 0.3, 0.0],
        "rest": [0.1, 0.2, 0.7, 0.0],
        "n_best": [80, 32, 48, 0],
        "n_rest": [66, 132, 462, 0],
    }
)
CURVE = LearningCurve(
    pd.DataFrame(
        {
            "share": [0.25, 1.0],
            "n_rows": [835, 3342],
            "n_best": [167, 669],
            "roc_auc": [NAN, 0.81],
            "low": [NAN, 0.78],
            "high": [NAN, 0.84],
            "width": [NAN, 0.06],
        }
    ),
    0.0424,
)

REPORT = Report(
    estimate="P(best | becomes a customer, firmographics)",
    best="in the top 20 % by margin",
    noun="customer",
    found=Verdict("signal", 1 / 2001, 2000, "lift_at_10", Interval(3.1, 2.8, 3.4)),
    pooling=None,
    choice=Choice("boosted trees", {"boosted trees": 0.3936, "rubric": 0.4512}, 0.5004),
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
    tiers=tier_table(Scored(TEN < 3, TEN / 10, TEN), TIERS, ORDER, settings().evaluation, 1),
    backtest=BACKTEST,
    groups=GROUPS,
    curve=CURVE,
    checks=("No check found anything.",),
    failures=(),
    notes=("outcomes of young companies are censored",),
)

FIRST_LINES = f"""# Software seller

**Signal**: such a ranking would come from chance at most once in 2,000 shuffles of the test labels \
(p = 0.0005); the lift in the top 10 % is 3.10 {TIMES}, at least 2.80 {TIMES}.

The score estimates **P(best | becomes a customer, firmographics)**, where best means in the top 20 % \
by margin.

- learnt from 3,342 label rows from 2019-01-01 to 2022-06-30, 669 of them best (20 %)
- tested on 820 label rows from 2022-07-01 to 2023-06-30, 160 of them best (20 %)

The candidate is **boosted trees**: of the kinds tried it loses least on rows it never saw; \
out-of-fold log loss 0.3936, against 0.4512 (rubric) and 0.5004 (base rate).

The candidate passes its gates.

## Figures on the test set
"""

POOLING = Pooling(
    ("from 2022-07-01 on", "from 2022-01-01 to 2022-06-30", "from 2021-07-01 to 2021-12-31"),
    ("boosted trees", "rubric", "boosted trees"),
    42,
)
POOLED_LINES = """
Figures are pooled over 3 tests (from 2022-07-01 on; from 2022-01-01 to 2022-06-30; \
from 2021-07-01 to 2021-12-31): the newest alone holds only 42 best; the registered model was tested on the \
newest, the earlier ones test the same recipe. Each test's rows are ranked among themselves. The recipe \
chose boosted trees in 2 and rubric in 1 of them.

The score estimates"""


def test_bounds_of_the_calibration_error_that_miss_it_are_explained() -> None:
    found = {"calibration_error": Interval(0.002, 0.005, 0.056)}
    (*_, explained) = figure_lines({"icp_ml": found}, 0.95)
    assert explained.endswith("it is a mean of absolute gaps, to which resampling adds noise.")
    (*_, bare) = figure_lines({"icp_ml": {"roc_auc": Interval(0.8, 0.7, 0.9)}}, 0.95)
    assert bare == "In brackets: 95 % intervals, from resampled accounts."


def test_the_first_lines_say_verdict_estimate_and_choice() -> None:
    assert report_markdown("Software seller", REPORT).startswith(FIRST_LINES)


def test_pooled_figures_are_said_right_after_the_verdict() -> None:
    text = report_markdown("Software seller", replace(REPORT, pooling=POOLING))
    _, verdict, rest = text.split("\n\n", 2)
    assert verdict.startswith("**Signal**")
    assert rest.startswith(POOLED_LINES.lstrip("\n"))


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        (
            Choice("rubric", {"rubric": 0.45}, 0.5),
            "The candidate is **rubric**: the only kind tried; out-of-fold log loss 0.4500, against 0.5000 "
            "(base rate).",
        ),
        (
            Choice("logistic regression", {"boosted trees": 0.53, "logistic regression": 0.51}, 0.5),
            "The candidate is **logistic regression**: of the kinds tried it loses least on rows it never "
            "saw; out-of-fold log loss 0.5100, against 0.5300 (boosted trees) and 0.5000 (base rate). It "
            "does not beat the base rate.",
        ),
    ],
)
def test_the_choice_is_said_with_its_reason(choice: Choice, words: str) -> None:
    assert choice_words(choice) == words


@pytest.mark.parametrize(
    "line",
    [
        "# Software seller",
        "The score estimates **P(best | becomes a customer, firmographics)**, where best means in the "
        "top 20 % by margin.",
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
        "| Tier | Customers | Share of the list | Best among them (95 % interval) | Lift (95 % interval) |",
        "| Insufficient data | 0 | 0 % | not defined | not defined |",
        "Best fit holds 50 % of the 160 best and 10 % of the 660 rest.",
        "| Tier | Best (160) | Rest (660) |",
        "| Good fit | 20 % (32) | 20 % (132) |",
        "There is no list of prospects to compare with.",
        "With 3,342 label rows the interval of the out-of-fold ROC AUC is 0.060 wide. With twice as many it "
        "would be about 0.042 wide: an extrapolation, by the square root of the number of rows, not a "
        "measurement.",
        "| 25 % | 835 | 167 | not defined | not defined |",
        "| 100 % | 3,342 | 669 | 0.810 (0.780 to 0.840) | 0.060 |",
        "Among test customers, 1 level marked (!) is in Best fit less than 80 % as often as the largest one "
        "of its column, by more than chance.",
        "### By country",
        "| DE | 220 | 0.150 | 14 % (9 % to 19 %) | 10 % (!) |",
        "No check found anything.",
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
        "verdict signal; ROC AUC 0.802 (0.781 to 0.824), lift in the top 10 % 3.10 \N{MULTIPLICATION SIGN} "
        "(2.80 \N{MULTIPLICATION SIGN} to 3.40 \N{MULTIPLICATION SIGN}) on 820 test rows"
    )


def test_json_holds_the_figures_unrounded_and_null_for_what_is_not_defined() -> None:
    plain = json.loads(json.dumps(report_json(REPORT), allow_nan=False))
    assert plain["figures"]["icp_ml"]["roc_auc"] == {"value": 0.8024, "low": 0.7811, "high": 0.8236}
    assert plain["train"] == {"n": 3342, "n_best": 669, "first": "2019-01-01", "last": "2022-06-30"}
    assert (plain["verdict"], plain["p_value"]) == ("signal", 1 / 2001)
    assert plain["out_of_fold_log_loss"] == {"boosted trees": 0.3936, "rubric": 0.4512, "base rate": 0.5004}
    assert plain["learning_curve"][0]["roc_auc"] is None
    assert plain["groups"][1]["is_adverse"] is True
    assert plain["tiers"][0]["n"] == 2
    assert plain["tiers"][3]["rate"] is None
