"""What changed of accounts between two looks at them, what each change brought, and both in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from icp_ml.features.attributes import Attribute
from icp_ml.features.items import ITEM_SEPARATOR
from icp_ml.features.statistics import Codes, Floats
from icp_ml.model.candidate import Model
from icp_ml.scoring import Encoded
from icp_ml.scoring.shown import opening, shown, shown_pair

N_SAID = 3
"""Attributes, and items of a list."""
LEAST_SAID = 0.005
"""In log-odds or points: what brings less reads as 0.00."""


@dataclass(frozen=True)
class Looks:
    """The same rows as one model sees them twice."""

    model: Model
    before: Encoded
    after: Encoded

    def brought(self, n_threads: int) -> Floats:
        """Give what each attribute's contribution gained, 0 where the model sees no other value of it.

        What bands of a number brought counts as the number's: nobody wants to be told both.

        Returns
        -------
        ndarray of float64, shape (n_rows, n_attributes)
            In log-odds, or a rubric's points.
        """
        old, new = self.before.matrix, self.after.matrix
        is_other = (old != new) & ~(np.isnan(old) & np.isnan(new))
        owner = self.model.encoder.attribute_of_column
        owns = owner[:, None] == np.arange(len(self.model.encoder.attributes))
        gained = (
            self.model.explain(new, n_threads).contributions
            - self.model.explain(old, n_threads).contributions
        )
        own = np.where(is_other.astype(np.float64) @ owns > 0, gained, 0.0)
        return np.asarray(own @ _told_by(self.model.encoder.attributes))


def _told_by(attributes: Sequence[Attribute]) -> Floats:
    """Say of which attribute each is told, shape (n_attributes, n_attributes): itself, or its number."""
    place = {one.name: at for at, one in enumerate(attributes) if one.form == "number"}
    teller = [
        place.get(one.sources[0], at) if one.form == "band" else at for at, one in enumerate(attributes)
    ]
    return np.asarray(np.eye(len(attributes))[teller])


def change_words(looks: Looks, n_threads: int, has_values: bool) -> list[str]:
    """Say of each row which attributes changed and what each brought, the strongest first.

    Returns
    -------
    list of str
        "employees 120 to 340 (+0.35); technologies: now BigQuery (+0.21)", without `has_values`
        "employees (+0.35); technologies (+0.21)"; "" where nothing brought anything to speak of.
    """
    gained = looks.brought(n_threads)
    order = np.argsort(-np.abs(gained), axis=1, kind="stable")[:, :N_SAID]
    size = np.take_along_axis(gained, order, axis=1)
    said = np.full(order.shape, None, dtype=object)
    for at, attribute in enumerate(looks.model.encoder.attributes):
        rows, slots = np.nonzero((order == at) & (np.abs(size) >= LEAST_SAID))
        if len(rows):
            values = _values(looks, at, rows) if has_values else [""] * len(rows)
            sizes = size[rows, slots].tolist()
            words = [
                f"{attribute.words}{value} ({one:+.2f})" for value, one in zip(values, sizes, strict=True)
            ]
            said[rows, slots] = words
    return ["; ".join(filter(None, line)) for line in said.tolist()]


def _values(looks: Looks, at: int, rows: Codes) -> list[str]:
    """Say how an attribute's value changed in some rows: " 120 to 340", " now 340", ": no longer Kafka"."""
    attribute = looks.model.encoder.attributes[at]
    if attribute.form == "words":
        return [" reads otherwise"] * len(rows)
    if attribute.form == "items":
        return _item_changes(attribute, looks, rows)
    old, new = (_shown(looks.model, at, one, rows) for one in (looks.before, looks.after))
    return [_change(one, two) for one, two in zip(old, new, strict=True)]


def _change(old: str | None, new: str | None) -> str:
    if old == new:
        return " changed a little"
    if old is None:
        return f" now {new}"
    return f" no longer known (was {old})" if new is None else f" {old} to {new}"


def _shown(model: Model, at: int, seen: Encoded, rows: Codes) -> list[str | None]:
    """Give the value of some rows as reasons show it, None where it is not known."""
    attribute, found = model.encoder.attributes[at], np.full(len(rows), None, dtype=object)
    known = np.flatnonzero(seen.known[rows, at])
    if len(known):
        parts = model.encoder.parts_of(attribute)
        there = rows[known]
        values = shown_pair(parts, seen.columns, there) if parts else shown(attribute, seen.columns, there)
        found[known] = np.array([opening(one) for one in values.texts], dtype=object)[values.codes]
    texts: list[str | None] = found.tolist()
    return texts


def _item_changes(attribute: Attribute, looks: Looks, rows: Codes) -> list[str]:
    """Say which items came and went, those first of which the model makes most."""
    old, new = (_lists(attribute, one, rows) for one in (looks.before, looks.after))
    said: dict[tuple[str, str], str] = {}
    for pair in zip(old, new, strict=True):
        if pair not in said:
            said[pair] = _item_change(attribute.statistics, *map(_items, pair))
    return [said[pair] for pair in zip(old, new, strict=True)]


def _item_change(statistics: Mapping[str, float], old: dict[str, str], new: dict[str, str]) -> str:
    def named(items: dict[str, str], others: dict[str, str]) -> str:
        found = sorted(set(items) - set(others), key=lambda one: (-abs(statistics.get(one, 0.0)), one))
        return ", ".join(items[one] for one in found[:N_SAID])

    came, went = named(new, old), named(old, new)
    parts = [f"now {came}" if came else "", f"no longer {went}" if went else ""]
    return f": {', '.join(filter(None, parts))}" if came or went else " changed a little"


def _lists(attribute: Attribute, seen: Encoded, rows: Codes) -> list[str]:
    codes, texts = seen.columns.texts(attribute.name)
    found: Any = np.array([*texts, ""], dtype=object)[codes[rows]]
    whole: list[str] = found.tolist()
    return whole


def _items(text: str) -> dict[str, str]:
    """Give a list's items as they are spelled, by their spelling without case."""
    return {one.strip().casefold(): one.strip() for one in text.split(ITEM_SEPARATOR) if one.strip()}
