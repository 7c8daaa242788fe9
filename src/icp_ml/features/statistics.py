"""Target statistics of levels and items: what share of a level is best, shrunk to the overall share.

The statistic of a level with n rows, b of them best, is the difference in log-odds between the smoothed
share (b + s·p) / (n + s) and the overall share p (Micci-Barreca 2001); 0 means "as everyone", which is
also what an unseen level gets.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

Floats = np.ndarray[Any, np.dtype[np.float64]]
Codes = np.ndarray[Any, np.dtype[np.intp]]
ITEM_SEPARATOR = "|"


@dataclass(frozen=True)
class Items:
    """Which items each row holds, as a sparse matrix over distinct items.

    Attributes
    ----------
    matrix : scipy.sparse.csr_matrix
        (n_rows, n_items) of 0 and 1.
    names : ndarray of str
        The items, sorted.
    """

    matrix: Any
    names: np.ndarray[Any, Any]


def fold_case(values: pd.Series[Any]) -> pd.Series[Any]:
    """Give levels one spelling: case and surrounding space do not make another level."""
    return values.str.casefold().str.strip()


def split_items(values: pd.Series[Any], is_text: bool) -> Items:
    """Split each distinct value once into its items: list entries, or words of a text."""
    codes, distinct = pd.factorize(values)
    parts = [_words(text) if is_text else str(text).casefold().split(ITEM_SEPARATOR) for text in distinct]
    lengths = np.fromiter((len(part) for part in parts), dtype=np.intp, count=len(parts))
    names, columns = np.unique(
        np.array([item for part in parts for item in part], dtype=str), return_inverse=True
    )
    starts = np.concatenate([[0], np.cumsum(lengths)])
    by_value = sparse.csr_matrix(
        (np.ones(len(columns)), columns, starts), shape=(len(parts), max(len(names), 1))
    )
    by_value.sum_duplicates()
    by_value.data[:] = 1.0
    padded = sparse.vstack([by_value, sparse.csr_matrix((1, by_value.shape[1]))]).tocsr()
    return Items(padded[np.where(codes < 0, len(parts), codes)], names)


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


def level_counts(codes: Codes, n_levels: int, is_best: Floats) -> tuple[Floats, Floats]:
    """Count rows and best rows of each level; code -1 is missing and counts nowhere."""
    known = codes >= 0
    n = np.bincount(codes[known], minlength=n_levels).astype(np.float64)
    n_best = np.bincount(codes[known], weights=is_best[known], minlength=n_levels).astype(np.float64)
    return n, n_best


def lookup(codes: Codes, by_level: Floats, unseen: float = 0.0) -> Floats:
    """Give each row its level's value, NaN where the level is missing."""
    if len(by_level) == 0:
        return np.full(len(codes), np.nan)
    found = by_level[np.maximum(codes, 0)]
    return np.where(codes >= 0, np.nan_to_num(found, nan=unseen), np.nan)


def item_summary(matrix: Any, statistic: Floats) -> Floats:
    """Summarise the items of each row: mean and largest statistic (NaN where it holds none), and how many.

    Returns
    -------
    ndarray of float64, shape (n_rows, 3)
    """
    n_items = np.diff(matrix.indptr)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.asarray(matrix @ statistic) / n_items
    largest = np.full(matrix.shape[0], np.nan)
    has_items = np.flatnonzero(n_items > 0)
    if len(has_items):
        largest[has_items] = np.maximum.reduceat(statistic[matrix.indices], matrix.indptr[has_items])
    return np.column_stack([mean, largest, n_items.astype(np.float64)])


def folds_of(groups: Sequence[Any] | np.ndarray[Any, Any], is_best: Floats, n_folds: int, seed: int) -> Codes:
    """Give each row its fold: whole groups, with best spread evenly.

    Fewer folds than asked for are made where there are fewer groups.
    """
    from sklearn.model_selection import StratifiedGroupKFold

    group_codes = pd.factorize(np.asarray(groups))[0]
    n_possible = min(n_folds, int(min(is_best.sum(), len(is_best) - is_best.sum())), group_codes.max() + 1)
    fold = np.zeros(len(is_best), dtype=np.intp)
    if n_possible < 2:
        return fold
    splitter = StratifiedGroupKFold(n_possible, shuffle=True, random_state=seed)
    for number, (_, held_out) in enumerate(splitter.split(group_codes, is_best.astype(int), group_codes)):
        fold[held_out] = number
    return fold


def _words(text: str) -> list[str]:
    """Split a text into its words of three letters or more."""
    spaced = "".join(letter if letter.isalnum() else " " for letter in text.casefold())
    return [word for word in spaced.split() if len(word) > 2]
