"""Whether a classifier can tell customers from prospects: what is learnt of one then fails the other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from icp_ml.checks.auc import grouped_auc
from icp_ml.checks.case import Accounts, Case
from icp_ml.checks.findings import Finding
from icp_ml.features.items import split_items
from icp_ml.features.statistics import Floats, folds_of
from icp_ml.features.usable import usable_attributes
from icp_ml.schema import LEVEL_KINDS
from icp_ml.settings import ChecksSettings

MIN_ROWS = 100  # on each side
N_FOLDS = 3
N_ROUNDS = 40
N_ITEMS = 20  # of a list, with a column of their own
N_TOLD = 3
TREES = {
    "objective": "binary",
    "num_leaves": 7,
    "learning_rate": 0.2,
    "min_data_in_leaf": 20,
    "lambda_l2": 5.0,
    "verbosity": -1,
    "deterministic": True,
    "force_row_wise": True,
    "num_threads": 1,
}


def likeness(case: Case, settings: ChecksSettings, seed: int) -> Iterator[Finding]:
    """Tell customers from prospects by their features, out of fold; say so where it is too easy."""
    if case.customers is None or case.prospects is None or case.described is None:
        return
    customers, prospects = case.described, case.prospects
    names = [
        one.name
        for one in usable_attributes(customers.rows, dict(customers.fields), case.features.exclude)
        if one.name in prospects.rows
    ]
    drawn = [_drawn(side.rows, settings.compared_rows, seed) for side in (customers, prospects)]
    if min(len(rows) for rows in drawn) < MIN_ROWS or not names:
        return
    pool = pd.concat([rows[names] for rows in drawn], ignore_index=True)
    encoded = {name: _encoded(pool[name], customers.fields[name].kind) for name in names}
    is_customer = np.repeat([1.0, 0.0], [len(rows) for rows in drawn])
    score, gains = _out_of_fold(encoded, is_customer, seed)
    auc = grouped_auc(score, is_customer, np.arange(len(score)))
    if auc is not None and auc.is_above(settings.max_likeness_auc, 0.5, settings.alpha):
        yield Finding("customers_unlike_prospects", "", _said(auc.value, gains, prospects))


def _said(value: float, gains: dict[str, float], prospects: Accounts) -> str:
    strongest = sorted(gains, key=lambda name: (-gains[name], name))[:N_TOLD]
    whose = "prospects" if prospects.is_whole else f"the first {len(prospects.rows):,} prospects"
    return (
        f"a classifier tells customers from {whose} with ROC AUC {value:.3f}, most by {', '.join(strongest)}."
    )


def _drawn(rows: pd.DataFrame, n_rows: int, seed: int) -> pd.DataFrame:
    return rows.sample(n_rows, random_state=seed) if len(rows) > n_rows else rows


def _encoded(values: pd.Series[Any], kind: str) -> Floats:
    """Write a column as numbers without looking at any label; NaN where it is missing."""
    if pd.api.types.is_datetime64_any_dtype(values):
        days = (values - pd.Timestamp(0)).dt.days
        return np.asarray(days.to_numpy(dtype=np.float64, na_value=np.nan)[:, None])
    if pd.api.types.is_numeric_dtype(values):
        return np.asarray(values.to_numpy(dtype=np.float64, na_value=np.nan)[:, None])
    if kind in LEVEL_KINDS:
        return _frequency_rank(values)[:, None]
    form = "items" if kind == "list" else "words"
    items = split_items(values, form)
    order = np.argsort(-np.asarray(items.matrix.sum(axis=0)).ravel(), kind="stable")[:N_ITEMS]
    own = items.matrix[:, order].toarray()
    own[items.is_missing] = np.nan
    return np.column_stack([np.where(items.is_missing, np.nan, items.n_items), own])


def _frequency_rank(values: pd.Series[Any]) -> Floats:
    """Rank levels by how often they occur in both lists together."""
    folded = values.str.casefold().str.strip()
    counts = folded.value_counts()
    ranked = counts.iloc[np.lexsort((counts.index.to_numpy(dtype=str), -counts.to_numpy()))]
    places = pd.Series(np.arange(len(ranked), dtype=np.float64), index=ranked.index)
    return np.asarray(folded.map(places).to_numpy(dtype=np.float64, na_value=np.nan))


def _out_of_fold(
    encoded: dict[str, Floats], is_customer: Floats, seed: int
) -> tuple[Floats, dict[str, float]]:
    """Score each row by trees that did not see it; sum up how much each column told them."""
    import lightgbm

    matrix = np.column_stack(list(encoded.values()))
    owner = np.repeat(list(encoded), [part.shape[1] for part in encoded.values()])
    folds = folds_of(np.arange(len(is_customer)), is_customer, N_FOLDS, seed)
    score, gain = np.zeros(len(is_customer)), np.zeros(matrix.shape[1])
    for fold in range(N_FOLDS):
        held = folds == fold
        seen = lightgbm.Dataset(matrix[~held], is_customer[~held], free_raw_data=False)
        trees = lightgbm.train({**TREES, "seed": seed % 2**31}, seen, N_ROUNDS)
        score[held] = trees.predict(matrix[held], raw_score=True)
        gain += trees.feature_importance("gain")
    return score, {name: float(gain[owner == name].sum()) for name in encoded}
