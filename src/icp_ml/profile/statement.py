"""Say conditions as a person would: one sentence of who the best companies are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from icp_ml.profile.card import Condition, Group
from icp_ml.profile.levels import levels_said, one_each
from icp_ml.profile.sizes import range_said, years_said
from icp_ml.schema import DEPARTMENT, Field

KINDS = ("industry", "sector")
"""Columns that say what a company is, so that its levels go before the word "companies"."""
PLACES = ("region", "country")
SLOTS = ("kind", "place", "with", "that", "whose")
ORDER = ("employees", "revenue", "budget", "technologies", "funding_total", "funding_stage")
"""Columns in the order in which a sentence names them, within its slots; others follow."""
NOBODY = "No group of companies stands out: what the model learnt does not part customers into clear groups."


def statement(groups: Sequence[Group]) -> str:
    """Say the profile in one sentence: its first core group, else the clearest niche."""
    core = [one.words for one in groups if one.kind == "core"]
    niche = [one.words for one in groups if one.kind == "niche"]
    if core:
        return f"{_capital(core[0])}."
    if niche:
        return f"No broad group of companies stands out; the clearest niche is {niche[0]}."
    anti = [one.words for one in groups if one.kind == "anti"]
    if anti:
        return f"No group of companies stands out as best; the clearest is who is not: {anti[0]}."
    return NOBODY


def conditions_said(conditions: Iterable[Condition], fields: Mapping[str, Field]) -> str:
    """Say conditions as the name of the companies that meet them: "software companies in Canada with …".

    Parameters
    ----------
    conditions : iterable of Condition
    fields : mapping of str to Field
        Meaning of their columns.
    """
    clauses: dict[str, list[str]] = {slot: [] for slot in SLOTS}
    for one in sorted(conditions, key=_place):
        slot, said = _clause(one, fields, bool(clauses["kind"]))
        clauses[slot].append(said)
    kind = clauses["kind"][0] if clauses["kind"] else ""
    said = f"{kind} companies".strip()
    if clauses["place"]:
        said += f" in {', '.join(clauses['place'])}"
    if clauses["with"]:
        said += f" with {one_each(clauses['with'], 'and')}"
    return said + _relative(clauses["that"], clauses["whose"])


def _relative(that: list[str], whose: list[str]) -> str:
    """Give the relative clauses: "that use Snowflake and have raised a Series B or later"."""
    first = f" that {one_each(that, 'and')}" if that else ""
    second = f" whose {one_each(whose, 'and')}" if whose else ""
    return f"{first}, and{second}" if first and second else first + second


def _place(condition: Condition) -> tuple[int, str]:
    order = (*KINDS, *PLACES, *ORDER)
    at = order.index(condition.column) if condition.column in order else len(order)
    return at, condition.column


def _clause(one: Condition, fields: Mapping[str, Field], has_kind: bool) -> tuple[str, str]:
    """Give the slot of a condition in the sentence, and what it says there."""
    field = fields.get(one.column) or Field("category", one.words)
    if not one.one_of:
        return _range_clause(one, field)
    named = levels_said(one, field)
    any_of = one_each(named, "or")
    if one.column in KINDS and not has_kind:
        return "kind", one_each(named, "and")
    by_column = {
        "region": ("place", any_of),
        "country": ("place", any_of),
        "technologies": ("that", f"use {any_of}"),
        "customer_size": ("that", f"serve {_ordered(one, named, 'larger', 'smaller')} customers"),
        "funding_stage": ("that", _raised(one, named)),
        "contact_roles": ("with", f"{any_of} among their contacts"),
        "language": ("that", f"speak {any_of}"),
    }
    if one.column in by_column:
        return by_column[one.column]
    if field.kind == "list":
        return "with", f"{any_of} among their {one.words}"
    return "whose", f"{one.words} is {_ordered(one, named, 'higher', 'lower')}"


def _ordered(one: Condition, named: list[str], up: str, down: str) -> str:
    if one.onward:
        return f"{named[0]} or {up if one.onward == 'up' else down}"
    return one_each(named, "or")


def _raised(one: Condition, named: list[str]) -> str:
    """Say a funding stage: "have raised a Series B or later"; of other stages, that they are at it."""
    is_round = all(name.casefold().startswith(("series", "seed", "pre-seed", "pre seed")) for name in named)
    first = f"a {named[0]}" if named[0].casefold().startswith(("series", "seed", "pre")) else named[0]
    if one.onward == "up":
        return f"have raised {first} or later" if first != named[0] else f"are at {named[0]} stage or later"
    if one.onward == "down":
        return f"have raised {first} at most" if first != named[0] else f"are at {named[0]} stage or earlier"
    return f"last raised {'a ' if is_round else ''}{one_each(named, 'or')}"


def _range_clause(one: Condition, field: Field) -> tuple[str, str]:
    if field.kind == "yes_no":
        return "whose", f'answer to "{one.words}" is {"yes" if (one.low or 0) > 0 else "no"}'
    if one.column == "founded_year":
        return "that", f"are {years_said(one)} old"
    if field.kind in ("year", "date"):
        return "whose", f"{one.words} was {years_said(one)} ago"
    between = range_said(one)
    if one.column.startswith(DEPARTMENT):
        return "with", f"{between} people in {one.column.removeprefix(DEPARTMENT).replace('_', ' ')}"
    if field.kind == "money":
        return "with", f"{one.words} of {between}"
    return "with", f"{between} {one.words}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
