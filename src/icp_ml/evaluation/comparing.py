"""Score the same accounts with two registered models, and compare them pair by pair."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from icp_ml.evaluation.fairness import group_table
from icp_ml.evaluation.figures import Interval, compare, figures_of
from icp_ml.evaluation.held_out import CANDIDATE, HeldOut
from icp_ml.evaluation.promotion import JUDGED, RANKING, newly_adverse
from icp_ml.features.statistics import Floats
from icp_ml.model.calibration import probability
from icp_ml.model.candidate import Model
from icp_ml.model.recipe import TrainingSet
from icp_ml.scoring import tier_of
from icp_ml.settings import EvaluationSettings


@dataclass(frozen=True)
class Compared:
    """Champion and challenger on the same accounts.

    Attributes
    ----------
    names : tuple of str
        The figures that both have: a declared rubric gives no probability, so that ranking alone counts.
    champion, challenger : dict of str to float
        Figures.
    differences : dict of str to Interval
        Challenger minus champion, paired.
    newly_adverse : list of str
        Levels that the challenger alone puts at a disadvantage.
    """

    names: tuple[str, ...]
    champion: dict[str, float]
    challenger: dict[str, float]
    differences: dict[str, Interval]
    newly_adverse: list[str]


def compared(
    models: tuple[Model, Model], part: TrainingSet, settings: EvaluationSettings, seed: int
) -> Compared:
    """Compare champion and challenger, in this order, on accounts that neither learnt from."""
    before, after = (held_out_by(one, part) for one in models)
    names = JUDGED if all(one.calibration is not None for one in models) else RANKING
    old, new = before.scored(CANDIDATE), after.scored(CANDIDATE)
    differences = compare(new, old, settings, seed)
    tables = [group_table(one, None, settings, seed) for one in (before, after)]
    old_figures, new_figures = (_only(figures_of(one, settings.shares), names) for one in (old, new))
    return Compared(
        names, old_figures, new_figures, {name: differences[name] for name in names}, newly_adverse(*tables)
    )


def held_out_by(model: Model, part: TrainingSet) -> HeldOut:
    """Score label rows with a registered model, each as of its own day, before any declared base rate.

    The points of a declared rubric are put on a scale of 0 to 1, which keeps their order.
    """
    accounts, as_of = part.accounts, part.rows["as_of"]
    matrix, known = model.encoder.transform(accounts, as_of), model.encoder.known(accounts, as_of)
    raw, completeness = model.log_odds(matrix, 1).mean(axis=1), model.encoder.completeness(known)
    score = raw if model.calibration is None else probability(raw)
    tiers = tier_of(score if model.calibration is None else model.shifted(score), completeness, model.tiers)
    scaled = _scaled(score) if model.calibration is None else score
    origin = np.zeros(len(score), dtype=np.intp)
    return HeldOut(part, {CANDIDATE: scaled}, tiers, completeness, origin, (), ())


def not_mapped(model: Model, accounts: pd.DataFrame) -> list[str]:
    """Name what a model learnt from and today's mapping no longer brings; it counts as missing."""
    sources = {source for one in model.encoder.attributes for source in one.sources}
    return sorted(sources - set(accounts.columns))


def _scaled(points: Floats) -> Floats:
    low, high = points.min(), points.max()
    scaled: Floats = (points - low) / (high - low if high > low else 1.0)
    return scaled


def _only(figures: dict[str, float], names: tuple[str, ...]) -> dict[str, float]:
    return {name: figures[name] for name in names}
