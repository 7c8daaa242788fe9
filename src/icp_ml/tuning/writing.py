"""Write what a search found as a frozen experiment: a set of overrides that is committed and trained."""

from __future__ import annotations

from datetime import date
from typing import Any

from icp_ml.errors import count
from icp_ml.tuning.trials import Found

OPTIMISTIC = "The best of many trials looks better out of fold than it is; no trial saw the test part."


def experiment_text(found: Found, command: str, today: date) -> str:
    """Write an experiment file.

    Parameters
    ----------
    found : Found
    command : str
        That trains with it.
    today : date
    """
    head = [f"Found by make tune, {today}: {found_words(found)}.", OPTIMISTIC, command]
    return "\n".join(["# @package _global_", *(f"# {line}" for line in head), *_lines(found.best.values), ""])


def found_words(found: Found) -> str:
    """Say how many trials there were, and what the best gained."""
    tried = f"{count(len(found.trials), 'trial')}, {found.n_given_up} of them given up early"
    best, default = found.best, found.default
    if best.number == 0:
        return f"{tried}; none is better than the defaults (out-of-fold log loss {default.log_loss:.4f})"
    return f"{tried}; out-of-fold log loss {best.log_loss:.4f}, of the defaults {default.log_loss:.4f}"


def _lines(values: Any) -> list[str]:
    lines: list[str] = []
    for group in ("features", "model"):
        lines.append(f"{group}:")
        own = {
            name.partition(".")[2]: value for name, value in values.items() if name.startswith(f"{group}.")
        }
        lines += [f"  {key}: {[value] if key == 'n_leaves' else value}" for key, value in own.items()]
    return lines
