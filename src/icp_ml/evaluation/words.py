"""How figures are called and written for a reader."""

from __future__ import annotations

import math
from collections.abc import Sequence

WORDS = {
    "roc_auc": "ROC AUC",
    "average_precision": "Average precision",
    "log_loss": "Log loss",
    "brier": "Brier score",
    "calibration_error": "Calibration error",
}
TIMES = "\N{MULTIPLICATION SIGN}"
LOWER_IS_BETTER = ("log_loss", "brier", "calibration_error")
NOT_DEFINED = "not defined"


def figure_words(name: str) -> str:
    """Name a figure: `lift_at_10` is "Lift in the top 10 %"."""
    if name in WORDS:
        return WORDS[name]
    what, share = name.split("_at_")
    return f"{'Lift' if what == 'lift' else 'Share of the best'} in the top {share} %"


def figure_text(name: str, value: float, is_difference: bool = False) -> str:
    """Write a value in its unit, "0.802" or "31.0 %"; a difference has its sign: "+5.4 points"."""
    if math.isnan(value):
        return NOT_DEFINED
    sign = "+" if is_difference else ""
    if name.startswith("lift_at_"):
        return f"{value:{sign}.2f} {TIMES}"
    if name.startswith("capture_at_"):
        return f"{100 * value:{sign}.1f} {'points' if is_difference else '%'}"
    return f"{value:{sign}.3f}"


def percent(share: float) -> str:
    """Write a share of 0 to 1 as whole percent, or with one digit below ten: "31 %", "2.1 %", "10 %"."""
    if math.isnan(share):
        return NOT_DEFINED
    whole = 100 * share
    return f"{whole:.0f} %" if whole >= 9.95 or whole == round(whole) else f"{whole:.1f} %"


def kind_words(kind: str) -> str:
    """Name a kind of model: `boosted_trees` is "boosted trees"."""
    return kind.replace("_", " ")


def listed(items: Sequence[str], last: str = "and") -> str:
    """Join words as a sentence does: "a, b and c"."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"
