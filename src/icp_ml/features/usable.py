"""Which attributes a table can have: its own columns that are features, and those derived from them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import pandas as pd

from icp_ml.features.attributes import Attribute, Form
from icp_ml.features.orders import ORDERS
from icp_ml.schema import DEPARTMENT, LEVEL_KINDS, NUMERIC_KINDS, Field

RATIOS = {
    "revenue_per_employee": ("revenue", "employees", "revenue per employee"),
    "funding_per_employee": ("funding_total", "employees", "funding per employee"),
}
GROWTH = {
    "employees_growth": ("employees", "employees_before", "growth in employees"),
    "revenue_growth": ("revenue", "revenue_before", "growth in revenue"),
}
DATES_OF_FIGURES = ("known_on", "before_on")
ABOVE = {"industry": ("sector",), "region": ("country",), "city": ("country", "region")}
"""Columns whose level says where a finer one belongs."""
CONTACTS = "contact_roles"


def usable_attributes(
    accounts: pd.DataFrame,
    fields: Mapping[str, Field],
    exclude: Collection[str],
    include: Collection[str] = (),
) -> list[Attribute]:
    """List the attributes that can be encoded, with nothing learnt yet: any value known, not excluded.

    Parameters
    ----------
    accounts : pandas.DataFrame
    fields : mapping of str to Field
    exclude : collection of str
        Attributes to leave out; nothing is derived from them either.
    include : collection of str
        What is off by default and let in all the same.
    """
    known = {
        name: field
        for name, field in fields.items()
        if name not in exclude and name in accounts and accounts[name].notna().any()
    }
    let_in = {CONTACTS} & set(include)
    usable = {name: field for name, field in known.items() if field.is_feature or name in let_in}
    own = [
        Attribute(name, one.words, _form(name, one), (name,), _above(name, usable))
        for name, one in usable.items()
    ]
    derived = [*_ratios(usable), *_places(usable), *_off_by_default(usable, CONTACTS in known, include)]
    return [*own, *(one for one in derived if one.name not in exclude)]


def _form(name: str, field: Field) -> Form:
    if name == "founded_year":
        return "age"
    if field.kind in LEVEL_KINDS:
        forms: dict[str, Form] = {"country": "country", "industry_code": "industry_code"}
        return "ordered" if name in ORDERS else forms.get(field.kind, "levels")
    forms = {"yes_no": "yes_no", "date": "recency", "list": "items"}
    return forms.get(field.kind, "number" if field.kind in NUMERIC_KINDS else "words")


def _above(name: str, usable: Mapping[str, Field]) -> tuple[str, ...]:
    return tuple(one for one in ABOVE.get(name, ()) if one in usable and usable[one].kind in LEVEL_KINDS)


def _ratios(usable: Mapping[str, Field]) -> Iterator[Attribute]:
    numbers = {name for name, field in usable.items() if field.kind in NUMERIC_KINDS}
    for name, (above, below, words) in RATIOS.items():
        if {above, below} <= numbers:
            yield Attribute(name, words, "ratio", (above, below))
    for name in sorted(numbers):
        if name.startswith(DEPARTMENT) and "employees" in numbers:
            yield Attribute(f"{name}_share", f"{usable[name].words}, share", "share", (name, "employees"))
    if "employees" in numbers:
        yield Attribute("size", "size", "band", ("employees",))
    for name, (now, before, words) in GROWTH.items():
        if {now, before} <= numbers:
            yield Attribute(name, words, "growth", (now, before))


def _places(usable: Mapping[str, Field]) -> Iterator[Attribute]:
    sources = tuple(
        name for name in ("country", "region") if name in usable and usable[name].kind in LEVEL_KINDS
    )
    if sources:
        yield Attribute("time_zone", "time zone", "time_zone", sources)


def _off_by_default(
    usable: Mapping[str, Field], has_contacts: bool, include: Collection[str]
) -> Iterator[Attribute]:
    """Give what selling itself fills, where it is asked for."""
    if "decision_maker" in include and has_contacts:
        yield Attribute("decision_maker", "decision maker known", "decision_maker", (CONTACTS,))
    if "completeness" in include and usable:
        yield Attribute("completeness", "how much is known", "completeness", tuple(usable))
