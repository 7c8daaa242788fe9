"""The profile as filters for a CRM list: for this product's rules, for SQL and for a person who clicks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from icp_ml.profile.ages import day_before
from icp_ml.profile.axes import Bools
from icp_ml.profile.card import Condition, Group
from icp_ml.profile.conditions import are_met
from icp_ml.schema import Field

WHOLE = "Core or niche"
NAME, TEXT = '"', "'"
"""What SQL puts around names and texts."""
TOP_TIERS = ("Best fit", "Good fit")


@dataclass(frozen=True)
class CrmFilter:
    """One group, or the core and niche groups together, as filters.

    Attributes
    ----------
    name, kind, words : str
        Of the group; kind is "whole" for those together.
    steps : tuple of str
        What a person sets in the list view of a CRM; all must hold. Empty for those together.
    where : tuple of dict
        As a rule's `where` in conf/rules; all must hold. Empty for those together: any of theirs will do.
    sql : str
        The condition after WHERE, on our columns.
    n_kept : int
        New prospects that pass, those that a group before takes included.
    kept_share : float
        Of the prospects; NaN without any.
    best_precision, best_recall : float
        Share of the kept that the model puts in the highest tier; share of that tier that is kept.
    top_precision, top_recall : float
        The same of the two highest tiers.
    """

    name: str
    kind: str
    words: str
    steps: tuple[str, ...]
    where: tuple[dict[str, Any], ...]
    sql: str
    n_kept: int
    kept_share: float
    best_precision: float
    best_recall: float
    top_precision: float
    top_recall: float


def filters_of(
    groups: Sequence[Group],
    fields: Mapping[str, Field],
    today: date,
    prospects: pd.DataFrame,
    tiers: Sequence[str],
) -> list[CrmFilter]:
    """Give the filters of each core, niche and anti group, and of core and niche together.

    Parameters
    ----------
    groups : sequence of Group
    fields : mapping of str to Field
    today : date
    prospects : pandas.DataFrame
        New prospects, parsed; may be empty.
    tiers : sequence of str
        The tier of each.
    """
    found = []
    tier = np.asarray(tiers, dtype=object)
    for one in groups:
        if one.kind == "other":
            continue
        is_kept = are_met(one.conditions, prospects, fields, pd.Timestamp(today))
        steps = tuple(_step(condition, fields, today) for condition in one.conditions)
        where, sql = tuple(where_of(one, fields, today)), sql_of(one, fields, today)
        found.append(CrmFilter(one.name, one.kind, one.words, steps, where, sql, *_agreement(is_kept, tier)))
    wanted = [one.conditions for one in groups if one.kind in ("core", "niche")]
    if wanted:
        masks = [are_met(one, prospects, fields, pd.Timestamp(today)) for one in wanted]
        figures = _agreement(np.any(masks, axis=0), tier)
        words = "companies of any core or niche group"
        found.append(CrmFilter(WHOLE, "whole", words, (), (), sql_of_whole(groups, fields, today), *figures))
    return found


def _agreement(is_kept: Bools, tier: Any) -> tuple[int, float, float, float, float, float]:
    n, n_kept = len(is_kept), int(is_kept.sum())
    shares = []
    for tiers in (TOP_TIERS[:1], TOP_TIERS):
        is_top = np.isin(tier, tiers)
        both = int((is_kept & is_top).sum())
        shares += [_share(both, n_kept), _share(both, int(is_top.sum()))]
    return n_kept, _share(n_kept, n), shares[0], shares[1], shares[2], shares[3]


def _share(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")


def _step(one: Condition, fields: Mapping[str, Field], today: date) -> str:
    """Say what a person sets for a condition: "Country is any of: CA, US"."""
    head = f"{one.words[:1].upper()}{one.words[1:]}"
    if one.one_of:
        verb = "contains any of" if fields[one.column].kind == "list" else "is any of"
        return f"{head} {verb}: {', '.join(one.one_of)}"
    low, high = bounds_of(one, fields, today)
    if fields[one.column].kind == "yes_no":
        return f"{head} is {'yes' if (one.low or 0) > 0 else 'no'}"
    ends = [] if low is None else [f"at least {_end(low, one, fields)}"]
    ends += [] if high is None else [f"at most {_end(high, one, fields)}"]
    return f"{head} is {' and '.join(ends) or 'known'}"


def _end(value: float | date, one: Condition, fields: Mapping[str, Field]) -> str:
    if isinstance(value, date):
        return f"{value:%Y-%m-%d}"
    return f"{value:.0f}" if fields[one.column].kind == "year" else f"{value:,.12g}"


def where_of(group: Group, fields: Mapping[str, Field], today: date) -> list[dict[str, Any]]:
    """Give a group's conditions as the `where` of a rule in conf/rules, which keeps exactly its companies.

    All filters must hold. That no group before takes the company is not among them. Ages are turned to years
    and days as of today.

    Returns
    -------
    list of dict
        column, with at_least and at_most (numbers, or days as 2024-03-31) or one_of.
    """
    return [_filter(one, fields, today) for one in group.conditions]


def _filter(one: Condition, fields: Mapping[str, Field], today: date) -> dict[str, Any]:
    if one.one_of:
        return {"column": one.column, "one_of": list(one.one_of)}
    low, high = bounds_of(one, fields, today)
    bounds = {"at_least": low, "at_most": high}
    said = {name: bound.isoformat() if isinstance(bound, date) else bound for name, bound in bounds.items()}
    return {"column": one.column, **{name: bound for name, bound in said.items() if bound is not None}}


def bounds_of(
    one: Condition, fields: Mapping[str, Field], today: date
) -> tuple[float | date | None, float | date | None]:
    """Give the bounds of a range as the column holds them: a year or a day for an age."""
    match fields[one.column].kind:
        case "year":
            newest = today.year - (one.low or 0)
            return (None if one.high is None else today.year - one.high), newest
        case "date":
            oldest = None if one.high is None else day_before(today, int(one.high), is_later=True)
            return oldest, day_before(today, int(one.low or 0), is_later=False)
        case _:
            return one.low, one.high


def sql_of(group: Group, fields: Mapping[str, Field], today: date) -> str:
    """Give a group's conditions as an SQL condition on our columns; lists are items joined with "|"."""
    if not group.conditions:
        return "1 = 1"
    return " AND ".join(f"({_sql(one, fields, today)})" for one in group.conditions)


def sql_of_whole(groups: Sequence[Group], fields: Mapping[str, Field], today: date) -> str:
    """Give an SQL condition for core or niche companies: they are tried first, so none of them is anti."""
    wanted = [sql_of(one, fields, today) for one in groups if one.kind in ("core", "niche")]
    return " OR ".join(f"({one})" for one in wanted) if wanted else "1 = 0"


def _sql(one: Condition, fields: Mapping[str, Field], today: date) -> str:
    column = _quoted(one.column, NAME)
    if one.one_of and fields[one.column].kind == "list":
        whole = f"'|' || {column} || '|'"  # LIKE heeds no case in some databases
        held = (f"REPLACE({whole}, {_quoted(f'|{item}|', TEXT)}, '') <> {whole}" for item in one.one_of)
        return " OR ".join(held)
    if one.one_of:
        return f"{column} IN ({', '.join(_quoted(level, TEXT) for level in one.one_of)})"
    low, high = bounds_of(one, fields, today)
    parts = [] if low is None else [f"{column} >= {_literal(low)}"]
    if high is not None:
        parts.append(
            f"{column} < {_literal(pd.Timestamp(high) + pd.Timedelta(days=1))}"
            if isinstance(high, date)
            else f"{column} <= {_literal(high)}"
        )
    return " AND ".join(parts) if parts else f"{column} IS NOT NULL"


def _quoted(text: str, mark: str) -> str:
    return f"{mark}{text.replace(mark, mark + mark)}{mark}"


def _literal(value: Any) -> str:
    return f"{value:.17g}" if isinstance(value, int | float) else f"'{value:%Y-%m-%d}'"
