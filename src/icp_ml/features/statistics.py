"""Target statistics of levels and items: what share of a level is best, shrunk to the overall share.

The statistic of a level with n rows, b of them best, is the difference in log-odds between the smoothed
share (b + s·p) / (n + s) and the overall share p (Micci-Barreca 2001); 0 means "as everyone", which is
also what an unseen level gets.
"""

from __future__ import annotations

import heapq
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

Floats = np.ndarray[Any, np.dtype[np.float64]]
Codes = np.ndarray[Any, np.dtype[np.intp]]
WORD = re.compile(r"[^\W_]{3,}")

SPLITTERS: dict[str, Callable[[str], list[str]]] = {
    "levels": lambda text: [text.casefold().strip()],
    "items": lambda text: text.casefold().split("|"),
    "words": lambda text: WORD.findall(text.casefold()),
}
"""Case makes no other level or item; a word has three letters or digits, or more."""


@dataclass(frozen=True)
class Items:
    """Which items each row holds, as a sparse matrix over distinct items; a level is a row's only item.

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
    is_missing: np.ndarray[Any, np.dtype[np.bool_]]

    @property
    def n_items(self) -> Floats:
        """Count the items of each row."""
        return np.asarray(np.diff(self.matrix.indptr), dtype=np.float64)

    def part(self, rows: Any) -> Items:
        """Give some of the rows."""
        return Items(self.matrix[rows], self.names, self.is_missing[rows])


def split_items(values: pd.Series[Any], form: str) -> Items:
    """Split each distinct value once into its items: the level itself, list entries, or words of a text."""
    codes, distinct = pd.factorize(values)
    parts = [SPLITTERS[form](str(text)) for text in distinct]
    every = np.array([item for part in parts for item in part], dtype=object)
    columns, names = pd.factorize(every, sort=True)
    starts = np.concatenate([[0], np.cumsum([len(part) for part in parts], dtype=np.intp)])
    by_value = sparse.csr_matrix((np.ones(len(columns)), columns, starts), shape=(len(parts), len(names)))
    by_value.sum_duplicates()
    by_value.data[:] = 1.0
    padded = sparse.vstack([by_value, sparse.csr_matrix((1, len(names)))]).tocsr()
    return Items(padded[np.where(codes < 0, len(parts), codes)], names, codes < 0)


def log_odds(share: Any) -> Any:
    """Give the log-odds of a share strictly between 0 and 1."""
    return np.log(share) - np.log1p(-share)


def target_statistic(n: Floats, n_best: Floats, overall: float, smoothing: float) -> Floats:
    """Give the shrunk difference in log-odds of each level from the overall share."""
    share = (n_best + smoothing * overall) / (n + smoothing)
    return np.asarray(log_odds(share) - log_odds(overall), dtype=np.float64)


def overall_share(is_best: Floats) -> float:
    """Give the share of best, kept off 0 and 1 by half a row."""
    return float((is_best.sum() + 0.5) / (len(is_best) + 1.0))


def lookup(learnt: Mapping[str, float], names: np.ndarray[Any, Any]) -> Floats:
    """Give what was learnt of each name, 0 where it was never seen."""
    return np.array([learnt.get(name, 0.0) for name in names.tolist()], dtype=np.float64)


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


def folds_of(groups: Sequence[Any] | np.ndarray[Any, Any], is_best: Floats, n_folds: int, seed: int) -> Codes:
    """Give each row its fold: whole groups, with best and rest spread evenly.

    Groups are dealt in random order, those with most best first, each to the fold that has the fewest best
    (or, of groups without, the fewest rows) so far. Fewer folds than asked for are made where fewer groups
    hold best, or rest.
    """
    group_codes, distinct = pd.factorize(np.asarray(groups, dtype=object), sort=True)
    n_rows = np.bincount(group_codes, minlength=len(distinct))
    n_best = np.bincount(group_codes, weights=is_best, minlength=len(distinct)).astype(np.intp)
    n_possible = min(n_folds, int((n_best > 0).sum()), int((n_best < n_rows).sum()))
    if n_possible < 2:
        return np.zeros(len(is_best), dtype=np.intp)
    drawn = np.random.default_rng(seed).permutation(len(distinct))
    order = drawn[np.lexsort((-n_rows[drawn], -n_best[drawn]))]
    with_best, without = np.split(order, [int((n_best > 0).sum())])
    fold = np.zeros(len(distinct), dtype=np.intp)
    by_best_then_rows = n_best * (len(is_best) + 1) + n_rows
    fold[with_best] = _dealt(by_best_then_rows[with_best], np.zeros(n_possible))
    held_rows = np.bincount(fold[with_best], weights=n_rows[with_best], minlength=n_possible)
    fold[without] = _dealt(n_rows[without], held_rows)
    return fold[group_codes]


def _dealt(loads: Codes, held: Floats | Codes) -> list[int]:
    """Deal loads in their order, each to the fold that holds least so far."""
    folds = [(int(amount), number) for number, amount in enumerate(held)]
    heapq.heapify(folds)
    dealt = []
    for load in loads.tolist():
        least, number = folds[0]
        dealt.append(number)
        heapq.heapreplace(folds, (least + load, number))
    return dealt
