"""Other values that a known value of an account could realistically have: what is tried in its place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from icp_ml.browse.scales import Bands, bands_of_column
from icp_ml.features.attributes import LEVEL_FORMS, STEP, Attribute
from icp_ml.features.columns import Columns
from icp_ml.features.items import ITEM_SEPARATOR
from icp_ml.features.paths import path_of
from icp_ml.features.statistics import Codes
from icp_ml.model.candidate import Model
from icp_ml.schema import Field
from icp_ml.scoring.place_names import place_name

REACH = 2
"""Bands to each side of a number's own: farther away is another company."""
N_LEVELS = 8
"""Other levels of a category tried: those most frequent among customers."""
N_ITEMS = 12
"""Items tried beside a list's own: those most frequent among customers."""
UPPER_KINDS = ("country", "region")
"""Kinds whose values are codes in capitals."""


@dataclass(frozen=True)
class Trials:
    """What is tried in one column: options, each of one point or of three that span a band.

    Attributes
    ----------
    column : str
        Ours.
    rows : ndarray of int, shape (n_options,)
        The account of each option.
    values : ndarray, shape (n_options, n_points)
        In the column's own type; the points of an option nearest to the account's own value first.
    steps : ndarray of int, shape (n_options,)
        How large the change is: bands of a number; else 1.
    words : list of str
        What is said of an option whose points all give one tier: "were 190 to 279", "had Kafka too".
    point_words : list of list of str
        What is said of a single point.
    """

    column: str
    rows: Codes
    values: Any
    steps: Codes
    words: list[str]
    point_words: list[list[str]]


def trials_of(model: Model, columns: Columns, fields: Mapping[str, Field]) -> Iterator[Trials]:
    """Give what is tried of accounts, column by column; a value that is not known is left alone.

    Industry codes and descriptions are not varied: another one would be another company.

    Parameters
    ----------
    model : Model
    columns : Columns
        The accounts, on the one day that they were scored.
    fields : mapping of str to Field
        The meaning of their columns.
    """
    used = {name for one in model.encoder.attributes for name in (*one.sources, *one.above)}
    for name, field in fields.items():
        if name in used and name in columns.accounts:
            found = _trials(model, columns, name, field)
            if found is not None and len(found.rows):
                yield found


def _trials(model: Model, columns: Columns, name: str, field: Field) -> Trials | None:
    match field.kind:
        case "number" | "money" | "year" | "date":
            bands = bands_of_column(model, columns, name, field)
            return None if bands is None else _of_numbers(name, bands)
        case "yes_no":
            return _flipped(columns, name)
        case "list":
            return _of_lists(columns, name, _frequent_items(model, name))
        case "category" | "country" | "region" | "language":
            return _of_levels(columns, name, _Levels.of(model, columns, name, field))
        case _:
            return None


def _of_numbers(name: str, bands: Bands) -> Trials:
    """Try the bands beside the own one, each by its end that lies nearer, its middle and its other end."""
    own, n_bands = bands.own, len(bands.points)
    rows, targets, steps = [], [], []
    for shift in sorted(range(-REACH, REACH + 1), key=abs)[1:]:
        target = own + shift
        here = np.flatnonzero((own >= 0) & (target >= 0) & (target < n_bands))
        rows.append(here)
        targets.append(target[here])
        steps.append(np.full(len(here), abs(shift)))
    row, target = np.concatenate(rows), np.concatenate(targets)
    is_above = target > own[row]
    order = np.where(is_above[:, None], [[0, 1, 2]], [[2, 1, 0]])
    values = bands.values[target[:, None], order]
    words = [f"were {bands.words[at]}" for at in target.tolist()]
    points = [
        [f"were {bands.point_words[at][one]}" for one in each]
        for at, each in zip(target.tolist(), order.tolist(), strict=True)
    ]
    return Trials(name, row, values, np.concatenate(steps), words, points)


def _flipped(columns: Columns, name: str) -> Trials:
    values = columns.numbers(name)
    rows = np.flatnonzero(np.isfinite(values))
    other = np.where(values[rows] > 0, 0.0, 1.0)
    return _single(name, rows, other, [f"were {'yes' if one else 'no'}" for one in other.tolist()])


def _single(name: str, rows: Iterable[int], values: Any, words: list[str]) -> Trials:
    row = np.fromiter(rows, dtype=np.intp)
    shaped = np.asarray(values).reshape(-1, 1)
    return Trials(name, row, shaped, np.ones(len(row), dtype=np.intp), words, [[one] for one in words])


def _of_lists(columns: Columns, name: str, frequent: list[str]) -> Trials:
    """Try each frequent item in addition, and the list without each of its own; empty is not known."""
    codes, texts = columns.texts(name)
    spelled = _spelled(columns, name, ITEM_SEPARATOR)
    options: list[list[tuple[str, str]]] = [_edited(text, frequent, spelled) for text in texts]
    found = [(row, *one) for row, code in enumerate(codes.tolist()) if code >= 0 for one in options[code]]
    values = np.array([value for _, value, _ in found], dtype=object)
    return _single(name, [row for row, _, _ in found], values, [words for _, _, words in found])


def _edited(text: str, frequent: list[str], spelled: Mapping[str, str]) -> list[tuple[str, str]]:
    own = text.split(ITEM_SEPARATOR)
    held = {one.casefold() for one in own}
    more = [spelled.get(one, one) for one in frequent if one not in held]
    added = [(ITEM_SEPARATOR.join(sorted([*own, one])), f"had {one} too") for one in more]
    rest = {one: [other for other in own if other.casefold() != one.casefold()] for one in own}
    return added + [(ITEM_SEPARATOR.join(left), f"were without {one}") for one, left in rest.items() if left]


def _frequent_items(model: Model, name: str) -> list[str]:
    """Name the items that most customers have; of a rubric, those that it looks for."""
    counts = Counter[str]()
    for one in model.encoder.attributes:
        if one.form == "items" and one.sources == (name,):
            counts.update(one.counts)
        looked_for = (each for each in one.conditions if each.column == name)
        counts.update({item.casefold(): 1 for each in looked_for for item in each.one_of})
    return [item for item, _ in sorted(counts.items(), key=lambda each: (-each[1], each[0]))[:N_ITEMS]]


@dataclass(frozen=True)
class _Levels:
    """The levels that each account's own may be changed for, most frequent first, and how they are said."""

    choices: list[list[str]]
    codes: Codes
    spelled: Mapping[str, str]
    is_code: bool

    @classmethod
    def of(cls, model: Model, columns: Columns, name: str, field: Field) -> _Levels:
        """Find the levels beside an account's own: of the same country, where its country is known."""
        attribute = _attribute_of(model, name)
        spelled, is_code = _spelled(columns, name), field.kind in UPPER_KINDS
        if attribute is None:
            wanted = [item for one in _conditions(model, name) for item in one]
            codes = np.where(columns.is_given(name), 0, -1)
            return cls([list(dict.fromkeys(one.casefold() for one in wanted))], codes, spelled, is_code)
        path = path_of(attribute, columns)
        codes = np.where(columns.is_given(name), path.codes, -1)
        finest = [path.names[nodes[nodes >= 0][-1]] if (nodes >= 0).any() else "" for nodes in path.nodes]
        if name == "country":
            codes = np.where(_is_placed(model, columns), -1, codes)
        by_count = sorted(attribute.counts, key=lambda each: (-attribute.counts[each], each))
        return cls([_beside(one, by_count, name) for one in finest], codes, spelled, is_code)


def _beside(own: str, by_count: list[str], name: str) -> list[str]:
    """Give the levels that stand at the same place of the tree; countries under any market."""
    above, depth = own.rpartition(STEP)[0], own.count(STEP)
    alike = [one for one in by_count if one.count(STEP) == depth]
    if name != "country":
        alike = [one for one in alike if one.rpartition(STEP)[0] == above]
    return [one.rpartition(STEP)[2] for one in alike][: N_LEVELS + 1]


def _is_placed(model: Model, columns: Columns) -> Any:
    """Say of which accounts a finer place than the country is known, which would be in another country."""
    finer = [one.sources[0] for one in model.encoder.attributes if "country" in one.above]
    return np.any([columns.is_given(one) for one in finer], axis=0) if finer else np.zeros(len(columns), bool)


def _of_levels(columns: Columns, name: str, levels: _Levels) -> Trials:
    own = columns.levels(name)
    rows, values, words = [], [], []
    for row, (code, at) in enumerate(zip(levels.codes.tolist(), own.codes.tolist(), strict=True)):
        others = [one for one in levels.choices[code] if one != own.names[at]] if code >= 0 else []
        for level in others[:N_LEVELS]:
            value = levels.spelled.get(level, level.upper() if levels.is_code else level)
            rows.append(row)
            values.append(value)
            words.append(f"were {place_name(name, value)}")
    return _single(name, rows, np.array(values, dtype=object), words)


def _attribute_of(model: Model, name: str) -> Attribute | None:
    """Give the attribute whose levels are those of a column."""
    found = (
        one
        for one in model.encoder.attributes
        if one.form in LEVEL_FORMS and one.form not in ("band", "industry_code") and one.sources == (name,)
    )
    return next(found, None)


def _conditions(model: Model, name: str) -> list[tuple[str, ...]]:
    return [one.one_of for each in model.encoder.attributes for one in each.conditions if one.column == name]


def _spelled(columns: Columns, name: str, separator: str | None = None) -> dict[str, str]:
    """Give each level or item as most of the accounts spell it."""
    _, texts = columns.texts(name)
    parts = [part for text in texts for part in (text.split(separator) if separator else [text])]
    counted = Counter(part.strip() for part in parts)
    ordered = sorted(counted.items(), key=lambda each: (each[1], each[0]))
    return {text.casefold(): text for text, _ in ordered}
