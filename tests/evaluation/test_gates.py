from __future__ import annotations

import pytest
from small import settings

from icp_ml.evaluation.figures import Interval
from icp_ml.evaluation.gates import gate_failures
from icp_ml.evaluation.verdict import Verdict

SETTINGS = settings().evaluation.model_copy(
    update={"n_bootstrap": 50, "shares": (0.1,), "min_roc_auc_low": 0.55}
)
NAN = float("nan")
FINE = Interval(0.7, 0.6, 0.8)


def found(word: str, p_value: float = 0.001) -> Verdict:
    return Verdict(word, p_value, 2000, "lift_at_10", Interval(3, 2, 4))


@pytest.mark.parametrize(
    ("roc_auc", "failures"),
    [
        (Interval(0.7, 0.551, 0.8), []),
        (
            Interval(0.612, 0.498, 0.7),
            [
                "The lower bound of the ROC AUC, 0.498, does not exceed 0.550 "
                "(evaluation.min_roc_auc_low); the ROC AUC itself is 0.612."
            ],
        ),
        (
            Interval(0.9, NAN, NAN),
            ["The ROC AUC has no lower bound: the test set needs both classes and at least two accounts."],
        ),
    ],
)
def test_the_lower_bound_of_the_roc_auc_decides(roc_auc: Interval, failures: list[str]) -> None:
    assert gate_failures({"roc_auc": roc_auc}, found("signal"), (), SETTINGS) == failures


def test_a_bound_that_only_reaches_the_gate_fails() -> None:
    assert len(gate_failures({"roc_auc": Interval(0.7, 0.55, 0.8)}, found("signal"), (), SETTINGS)) == 1


@pytest.mark.parametrize(("word", "n"), [("signal", 0), ("weak", 0), ("none found", 1)])
def test_where_nothing_is_found_the_candidate_fails(word: str, n: int) -> None:
    failures = gate_failures({"roc_auc": FINE}, found(word, 0.43), (), SETTINGS)
    assert (
        failures == ["The verdict is none found: chance ranks the test rows at least as well (p = 0.43)."][:n]
    )


def test_an_alarm_that_nobody_acknowledged_fails_the_candidate() -> None:
    failures = gate_failures({"roc_auc": FINE}, found("signal"), ["closed_at: almost the label"], SETTINGS)
    assert failures == ["An alarm nobody acknowledged: closed_at: almost the label"]
