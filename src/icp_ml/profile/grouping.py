"""What was observed of each group, which groups are claimed, and how far they say what the model says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from icp_ml.features.statistics import Codes, Floats, log_odds
from icp_ml.label.crosstabs import lift_bounds
from icp_ml.profile.axes import Axis, Bools, axes_of
from icp_ml.profile.card import Fidelity, Group, GroupKind
from icp_ml.profile.conditions import OTHER, are_met, assign
from icp_ml.profile.distilling import Candidate, Evidence, Sample, candidates, sample_of
from icp_ml.profile.statement import conditions_said
from icp_ml.schema import Field
from icp_ml.settings import ProfileSettings

KINDS: tuple[GroupKind, ...] = ("core", "niche", "anti")
Rules = tuple[ProfileSettings, float]
FIT_BOUNDS = (1e-6, 1 - 1e-6)  # log-odds of 0 and 1 are none


def distil(
    evidence: Evidence, settings: ProfileSettings, confidence: float, seed: int
) -> tuple[tuple[Group, ...], Fidelity]:
    """Give the groups of the profile, in the order in which a company is tried, and their fidelity.

    Conditions are searched on the label rows and the drawn prospects, by the model's fit; the figures of a
    group are of all label rows. A group is claimed where what was observed shows what the model says: see
    `_claimed`. Last comes everyone else. The fidelity is that of groups found in the same way on half of the
    rows, measured on the other half, for both halves: a search on all rows has none left to be measured on,
    and one on half of them hangs on how they were halved.

    Parameters
    ----------
    evidence : Evidence
    settings : ProfileSettings
    confidence : float
        Of the intervals.
    seed : int
        Draws the prospects and the halves.
    """
    sample, rules = sample_of(evidence, settings.n_prospects, seed), (settings, confidence)
    axes = axes_of(sample.accounts, evidence.fields, sample.day) if _tells(evidence, confidence) else []
    groups, *of_halves = (
        _described(_found(one, axes, evidence, rules), evidence, confidence)
        for one in (sample.whole(), *sample.halves())
    )
    return groups, fidelity_of(list(zip(of_halves, sample.halves(), strict=True)), evidence)


def _found(sample: Sample, axes: Sequence[Axis], evidence: Evidence, rules: Rules) -> list[Candidate]:
    """Search on a sample, and keep what is claimed; nothing without axes."""
    claimed: list[Candidate] = []
    for candidate in candidates(sample, axes, rules[0]) if axes else []:
        kind = _claimed(candidate, claimed, evidence, rules)
        if kind is not None and sum(one == kind for one, _ in claimed) < rules[0].max_groups:
            claimed = sorted([*claimed, (kind, candidate[1])], key=lambda one: KINDS.index(one[0]))
    return _still_claimed(claimed, evidence, rules)


def _tells(evidence: Evidence, confidence: float) -> bool:
    """Say whether the model ranks best before rest among customers that it never saw, and not by chance.

    Source: Mann and Whitney, "On a test of whether one of two random variables is stochastically larger",
    1947; the normal approximation. With no such rows there is nothing to say against it.
    """
    is_best = evidence.rows["is_best"].to_numpy(dtype=bool)
    if np.ptp(evidence.fit) == 0 or is_best.all() or not is_best.any():
        return False
    best, fit = is_best[evidence.is_unseen], evidence.fit[evidence.is_unseen]
    n_best, n_rest = int(best.sum()), int((~best).sum())
    if n_best == 0 or n_rest == 0:
        return True
    above = rankdata(fit)[best].sum() - n_best * (n_best + 1) / 2
    deviation = np.sqrt(n_best * n_rest * (n_best + n_rest + 1) / 12)
    return bool((above - n_best * n_rest / 2) / deviation > NormalDist().inv_cdf((1 + confidence) / 2))


@dataclass(frozen=True)
class _Seen:
    """What was observed of some label rows."""

    n: int
    n_best: int
    rate: float
    lift: float
    low: float
    high: float


def _seen(is_in: Bools, evidence: Evidence, confidence: float) -> _Seen:
    is_best = evidence.rows["is_best"].to_numpy(dtype=bool)
    n, n_best = int(is_in.sum()), int(is_best[is_in].sum())
    if n == 0 or not is_best.any():
        return _Seen(n, n_best, float("nan"), float("nan"), float("nan"), float("nan"))
    rate = n_best / n
    if n == len(is_in):
        return _Seen(n, n_best, rate, 1.0, 1.0, 1.0)
    group: Codes = pd.factorize(evidence.rows["group"])[0]
    low, high = lift_bounds(is_best, is_in, group, confidence)
    return _Seen(n, n_best, rate, float(rate / is_best.mean()), float(low), float(high))


def _claimed(
    candidate: Candidate, before: Sequence[Candidate], evidence: Evidence, rules: Rules
) -> GroupKind | None:
    """Say what a group is by what was observed of it, beside the groups before; None where it is nothing.

    A core or niche group's lift is `min_core_lift` at least (less where many are best) and the lower bound of
    its interval above 1; an anti group's `max_anti_lift` at most and the upper bound below 1. Among rows that
    the model never saw the lift must lie on the same side of 1.
    """
    settings, confidence = rules
    day = evidence.rows["as_of"]
    is_in = are_met(candidate[1], evidence.accounts, evidence.fields, day)
    for _, conditions in before:
        is_in &= ~are_met(conditions, evidence.accounts, evidence.fields, day)
    seen = _seen(is_in, evidence, confidence)
    if seen.n < max(settings.min_group_share * len(is_in), 1) or not _agrees(is_in, evidence, candidate[0]):
        return None
    if candidate[0] == "anti":
        return "anti" if seen.lift <= settings.max_anti_lift and seen.high < 1 else None
    is_best = evidence.rows["is_best"]
    if seen.lift < _core_lift(settings, float(is_best.mean())) or seen.low <= 1:
        return None
    is_large = seen.n_best >= settings.min_core_best * is_best.sum()
    return "core" if is_large else "niche"


def _core_lift(settings: ProfileSettings, rate: float) -> float:
    """Give the lift that a core group needs; none is above one over the rate, so half-way there will do."""
    return min(settings.min_core_lift, (1 + 1 / rate) / 2)


def _agrees(is_in: Bools, evidence: Evidence, kind: GroupKind) -> bool:
    """Say whether the model and the rows that it never saw put a group on the same side of all."""
    is_best = evidence.rows["is_best"].to_numpy(dtype=bool)
    sign = -1 if kind == "anti" else 1
    fit = sign * (evidence.fit[is_in].mean() - evidence.fit.mean())
    unseen = is_in & evidence.is_unseen
    if not unseen.any():
        return bool(fit > 0)
    return bool(fit > 0 and sign * (is_best[unseen].mean() - is_best[evidence.is_unseen].mean()) > 0)


def _still_claimed(claimed: Sequence[Candidate], evidence: Evidence, rules: Rules) -> list[Candidate]:
    """Keep the groups that are what they were found to be in their final order too."""
    kept: list[Candidate] = []
    for one in claimed:
        kind = _claimed(one, kept, evidence, rules)
        if kind == one[0] or {kind, one[0]} == {"core", "niche"}:
            kept.append(one)
    return kept


def _described(claimed: Sequence[Candidate], evidence: Evidence, confidence: float) -> tuple[Group, ...]:
    """Give each group its name, its words and its figures; and last everyone else."""
    groups: list[Group] = []
    left = np.ones(len(evidence.rows), dtype=bool)
    left_prospects = np.ones(len(evidence.prospects), dtype=bool)
    for kind, conditions in [*claimed, ("other", ())]:
        is_in, is_prospect = left.copy(), left_prospects.copy()
        if kind != "other":
            is_in &= are_met(conditions, evidence.accounts, evidence.fields, evidence.rows["as_of"])
            is_prospect &= are_met(conditions, evidence.prospects, evidence.fields, evidence.today)
        name = OTHER if kind == "other" else f"{kind.title()} {1 + sum(one.kind == kind for one in groups)}"
        words = "all other companies" if kind == "other" else conditions_said(conditions, evidence.fields)
        seen = _seen(is_in, evidence, confidence)
        fit = evidence.prospect_fit[is_prospect] if is_prospect.any() else evidence.fit[is_in]
        groups.append(
            Group(
                name,
                kind,
                conditions,
                words,
                *(seen.n, seen.n_best, seen.rate, seen.lift, seen.low, seen.high),
                n_prospects=int(is_prospect.sum()),
                prospect_share=float(is_prospect.mean()) if len(is_prospect) else float("nan"),
                mean_fit=float(fit.mean()) if len(fit) else float("nan"),
            )
        )
        left, left_prospects = left & ~is_in, left_prospects & ~is_prospect
    return tuple(groups)


def fidelity_of(halves: Sequence[tuple[Sequence[Group], Sample]], evidence: Evidence) -> Fidelity:
    """Measure how far groups say what the model says, each on the rows that they were not searched on.

    Each row is given its group's mean log-odds on the rows that they were searched on.

    Parameters
    ----------
    halves : sequence of (groups, Sample)
        The sample is learnt where they were searched.
    evidence : Evidence
    """
    measured = [_held_out(groups, sample, evidence.fields) for groups, sample in halves]
    fit, said, core = (np.concatenate(parts) for parts in zip(*measured, strict=True))
    model, is_best_fit = log_odds(np.clip(fit, *FIT_BOUNDS)), fit >= evidence.best_fit
    n_both = float((core & is_best_fit).sum())
    return Fidelity(
        r2=_explained(model, said),
        spearman=_rank_correlation(model, said),
        best_fit_precision=n_both / float(core.sum()) if core.any() else float("nan"),
        best_fit_recall=n_both / float(is_best_fit.sum()) if is_best_fit.any() else float("nan"),
        n=len(fit),
    )


def _held_out(
    groups: Sequence[Group], sample: Sample, fields: Mapping[str, Field]
) -> tuple[Floats, Floats, Bools]:
    """Give the fit of each row held out, what its group says of the log-odds, and whether it is core."""
    names = assign(groups[:-1], sample.accounts, fields, sample.day)
    model, held = log_odds(np.clip(sample.fit, *FIT_BOUNDS)), ~sample.is_learnt
    by_group = pd.Series(model[sample.is_learnt]).groupby(names[sample.is_learnt]).mean()
    said = by_group.reindex(names[held]).fillna(float(model.mean())).to_numpy(dtype=np.float64)
    return sample.fit[held], said, np.isin(names[held], [one.name for one in groups if one.kind == "core"])


def _explained(model: Floats, said: Floats) -> float:
    total = float(((model - model.mean()) ** 2).sum()) if len(model) else 0.0
    return 1 - float(((model - said) ** 2).sum()) / total if total > 0 else float("nan")


def _rank_correlation(model: Floats, said: Floats) -> float:
    if len(model) < 2 or np.ptp(model) == 0 or np.ptp(said) == 0:
        return float("nan")
    return float(np.corrcoef(rankdata(model), rankdata(said))[0, 1])
