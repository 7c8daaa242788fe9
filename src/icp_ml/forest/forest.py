"""Boosters that were averaged in log-odds: kept as LightGBM's text, compiled when rows come."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from icp_ml.forest.trees import Floats

if TYPE_CHECKING:
    from icp_ml.forest.rows import Compiled

ROWS_A_THREAD = 4_096
"""At least: below, starting a thread costs more than it saves."""


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
        return Explanation(contributions / len(self.texts), float(self._compiled[1].mean()), log_odds)

    def log_odds(self, matrix: Floats, n_threads: int = 1) -> Floats:
        """Give each booster's log-odds before calibration, shape (n_rows, n_boosters)."""
        return self._run(matrix, 0, n_threads)[1]

    def to_files(self) -> dict[str, str]:
        """Write the boosters as named texts."""
        return {f"trees_{seed}.txt": text for seed, text in enumerate(self.texts)}

    def _run(self, matrix: Floats, n_groups: int, n_threads: int) -> tuple[Floats, Floats]:
        from icp_ml.forest.rows import explain
        from icp_ml.forest.tables import Explained

        n_rows, (compiled, _) = len(matrix), self._compiled
        columns = np.require(matrix.T, np.float64, ("C", "W"))
        found = Explained(np.zeros((n_groups, n_rows)), np.zeros((len(self.texts), n_rows)))
        edges = np.linspace(0, n_rows, n_runs(n_rows, n_threads) + 1).astype(int).tolist()

        def run(first: int, last: int) -> None:
            explain(columns, compiled, first, last, found)

        if len(edges) == 2:
            run(0, n_rows)
        else:
            with ThreadPoolExecutor(len(edges) - 1) as threads:
                list(threads.map(run, edges[:-1], edges[1:]))
        return found.contributions.T, np.ascontiguousarray(found.log_odds.T)


def n_runs(n_rows: int, n_threads: int) -> int:
    """Say into how many runs of rows it pays to cut the work."""
    import joblib

    return max(min(n_threads or joblib.cpu_count(), n_rows // ROWS_A_THREAD), 1)
