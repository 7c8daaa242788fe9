"""Find everything that a report says of a candidate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from icp_ml.evaluation.backtest import backtest_table
from icp_ml.evaluation.case import Case, Told
from icp_ml.evaluation.effects import effects
from icp_ml.evaluation.fairness import group_table
from icp_ml.evaluation.figures import Interval, Scored, bootstrap_figures, compare
from icp_ml.evaluation.gates import gate_failures
from icp_ml.evaluation.held_out import BASE_RATE, CANDIDATE, HeldOut
from icp_ml.evaluation.marks import field_marks
from icp_ml.evaluation.report import Choice, Pooling, Report, Rows
from icp_ml.evaluation.tiers import tier_table
from icp_ml.evaluation.verdict import verdict
from icp_ml.evaluation.words import kind_words, percent
from icp_ml.model.calibration import log_loss
from icp_ml.model.candidate import Model
from icp_ml.model.training import TrainingSet
from icp_ml.scoring import TIERS
from icp_ml.settings import EvaluationSettings


def report_of(
    case: Case,
    told: Told,
    judged: tuple[HeldOut, Mapping[str, Scored]],
    settings: EvaluationSettings,
    seed: int,
) -> Report:
    """Put together everything that is found of a case.

    Parameters
    ----------
    case : Case
    told : Told
    judged : tuple of HeldOut and mapping of str to Scored
        The tests pooled, and each model's scores of them; the candidate first.
    settings : EvaluationSettings
    seed : int
        Of the resampling.
    """
    test, scored = judged
    candidate = scored[CANDIDATE]
    figures = {name: bootstrap_figures(one, settings, seed) for name, one in scored.items()}
    lift = f"lift_at_{100 * settings.shares[0]:g}"
    found = verdict(candidate, test.origin, (lift, figures[CANDIDATE][lift]), settings, seed)
    tiers = tier_table(candidate, test.tiers, TIERS, settings, seed)
    return Report(
        estimate=case.model.estimates,
        best=told.best,
        noun=told.noun,
        definition=told.definition,
        found=found,
        pooling=_pooling(case.tests),
        choice=_choice(case),
        train=_counts(case.training),
        test=_counts(test.part),
        confidence=settings.confidence,
        figures=figures,
        differences=_differences(scored, settings, seed),
        tiers=tiers,
        backtest=backtest_table(test, case.sample),
        groups=group_table(test, case.sample, settings, seed),
        marks=field_marks(candidate, test.tiers, tiers, settings, seed),
        importance=_importance(case.model, case.tests[0].part),
        effects=effects(case.model, case.training, settings),
        curve=case.curve,
        checks=(),
        failures=gate_failures(figures[CANDIDATE], found, (), settings),
        notes=[*_model_notes(case.model), *told.notes],
    )


def _differences(
    scored: Mapping[str, Scored], settings: EvaluationSettings, seed: int
) -> dict[str, dict[str, Interval]]:
    """Compare the candidate with each other kind of model on the same rows."""
    others = {name: one for name, one in scored.items() if name not in (CANDIDATE, BASE_RATE)}
    return {name: compare(scored[CANDIDATE], one, settings, seed) for name, one in others.items()}


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


def shown(test: HeldOut) -> list[str]:
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
    return Choice(kind_words(case.fit.chosen), losses, log_loss(constant, is_best), case.fit.shape_words())


def _importance(model: Model, newest: TrainingSet) -> pd.DataFrame:
    """Share the mean absolute contribution among the attributes, named in words; the largest first."""
    explained = model.explain(model.encoder.transform(newest.accounts, newest.rows["as_of"]), 1)
    sizes: Any = np.abs(explained.contributions).mean(axis=0)
    words = [one.words for one in model.encoder.attributes]
    shared = pd.DataFrame({"attribute": words, "share": sizes / max(sizes.sum(), 1e-12)})
    return shared.sort_values("share", ascending=False, kind="stable", ignore_index=True)


def _counts(part: TrainingSet) -> Rows:
    as_of = part.rows["as_of"].dropna()
    days = (as_of.min().date(), as_of.max().date()) if len(as_of) else (None, None)
    return Rows(len(part.rows), int(part.is_best.sum()), *days)
