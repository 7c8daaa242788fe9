"""Who meets a condition: each row by itself, exactly as the filters of a CRM list say it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
import pandas as pd

from icp_ml.profile.ages import years_before
from icp_ml.profile.axes import Axis, Bools, Day, finite
from icp_ml.profile.card import Condition, Group
from icp_ml.schema import Field, Kind

AGED: tuple[Kind, ...] = ("year", "date")
"""Kinds whose ranges are in years before the day."""
EXACT_BELOW = 10  # of whole numbers: "up to 4" where the next part begins at 5
OTHER = "Everyone else"


def condition_of(axis: Axis, parts: tuple[int, ...]) -> Condition:
    """Say the chosen parts of an axis as a condition; both ends of a range are in it."""
    if not axis.cuts:
        onward: Literal["up", "down", ""] = ""
        if axis.shape == "range":
            onward = "up" if parts[-1] == axis.n_parts - 1 else "down" if parts[0] == 0 else ""
        ordered = parts[::-1] if onward == "down" else parts
        named = tuple(level for at in ordered for level in axis.parts[at])
        return Condition(axis.column, axis.words, named, onward=onward)
    low, high = axis.cuts[parts[0]], axis.cuts[parts[-1] + 1]
    if axis.is_whole and high < EXACT_BELOW:
        high -= 1
    return Condition(
        axis.column,
        axis.words,
        low=None if np.isinf(low) else float(low),
        high=None if np.isinf(high) else float(high),
    )


def is_met(condition: Condition, accounts: pd.DataFrame, kind: Kind, day: Day) -> Bools:
    """Say which rows meet a condition; what is not known meets none.

    Parameters
    ----------
    condition : Condition
    accounts : pandas.DataFrame
        Our columns, parsed; a column that is not there is not known.
    kind : Kind
        Of the column.
    day : pandas.Timestamp, or Series with one for each row
        That ages are counted to.
    """
    if condition.column not in accounts:
        return np.zeros(len(accounts), dtype=bool)
    column = accounts[condition.column]
    if condition.one_of:
        codes, distinct = pd.factorize(column)
        wanted = set(condition.one_of)
        if kind == "list":
            hits = [not wanted.isdisjoint(str(one).split("|")) for one in distinct.tolist()]
        else:
            hits = [str(one) in wanted for one in distinct.tolist()]
        return np.array([*hits, False])[codes]
    values = years_before(column, kind, day) if kind in AGED else finite(column)
    low = -np.inf if condition.low is None else condition.low
    high = np.inf if condition.high is None else condition.high
    return np.asarray((values >= low) & (values <= high))


def are_met(
    conditions: Sequence[Condition], accounts: pd.DataFrame, fields: Mapping[str, Field], day: Day
) -> Bools:
    """Say which rows meet all of some conditions; all rows where there are none."""
    met = np.ones(len(accounts), dtype=bool)
    for one in conditions:
        kind = fields[one.column].kind if one.column in fields else "category"
        met &= is_met(one, accounts, kind, day)
    return met


def assign(
    groups: Sequence[Group], accounts: pd.DataFrame, fields: Mapping[str, Field], day: Day
) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    """Name each row's group: the first whose conditions it meets, whatever rows stand beside it.

    Returns
    -------
    ndarray of str, shape (n_rows,)
    """
    names = np.full(len(accounts), OTHER, dtype=object)
    is_left = np.ones(len(accounts), dtype=bool)
    for group in groups:
        is_in = is_left & are_met(group.conditions, accounts, fields, day)
        names[is_in] = group.name
        is_left &= ~is_in
    return names
