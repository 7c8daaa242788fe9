from __future__ import annotations

import pytest

from icp_ml.evaluation.figures import Interval
from icp_ml.evaluation.gates import gate_failures
from icp_ml.settings import EvaluationSettings

SETTINGS = EvaluationSettings(n_bootstrap=50, confidence=0.95, shares=(0.1,), min_roc_auc_low=0.55)
NAN = float("nan")


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
    assert gate_failures({"roc_auc": roc_auc}, SETTINGS) == failures


def test_a_bound_that_only_reaches_the_gate_fails() -> None:
    assert len(gate_failures({"roc_auc": Interval(0.7, 0.55, 0.8)}, SETTINGS)) == 1
