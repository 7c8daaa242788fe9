"""Groups around medoids: how many there are, whether they are real, and whether they come back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from icp_ml.features.statistics import Codes, Floats

MAX_SWAPS = 60
N_NULLS, MAX_P = 39, 0.05
"""Shuffles that are clustered for comparison, and the share of them that may be as clear as the real rows."""
N_RESAMPLES, RESAMPLE_SHARE, MIN_AGREEMENT = 12, 0.8, 0.75
"""Parts that are clustered again, their share of the rows, and their mean adjusted Rand index at least."""


@dataclass(frozen=True)
class Clusters:
    """Groups of rows, each around one of them.

    Attributes
    ----------
    medoids : array of int, shape (n_clusters,)
        Places of rows, rising.
    codes : array of int, shape (n_rows,)
        The cluster of each row.
    silhouette, excess : float
        Mean silhouette, -1 to 1; and how far it lies above that of shuffled rows.
    p_value : float
        Share of shuffles that are as clear, the real rows counted as one.
    agreement : float
        Mean adjusted Rand index with the clusters of parts of the rows: 1 is the same, 0 is chance.
    """

    medoids: Codes
    codes: Codes
    silhouette: float
    excess: float
    p_value: float
    agreement: float

    @property
    def is_real(self) -> bool:
        """Say whether chance does not explain the clusters, and other rows would give them again."""
        return self.p_value <= MAX_P and self.agreement >= MIN_AGREEMENT


def clusters_of(blocks: Sequence[Floats], max_clusters: int, min_share: float, seed: int) -> Clusters | None:
    """Cluster rows by the angle between them; None where there are too few rows.

    What could make a cluster is that things go together. So the rows are compared with rows whose blocks
    were shuffled, each block by itself: every block is as it was, and nothing goes together any more. The
    number of clusters is that whose silhouette lies farthest above that of the shuffled rows.

    Parameters
    ----------
    blocks : sequence of array of shape (n_rows, n_columns of the block)
    max_clusters : int
    min_share : float
        Of the rows, in each cluster.
    seed : int
        Of shuffles and parts.

    Notes
    -----
    Kaufman and Rousseeuw, "Finding Groups in Data", 1990 (medoids, silhouette); Tibshirani, Walther and
    Hastie, "Estimating the number of clusters via the gap statistic", JRSS B 2001 (the comparison); Hennig,
    "Cluster-wise assessment of cluster stability", CSDA 2007 (the parts).
    """
    n_rows, rng = len(blocks[0]) if blocks else 0, np.random.default_rng(seed)
    numbers = [k for k in range(2, max_clusters + 1) if n_rows * min_share * k <= n_rows]
    if n_rows < 2 * max_clusters or not numbers:
        return None
    distances = distances_of(blocks)
    found = {k: medoids_of(distances, k) for k in numbers}
    real = np.array([_clearness(distances, found[k], min_share) for k in numbers])
    shuffles = [distances_of([one[rng.permutation(n_rows)] for one in blocks]) for _ in range(N_NULLS)]
    null = np.array([[silhouette(one, medoids_of(one, k)) for k in numbers] for one in shuffles])
    excess, of_null = real - null.mean(axis=0), (null - null.mean(axis=0)).max(axis=1)
    at = int(np.argmax(excess))
    medoids = found[numbers[at]]
    return Clusters(
        medoids=medoids,
        codes=np.argmin(distances[:, medoids], axis=1),
        silhouette=float(real[at]),
        excess=float(excess[at]),
        p_value=float((1 + (of_null >= excess[at]).sum()) / (1 + N_NULLS)),
        agreement=_agreement(distances, medoids, rng),
    )


def distances_of(blocks: Sequence[Floats]) -> Floats:
    """Give the distance between rows of length 1; a row of nothing but zeros is as far from every other."""
    rows = np.hstack(blocks)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    rows = np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0)
    found: Floats = np.sqrt(np.clip(2 - 2 * (rows @ rows.T), 0, None))
    np.fill_diagonal(found, 0)
    return found


def medoids_of(distances: Floats, n_clusters: int) -> Codes:
    """Find the rows that the others lie nearest to: build, then swap while that helps.

    Without a draw, so that the same distances give the same medoids.
    """
    medoids = [int(np.argmin(distances.sum(axis=0)))]
    while len(medoids) < n_clusters:
        nearest = distances[:, medoids].min(axis=1)
        medoids.append(int(np.argmin(np.minimum(distances, nearest[:, None]).sum(axis=0))))
    cost = distances[:, medoids].min(axis=1).sum()
    for _ in range(MAX_SWAPS):
        best = min((_best_swap(distances, medoids, at) for at in range(n_clusters)), key=lambda one: one[0])
        if best[0] >= cost - 1e-9:
            break
        cost, medoids = best[0], best[1]
    return np.sort(np.array(medoids))


def silhouette(distances: Floats, medoids: Codes) -> float:
    """Give the mean silhouette of the rows: how much nearer its own cluster is than the next one."""
    codes = np.argmin(distances[:, medoids], axis=1)
    sizes = np.bincount(codes, minlength=len(medoids))
    sums = np.stack([distances[:, codes == at].sum(axis=1) for at in range(len(medoids))], axis=1)
    own = sums[np.arange(len(codes)), codes] / np.maximum(sizes[codes] - 1, 1)
    others = sums / np.maximum(sizes, 1)
    others[np.arange(len(codes)), codes] = np.inf
    next_one = others.min(axis=1)
    width = np.where(sizes[codes] > 1, (next_one - own) / np.maximum(np.maximum(next_one, own), 1e-12), 0.0)
    return float(width.mean())


def rand_index(first: Codes, second: Codes) -> float:
    """Give the adjusted Rand index of two groupings: 1 is the same, 0 is what chance gives."""
    from sklearn.metrics import adjusted_rand_score

    return float(adjusted_rand_score(first, second))


def _clearness(distances: Floats, medoids: Codes, min_share: float) -> float:
    """Give the silhouette, or nothing that could win where a cluster is too small."""
    sizes = np.bincount(np.argmin(distances[:, medoids], axis=1), minlength=len(medoids))
    return silhouette(distances, medoids) if sizes.min() >= min_share * len(distances) else -1.0


def _best_swap(distances: Floats, medoids: list[int], at: int) -> tuple[Any, list[int]]:
    """Give the least cost that some row in the place of one medoid has, and the medoids then."""
    kept = [one for number, one in enumerate(medoids) if number != at]
    nearest = distances[:, kept].min(axis=1) if kept else np.full(len(distances), np.inf)
    costs = np.minimum(distances, nearest[:, None]).sum(axis=0)
    best = int(np.argmin(costs))
    return costs[best], [*kept, best]


def _agreement(distances: Floats, medoids: Codes, rng: np.random.Generator) -> float:
    codes, n_rows = np.argmin(distances[:, medoids], axis=1), len(distances)
    found = []
    for _ in range(N_RESAMPLES):
        part = np.sort(rng.permutation(n_rows)[: int(RESAMPLE_SHARE * n_rows)])
        within = distances[np.ix_(part, part)]
        again = part[medoids_of(within, len(medoids))]
        found.append(rand_index(codes, np.argmin(distances[:, again], axis=1)))
    return float(np.mean(found))
