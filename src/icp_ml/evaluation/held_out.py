"""Score held-out rows: the newest by the candidate, earlier ones by the same recipe fitted before them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from icp_ml.evaluation.figures import Scored
from icp_ml.evaluation.words import kind_words
from icp_ml.features.statistics import Floats, log_odds
from icp_ml.model.base_rates import BaseRates
from icp_ml.model.calibration import probability
from icp_ml.model.training import Fit, TrainingSet
from icp_ml.scoring import OutOfFold, frozen_tiers, tier_of
from icp_ml.settings import ModelKind, TierSettings
from icp_ml.split import Split

CANDIDATE, BASE_RATE = "icp_ml", "base rate"
Refit = Callable[[TrainingSet], Fit]


@dataclass(frozen=True)
class Tiering:
    """How a score becomes a tier: the settings, and the candidate's base rates where one was declared."""

    settings: TierSettings
    rates: BaseRates | None = None

    def tiers(self, fit_probability: Floats, completeness: Floats, seen: OutOfFold) -> NDArray[Any]:
        """Give the tiers that a model learnt from these rows would."""
        rates = BaseRates(float(seen.is_best.mean()), None, 0.0)
        if self.rates is not None and self.rates.declared is not None:
            rates = self.rates
            with np.errstate(divide="ignore"):
                fit_probability = probability(log_odds(fit_probability) + self.rates.shift)
        tiers = frozen_tiers(rates, self.settings, seen)
        found: NDArray[Any] = tier_of(fit_probability, completeness, tiers)
        return found


def out_of_fold(fit: Fit, training: TrainingSet) -> OutOfFold:
    """Give the training rows as the chosen kind of model scored them out of fold."""
    encoder = fit.candidate.encoder
    completeness = encoder.completeness(encoder.known(training.accounts, training.rows["as_of"]))
    return OutOfFold(fit.candidate.out_of_fold, completeness, training.is_best)


@dataclass(frozen=True)
class HeldOut:
    """Held-out rows, scored by models that learnt from older rows of other groups.

    Attributes
    ----------
    part : TrainingSet
        The held-out rows with their firmographics.
    scores : mapping of str to array of float64, shape (n_rows,)
        The candidate's calibrated probability, that of every kind tried, and the base rate of what was learnt
        from, before any declared base rate.
    tiers : array of str, shape (n_rows,)
    completeness : array of float64, shape (n_rows,)
        Share of the candidate's attributes that are known.
    origin : array of int, shape (n_rows,)
        The test each row belongs to: 0 is the newest, that of the registered candidate.
    chosen : tuple of ModelKind
        The kind that the recipe chose for each test.
    windows : tuple of str
        Which rows each test is of, in words.
    """

    part: TrainingSet
    scores: Mapping[str, Floats]
    tiers: NDArray[Any]
    completeness: Floats
    origin: NDArray[np.intp]
    chosen: tuple[ModelKind, ...]
    windows: tuple[str, ...]

    @property
    def is_best(self) -> NDArray[np.bool_]:
        """Give the label."""
        return self.part.is_best.astype(bool)

    def scored(self, name: str) -> Scored:
        """Give one model's scores with what they are judged by; each test is ranked alone."""
        group = self.part.rows["group"].to_numpy(dtype=str)
        return Scored(self.is_best, self.scores[name], group, self.origin if self.origin.any() else None)


def run_tests(
    rows: TrainingSet, splits: Sequence[Split], fit: Fit, refit: Refit, tiering: Tiering
) -> list[HeldOut]:
    """Score the rows that each split holds out.

    Parameters
    ----------
    rows : TrainingSet
        All label rows.
    splits : sequence of Split
        As `rolling_origins` gives them, the newest first.
    fit : Fit
        Learnt from the training rows of the first split.
    refit : callable
        Fits the same recipe on the training rows of an earlier split.
    tiering : Tiering
    """
    return [
        scored_rows(fit if number == 0 else refit(rows.part(split.train)), rows, split, tiering)
        for number, split in enumerate(splits)
    ]


def scored_rows(fit: Fit, rows: TrainingSet, split: Split, tiering: Tiering) -> HeldOut:
    """Score the rows that a split holds out by what was learnt from its training rows."""
    part, learnt = rows.part(split.test), rows.part(split.train)
    by_kind = {kind_words(kind): one.probability_of(part) for kind, one in fit.kinds.items()}
    found = by_kind[kind_words(fit.chosen)]
    encoder = fit.candidate.encoder
    completeness = encoder.completeness(encoder.known(part.accounts, part.rows["as_of"]))
    return HeldOut(
        part,
        {CANDIDATE: found, **by_kind, BASE_RATE: np.full(len(found), learnt.is_best.mean())},
        tiering.tiers(found, completeness, out_of_fold(fit, learnt)),
        completeness,
        np.zeros(len(found), dtype=np.intp),
        (fit.chosen,),
        (split.window,),
    )


def pooled(tests: Sequence[HeldOut]) -> HeldOut:
    """Put the rows of several tests together, their probabilities as they are.

    Each test is ranked alone (`HeldOut.scored`): that base rates drift, and whether the models followed, is
    no merit or fault of a ranking. No row and no group stands in two tests.
    """
    first = tests[0]
    shared = [name for name in first.scores if all(name in one.scores for one in tests)]
    accounts = pd.concat([one.part.accounts for one in tests], ignore_index=True)
    rows = pd.concat([one.part.rows for one in tests], ignore_index=True)
    return HeldOut(
        TrainingSet(accounts, rows, first.part.fields),
        {name: np.concatenate([one.scores[name] for one in tests]) for name in shared},
        np.concatenate([one.tiers for one in tests]),
        np.concatenate([one.completeness for one in tests]),
        np.repeat(np.arange(len(tests)), [len(one.origin) for one in tests]),
        tuple(kind for one in tests for kind in one.chosen),
        tuple(window for one in tests for window in one.windows),
    )
