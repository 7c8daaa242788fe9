"""Target statistics: what share of a level is best, shrunk to that of the level above, or to the overall one.

The statistic of a level with n rows, b of them best, is the difference in log-odds between the smoothed
share (b + s·p) / (n + s) and the overall share, where p is the share that it is shrunk to (Micci-Barreca
2001, with its hierarchies); 0 means "as everyone", which is also what an unseen level without a parent gets.
"""

from __future__ import annotations

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from icp_ml.settings import FeaturesSettings

Floats = np.ndarray[Any, np.dtype[np.float64]]
Codes = np.ndarray[Any, np.dtype[np.intp]]
Known = np.ndarray[Any, np.dtype[np.bool_]]

SIGNIFICANT_DIGITS = 6
MIN_SEEN = 2
"""Rows a level needs to speak: what is in no two rows was never seen by another fold."""


@dataclass(frozen=True)
class Labelled:
    """What statistics are learnt from: label and fold of each row, and how they are smoothed.

    Tables of what is seen have a column for each fold, of the rows outside it, and one more of all rows.
    """

    is_best: Floats
    folds: Codes
    settings: FeaturesSettings

    @property
    def n_folds(self) -> int:
        """Count the folds."""
        return int(self.folds.max()) + 1

    @cached_property
    def overall(self) -> Floats:
        """Give the share of best among what is seen, shape (n_folds + 1,), kept off 0 and 1 by half a row."""
        n, n_best = self.seen(np.zeros(len(self.folds), dtype=np.intp), 1)
        return np.asarray((n_best[0] + 0.5) / (n[0] + 1.0))

    def seen(self, codes: Codes, n_codes: int) -> tuple[Floats, Floats]:
        """Count rows, and best ones, of each code among what is seen, shape (n_codes, n_folds + 1).

        A negative code is not counted.
        """
        is_there = codes >= 0
        place = (codes[is_there] * self.n_folds + self.folds[is_there]) * 2 + (self.is_best[is_there] > 0.5)
        held = np.bincount(place, minlength=n_codes * self.n_folds * 2)
        by_label = held.reshape(n_codes, self.n_folds, 2).astype(np.float64)
        return seen_of(by_label.sum(axis=2)), seen_of(by_label[:, :, 1])

    def own(self, table: Floats, codes: Codes) -> Floats:
        """Give each row its code's entry from the column of its fold."""
        return np.asarray(table[codes, self.folds])


def seen_of(held: Floats) -> Floats:
    """Turn what each fold holds into what is seen without it, and in all."""
    total = held.sum(axis=1, keepdims=True)
    return np.hstack([total - held, total])


def smoothed(n: Floats, n_best: Floats, prior: Floats, smoothing: float, min_rows: int = MIN_SEEN) -> Floats:
    """Give the shares shrunk to a prior share; the prior itself where rows are too few."""
    return np.asarray(np.where(n >= min_rows, (n_best + smoothing * prior) / (n + smoothing), prior))


def log_odds(share: Any) -> Any:
    """Give the log-odds of a share strictly between 0 and 1."""
    return np.log(share) - np.log1p(-share)


def kept_digits(numbers: Floats) -> list[float]:
    """Give what is kept of learnt numbers: more digits would differ between machines, and say nothing."""
    return [float(f"{one:.{SIGNIFICANT_DIGITS}g}") for one in numbers.tolist()]


def lookup(learnt: Mapping[str, float], names: Sequence[str]) -> Floats:
    """Give what was learnt of each name, 0 where it was never seen."""
    return np.array([learnt.get(name, 0.0) for name in names], dtype=np.float64)


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
