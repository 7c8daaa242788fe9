"""What a mapping declares of its enrichment: which columns are keys, whose value counts, what is wrong."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import get_args

from icp_ml.schema import Field, table_fields
from icp_ml.settings import DataSettings, EnrichmentSettings
from icp_ml.settings.mapping import MatchedBy

OWN = "own"
"""The table itself, among those whose value may count first."""

KEYS: tuple[MatchedBy, ...] = get_args(MatchedBy)
"""Columns that say who an account is: an enrichment table is matched by them and never changes them."""

PLACES = ("country", "region", "city", "postal_code")
"""Of these, the first that both tables have is part of a name's key."""


def value_columns(settings: EnrichmentSettings) -> list[str]:
    """List the columns that an enrichment table brings: all but its keys."""
    return [column for column in settings.columns if column not in KEYS]


def order_of(column: str, mapping: DataSettings) -> list[str]:
    """Say whose value of a column counts first; who is not named in `precedence` comes after, own first."""
    bringing = [name for name, one in mapping.enrichment.items() if column in value_columns(one)]
    return list(dict.fromkeys([*mapping.precedence.get(column, ()), OWN, *bringing]))


def place_of(own: Collection[str], theirs: Collection[str]) -> str | None:
    """Give the place that makes a name a key, by the columns of both tables."""
    return next((place for place in PLACES if place in own and place in theirs), None)


def enrichment_problems(
    name: str, own: Collection[str], fields: Mapping[str, Field], mapping: DataSettings
) -> Iterator[str]:
    """Say what of the enrichment does not fit a table.

    Parameters
    ----------
    name : str
        customers or prospects.
    own : collection of str
        The columns that the table itself maps.
    fields : mapping of str to Field
        All columns, those that only enrichment brings included.
    mapping : DataSettings
        The company's mapping.
    """
    for table, settings in mapping.enrichment.items():
        problems = [
            *_column_problems(settings, fields),
            *_key_problems(name, own, settings),
            *(["own is the table itself; give it another name"] if table == OWN else []),
        ]
        yield from (f"enrichment {table}: {problem}" for problem in problems)
    for column, order in mapping.precedence.items():
        yield from (f"precedence {column}: {problem}" for problem in _order_problems(column, order, mapping))


def _column_problems(settings: EnrichmentSettings, fields: Mapping[str, Field]) -> Iterator[str]:
    ours = table_fields("customers")
    for column, form in settings.columns.items():
        field = ours[column] if column in KEYS else fields.get(column)
        if field is None:
            yield f"{column}: not one of our columns; a further one needs its kind"
        elif (form.kind or (ours[column].kind if column in ours else field.kind)) != field.kind:
            yield f"{column}: is of kind {form.kind or ours[column].kind}, not {field.kind}"
    if not value_columns(settings):
        yield "columns: nothing but keys, so it fills nothing"


def _key_problems(name: str, own: Collection[str], settings: EnrichmentSettings) -> Iterator[str]:
    lacking = [key for key in settings.match_on if key not in settings.columns]
    yield from (f"match_on {key}: not among its columns" for key in lacking)
    if not any(key in own for key in settings.match_on):
        yield f"match_on: {name} have none of {', '.join(settings.match_on)}"
    is_by_name = "name" in settings.match_on and "name" in own
    if is_by_name and place_of(own, settings.columns) is None:
        yield (
            f"match_on name: needs a place that {name} have too, one of {', '.join(PLACES)}; "
            "where all are in one country, country: {value: US} says so"
        )


def _order_problems(column: str, order: tuple[str, ...], mapping: DataSettings) -> Iterator[str]:
    if column in KEYS:
        yield "says who an account is; the table's own value always counts"
        return
    if not any(column in one.columns for one in mapping.enrichment.values()):
        yield "no enrichment table has such a column"
        return
    for table in order:
        if table != OWN and table not in mapping.enrichment:
            yield f"{table} is neither own nor an enrichment table"
        elif table != OWN and column not in mapping.enrichment[table].columns:
            yield f"{table} has no such column"
    repeated = sorted({table for table in order if order.count(table) > 1})
    yield from (f"{table} stands there twice" for table in repeated)
