"""What each code means, in a salesperson's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from icp_ml.drift.bins import NO_SCORE, REST
from icp_ml.drift.codes import ABOVE, BELOW, FIRST, MISSING, OTHER, UNSEEN, vocabulary, watched
from icp_ml.drift.counts import STEPS_PER_UNIT
from icp_ml.features.attributes import ITEM_FORMS, LEVEL_FORMS, STEP, Attribute
from icp_ml.features.groups import MEASURED_FORMS
from icp_ml.industries import industry_title
from icp_ml.model.calibration import probability
from icp_ml.model.candidate import Model
from icp_ml.scoring.like import band_words
from icp_ml.scoring.place_names import place_name

SCORE = "score"
ALWAYS: Mapping[int, str] = {
    MISSING: "missing",
    BELOW: "below what training saw",
    ABOVE: "above what training saw",
    UNSEEN: "not seen in training",
    OTHER: "rare",
    REST: "the rest",
}


@dataclass(frozen=True)
class Named:
    """An attribute and its codes in words."""

    words: str
    labels: Mapping[int, str]

    def label(self, code: int) -> str:
        """Say what a code means."""
        return self.labels.get(code) or ALWAYS[code]


@dataclass(frozen=True)
class Vocabulary:
    """What the codes of a model mean.

    Attributes
    ----------
    attributes : mapping of str to Named
        By name, those that are watched.
    is_points : bool
        Whether the score is a rubric's points, not log-odds.
    """

    attributes: Mapping[str, Named]
    is_points: bool

    def score(self, edges: tuple[int, ...]) -> Named:
        """Say what lies between the edges of the score."""
        said = [self._score_words(one) for one in edges]
        between = [f"{low} to {high}" for low, high in pairwise(said)]
        parts = [f"under {said[0]}", *between, f"{said[-1]} or more"] if said else ["any"]
        labels = {at: f"with {'points' if self.is_points else 'fit'} {part}" for at, part in enumerate(parts)}
        return Named(SCORE, {**labels, NO_SCORE: "without a score"})

    def _score_words(self, edge: int) -> str:
        """Say where a step of the grid begins."""
        value = (edge - 0.5) / STEPS_PER_UNIT
        if self.is_points:
            return f"{value:.1f}"
        return f"{100 * probability(np.array([value]))[0]:.3g} %"


def vocabulary_of(model: Model) -> Vocabulary:
    """Say what the codes of a model mean."""
    named = {one.name: Named(one.words, _labels(model, one)) for one in watched(model.encoder)}
    return Vocabulary(named, model.kind == "rubric")


def _labels(model: Model, attribute: Attribute) -> Mapping[int, str]:
    if attribute.form in (*LEVEL_FORMS, *ITEM_FORMS):
        return {code: _level(attribute, name) for name, code in vocabulary(attribute).items()}
    if attribute.form not in MEASURED_FORMS:
        words = ("not met", "met") if attribute.form == "rubric" else ("no", "yes")
        return {FIRST: words[0], FIRST + 1: words[1]}
    seen = model.observed.of(attribute)
    if not seen.edges:
        return {FIRST: "any number"}
    bands = range(len(seen.edges) + 1)
    return {FIRST + at: band_words(attribute, seen, at).removeprefix("with ") for at in bands}


def _level(attribute: Attribute, name: str) -> str:
    """Name a level as people do, by its own last step; an item or a word as it is."""
    if attribute.form in ITEM_FORMS:
        return f"with {name}"
    coarsest, level = name.partition(STEP)[0], name.rpartition(STEP)[2]
    if attribute.form == "industry_code":
        title = industry_title(coarsest)
        return f"{level} ({title})" if title else level
    return place_name(attribute.name, level.upper(), level)
