"""Judge a candidate on held-out rows, beside the other kinds of model that were tried and the base rate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from icp_ml.evaluation.case import Case, Told
from icp_ml.evaluation.effect_plots import effect_plots
from icp_ml.evaluation.finding import report_of, shown
from icp_ml.evaluation.folds import fold_table
from icp_ml.evaluation.gates import gate_failures
from icp_ml.evaluation.held_out import CANDIDATE, HeldOut, pooled
from icp_ml.evaluation.plots import plots
from icp_ml.evaluation.report import Report
from icp_ml.evaluation.table_plots import backtest_plot, distribution_plot, importance_plot, learning_plot
from icp_ml.settings import EvaluationSettings

__all__ = ["Case", "Judgement", "Told", "judge"]


@dataclass(frozen=True)
class Judgement:
    """The report, its charts, and each test row's score by each model.

    Attributes
    ----------
    report : Report
    plots : mapping of str to altair chart
        gains, lift, precision_recall, roc, calibration, distribution, backtest, importance; learning_curve
        where there is a curve.
    scored : pandas.DataFrame
    effect_plots : mapping of str to altair chart
        Of the attributes in the report's effects, by their words, those that move the scores most first.
    folds : pandas.DataFrame
        The candidate's figures by fold.
    """

    report: Report
    plots: Mapping[str, Any]
    scored: pd.DataFrame
    effect_plots: Mapping[str, Any]
    folds: pd.DataFrame

    @property
    def is_passed(self) -> bool:
        """Say whether the candidate passes every gate."""
        return not self.report.failures

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Give the report's tables by name."""
        report = self.report
        found = {
            "tiers": report.tiers,
            "backtest": report.backtest,
            "groups": report.groups,
            "importance": report.importance,
            "effects": report.effects,
            "folds": self.folds,
        }
        return found if report.curve is None else {**found, "learning_curve": report.curve.table}

    def checked(
        self, checks: Sequence[Mapping[str, Any]], alarms: Sequence[str], settings: EvaluationSettings
    ) -> Judgement:
        """Put what the checks found into the report, and its unacknowledged alarms before the gates.

        Parameters
        ----------
        checks : sequence of mapping
            As `findings_json` gives them.
        alarms : sequence of str
            In words; each fails the candidate.
        settings : EvaluationSettings
        """
        report = self.report
        failures = gate_failures(report.figures[CANDIDATE], report.found, alarms, settings)
        return replace(self, report=replace(report, checks=checks, failures=failures))


def judge(case: Case, told: Told, settings: EvaluationSettings, seed: int) -> Judgement:
    """Compare the candidate with the other kinds and the base rate on the test rows, pooled over the tests.

    What the checks found can be put in later by `Judgement.checked`, since some look at these figures.

    Parameters
    ----------
    case : Case
    told : Told
    settings : EvaluationSettings
    seed : int
        Of the resampling.
    """
    test = pooled(case.tests)
    scored = {name: test.scored(name) for name in shown(test)}
    report = report_of(case, told, (test, scored), settings, seed)
    kept = test.part.rows[["account_id", "as_of", "group", "is_best"]].assign(**test.scores, tier=test.tiers)
    return Judgement(
        report,
        {**plots(scored, settings, seed, told.noun), **_table_plots(case, report, test, settings)},
        kept.assign(test=test.origin) if len(case.tests) > 1 else kept,
        effect_plots(report.effects, float(case.training.is_best.mean()), settings, told.noun),
        fold_table(case.fit.candidate, case.training.is_best),
    )


def _table_plots(case: Case, report: Report, test: HeldOut, settings: EvaluationSettings) -> dict[str, Any]:
    drawn = {
        "distribution": distribution_plot(test, case.sample, report.noun),
        "backtest": backtest_plot(report.backtest),
        "importance": importance_plot(report.importance.set_index("attribute")["share"]),
    }
    if case.curve is not None:
        drawn["learning_curve"] = learning_plot(case.curve, settings.confidence)
    return drawn
