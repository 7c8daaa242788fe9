"""What each feature alone tells of the label: by its values, by its gaps, by one of its levels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from icp_ml.checks.auc import Auc, group_codes, grouped_auc
from icp_ml.checks.case import Case
from icp_ml.features.attributes import ITEM_FORMS, LEVEL_FORMS, Attribute
from icp_ml.features.items import Items, cross_fitted_summary, rows_to_keep, split_items
from icp_ml.features.statistics import MIN_SEEN, Codes, Floats, Labelled, folds_of
from icp_ml.features.usable import usable_attributes
from icp_ml.model.training import TrainingSet
from icp_ml.settings import FeaturesSettings

Aspect = Literal["values", "gaps", "level"]
N_BINS = 20
SECONDS_PER_DAY = 86_400
ONE_SIDED = 10.0
CROSS_FITTED_ERROR = 2.0
"""Times the error that the formula gives: it does not know that rows of one level share what was learnt of
them. On noise the true error was 1.0 to 1.65 times that of the formula (130 to 800 rows, 2 to 150 levels)."""


@dataclass(frozen=True)
class Relation:
    """How one aspect of a column is related to the label.

    Attributes
    ----------
    column : str
    aspect : str
        values (of the rows that have one), gaps (whether there is one), level (whether it is this one).
    auc : Auc
        Above 0.5 where it tells anything.
    n_tests : int
        Directions and levels it was chosen from, times the aspects that are looked at beside it.
    words : str
        Whether gaps or values, or which level, speak for best.
    is_one_sided : bool
        Of gaps: whether one outcome fills the column ONE_SIDED times as often as the other.
    """

    column: str
    aspect: Aspect
    auc: Auc
    n_tests: int
    words: str
    is_one_sided: bool = False

    def is_above(self, limit: float, chance: float, alpha: float) -> bool:
        """Say whether the relation exceeds a limit; `alpha` is for one column."""
        return self.auc.is_above(limit, chance, alpha / self.n_tests)


@dataclass(frozen=True)
class _Rows:
    """The label of each row, its group, and the fold in which nothing of its group was seen."""

    is_best: Floats
    group: Codes
    fold: Codes
    settings: FeaturesSettings

    def part(self, positions: Any) -> _Rows:
        return _Rows(self.is_best[positions], self.group[positions], self.fold[positions], self.settings)


def relations(case: Case, seed: int) -> list[Relation]:
    """Relate every feature in use to the label.

    A column of levels is scored by statistics from the other folds, so that levels without meaning rank no
    better than chance, however many there are.
    """
    training = case.training
    if training is None:
        return []
    fold = folds_of(
        training.rows["group"].to_numpy(dtype=object),
        training.is_best,
        case.features.n_crossfit_folds,
        seed,
    )
    rows = _Rows(training.is_best, group_codes(training.rows["group"]), fold, case.features)
    attributes = usable_attributes(training.accounts, training.fields, case.features.exclude)
    found = []
    for attribute in attributes:
        if not attribute.is_derived:
            found += list(_of_column(attribute, training, rows))
    return found


def by_column(found: list[Relation]) -> Mapping[str, list[Relation]]:
    """Group relations by their column."""
    columns: dict[str, list[Relation]] = {}
    for one in found:
        columns.setdefault(one.column, []).append(one)
    return columns


def _of_column(attribute: Attribute, training: TrainingSet, rows: _Rows) -> Iterator[Relation]:
    is_known = training.accounts[attribute.name].notna().to_numpy(dtype=bool)
    yield from _of_gaps(attribute.name, is_known, rows)
    if not is_known.any():
        return
    known = training.part(np.flatnonzero(is_known))
    inside = rows.part(is_known)
    if attribute.form in (*LEVEL_FORMS, *ITEM_FORMS):
        form = attribute.form if attribute.form in ITEM_FORMS else "levels"
        items = split_items(training.accounts[attribute.name], form)
        yield from _of_items(attribute, items.part(is_known), inside)
        yield from _of_levels(attribute.name, items, rows)
    else:
        numbers = _numbers(attribute, known)
        yield from _of_numbers(attribute.name, numbers, inside)
        yield from _of_items(attribute, _bins(numbers), inside)


def _of_gaps(name: str, is_known: Any, rows: _Rows) -> Iterator[Relation]:
    auc = grouped_auc(is_known.astype(np.float64), rows.is_best, rows.group)
    if auc is not None:
        filled = "best is filled more often" if auc.value > 0.5 else "rest is filled more often"
        share_best, share_rest = (float(is_known[rows.is_best == side].mean()) for side in (1, 0))
        is_one_sided = max(share_best, share_rest) >= ONE_SIDED * min(share_best, share_rest)
        yield Relation(name, "gaps", auc.either_way, 2, filled, is_one_sided)


def _of_numbers(name: str, numbers: Floats, rows: _Rows) -> Iterator[Relation]:
    auc = grouped_auc(numbers, rows.is_best, rows.group)
    if auc is not None:
        yield Relation(name, "values", auc.either_way, 4, "high" if auc.value > 0.5 else "low")


def _of_items(attribute: Attribute, items: Items, rows: _Rows) -> Iterator[Relation]:
    labelled = Labelled(rows.is_best, rows.fold, rows.settings)
    min_rows = rows_to_keep(labelled) if attribute.form in ITEM_FORMS else MIN_SEEN
    score = np.nan_to_num(cross_fitted_summary(items, labelled, min_rows)[:, 0])
    auc = grouped_auc(score, rows.is_best, rows.group)
    if auc is not None:
        wider = replace(auc, error=CROSS_FITTED_ERROR * auc.error)
        yield Relation(attribute.name, "values", wider, 2, "cross-fitted")


def _of_levels(name: str, items: Items, rows: _Rows) -> Iterator[Relation]:
    """Look at the one level or item whose presence differs most between best and rest."""
    if not len(items.names):
        return
    best = rows.is_best
    share_best = np.asarray(items.matrix.T @ best) / max(best.sum(), 1.0)
    share_rest = np.asarray(items.matrix.T @ (1 - best)) / max((1 - best).sum(), 1.0)
    at = int(np.argmax(np.abs(share_best - share_rest)))
    holds = np.asarray(items.matrix[:, [at]].toarray())[:, 0]
    auc = grouped_auc(holds, best, rows.group)
    if auc is not None:
        yield Relation(name, "level", auc.either_way, 4 * len(items.names), str(items.names[at]))


def _numbers(attribute: Attribute, known: TrainingSet) -> Floats:
    """Give the numbers of a column, a date as days before the row's day where that is known."""
    values: pd.Series[Any] = known.accounts[attribute.name]
    if attribute.form != "recency":
        return np.asarray(np.nan_to_num(values.to_numpy(dtype=np.float64, na_value=np.nan)))
    as_of = known.rows["as_of"]
    start = as_of if as_of.notna().all() else pd.Timestamp(0)
    seconds = (start - values).dt.total_seconds().to_numpy(dtype=np.float64)
    return np.asarray(seconds / SECONDS_PER_DAY)


def _bins(numbers: Floats) -> Items:
    """Cut numbers into levels of about equal size, so that a range in the middle can speak too."""
    edges = np.unique(np.quantile(numbers, np.linspace(0, 1, N_BINS + 1)[1:-1]))
    levels = pd.Series(np.searchsorted(edges, numbers).astype(str)).astype("str")
    return split_items(levels, "levels")
