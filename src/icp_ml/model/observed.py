"""What was seen of the training rows: how many were alike in an attribute, and how many of those best."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Literal, Self

import numpy as np

from icp_ml.features.attributes import Attribute
from icp_ml.features.columns import Columns
from icp_ml.features.encoder import Encoder
from icp_ml.features.groups import MEASURED_FORMS, band_edges, groups_of, measured
from icp_ml.features.statistics import Floats
from icp_ml.model.recipe import TrainingSet

Unit = Literal["customers", "deals"]
OUTCOME: Mapping[Unit, str] = {"customers": "best", "deals": "won"}
"""What is counted among rows of each unit."""


@dataclass(frozen=True)
class Seen:
    """What was seen of one attribute.

    Attributes
    ----------
    edges : tuple of float
        Where the bands of a number begin, but the first; of a date, in whole months before the row's day.
    is_whole : bool
        Whether all its numbers are whole: a band then ends one below the next.
    counts : mapping of str to (int, int)
        Rows of each group, and best ones among them.
    """

    edges: tuple[float, ...] = ()
    is_whole: bool = False
    counts: Mapping[str, tuple[int, int]] = field(default_factory=dict)


NEVER = Seen()


@dataclass(frozen=True)
class Observed:
    """The rows that a model was trained on, counted; groups of too few rows are not kept.

    Attributes
    ----------
    unit : Unit
        What a row is.
    n, n_best : int
        Rows, and best ones.
    attributes : mapping of str to Seen
        By the attribute's name.
    """

    unit: Unit = "customers"
    n: int = 0
    n_best: int = 0
    attributes: Mapping[str, Seen] = field(default_factory=dict)

    @property
    def outcome(self) -> str:
        """Say what a best row is called."""
        return OUTCOME[self.unit]

    def of(self, attribute: Attribute) -> Seen:
        """Give what was seen of an attribute."""
        return self.attributes.get(attribute.name, NEVER)

    def to_json(self) -> str:
        """Write it, one attribute a line."""
        head = {"unit": self.unit, "n": self.n, "n_best": self.n_best}
        lines = [
            f"{json.dumps(name, ensure_ascii=False)}: {json.dumps(asdict(one), ensure_ascii=False)}"
            for name, one in self.attributes.items()
        ]
        return json.dumps(head)[:-1] + ', "attributes": {\n' + ",\n".join(lines) + "\n}}"

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote."""
        content = json.loads(text)
        attributes = {
            name: Seen(
                tuple(one["edges"]),
                one["is_whole"],
                {group: (n, n_best) for group, (n, n_best) in one["counts"].items()},
            )
            for name, one in content["attributes"].items()
        }
        return cls(**{**content, "attributes": attributes})


def observe(encoder: Encoder, training: TrainingSet, min_rows: int, unit: Unit) -> Observed:
    """Count the training rows, and best ones, of each group of each attribute that the model looks at.

    Parameters
    ----------
    encoder : Encoder
    training : TrainingSet
    min_rows : int
        Rows that a group needs to be kept.
    unit : Unit
    """
    columns = Columns(training.accounts, training.rows["as_of"])
    seen = {
        one.name: _seen(one, encoder.parts_of(one), (columns, training.is_best), min_rows)
        for one in encoder.attributes
    }
    kept = {name: one for name, one in seen.items() if one.counts}
    return Observed(unit, len(training.rows), int(training.is_best.sum()), kept)


def _seen(
    attribute: Attribute, parts: Sequence[Attribute], rows: tuple[Columns, Floats], min_rows: int
) -> Seen:
    columns, is_best = rows
    edges: tuple[float, ...] = ()
    is_whole = False
    if attribute.form in MEASURED_FORMS:
        values = measured(attribute, columns)
        edges = band_edges(values, min_rows)
        if not edges:
            return NEVER
        is_whole = bool((values[np.isfinite(values)] % 1 == 0).all())
    groups = groups_of(attribute, columns, edges, parts)
    is_there = groups.codes >= 0
    n, n_best = (
        np.bincount(groups.codes[is_there], weights, groups.n_distinct).astype(int).tolist()
        for weights in (None, is_best[is_there])
    )
    rows_of, best_of = Counter[str](), Counter[str]()
    for at in range(groups.n_distinct):
        for name in groups.names(at):
            rows_of[name] += n[at]
            best_of[name] += n_best[at]
    counts = {name: (rows_of[name], best_of[name]) for name in sorted(rows_of) if rows_of[name] >= min_rows}
    return Seen(edges, is_whole, counts)
