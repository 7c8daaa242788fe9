"""Which missing value of an account is most worth finding out: the one that could move its tier furthest."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from icp_ml.features.encoder import Encoder
from icp_ml.features.statistics import Codes, Floats, Known
from icp_ml.model.calibration import probability
from icp_ml.model.candidate import Model
from icp_ml.scoring.tiers import TIERS, tier_of

ROWS_AT_ONCE = 16_384
"""Filled in and scored at a time: memory holds one such matrix."""
QUOTIENTS = ("ratio", "share")
COPIED = ("band", "time_zone", "decision_maker")
SMALLEST = 1e-9
"""In probability: less is rounding, and must not decide between two attributes."""
LADDER = TIERS[::-1]
"""Tiers by their steps: from Insufficient data, which is 0, to Best fit."""


@dataclass(frozen=True)
class Outlook:
    """What accounts could become once one attribute is known.

    Attributes
    ----------
    words : str
        Of the attribute.
    rows : ndarray of int
        The accounts that lack it.
    low, high : ndarray of float64, one of each of these rows
        Least and highest probability that a value gave.
    lowest, highest : ndarray of int
        Their tiers, as steps of LADDER.
    """

    words: str
    rows: Codes
    low: Floats
    high: Floats
    lowest: Codes
    highest: Codes


@dataclass(frozen=True)
class Filling:
    """The columns of the matrix that change with one attribute.

    Attributes
    ----------
    own : ndarray of int
        Of the attribute.
    copied : tuple of (int, ndarray of int)
        Attributes made of it alone, with their columns; taken from the donor where they are not known.
    quotients : tuple of (int, int, int)
        Columns of a quotient, of what is divided and of the divisor.
    """

    own: Codes
    copied: tuple[tuple[int, Codes], ...]
    quotients: tuple[tuple[int, int, int], ...]


def worth_finding(model: Model, matrix: Floats, known: Known, n_threads: int = 1) -> list[str | None]:
    """Say for each account which missing value is most worth finding out.

    Values that customers have are put in, one attribute at a time, and scored; what follows from an attribute
    follows its value (a band of sizes, a ratio to a number that is known), but for pairs of categories and
    growth, which stay as they are. The attribute that can move the tier by most steps is said, of those the
    one that can move the probability most, of those the first.

    Parameters
    ----------
    model : Model
    matrix : ndarray of float64, shape (n_rows, n_columns)
        As the model's encoder gives it.
    known : ndarray of bool, shape (n_rows, n_attributes)
    n_threads : int
        The result depends neither on it nor on a row's neighbours.

    Returns
    -------
    list of (str or None)
        "employees (could make it Best fit)", else "revenue (12 to 31 %)"; None where nothing is missing or
        would move it by a whole percent, and where the model remembers no customers to take values from.
    """
    said: list[str | None] = [None] * len(matrix)
    if model.exemplars is None or len(matrix) == 0:
        return said
    now = _steps(model, _fit_probability(model, matrix, n_threads), model.encoder.completeness(known))
    moved, width = np.zeros(len(matrix), dtype=np.intp), np.zeros(len(matrix))
    for found in _outlooks(model, model.exemplars.donor_rows, matrix, known, n_threads):
        rows, wide = found.rows, found.high - found.low
        steps = np.maximum(np.abs(found.highest - now[rows]), np.abs(found.lowest - now[rows]))
        is_wider = (steps == moved[rows]) & (wide > width[rows] + SMALLEST)
        better = np.flatnonzero((steps > moved[rows]) | is_wider)
        moved[rows[better]], width[rows[better]] = steps[better], wide[better]
        for at in better.tolist():
            said[rows[at]] = _words(found, at, int(now[rows[at]]))
    return said


def _words(found: Outlook, at: int, now: int) -> str | None:
    reached = dict.fromkeys((int(found.highest[at]), int(found.lowest[at])))
    tiers = [LADDER[step] for step in reached if step != now]
    if tiers:
        return f"{found.words} (could make it {' or '.join(tiers)})"
    low, high = (f"{100 * one[at]:.0f}" for one in (found.low, found.high))
    return f"{found.words} ({low} to {high} %)" if low != high else None


def _outlooks(
    model: Model, donors: Floats, matrix: Floats, known: Known, n_threads: int
) -> Iterator[Outlook]:
    """Give what the accounts that lack an attribute could become, attribute by attribute."""
    completeness = model.encoder.completeness(known)
    own = [at for at, one in enumerate(model.encoder.attributes) if not one.is_derived]
    for at in own:
        rows = np.flatnonzero(~known[:, at])
        filling = _filling(model.encoder, at)
        values = _distinct(donors, filling)
        if len(rows) == 0 or len(values) == 0:
            continue
        low, high = np.empty(len(rows)), np.empty(len(rows))
        n_at_once = max(ROWS_AT_ONCE // len(values), 1)
        for start in range(0, len(rows), n_at_once):
            part = rows[start : start + n_at_once]
            filled = _filled(filling, values, matrix[part], known[part])
            found = _fit_probability(model, filled, n_threads).reshape(len(part), len(values))
            low[start : start + n_at_once] = found.min(axis=1)
            high[start : start + n_at_once] = found.max(axis=1)
        then = completeness[rows] + 1 / len(own)
        words = model.encoder.attributes[at].words
        yield Outlook(words, rows, low, high, _steps(model, low, then), _steps(model, high, then))


def _steps(model: Model, fit_probability: Floats, completeness: Floats) -> Codes:
    """Give each row's tier as its step of LADDER."""
    tiers = tier_of(fit_probability, completeness, model.tiers)
    return np.asarray(np.select([tiers == one for one in LADDER], range(len(LADDER))), dtype=np.intp)


def _fit_probability(model: Model, matrix: Floats, n_threads: int) -> Floats:
    return probability(model.log_odds(matrix, n_threads).mean(axis=1) + model.shift)


def _filling(encoder: Encoder, at: int) -> Filling:
    name, owner = encoder.attributes[at].name, encoder.attribute_of_column
    columns = [np.flatnonzero(owner == one) for one in range(len(encoder.attributes))]
    numbers = {
        one.name: int(columns[place][0])
        for place, one in enumerate(encoder.attributes)
        if one.form == "number"
    }
    followers = [(one, two) for one, two in enumerate(encoder.attributes) if name in two.sources]
    copied = [(one, columns[one]) for one, two in followers if two.form in COPIED and two.sources[0] == name]
    quotients = [
        (int(columns[one][0]), *(numbers[source] for source in two.sources))
        for one, two in followers
        if two.form in QUOTIENTS and set(two.sources) <= set(numbers)
    ]
    return Filling(columns[at], tuple(copied), tuple((one, two, three) for one, two, three in quotients))


def _distinct(donors: Floats, filling: Filling) -> Floats:
    """Give the donors that have a value, each value once: only the least and the most of scores counts."""
    having = donors[~np.isnan(donors[:, filling.own]).all(axis=1)]
    told = np.nan_to_num(
        having[:, np.concatenate([filling.own, *(one for _, one in filling.copied)])], nan=-np.inf
    )
    return having[np.sort(np.unique(told, axis=0, return_index=True)[1])]


def _filled(filling: Filling, donors: Floats, matrix: Floats, known: Known) -> Floats:
    """Give each row once with each donor's value, shape (n_rows × n_donors, n_columns)."""
    filled = np.repeat(matrix[:, None, :], len(donors), axis=1)
    filled[:, :, filling.own] = donors[None, :, filling.own]
    for attribute, columns in filling.copied:
        rows = np.flatnonzero(~known[:, attribute])
        filled[np.ix_(rows, np.arange(len(donors)), columns)] = donors[None, :, columns]
    for quotient, above, below in filling.quotients:
        filled[:, :, quotient] = _quotient(filled[:, :, above], filled[:, :, below])
    return filled.reshape(-1, matrix.shape[1])


def _quotient(above: Floats, below: Floats) -> Floats:
    with np.errstate(over="ignore"):
        found = above / np.where(below > 0, below, np.nan)
    return np.where(np.isfinite(found), found, np.nan)
