"""Readiness and leakage: what stops a training, and what a reader must know before believing it.

Every check has a code, a plain cause and a fix (`catalogue`); docs/checks.md lists them.
"""

from __future__ import annotations

from icp_ml.checks.both_sides import both_sides
from icp_ml.checks.case import Accounts, Case
from icp_ml.checks.catalogue import CHECKS, Check, catalogue_markdown
from icp_ml.checks.columns import columns
from icp_ml.checks.companies import free_mail, same_company
from icp_ml.checks.findings import (
    Finding,
    acknowledged,
    check_acknowledged,
    checks_markdown,
    findings_json,
    findings_line,
    idle_acknowledgements,
    said_findings,
    stop_if_any,
    unacknowledged,
    with_acknowledgements,
)
from icp_ml.checks.labels import future_dates, label_counts, not_understood
from icp_ml.checks.leaks import leaks
from icp_ml.checks.likeness import likeness
from icp_ml.checks.protected import protected, protected_columns
from icp_ml.settings import ChecksSettings

__all__ = [
    "CHECKS",
    "Accounts",
    "Case",
    "Check",
    "Finding",
    "acknowledged",
    "auc_alarm",
    "catalogue_markdown",
    "check",
    "check_acknowledged",
    "checks_markdown",
    "findings_json",
    "findings_line",
    "idle_acknowledgements",
    "protected_columns",
    "said_findings",
    "stop_if_any",
    "unacknowledged",
    "with_acknowledgements",
]


def check(case: Case, settings: ChecksSettings, seed: int) -> list[Finding]:
    """Run every check that the case has material for.

    Parameters
    ----------
    case : Case
    settings : ChecksSettings
    seed : int
        Draws folds and samples; the same seed finds the same.

    Returns
    -------
    list of Finding
        Stops first, then alarms, then warnings; acknowledged ones are marked.

    Raises
    ------
    ConfigError
        An acknowledged code is unknown, or a stop.
    """
    check_acknowledged(settings.acknowledged)
    found = [
        *label_counts(case, settings),
        *not_understood(case, settings),
        *future_dates(case, settings),
        *columns(case, settings),
        *both_sides(case, settings),
        *likeness(case, settings, seed),
        *leaks(case, settings, seed),
        *protected(case),
        *same_company(case, settings),
        *free_mail(case, settings),
    ]
    return with_acknowledgements(found, settings.acknowledged)


def auc_alarm(roc_auc: float, settings: ChecksSettings) -> Finding | None:
    """Sound the alarm where a candidate ranks better than firmographics can; None where it does not."""
    if roc_auc <= settings.max_roc_auc:
        return None
    said = f"ROC AUC {roc_auc:.3f}, above {settings.max_roc_auc:g}."
    return with_acknowledgements([Finding("implausible_auc", "", said)], settings.acknowledged)[0]
