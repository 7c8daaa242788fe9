"""Features that know the outcome: almost the label, too good alone, filled by it, or dated after it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from icp_ml.checks.case import Case
from icp_ml.checks.findings import Finding
from icp_ml.checks.headings import outcome_words
from icp_ml.checks.relations import Relation, by_column, relations
from icp_ml.settings import ChecksSettings

CHANCE = 0.5


def leaks(case: Case, settings: ChecksSettings, seed: int) -> list[Finding]:
    """Find features that know the outcome.

    A column that is almost the label is said once, whatever else it is; one whose heading merely sounds
    like an outcome is said where nothing graver names it.
    """
    related = by_column(relations(case, seed))
    alpha = settings.alpha / max(len(related), 1)
    found = list(_known_later(case, settings, related, alpha))
    later = {one.place for one in found}
    for name, ones in related.items():
        told = _strongest_leak(name, ones, settings, alpha)
        told = [one for one in told if one.code != "predicted_by_missingness" or name not in later]
        found += told
        words = outcome_words(case.heading(name)) or outcome_words(name)
        if words and not told and name not in later:
            found += _hinted(words, ones, settings.max_hinted_auc, alpha)
    return found


def _strongest_leak(name: str, ones: list[Relation], settings: ChecksSettings, alpha: float) -> list[Finding]:
    limit, bound = settings.max_almost_label_auc, settings.max_feature_auc
    almost = [one for one in ones if one.is_above(limit, bound, alpha)]
    if almost:
        return [Finding("almost_label", name, _said(max(almost, key=lambda one: one.auc.value)))]
    found = []
    gaps = [one for one in ones if one.aspect == "gaps"]
    values = [one for one in ones if one.aspect != "gaps"]
    if any(one.is_above(settings.max_missingness_auc, CHANCE, alpha) for one in gaps):
        found.append(Finding("predicted_by_missingness", name, _said(gaps[0])))
    strong = [one for one in values if one.is_above(settings.max_feature_auc, CHANCE, alpha)]
    if strong:
        found.append(Finding("feature_auc", name, _said(max(strong, key=lambda one: one.auc.value))))
    return found


def _hinted(words: str, ones: list[Relation], limit: float, alpha: float) -> Iterator[Finding]:
    """Say a heading that sounds like an outcome where its column tells best from rest.

    Where hardly any but one outcome fills it, any clear relation will do: the reason of a lost deal, which
    few rows have, cannot reach a limit.
    """
    related = [one for one in ones if one.is_above(CHANCE if one.is_one_sided else limit, CHANCE, alpha)]
    if related:
        strongest = max(related, key=lambda one: one.auc.value)
        yield Finding("post_sale_heading", strongest.column, f"{words!r} in its heading; {_said(strongest)}")


def _said(one: Relation) -> str:
    figure = f"ROC AUC {one.auc.value:.3f}"
    if one.aspect == "gaps":
        return f"whether it is filled tells best from rest with {figure}; {one.words}."
    if one.aspect == "level":
        return f"the level {one.words!r} alone tells best from rest with {figure}."
    return f"its values alone tell best from rest with {figure}."


def _known_later(
    case: Case, settings: ChecksSettings, related: Mapping[str, list[Relation]], alpha: float
) -> Iterator[Finding]:
    """Find dates and years after the day their row speaks of, and dates that one outcome has more often."""
    if case.training is None:
        return
    accounts, as_of = case.training.accounts, case.training.rows["as_of"]
    for name, field in case.training.fields.items():
        if name != "known_on" and not (field.kind in ("date", "year") and name in case.features_in_use):
            continue
        share, n_known = _share_ahead(accounts[name], as_of)
        gaps = [one for one in related.get(name, []) if one.aspect == "gaps"]
        if n_known and share > settings.max_ahead_share:
            said = f"{share:.0%} of {n_known:,} known values lie after the day that their row speaks of."
            yield Finding("known_later", name, said)
        elif field.kind == "date" and any(
            one.is_above(settings.max_missingness_auc, CHANCE, alpha) for one in gaps
        ):
            yield Finding("known_later", name, f"only one outcome comes with it: {_said(gaps[0])}")


def _share_ahead(values: pd.Series[Any], as_of: pd.Series[Any]) -> tuple[float, int]:
    is_known = (values.notna() & as_of.notna()).to_numpy()
    if not is_known.any():
        return 0.0, 0
    is_date = pd.api.types.is_datetime64_any_dtype(values)
    is_ahead = values > (as_of if is_date else as_of.dt.year)
    return float(np.mean(is_ahead.to_numpy()[is_known])), int(is_known.sum())
