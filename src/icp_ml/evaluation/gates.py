"""What a candidate must reach before it may become the champion."""

from __future__ import annotations

import math
from collections.abc import Mapping

from icp_ml.evaluation.figures import Interval
from icp_ml.settings import EvaluationSettings


def gate_failures(candidate_figures: Mapping[str, Interval], settings: EvaluationSettings) -> list[str]:
    """Say which gates a candidate fails, in words; an empty list lets it pass."""
    found, needed = candidate_figures["roc_auc"], settings.min_roc_auc_low
    if found.low > needed:
        return []
    if math.isnan(found.low):
        return ["The ROC AUC has no lower bound: the test set needs both classes and at least two accounts."]
    return [
        f"The lower bound of the ROC AUC, {found.low:.3f}, does not exceed {needed:.3f} "
        f"(evaluation.min_roc_auc_low); the ROC AUC itself is {found.value:.3f}."
    ]
