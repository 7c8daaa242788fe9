"""Judge a candidate on held-out rows, beside the other kinds of model that were tried and the base rate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from icp_ml.evaluation.backtest import Sample, backtest_table
from icp_ml.evaluation.effect_plots import effect_plots
from icp_ml.evaluation.effects import effects
from icp_ml.evaluation.fairness import group_table
from icp_ml.evaluation.figures import Scored, bootstrap_figures, compare
from icp_ml.evaluation.gates import gate_failures
from icp_ml.evaluation.held_out import BASE_RATE, CANDIDATE, HeldOut, pooled
from icp_ml.evaluation.learning import LearningCurve
from icp_ml.evaluation.plots import plots
from icp_ml.evaluation.report import Choice, Pooling, Report, Rows
from icp_ml.evaluation.table_plots import backtest_plot, distribution_plot, importance_plot, learning_plot
from icp_ml.evaluation.tiers import tier_table
from icp_ml.evaluation.verdict import verdict
from icp_ml.evaluation.words import kind_words, percent
from icp_ml.model.calibration import log_loss
from icp_ml.model.candidate import Model
from icp_ml.model.training import Fit, TrainingSet
from icp_ml.scoring import TIERS
from icp_ml.settings import EvaluationSettings


@dataclass(frozen=True)
class Case:
    """A candidate, what it learnt from, and everything it is judged by.

    Attributes
    ----------
    model : Model
        The candidate as it will be registered.
    fit : Fit
        Every kind that was tried.
    training : TrainingSet
        The rows it learnt from.
    tests : sequence of HeldOut
        As `run_tests` gives them: its own, the newest, first; earlier ones where that holds few best.
    sample : Sample, optional
        Of prospects.
    curve : LearningCurve, optional
    """

    model: Model
    fit: Fit
    training: TrainingSet
    tests: Sequence[HeldOut]
    sample: Sample | None = None
    curve: LearningCurve | None = None


@dataclass(frozen=True)
class Told:
    """What the report says in words of others.

    Attributes
    ----------
    best : str
        What best means, as the end of a sentence.
    noun : str
        What a label row is of: "customer" or "deal".
    notes : sequence of str
        What a reader must know.
    """

    best: str
    noun: str
    notes: Sequence[str]


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
    effects : pandas.DataFrame
        As `effects.effects` gives it.
    effect_plots : mapping of str to altair chart
        Of the attributes in `effects`, by the attribute's words, those that move the scores most first.
    """

    report: Report
    plots: Mapping[str, Any]
    scored: pd.DataFrame
    effects: pd.DataFrame
    effect_plots: Mapping[str, Any]

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
            "effects": self.effects,
        }
        return found if report.curve is None else {**found, "learning_curve": report.curve.table}

    def checked(self, lines: Sequence[str], alarms: Sequence[str], settings: EvaluationSettings) -> Judgement:
        """Put what the checks found into the report, and its unacknowledged alarms before the gates.

        Parameters
        ----------
        lines : sequence of str
            Of Markdown.
        alarms : sequence of str
            In words; each fails the candidate.
        settings : EvaluationSettings
        """
        report = self.report
        failures = gate_failures(report.figures[CANDIDATE], report.found, alarms, settings)
        return replace(self, report=replace(report, checks=lines, failures=failures))


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
    scored = {name: test.scored(name) for name in _shown(test)}
    report = _report(case, told, (test, scored), settings, seed)
    seen = effects(case.model, case.training, settings)
    kept = test.part.rows[["account_id", "as_of", "group", "is_best"]].assign(**test.scores, tier=test.tiers)
    return Judgement(
        report,
        {**plots(scored, settings, seed, told.noun), **_table_plots(case, report, test, settings)},
        kept.assign(test=test.origin) if len(case.tests) > 1 else kept,
        seen,
        effect_plots(seen, float(case.training.is_best.mean()), settings, told.noun),
    )


def _table_plots(case: Case, report: Report, test: HeldOut, settings: EvaluationSettings) -> dict[str, Any]:
    drawn = {
        "distribution": distribution_plot(test, case.sample, report.noun),
        "backtest": backtest_plot(report.backtest),
        "importance": importance_plot(_importance(case.model, case.tests[0].part)),
    }
    if case.curve is not None:
        drawn["learning_curve"] = learning_plot(case.curve, settings.confidence)
    return drawn


def _report(
    case: Case,
    told: Told,
    judged: tuple[HeldOut, Mapping[str, Scored]],
    settings: EvaluationSettings,
    seed: int,
) -> Report:
    test, scored = judged
    candidate = scored[CANDIDATE]
    figures = {name: bootstrap_figures(one, settings, seed) for name, one in scored.items()}
    lift = f"lift_at_{100 * settings.shares[0]:g}"
    found = verdict(candidate, test.origin, (lift, figures[CANDIDATE][lift]), settings, seed)
    return Report(
        estimate=case.model.estimates,
        best=told.best,
        noun=told.noun,
        found=found,
        pooling=_pooling(case.tests),
        choice=_choice(case),
        train=_counts(case.training),
        test=_counts(test.part),
        confidence=settings.confidence,
        figures=figures,
        differences={
            name: compare(candidate, one, settings, seed)
            for name, one in scored.items()
            if name not in (CANDIDATE, BASE_RATE)
        },
        tiers=tier_table(candidate, test.tiers, TIERS, settings, seed),
        backtest=backtest_table(test, case.sample),
        groups=group_table(test, case.sample, settings, seed),
        curve=case.curve,
        checks=(),
        failures=gate_failures(figures[CANDIDATE], found, (), settings),
        notes=[*_model_notes(case.model), *told.notes],
    )


def _model_notes(model: Model) -> list[str]:
    """Say what the figures alone would not: another base rate, or scores that are all the same."""
    notes = []
    rates = model.rates
    if rates is not None and rates.declared is not None:
        notes.append(
            f"Scores are shifted to the declared base rate, {percent(rates.declared)}, from "
            f"{percent(rates.training)} among the rows learnt from, and tiers are cut on the shifted scores. "
            "Figures and mean scores here are before the shift: the test rows have their own rate of best."
        )
    if model.calibration is not None and model.calibration.is_flat:
        notes.append(
            "The candidate ranked no better than chance out of fold: it gives everyone the base rate."
        )
    return notes


def _shown(test: HeldOut) -> list[str]:
    """Name the models to compare: the candidate, other kinds than it always was, and the base rate."""
    own = {kind_words(kind) for kind in test.chosen}
    return [name for name in test.scores if {name} != own]


def _pooling(tests: Sequence[HeldOut]) -> Pooling | None:
    if len(tests) == 1:
        return None
    chosen = [kind_words(kind) for one in tests for kind in one.chosen]
    return Pooling([window for one in tests for window in one.windows], chosen, int(tests[0].is_best.sum()))


def _choice(case: Case) -> Choice:
    is_best = case.training.is_best
    rate = is_best.mean()
    constant = np.full(len(is_best), np.log(rate / (1 - rate)))
    losses = {kind_words(kind): one.log_loss for kind, one in case.fit.kinds.items()}
    return Choice(kind_words(case.fit.chosen), losses, log_loss(constant, is_best))


def _importance(model: Model, newest: TrainingSet) -> pd.Series[float]:
    """Share the mean absolute contribution among the attributes, named in words."""
    explained = model.explain(model.encoder.transform(newest.accounts, newest.rows["as_of"]), 1)
    sizes: Any = np.abs(explained.contributions).mean(axis=0)
    words = [one.words for one in model.encoder.attributes]
    return pd.Series(sizes / max(sizes.sum(), 1e-12), index=words).sort_values(ascending=False)


def _counts(part: TrainingSet) -> Rows:
    as_of = part.rows["as_of"].dropna()
    days = (as_of.min().date(), as_of.max().date()) if len(as_of) else (None, None)
    return Rows(len(part.rows), int(part.is_best.sum()), *days)
