"""Judge a candidate on the held-out rows, beside the plain models it must beat."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from icp_ml.evaluation.figures import Scored, bootstrap_figures, compare
from icp_ml.evaluation.gates import gate_failures
from icp_ml.evaluation.plots import plots
from icp_ml.evaluation.report import Report, Rows
from icp_ml.evaluation.tiers import tier_table
from icp_ml.features.statistics import Floats
from icp_ml.model.baseline import fit_logistic
from icp_ml.model.calibration import probability
from icp_ml.model.candidate import ESTIMATES, Model
from icp_ml.model.training import Fit, TrainingSet
from icp_ml.scoring import TIERS, tier_of
from icp_ml.settings import EvaluationSettings

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CANDIDATE, LOGISTIC, BASE_RATE = "icp_ml", "logistic regression", "base rate"


@dataclass(frozen=True)
class Case:
    """A candidate with the rows it learnt from and the rows it is judged on."""

    model: Model
    fit: Fit
    training: TrainingSet
    test: TrainingSet


@dataclass(frozen=True)
class Judgement:
    """The report, its plots, and each test row's score by each model."""

    report: Report
    plots: Mapping[str, Figure]
    scored: pd.DataFrame

    @property
    def is_passed(self) -> bool:
        """Say whether the candidate passes every gate."""
        return not self.report.failures


def judge(
    case: Case,
    meaning: str,
    notes: Sequence[str],
    settings: EvaluationSettings,
    seed: int,
) -> Judgement:
    """Score the test rows by the candidate and the baselines, and compare them.

    Parameters
    ----------
    case : Case
    meaning : str
        Of best, in words.
    notes : sequence of str
        What a reader must know.
    settings : EvaluationSettings
    seed : int
        Of the resampling.
    """
    matrix = case.model.encoder.transform(case.test.accounts, case.test.rows["as_of"])
    scores = _scores(case, matrix)
    is_best, group = case.test.is_best.astype(bool), case.test.rows["group"].to_numpy(dtype=str)
    scored = {name: Scored(is_best, found, group) for name, found in scores.items()}
    figures = {name: bootstrap_figures(one, settings, seed) for name, one in scored.items()}
    differences = {LOGISTIC: compare(scored[CANDIDATE], scored[LOGISTIC], settings, seed)}
    completeness = case.model.encoder.known(case.test.accounts, case.test.rows["as_of"]).mean(axis=1)
    tiers = tier_of(scores[CANDIDATE], completeness, case.model.tiers)
    report = Report(
        estimate=ESTIMATES,
        best=meaning,
        train=_counts(case.training),
        test=_counts(case.test),
        confidence=settings.confidence,
        figures=figures,
        differences=differences,
        tiers=tier_table(scored[CANDIDATE], tiers, TIERS, settings.confidence),
        failures=gate_failures(figures[CANDIDATE], settings),
        notes=notes,
    )
    drawn = plots(scored, _importance(case.model, matrix), settings, seed)
    kept = case.test.rows[["account_id", "as_of", "group", "is_best"]].assign(**scores, tier=tiers)
    return Judgement(report, drawn, kept)


def _scores(case: Case, matrix: Floats) -> dict[str, Floats]:
    logistic = fit_logistic(case.fit.matrix, case.training.is_best)
    return {
        CANDIDATE: probability(case.model.log_odds(matrix, 1).mean(axis=1)),
        LOGISTIC: np.asarray(logistic.predict_proba(matrix)[:, 1], dtype=np.float64),
        BASE_RATE: np.full(len(matrix), case.model.base_rate),
    }


def _importance(model: Model, matrix: Floats) -> pd.Series[float]:
    """Share the mean absolute contribution among the attributes, named in words."""
    contributions, _ = model.explain(matrix, 1)
    sizes: Any = np.abs(contributions).mean(axis=0)
    words = [one.words for one in model.encoder.attributes]
    return pd.Series(sizes / max(sizes.sum(), 1e-12), index=words).sort_values(ascending=False)


def _counts(part: TrainingSet) -> Rows:
    as_of = part.rows["as_of"].dropna()
    days = (as_of.min().date(), as_of.max().date()) if len(as_of) else (None, None)
    return Rows(len(part.rows), int(part.is_best.sum()), *days)
