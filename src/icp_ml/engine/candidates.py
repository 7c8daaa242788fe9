"""Keep the encoded rows of whom it may have to be said, in the end, what is worth finding out of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from icp_ml.features.statistics import Floats
from icp_ml.model.candidate import Model
from icp_ml.scoring import Encoded
from icp_ml.scoring.worth import worth_finding

Floors = Mapping[str, float]
"""By segment: so many rows are known already to score at least this that nobody below is among the top."""


class Candidates:
    """The encoded rows of one part that may be among the top of their segment's list."""

    def __init__(self, n_top: int, floors: Floors) -> None:
        self._n_top, self._floors = n_top, floors
        self._kept: dict[str, list[tuple[Any, ...]]] = {}
        self._n_rows = 0

    def add(self, segment: str, encoded: Encoded, at: Any, scores: Floats) -> None:
        """Keep of a batch's eligible rows of a segment those that may be among the top.

        Parameters
        ----------
        segment : str
        encoded : Encoded
            All rows of the segment in the batch.
        at : ndarray of int, shape (n_eligible, 2)
            Of each eligible row: its place in `encoded`, and in the batch.
        scores : ndarray of float64, shape (n_eligible,)
        """
        high = np.flatnonzero(scores >= self._floors.get(segment, -np.inf))
        best = high[np.argsort(-scores[high], kind="stable")[: self._n_top]]
        inside, in_batch = at[best].T
        kept = (self._n_rows + in_batch, encoded.matrix[inside], encoded.known[inside])
        self._kept.setdefault(segment, []).append(kept)

    def end_batch(self, n_rows: int) -> None:
        """Count the rows of a batch."""
        self._n_rows += n_rows

    def write(self, path: Path) -> None:
        """Store what was kept, by segment."""
        arrays: dict[str, Any] = {}
        for segment, parts in self._kept.items():
            for name, found in zip(("places", "matrix", "known"), zip(*parts, strict=True), strict=True):
                arrays[f"{segment}:{name}"] = np.concatenate(found)
        with path.open("wb") as stream:
            np.savez(stream, **arrays)


def worth_of(path: Path, models: Mapping[str, Model], segments: Any, is_top: Any) -> list[str | None]:
    """Say of a part's rows at the top of their lists what is worth finding out; None of the others.

    Parameters
    ----------
    path : Path
        What `Candidates.write` stored of the part.
    models : mapping of str to Model
        By segment.
    segments : sequence of str, shape (n_rows,)
        Of each row.
    is_top : ndarray of bool, shape (n_rows,)
    """
    said: list[str | None] = [None] * len(is_top)
    segment_of = np.asarray(segments, dtype=object)
    with np.load(path) as stored:
        for name in {segment_of[at] for at in np.flatnonzero(is_top).tolist()}:
            places = stored[f"{name}:places"]
            chosen = is_top[places]
            found = worth_finding(
                models[name], stored[f"{name}:matrix"][chosen], stored[f"{name}:known"][chosen]
            )
            for row, words in zip(places[chosen].tolist(), found, strict=True):
                said[row] = words
    return said


class Tops:
    """The highest scores of each segment among the parts that were scored so far."""

    def __init__(self, n_top: int) -> None:
        self._n_top = n_top
        self._scores: dict[str, Floats] = {}

    def add(self, segment: str, scores: Floats) -> None:
        """Take the scores of more eligible rows of a segment in."""
        together = np.concatenate([self._scores.get(segment, np.empty(0)), scores[~np.isnan(scores)]])
        n_left_out = max(len(together) - self._n_top, 0)
        self._scores[segment] = (
            np.partition(together, n_left_out - 1)[n_left_out:] if n_left_out else together
        )

    def floors(self) -> Floors:
        """Give, by segment, what a row must reach to be among the top, as far as is known."""
        full = {name: found for name, found in self._scores.items() if len(found) >= self._n_top > 0}
        return {name: float(found.min()) for name, found in full.items()}
