"""What a candidate must reach before it may become the champion."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from icp_ml.evaluation.figures import Interval
from icp_ml.evaluation.verdict import Verdict
from icp_ml.settings import EvaluationSettings


def gate_failures(
    candidate_figures: Mapping[str, Interval],
    found: Verdict,
    alarms: Sequence[str],
    settings: EvaluationSettings,
) -> list[str]:
    """Say which gates a candidate fails, in words; an empty list lets it pass.

    Parameters
    ----------
    candidate_figures : mapping of str to Interval
    found : Verdict
    alarms : sequence of str
        What the checks raised and nobody acknowledged, in words.
    settings : EvaluationSettings
    """
    failures = [*_roc_auc_failures(candidate_figures["roc_auc"], settings.min_roc_auc_low)]
    if found.word == "none found":
        chance = f"chance ranks the test rows at least as well (p = {found.p_value:.2g})"
        failures.append(f"The verdict is none found: {chance}.")
    return failures + [f"An alarm nobody acknowledged: {alarm}" for alarm in alarms]


def _roc_auc_failures(found: Interval, needed: float) -> list[str]:
    if found.low > needed:
        return []
    if math.isnan(found.low):
        return ["The ROC AUC has no lower bound: the test set needs both classes and at least two accounts."]
    return [
        f"The lower bound of the ROC AUC, {found.low:.3f}, does not exceed {needed:.3f} "
        f"(evaluation.min_roc_auc_low); the ROC AUC itself is {found.value:.3f}."
    ]
