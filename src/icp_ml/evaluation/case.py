"""What an evaluation is given: a candidate, everything it is judged by, and what is said of both."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from icp_ml.evaluation.backtest import Sample
from icp_ml.evaluation.held_out import HeldOut
from icp_ml.evaluation.learning import LearningCurve
from icp_ml.model.candidate import Model
from icp_ml.model.training import Fit, TrainingSet


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
    definition : pairs of str
        How best was defined, setting by setting.
    """

    best: str
    noun: str
    notes: Sequence[str]
    definition: Sequence[tuple[str, str]] = ()
