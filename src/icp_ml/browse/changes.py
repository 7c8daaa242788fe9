"""Which single known value of an account, were it another, would put it into a neighbouring tier.

It is what to check in the record, and no advice to the company: facts that change over time come first, those
that can only have been written down wrongly come last.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from icp_ml.browse.trials import Trials, trials_of
from icp_ml.features.attributes import Attribute
from icp_ml.features.columns import Columns
from icp_ml.features.encoding import encode, is_known
from icp_ml.features.pairs import encode_pair
from icp_ml.features.statistics import Codes, Floats, Known
from icp_ml.model.calibration import probability
from icp_ml.model.candidate import Model
from icp_ml.schema import Field
from icp_ml.scoring import TIERS, Encoded, tier_of

FIXED = ("country", "region", "city", "language", "sector", "industry", "industry_code", "founded_year")
"""Columns that do not change over time: another value means that the record is wrong."""
ROWS_AT_ONCE = 32_768
"""Trials encoded and scored at a time: memory holds one such matrix."""
LADDER = TIERS[::-1]
BESIDE = ("before_on", "known_on")
"""Days that growth is put on a year by."""


@dataclass(frozen=True)
class Change:
    """Another value of one column, and the tier that the account would then be in.

    Attributes
    ----------
    row : int
        Of the account.
    column : str
        Ours.
    tier : str
    words : str
        "employees were 190 to 279".
    values : tuple
        What was tried, in the column's own type: each of them gives exactly this tier.
    is_fixed : bool
        Whether such a fact does not change over time.
    step : int
        How far away it is: bands of a number; else 1.
    is_up : bool
    """

    row: int
    column: str
    tier: str
    words: str
    values: tuple[Any, ...]
    is_fixed: bool
    step: int
    is_up: bool


def tier_changes(
    model: Model, encoded: Encoded, fields: Mapping[str, Field], n_changes: int, n_threads: int = 1
) -> list[list[Change]]:
    """Find for each account the smallest changes of one known value that move it by one tier.

    Of each column and direction the smallest counts: the nearest band of a number, said whole where its
    first, middle and last value all give that tier and as its nearest value where not; of levels and items
    those that most customers have. Whatever is derived from a value follows it, pairs too. Values that are
    not known are left to `worth_finding`; accounts of which too little is known have no neighbouring tier.

    Parameters
    ----------
    model : Model
    encoded : Encoded
        The accounts, on the one day that they were scored.
    fields : mapping of str to Field
        The meaning of their columns.
    n_changes : int
        Most of one account.
    n_threads : int
        The result depends neither on it nor on a row's neighbours, but that items are spelled as most do.

    Returns
    -------
    list of list of Change
        Of each account: facts that change over time first, then the smallest, then those upward.
    """
    found: dict[int, list[Change]] = defaultdict(list)
    if n_changes > 0 and len(encoded.matrix):
        now = _ladder(model, encoded.matrix, encoded.known, n_threads)
        for trials in trials_of(model, encoded.columns, fields):
            then = _tiers_of_trials(model, encoded, trials, n_threads)
            field = fields[trials.column]
            words = f"the year {field.words}" if field.kind == "year" else field.words
            for change in _smallest(trials, now, then, words):
                found[change.row].append(change)
    ordered = (sorted(found[row], key=_order) for row in range(len(encoded.matrix)))
    return [one[:n_changes] for one in ordered]


def _order(change: Change) -> tuple[bool, int, bool]:
    return change.is_fixed, change.step, not change.is_up


def _ladder(model: Model, matrix: Floats, known: Known, n_threads: int) -> Codes:
    """Give the step of each row's tier: 0 where too little is known, 3 the highest."""
    score = model.log_odds(matrix, n_threads).mean(axis=1)
    if model.calibration is not None:
        score = probability(score + model.shift)
    tiers = tier_of(score, model.encoder.completeness(known), model.tiers)
    return np.asarray(np.select([tiers == one for one in LADDER], range(len(LADDER))), dtype=np.intp)


def _tiers_of_trials(model: Model, encoded: Encoded, trials: Trials, n_threads: int) -> Codes:
    """Give the tier that each point of each option leads to, shape (n_options, n_points)."""
    n_points = trials.values.shape[1]
    rows, values = np.repeat(trials.rows, n_points), trials.values.ravel()
    affected = _Affected.of(model, trials.column)
    tiers = [
        affected.tiers(model, encoded, _Put(trials.column, rows[at], values[at]), n_threads)
        for at in _cuts(len(rows))
    ]
    return np.concatenate(tiers).reshape(trials.values.shape)


def _cuts(n_rows: int) -> Iterator[slice]:
    return (slice(start, start + ROWS_AT_ONCE) for start in range(0, n_rows, ROWS_AT_ONCE))


@dataclass(frozen=True)
class _Put:
    """Values to put into one column of some accounts."""

    column: str
    rows: Codes
    values: Any


@dataclass(frozen=True)
class _Affected:
    """The attributes that read a column, and all columns that these read."""

    places: list[int]
    sources: list[str]

    @classmethod
    def of(cls, model: Model, column: str) -> _Affected:
        """Find them: derived attributes and pairs too."""
        attributes = model.encoder.attributes
        reads = [_reads(model, one) for one in attributes]
        places = [at for at, names in enumerate(reads) if column in names]
        names = dict.fromkeys(name for at in places for name in reads[at])
        return cls(places, list(dict.fromkeys((column, *names, *BESIDE))))

    def tiers(self, model: Model, encoded: Encoded, put: _Put, n_threads: int) -> Codes:
        """Encode anew what reads the column, and score."""
        accounts, owner = encoded.columns.accounts, model.encoder.attribute_of_column
        read = accounts[[one for one in self.sources if one in accounts]].iloc[put.rows]
        changed = read.reset_index(drop=True).assign(
            **{put.column: pd.Series(put.values).astype(accounts[put.column].dtype)}
        )
        columns = Columns(changed, encoded.columns.as_of)
        matrix, known = encoded.matrix[put.rows], encoded.known[put.rows]
        for at in self.places:
            attribute = model.encoder.attributes[at]
            matrix[:, owner == at] = _encoded(model, attribute, columns).reshape(len(matrix), -1)
            known[:, at] = is_known(attribute, columns)
        return _ladder(model, matrix, known, n_threads)


def _reads(model: Model, attribute: Attribute) -> tuple[str, ...]:
    parts = model.encoder.parts_of(attribute) or (attribute,)
    return tuple(name for one in parts for name in (*one.sources, *one.above))


def _encoded(model: Model, attribute: Attribute, columns: Columns) -> Floats:
    parts = model.encoder.parts_of(attribute)
    return encode_pair(attribute, parts, columns) if parts else encode(attribute, columns)


def _smallest(trials: Trials, now: Codes, then: Codes, words: str) -> Iterator[Change]:
    """Give of each account the smallest option up and the smallest down; of equal ones the first."""
    before = now[trials.rows]
    for shift in (1, -1):
        target = before + shift
        is_hit = (then == target[:, None]) & ((before > 0) & (target > 0))[:, None]
        options = np.flatnonzero(is_hit.any(axis=1))
        order = options[np.lexsort((options, trials.steps[options], trials.rows[options]))]
        _, first = np.unique(trials.rows[order], return_index=True)
        for at in order[first].tolist():
            yield _change(trials, at, is_hit[at].tolist(), (words, LADDER[target[at]], shift > 0))


def _change(trials: Trials, at: int, is_hit: Sequence[bool], said: tuple[str, str, bool]) -> Change:
    (words, tier, is_up), point = said, is_hit.index(True)
    values = trials.values[at] if all(is_hit) else trials.values[at][point : point + 1]
    option = trials.words[at] if all(is_hit) else trials.point_words[at][point]
    is_fixed, step = trials.column in FIXED, int(trials.steps[at])
    row = int(trials.rows[at])
    return Change(row, trials.column, tier, f"{words} {option}", tuple(values), is_fixed, step, is_up)
