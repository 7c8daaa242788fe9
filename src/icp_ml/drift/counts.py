"""What is counted of a list: codes, scores and tiers; counts of parts add up to those of the whole."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd

from icp_ml.drift.codes import CODES_VERSION, Bytes
from icp_ml.errors import DataError
from icp_ml.features.statistics import Floats

STEPS_PER_UNIT = 100
"""Of the score's grid: hundredths of log-odds, or of a point."""
FARTHEST = 10_000
"""Where the score's grid ends on both sides: a probability of 0 or 1 has no finite log-odds."""


@dataclass(frozen=True)
class Counts:
    """The rows of a list, counted; what nobody has is not kept.

    Attributes
    ----------
    n : int
        Rows.
    attributes : mapping of str to mapping of int to int
        By the attribute's name, the rows of each code.
    scores : mapping of int to int
        Rows at each step of the score's grid; a row without a score is at none.
    tiers : mapping of str to int
        Rows of each tier.
    """

    n: int
    attributes: Mapping[str, Mapping[int, int]]
    scores: Mapping[int, int]
    tiers: Mapping[str, int]

    def to_json(self) -> dict[str, Any]:
        """Give plain JSON types."""
        attributes = {name: _keyed(one) for name, one in self.attributes.items()}
        whole = {"n": self.n, "attributes": attributes, "scores": _keyed(self.scores)}
        return {"codes_version": CODES_VERSION, **whole, "tiers": dict(sorted(self.tiers.items()))}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """Read what `to_json` gave.

        Raises
        ------
        DataError
            It is something else.
        """
        try:
            attributes = {str(name): _numbered(one) for name, one in stored["attributes"].items()}
            tiers = {str(name): int(n) for name, n in stored["tiers"].items()}
            return cls(int(stored["n"]), attributes, _numbered(stored["scores"]), tiers)
        except (AttributeError, KeyError, TypeError, ValueError) as failure:
            fix = "Remove that cycle's drift.json: the next list becomes the one to compare with."
            raise DataError("the counts kept for drift are damaged.", [repr(failure)], fix) from failure


def counted(names: Sequence[str], codes: Bytes, scores: Floats, tiers: Any) -> Counts:
    """Count rows.

    Parameters
    ----------
    names : sequence of str
        Of the watched attributes.
    codes : ndarray of uint8, shape (n_rows, n_watched)
    scores : ndarray of float64, shape (n_rows,)
        Log-odds of the fit probability, or a rubric's points; NaN for none.
    tiers : array of str, shape (n_rows,)
        By the model alone, before rules; None for none.
    """
    attributes = {name: _held(np.bincount(codes[:, at], minlength=1), 0) for at, name in enumerate(names)}
    known = scores[~np.isnan(scores)]
    steps = np.round(np.clip(known, -FARTHEST, FARTHEST) * STEPS_PER_UNIT).astype(np.int64)
    lowest = int(steps.min(initial=0))
    places, distinct = pd.factorize(np.asarray(tiers, dtype=object))
    n_of_tier = np.bincount(places[places >= 0], minlength=len(distinct)).tolist()
    by_tier = dict(zip(map(str, distinct), n_of_tier, strict=True))
    return Counts(len(codes), attributes, _held(np.bincount(steps - lowest), lowest), by_tier)


def merged(parts: Iterable[Counts]) -> Counts:
    """Add the counts of parts up."""
    n, attributes, scores, tiers = 0, dict[str, Counter[int]](), Counter[int](), Counter[str]()
    for part in parts:
        n += part.n
        scores.update(part.scores)
        tiers.update(part.tiers)
        for name, one in part.attributes.items():
            attributes.setdefault(name, Counter()).update(one)
    return Counts(n, {name: dict(one) for name, one in attributes.items()}, dict(scores), dict(tiers))


def _held(n: Any, lowest: int) -> dict[int, int]:
    return {lowest + at: int(n[at]) for at in np.flatnonzero(n).tolist()}


def _keyed(counts: Mapping[int, int]) -> dict[str, int]:
    return {str(at): counts[at] for at in sorted(counts)}


def _numbered(stored: Mapping[str, Any]) -> dict[int, int]:
    return {int(at): int(n) for at, n in stored.items()}
