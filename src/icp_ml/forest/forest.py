"""Boosters that were averaged in log-odds: kept as LightGBM's text, compiled when rows come."""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from icp_ml.forest.trees import Floats

if TYPE_CHECKING:
    from icp_ml.forest.rows import Compiled

ROWS_AT_ONCE = 4_096
"""Of a thread: fewer would cost more to hand out than threads save, more would only take memory."""


class Explanation(NamedTuple):
    """What a scorer says of rows, before calibration.

    Attributes
    ----------
    contributions : ndarray of float64, shape (n_rows, n_groups)
    base : float
        A row's contributions plus this are its mean log-odds.
    log_odds : ndarray of float64, shape (n_rows, n_boosters)
    """

    contributions: Floats
    base: float
    log_odds: Floats


@dataclass(frozen=True)
class Forest:
    """Boosters, each as LightGBM's text: one a seed.

    Attributes
    ----------
    texts : tuple of str
    groups : tuple of int
        Of each column of the matrix, from 0: contributions are summed over a group.
    """

    texts: tuple[str, ...]
    groups: tuple[int, ...]

    def __getstate__(self) -> dict[str, Any]:
        """Leave out what was compiled: it is large, and of this version of the package alone."""
        return {"texts": self.texts, "groups": self.groups}

    @cached_property
    def _compiled(self) -> tuple[Compiled, Floats]:
        from icp_ml.forest.compiling import compile_forest

        return compile_forest(self.texts, np.array(self.groups, dtype=np.int64))

    def explain(self, matrix: Floats, n_threads: int = 1) -> Explanation:
        """Give the exact contributions, averaged over the boosters, and each booster's log-odds.

        Contributions are path-dependent TreeSHAP (Lundberg et al. 2020), as LightGBM's `pred_contrib`, to
        1e-5; log-odds are LightGBM's `raw_score`, to 1e-12.

        Parameters
        ----------
        matrix : ndarray of float64, shape (n_rows, n_columns)
        n_threads : int
            0: one a core. The result does not depend on it.
        """
        contributions, log_odds = self._run(matrix, max(self.groups, default=-1) + 1, n_threads)
        contributions /= len(self.texts)
        return Explanation(contributions, float(self._compiled[1].mean()), log_odds)

    def log_odds(self, matrix: Floats, n_threads: int = 1) -> Floats:
        """Give each booster's log-odds before calibration, shape (n_rows, n_boosters)."""
        return self._run(matrix, 0, n_threads)[1]

    def to_files(self) -> dict[str, str]:
        """Write the boosters as named texts."""
        return {f"trees_{seed}.txt": text for seed, text in enumerate(self.texts)}

    def _run(self, matrix: Floats, n_groups: int, n_threads: int) -> tuple[Floats, Floats]:
        import joblib

        from icp_ml.forest.rows import explain
        from icp_ml.forest.tables import Explained

        if matrix.shape[1] != len(self.groups):
            raise ValueError(f"{matrix.shape[1]} columns, where the forest was grown on {len(self.groups)}")
        n_rows, (compiled, _) = len(matrix), self._compiled
        found = Explained(np.zeros((n_groups, n_rows)), np.zeros((len(self.texts), n_rows)))

        def run(first: int) -> None:
            columns = np.require(matrix[first : first + ROWS_AT_ONCE].T, np.float64, ("C", "W"))
            explain(columns, compiled, first, found)

        starts = range(0, n_rows, ROWS_AT_ONCE)
        if n_threads == 1 or len(starts) < 2:
            deque(map(run, starts), maxlen=0)
        else:
            with ThreadPoolExecutor(n_threads or joblib.cpu_count()) as threads:
                deque(threads.map(run, starts), maxlen=0)
        return found.contributions.T, np.ascontiguousarray(found.log_odds.T)
