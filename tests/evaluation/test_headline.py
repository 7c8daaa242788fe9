from __future__ import annotations

from dataclasses import replace

import pytest
from reported import REPORT

from icp_ml.evaluation.figures import Interval
from icp_ml.evaluation.headline import headline
from icp_ml.evaluation.verdict import Verdict

FAILED = ("The lower bound of the ROC AUC is too low.",)


def found(word: str) -> Verdict:
    return replace(REPORT.found, word=word)


@pytest.mark.parametrize(
    ("word", "failures", "begins", "badges"),
    [
        ("signal", (), "Work the list from the top", ("good", "good")),
        ("signal", FAILED, "Do not use the list yet: it fails a gate", ("good", "bad")),
        ("weak", (), "Take the order as a hint among others, not as a decision", ("open", "good")),
        ("none found", FAILED, "Do not choose by this list whom to call", ("bad", "bad")),
    ],
)
def test_a_verdict_says_what_to_do_with_the_list(word, failures, begins: str, badges) -> None:
    said = headline(replace(REPORT, found=found(word), failures=failures))
    assert said.means.startswith(begins)
    assert (said.kind, said.gates_kind) == badges
    assert tuple(said.failures) == tuple(failures)


@pytest.mark.parametrize(
    ("error", "ending"),
    [(0.03, "are 3.0 percentage points off on average."), (0.12, "trust the order, not the percentages.")],
)
def test_percentages_that_are_too_far_off_are_not_to_be_trusted(error: float, ending: str) -> None:
    candidate = {**REPORT.figures["icp_ml"], "calibration_error": Interval(error, 0.0, 0.2)}
    report = replace(REPORT, figures={**REPORT.figures, "icp_ml": candidate})
    assert headline(report).why.endswith(ending)


def test_the_tiles_are_figures_of_the_report() -> None:
    tiles = {name: (figure, note) for name, figure, note in headline(REPORT).tiles}
    times = "\N{MULTIPLICATION SIGN}"
    assert tiles["Best in the top 10 %"] == (f"3.1 {times}", "as many as by chance (2.8 to 3.4)")
    assert tiles["A best customer outranks another"][0] == "80 in 100"


def test_a_highest_tier_that_nobody_reached_is_said() -> None:
    tiers = REPORT.tiers.assign(n=0)
    assert "nothing is known of how it turns out" in headline(replace(REPORT, tiers=tiers)).means
