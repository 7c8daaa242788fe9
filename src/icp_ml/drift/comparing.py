"""Compare a list with the first one that its model scored, and say what drifted beyond chance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from icp_ml.drift.bins import Bins, bins_of, score_bins, score_edges
from icp_ml.drift.codes import ABOVE, BELOW, MISSING, UNSEEN
from icp_ml.drift.counts import Counts
from icp_ml.drift.divergence import Bounded, chance, chance_of, jensen_shannon, psi
from icp_ml.drift.rates import Rate
from icp_ml.drift.vocabulary import SCORE, Named, Vocabulary
from icp_ml.scoring.tiers import BEST_FIT
from icp_ml.settings import DriftSettings

Kind = Literal["psi", "missing", "new levels", "out of range", "tier"]
RATES: Mapping[Kind, tuple[int, ...]] = {
    "missing": (MISSING,),
    "new levels": (UNSEEN,),
    "out of range": (BELOW, ABOVE),
}
"""The codes that each kind of rate counts."""


@dataclass(frozen=True)
class Bin:
    """A bin in words, and its share of rows then and now, 0 to 1."""

    words: str
    then: float
    now: float


@dataclass(frozen=True)
class Shift:
    """How one attribute, or the score, differs between two lists.

    Attributes
    ----------
    name, words : str
    psi, js : Bounded
        Population stability index and Jensen-Shannon distance, with the bounds of the truth.
    by_chance : float
        The PSI that two lists of these sizes show on average where nothing changed; `psi` is without it.
    chance : float
        Probability of a difference like this, or a larger one, where nothing changed.
    bins : tuple of Bin
    rates : mapping of Kind to Rate
        Of what either list has at all.
    """

    name: str
    words: str
    psi: Bounded
    js: Bounded
    by_chance: float
    chance: float
    bins: tuple[Bin, ...]
    rates: Mapping[Kind, Rate]


@dataclass(frozen=True)
class Drift:
    """How a list differs from the first one that its model scored.

    Attributes
    ----------
    n_then, n_now : int
        Rows.
    shifts : tuple of Shift
        Of each watched attribute, and of the score, which comes last.
    tiers : mapping of str to Rate
    """

    n_then: int
    n_now: int
    shifts: tuple[Shift, ...]
    tiers: Mapping[str, Rate]


@dataclass(frozen=True)
class Found:
    """One question that a cycle asks of its lists, and the answer.

    Attributes
    ----------
    segment, name : str
        The attribute's name, "score" or the tier.
    kind : Kind
    chance : float
        Probability of such a figure, or a larger one, where nothing changed.
    bounded : Bounded
        What is asked of: the PSI, the rise of a share of rows, how many times a tier's share.
    limit : float
        Of the settings.
    """

    segment: str
    name: str
    kind: Kind
    chance: float
    bounded: Bounded
    limit: float

    @property
    def may_reach_limit(self) -> bool:
        """Say whether the bounds of the truth reach the limit."""
        return self.bounded.high >= self.limit


def drift(reference: Counts, current: Counts, settings: DriftSettings, words: Vocabulary) -> Drift:
    """Compare two lists by their counts; neither is empty.

    Parameters
    ----------
    reference, current : Counts
        Of the first full list that the model scored, and of this one.
    settings : DriftSettings
    words : Vocabulary
        Of the model.
    """
    shifts = [
        _attribute_shift(name, (reference, current), named, settings)
        for name, named in words.attributes.items()
    ]
    edges = score_edges(reference, settings.n_bins)
    score = _shift(SCORE, score_bins(reference, current, edges), words.score(edges), settings)
    tiers = {
        name: Rate(reference.tiers.get(name, 0), reference.n, current.tiers.get(name, 0), current.n)
        for name in sorted({*reference.tiers, *current.tiers})
    }
    return Drift(reference.n, current.n, (*shifts, score), tiers)


def alarms(drifts: Mapping[str, Drift], settings: DriftSettings) -> list[Found]:
    """List what drifted, over all segments of a cycle.

    An alarm needs two things: chance alone is excluded, and that the limit is reached is not. A drift that
    truly is at its limit so raises one nearly always, where "the estimate is above the limit" would miss it
    every second time; and whatever the bounds, a list in which nothing changed raises any alarm at all in
    `false_alarms` of cycles at most: by Holm's step-down over everything that is tested in the cycle, which
    holds however the attributes hang together.

    Source: Holm, "A simple sequentially rejective multiple test procedure", 1979.

    Parameters
    ----------
    drifts : mapping of str to Drift
        By segment.
    settings : DriftSettings

    Returns
    -------
    list of Found
        The least likely by chance first.
    """
    found = [one for segment, drifted in drifts.items() for one in _asked(segment, drifted, settings)]
    found.sort(key=lambda one: one.chance)
    beyond = []
    for at, one in enumerate(found):
        if one.chance > settings.false_alarms / (len(found) - at):
            break
        beyond.append(one)
    return [one for one in beyond if one.may_reach_limit]


def _asked(segment: str, drifted: Drift, settings: DriftSettings) -> Iterator[Found]:
    limits: Mapping[Kind, float] = {
        "missing": settings.max_missing_rise,
        "new levels": settings.max_new_levels,
        "out of range": settings.max_out_of_range,
    }
    for one in drifted.shifts:
        yield Found(segment, one.name, "psi", one.chance, one.psi, settings.max_psi)
        for kind, rate in one.rates.items():
            rise = rate.rise(settings.confidence)
            yield Found(segment, one.name, kind, rate.chance(), rise, limits[kind])
    if BEST_FIT in drifted.tiers:
        rate = drifted.tiers[BEST_FIT]
        ratio = rate.ratio(settings.confidence)
        yield Found(segment, BEST_FIT, "tier", rate.chance(), ratio, settings.max_tier_ratio)


def _attribute_shift(name: str, lists: tuple[Counts, Counts], named: Named, settings: DriftSettings) -> Shift:
    then, now = (one.attributes.get(name, {}) for one in lists)
    rates: dict[Kind, Rate] = {}
    for kind, codes in RATES.items():
        n_then, n_now = (sum(counts.get(code, 0) for code in codes) for counts in (then, now))
        if n_then + n_now:
            rates[kind] = Rate(n_then, lists[0].n, n_now, lists[1].n)
    return _shift(name, bins_of(then, now, settings.n_bins), named, settings, rates)


def _shift(
    name: str, bins: Bins, named: Named, settings: DriftSettings, rates: Mapping[Kind, Rate] | None = None
) -> Shift:
    then, now = bins.then, bins.now
    n_then, n_now = float(then.sum()), float(now.sum())
    shares = zip(bins.keys, (then / n_then).tolist(), (now / n_now).tolist(), strict=True)
    return Shift(
        name,
        named.words,
        psi(then, now, settings.confidence),
        jensen_shannon(then, now, settings.confidence),
        chance(len(then), n_then, n_now),
        chance_of(then, now),
        tuple(Bin(named.label(key), before, after) for key, before, after in shares),
        rates or {},
    )
