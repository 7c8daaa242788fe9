from __future__ import annotations

import json
from dataclasses import replace

import pytest
from reported import REPORT, TIMES, text_of

from icp_ml.evaluation.report import Choice, Pooling, choice_words, report_json, report_line
from icp_ml.evaluation.sections import figure_notes

FIRST_LINES = f"""# Software seller: value, as of 2023-09-01, model abcdef123456

**Signal**: such a ranking would come from chance at most once in 2,000 shuffles of the test labels \
(p = 0.0005); the lift in the top 10 % is 3.10 {TIMES}, at least 2.80 {TIMES}.

**Work the list from the top: the order is better than chance. Of the customers in Best fit, 100 % turned \
out best, against 20 % of all; they are 20 % of the list and hold 50 % of the best.**

The candidate passes its gates.

## Who is best, and how that was defined

The score estimates **P(best | becomes a customer, firmographics)**, where best means in the top 20 % \
by margin.

- Counted over: 365 days from becoming a customer
- Never best: nobody is excepted
- Learnt from: 3,342 label rows from 2019-01-01 to 2022-06-30, 669 of them best (20 %)
- Tested on: 820 label rows from 2022-07-01 to 2023-06-30, 160 of them best (20 %)

## Figures on the test set

The candidate is **boosted trees**: of the kinds tried it loses least on rows it never saw; \
out-of-fold log loss 0.3936, against 0.4512 (rubric) and 0.5004 (base rate).
"""

POOLING = Pooling(
    ("from 2022-07-01 on", "from 2022-01-01 to 2022-06-30", "from 2021-07-01 to 2021-12-31"),
    ("boosted trees", "rubric", "boosted trees"),
    42,
)
POOLED_LINES = """## Figures on the test set

Figures are pooled over 3 tests (from 2022-07-01 on; from 2022-01-01 to 2022-06-30; \
from 2021-07-01 to 2021-12-31): the newest alone holds only 42 best; the registered model was tested on the \
newest, the earlier ones test the same recipe. Each test's rows are ranked among themselves. The recipe \
chose boosted trees in 2 and rubric in 1 of them.

The candidate is"""


def test_bounds_of_the_calibration_error_that_miss_it_are_explained() -> None:
    (explained,) = figure_notes(["calibration_error"], 0.95)
    assert explained.endswith("it is a mean of absolute gaps, to which resampling adds noise.")
    assert figure_notes(["roc_auc"], 0.95) == ["In brackets: 95 % intervals, from resampled accounts."]


def test_the_first_lines_say_verdict_estimate_and_choice() -> None:
    assert text_of(REPORT).startswith(FIRST_LINES)


def test_pooled_figures_are_said_where_the_figures_begin() -> None:
    assert POOLED_LINES in text_of(replace(REPORT, pooling=POOLING))


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
        "The score estimates **P(best | becomes a customer, firmographics)**, where best means in the "
        "top 20 % by margin.",
        "- Learnt from: 3,342 label rows from 2019-01-01 to 2022-06-30, 669 of them best (20 %)",
        "- Tested on: 820 label rows from 2022-07-01 to 2023-06-30, 160 of them best (20 %)",
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
    assert line in text_of(REPORT).splitlines()


def test_a_difference_around_zero_is_not_called_better() -> None:
    lines = text_of(REPORT).splitlines()
    assert next(line for line in lines if "+0.20" in line).endswith("| not clearly different |")


def test_failed_gates_come_before_the_figures() -> None:
    text = text_of(replace(REPORT, failures=("Too low.",)))
    assert "**The candidate does not pass its gates.**\n\n- Too low.\n\n## Who is best" in text


def test_a_report_without_notes_has_no_empty_section() -> None:
    assert "## Notes" not in text_of(replace(REPORT, notes=()))


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
