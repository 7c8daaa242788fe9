"""Lists and texts: which items each row holds, and how what was learnt of them is summed up."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from icp_ml.features.attributes import Attribute
from icp_ml.features.columns import Columns
from icp_ml.features.families import FAMILIES, FAMILY_OF
from icp_ml.features.statistics import (
    Codes,
    Floats,
    Known,
    Labelled,
    kept_digits,
    log_odds,
    lookup,
    seen_of,
    smoothed,
)
from icp_ml.features.words import split_words

ITEM_SEPARATOR = "|"
WITH_FAMILIES = "technologies"


@dataclass(frozen=True)
class Items:
    """Which items each row holds, as a sparse matrix over distinct items.

    Attributes
    ----------
    matrix : scipy.sparse.csr_matrix
        (n_rows, n_items) of 0 and 1.
    names : ndarray of str
        The items, sorted.
    is_missing : ndarray of bool, shape (n_rows,)
        Rows without a value, which hold nothing.
    """

    matrix: Any
    names: np.ndarray[Any, Any]
    is_missing: Known

    @property
    def n_items(self) -> Floats:
        """Count the items of each row."""
        return np.asarray(np.diff(self.matrix.indptr), dtype=np.float64)

    def part(self, rows: Any) -> Items:
        """Give some of the rows."""
        return Items(self.matrix[rows], self.names, self.is_missing[rows])


@dataclass(frozen=True)
class Tokens:
    """The items of each distinct text one after the other, as places in `names`, and each row's text."""

    rows: Codes
    tokens: Codes
    names: np.ndarray[Any, Any]
    starts: Codes
    form: str

    @cached_property
    def by_text(self) -> Any:
        """Say which items each distinct text holds, as a sparse matrix of 0 and 1."""
        shape = (len(self.starts) - 1, len(self.names))
        held = sparse.csr_matrix((np.ones(len(self.tokens)), self.tokens, self.starts), shape=shape)
        held.sum_duplicates()
        held.data[:] = 1.0
        return held


def tokens_of(attribute: Attribute, columns: Columns) -> Tokens:
    """Split each distinct text once into its items: list entries, or words in their order."""
    key = ("tokens", attribute.name)
    found: Tokens = columns.once(key, lambda: split_texts(*columns.texts(attribute.name), attribute.form))
    return found


def split_texts(rows: Codes, texts: list[str], form: str) -> Tokens:
    """Split distinct texts into their items; case makes no other level or item."""
    if form == "words":
        return Tokens(rows, *split_words(texts), form)
    if form == "items":
        every = ITEM_SEPARATOR.join(texts).casefold().split(ITEM_SEPARATOR) if texts else []
        counts = [text.count(ITEM_SEPARATOR) + 1 for text in texts]
    else:
        every, counts = [text.casefold().strip() for text in texts], [1] * len(texts)
    tokens, names = pd.factorize(np.array(every, dtype=object), sort=True)
    starts = np.concatenate([[0], np.cumsum(counts, dtype=np.intp)])
    return Tokens(rows, tokens, names, starts, form)


def items_of(tokens: Tokens) -> Items:
    """Give the items of each row."""
    return items_of_texts(tokens).part(np.where(tokens.rows < 0, len(tokens.starts) - 1, tokens.rows))


def items_of_texts(tokens: Tokens) -> Items:
    """Give the items of each distinct text, and after the last one those of a missing text."""
    by_text = tokens.by_text
    padded = sparse.vstack([by_text, sparse.csr_matrix((1, by_text.shape[1]))]).tocsr()
    return Items(padded, tokens.names, np.arange(padded.shape[0]) == by_text.shape[0])


def split_items(values: pd.Series[Any], form: str) -> Items:
    """Split each distinct value of a column once into its items; a level is its row's only one."""
    codes, distinct = pd.factorize(values)
    return items_of(split_texts(codes, list(map(str, distinct.tolist())), form))


def item_statistics(items: Items, labelled: Labelled, min_rows: int) -> tuple[Floats, Floats]:
    """Count each item's rows among what is seen, and give its statistic there.

    Returns
    -------
    n, statistic : ndarray of float64, shape (n_items, n_folds + 1)
        0 where rows are fewer than `min_rows`.
    """
    n_rows = len(labelled.folds)
    place = (np.arange(n_rows), labelled.folds)
    by_fold = sparse.csr_matrix((np.ones(n_rows), place), shape=(n_rows, labelled.n_folds))
    best_by_fold = sparse.csr_matrix((labelled.is_best, place), shape=by_fold.shape)
    n, n_best = (seen_of((items.matrix.T @ held).toarray()) for held in (by_fold, best_by_fold))
    share = smoothed(n, n_best, labelled.overall[None, :], labelled.settings.smoothing, min_rows)
    return n, log_odds(share) - log_odds(labelled.overall)


def item_summary(items: Items, statistic: Floats) -> Floats:
    """Summarise the items of each row: mean and largest statistic, NaN where it holds none.

    Returns
    -------
    ndarray of float64, shape (n_rows, 2)
    """
    summary = np.full((len(items.is_missing), 2), np.nan)
    holds = np.flatnonzero(items.n_items > 0)
    if len(holds):
        summary[holds, 0] = (items.matrix @ statistic)[holds] / items.n_items[holds]
        starts = items.matrix.indptr[holds]
        summary[holds, 1] = np.maximum.reduceat(statistic[items.matrix.indices], starts)
    return summary


def cross_fitted_summary(items: Items, labelled: Labelled, min_rows: int) -> Floats:
    """Summarise the items of each row by the statistics of the other folds."""
    _, statistic = item_statistics(items, labelled, min_rows)
    summary = np.empty((len(labelled.folds), 2))
    for fold in range(labelled.n_folds):
        is_held = labelled.folds == fold
        summary[is_held] = item_summary(items.part(is_held), statistic[:, fold])
    return summary


def rows_to_keep(labelled: Labelled) -> int:
    """Say how many rows an item needs: lists and texts hold far more items than rows could tell apart."""
    return max(labelled.settings.min_count, 2)


def learn_items(attribute: Attribute, items: Items, labelled: Labelled) -> tuple[Attribute, Floats]:
    """Learn an attribute's statistics from all rows, and give each row's from the other folds.

    Returns
    -------
    Attribute
    ndarray of float64, shape (n_rows, n_columns)
        Without the dimensions of a text.
    """
    min_rows = rows_to_keep(labelled)
    n, statistic = item_statistics(items, labelled, min_rows)
    kept = np.flatnonzero(n[:, -1] >= min_rows)
    by_count = sorted(kept.tolist(), key=lambda at: (-n[at, -1], items.names[at]))
    learnt = replace(
        attribute,
        statistics=dict(zip(items.names[kept].tolist(), kept_digits(statistic[kept, -1]), strict=True)),
        counts={str(items.names[at]): int(n[at, -1]) for at in kept},
        frequent=tuple(str(items.names[at]) for at in by_count[: labelled.settings.n_frequent]),
        families=_families_of(attribute, [items.names[at] for at in kept]),
    )
    part = encode_items(learnt, items)
    part[:, :2] = cross_fitted_summary(items, labelled, min_rows)
    return learnt, part


def encode_items(attribute: Attribute, items: Items) -> Floats:
    """Encode a list or the words of a text by what was learnt of them: 0 for those never seen."""
    summary = item_summary(items, lookup(attribute.statistics, items.names.tolist()))
    parts = [summary, items.n_items]
    if attribute.form == "items":
        is_rare = np.array([name not in attribute.statistics for name in items.names.tolist()], dtype=float)
        parts.append(np.asarray(items.matrix @ is_rare))
    parts += [_own_columns(attribute, items), _family_columns(attribute, items)]
    part = np.column_stack(parts)
    part[items.is_missing] = np.nan
    return part


def _own_columns(attribute: Attribute, items: Items) -> Floats:
    """Say for each frequent item whether a row holds it."""
    place = {name: at for at, name in enumerate(items.names.tolist())}
    own = np.zeros((len(items.is_missing), len(attribute.frequent)))
    found = [at for at, name in enumerate(attribute.frequent) if name in place]
    own[:, found] = items.matrix[:, [place[attribute.frequent[at]] for at in found]].toarray()
    return own


def _family_columns(attribute: Attribute, items: Items) -> Floats:
    """Say for each family whether a row holds any of it."""
    names = items.names.tolist()
    member = [[FAMILY_OF.get(name) == family for family in attribute.families] for name in names]
    members = np.array(member, dtype=np.float64).reshape(len(names), len(attribute.families))
    return np.asarray((items.matrix @ members) > 0, dtype=np.float64)


def _families_of(attribute: Attribute, kept: list[str]) -> tuple[str, ...]:
    """List the families of technologies that hold more than one item that is known."""
    if attribute.name != WITH_FAMILIES:
        return ()
    held = [FAMILY_OF.get(name) for name in kept]
    return tuple(family for family in FAMILIES if held.count(family) > 1)
