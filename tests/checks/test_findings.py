"""What the checks found, how it is said, and what was acknowledged."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from checks.planted import noise, with_columns
from small import settings
from support import ROOT

from icp_ml.checks import (
    CHECKS,
    Finding,
    acknowledged,
    auc_alarm,
    catalogue_markdown,
    check,
    checks_markdown,
    findings_line,
    idle_acknowledgements,
    stop_if_any,
    unacknowledged,
    with_acknowledgements,
)
from icp_ml.checks.failures import failure_findings
from icp_ml.errors import ConfigError, DataError
from icp_ml.schema import Field

LEAK = Finding("almost_label", "closed_at", "whether it is filled tells best from rest.")
GAPS = Finding("mostly_missing", "floors", "90.0% of 400 values are missing.")
BOTH = [
    "account_id: 2 rows repeat an id, for example 'A'",
    "employees: 1 row is below 0, for example -5",
]
STOP = Finding("too_few_best", "", "12 best of 400 label rows; 30 are needed.")


def test_the_page_of_checks_lists_every_check_as_the_code_has_it():
    page = (ROOT / "docs" / "checks.md").read_text(encoding="utf-8")
    assert catalogue_markdown() in page
    assert all(page.count(f"| `{code}` |") == 1 for code in CHECKS)


def test_every_check_is_told_in_sentences():
    for code, one in CHECKS.items():
        assert code == one.code
        assert one.cause.endswith(".") and one.fix.endswith(".") and "!" not in one.cause + one.fix


def test_a_finding_is_said_in_one_line():
    said = "alarm almost_label closed_at: whether it is filled tells best from rest."
    assert str(LEAK) == said
    assert str(replace(LEAK, is_acknowledged=True)) == f"{said} (acknowledged)"
    assert str(STOP) == "stop too_few_best: 12 best of 400 label rows; 30 are needed."


@pytest.mark.parametrize("entry", ["almost_label", "almost_label:closed_at"])
def test_a_code_or_a_code_of_a_column_is_acknowledged(entry):
    other = replace(LEAK, place="won_on")
    found = with_acknowledgements([GAPS, LEAK, other], [entry])
    assert acknowledged(found)[0] == "almost_label:closed_at"
    left = [one.key for one in unacknowledged(found, "alarm", "warning")]
    assert left == (["almost_label:won_on"] if ":" in entry else []) + ["mostly_missing:floors"]


def test_the_graver_findings_come_first():
    assert [one.code for one in with_acknowledgements([GAPS, LEAK, STOP], [])] == [
        "too_few_best",
        "almost_label",
        "mostly_missing",
    ]


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ("almost_labels", "almost_labels: no such check"),
        ("no_such:city", "no_such: no such check"),
        ("too_few_best", "too_few_best: stops cannot be acknowledged"),
    ],
)
def test_only_known_alarms_and_warnings_can_be_acknowledged(entry, said):
    chosen = settings().checks.model_copy(update={"acknowledged": (entry,)})
    with pytest.raises(ConfigError, match=said) as raised:
        check(noise(0, 130, 30), chosen, 1)
    assert "many_levels" in raised.value.fix and "repeated_ids" not in raised.value.fix


def test_stops_end_a_training_with_every_one_of_them_and_its_fix():
    stop_if_any([GAPS, LEAK])
    other = Finding("repeated_ids", "account_id", "2 rows repeat an id, for example 'A1'.")
    with pytest.raises(DataError) as raised:
        stop_if_any([STOP, other, GAPS])
    assert str(raised.value) == (
        "the data are not ready to learn from (2 stops).\n"
        f"  too_few_best: {STOP.detail} {CHECKS['too_few_best'].fix}\n"
        f"  repeated_ids:account_id: {other.detail} {CHECKS['repeated_ids'].fix}\n"
        "make validate lists every check; docs/checks.md explains them."
    )
    assert "label=rubric" in CHECKS["too_few_best"].fix


def test_the_report_has_a_line_for_each_finding():
    table = checks_markdown(with_acknowledgements([GAPS, replace(LEAK, detail="a|b")], ["mostly_missing"]))
    assert "| alarm | `almost_label` | closed_at | a/b | Leave it out" in table
    assert (
        "| warning | `mostly_missing` | floors | 90.0% of 400 values are missing. | acknowledged |" in table
    )
    assert checks_markdown([]) == "No check found anything.\n"


def test_counts_are_said_in_one_line():
    found = with_acknowledgements([STOP, LEAK, GAPS, replace(GAPS, place="b")], ["mostly_missing:b"])
    assert findings_line(found) == "1 stop, 1 alarm, 2 warnings (1 acknowledged)"
    assert findings_line([]) == "nothing found"


@pytest.mark.parametrize(("value", "is_said"), [(0.5, False), (0.92, False), (0.93, True)])
def test_a_figure_too_good_to_be_true_is_an_alarm(value, is_said):
    alarm = auc_alarm(value, settings().checks)
    assert (alarm is not None) == is_said
    chosen = settings().checks.model_copy(update={"acknowledged": ("implausible_auc",)})
    assert alarm is None or auc_alarm(value, chosen).is_acknowledged


@pytest.mark.parametrize(
    ("failure", "stage", "expected"),
    [
        (
            DataError("x.csv is wrong.", BOTH),
            "data",
            ["repeated_ids:account_id", "unreadable_table:employees"],
        ),
        (ConfigError("data.customers is no mapping.", ["size: not ours"]), "data", ["wrong_mapping"]),
        (
            DataError("all 40 label rows are best; there is nothing to tell apart."),
            "label",
            ["constant_label"],
        ),
        (DataError("no customer can be judged."), "label", ["no_label"]),
        (DataError("the test part of the split has 0 best of 9 rows."), "split", ["no_split"]),
        (DataError("x.csv is empty."), "data", ["unreadable_table"]),
    ],
)
def test_what_stopped_a_stage_becomes_a_finding(failure, stage, expected):
    assert [one.key for one in failure_findings(failure, stage)] == expected


def test_an_acknowledged_leak_is_still_listed():
    case = noise(1)
    is_best = case.training.rows["is_best"].to_numpy()
    case = with_columns(case, points=(Field("number", "points"), is_best + np.zeros(400)))
    chosen = settings().checks.model_copy(update={"acknowledged": ("almost_label:points",)})
    assert acknowledged(check(case, chosen, 1)) == ["almost_label:points"]


def test_an_acknowledgement_of_what_no_check_found_is_said() -> None:
    found = [Finding("feature_auc", "employees", "seen"), Finding("few_best", "", "seen")]
    given = ["feature_auc:employees", "feature_auc:employes", "few_best", "one_value", "implausible_auc"]
    assert idle_acknowledgements(found, given) == [
        "checks.acknowledged names feature_auc:employes, which no check found",
        "checks.acknowledged names one_value, which no check found",
    ]
