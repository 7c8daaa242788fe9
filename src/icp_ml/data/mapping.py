"""Check that a mapping of the user's columns makes sense, before any file is read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date

from icp_ml.data.enrichment.declared import KEYS, enrichment_problems
from icp_ml.errors import ConfigError, count
from icp_ml.parsing import notation_of
from icp_ml.schema import NUMERIC_KINDS, OUTCOMES, Field, table_fields
from icp_ml.settings import ColumnSettings, DataSettings, FilterSettings, TableSettings

DECLARING = ("customers", "prospects")
"""The tables that may have further columns: outcomes never reach the features."""


def table_settings(name: str, mapping: DataSettings) -> TableSettings:
    """Give the mapping of one table.

    Raises
    ------
    ConfigError
        It is not mapped.
    """
    table: TableSettings | None = getattr(mapping, name)
    if table is None:
        what = f"conf/data/{mapping.name}.yaml has no {name} table."
        raise ConfigError(what, fix=f"Map one under {name}, or choose another data set or label.")
    return table


def mapped_fields(name: str, mapping: DataSettings) -> dict[str, Field]:
    """Give the columns of a table: those its mapping provides, then those that only enrichment brings.

    Raises
    ------
    ConfigError
        Naming all that is wrong: a column that is neither ours nor declared with a kind, an id that is not
        mapped, a filter or a join that speaks of what is not there, enrichment that does not fit. Or that the
        exchange rates of the day are not known.
    """
    notation_of(mapping)
    table = table_settings(name, mapping)
    known, own = table_fields(name), _declared_fields(name, table.columns)
    brought = _brought_fields(name, mapping) if name in DECLARING else {}
    fields = own | {column: field for column, field in brought.items() if column not in table.columns}
    problems = [
        *(f"{column}: not one of our columns" for column in table.columns if column not in own),
        *(f"{column}: needed, not mapped" for column, ours in known.items() if _lacks(column, ours, own)),
        *_kind_problems(name, fields),
        *filter_problems(table.where, fields),
        *_join_problems(table),
        *(["keeps_first: is for customers alone"] if table.keeps_first and name != "customers" else []),
        *(enrichment_problems(name, table.columns, fields, mapping) if name in DECLARING else []),
    ]
    if problems:
        what = f"data.{name} is not a valid mapping ({count(len(problems), 'problem')})."
        fix = "Correct it in conf/data; a further feature of customers and prospects needs its kind."
        raise ConfigError(what, problems, fix)
    return fields


def column_form(column: str, table: TableSettings, mapping: DataSettings) -> ColumnSettings:
    """Give the form that a column has in the table, or in the first enrichment table that brings it."""
    forms = [table.columns, *(one.columns for one in mapping.enrichment.values())]
    return next(columns[column] for columns in forms if column in columns)


def raw_columns(name: str, mapping: DataSettings) -> dict[str, ColumnSettings]:
    """Say how one raw row of a table is read by itself, without the further tables.

    What only these bring may stand in the row under our own name, in our units; where the table has a
    column so called already, under "enriched NAME".
    """
    table = table_settings(name, mapping)
    headings = set(source_columns(table))
    further = [column for column in mapped_fields(name, mapping) if column not in table.columns]
    names = {column: f"enriched {column}" if column in headings else column for column in further}
    return table.columns | {
        column: ColumnSettings.model_validate(heading) for column, heading in names.items()
    }


def own_columns(table: TableSettings) -> list[str]:
    """List the columns to read from the table's own file: not those that a join brings."""
    prefixes = tuple(f"{join.name}." for join in table.joins)
    keys = [join.left_on for join in table.joins]
    own = [name for name in (*source_columns(table), *keys) if not (prefixes and name.startswith(prefixes))]
    return list(dict.fromkeys(own))


def source_columns(table: TableSettings) -> list[str]:
    """List the user's columns that a table is made of."""
    return list(dict.fromkeys(source for column in table.columns.values() for source in column.sources))


def _declared_fields(name: str, columns: Mapping[str, ColumnSettings]) -> dict[str, Field]:
    """Give the columns that are ours, or that the user declares with a kind."""
    known = table_fields(name)
    return {
        column: _refined(known.get(column) or Field(settings.kind or "text", _words(column)), settings)
        for column, settings in columns.items()
        if column in known or (settings.kind is not None and name in DECLARING)
    }


def _brought_fields(name: str, mapping: DataSettings) -> dict[str, Field]:
    """Give the columns that enrichment brings; the first table that has one says what it means."""
    found: dict[str, Field] = {}
    for table in mapping.enrichment.values():
        found |= {
            column: field
            for column, field in _declared_fields(name, table.columns).items()
            if column not in KEYS and column not in found
        }
    return found


def _refined(field: Field, settings: ColumnSettings) -> Field:
    """Let the mapping say more of a column than we know; what is no number has no range."""
    kind = settings.kind or field.kind
    is_number = kind in NUMERIC_KINDS
    return replace(
        field,
        kind=kind,
        words=settings.words or field.words,
        is_feature=field.is_feature if settings.is_feature is None else settings.is_feature,
        low=field.low if is_number else None,
        high=field.high if is_number else None,
    )


def _words(column: str) -> str:
    return column.replace("_", " ")


def _lacks(column: str, ours: Field, fields: dict[str, Field]) -> bool:
    return ours.is_required and column not in fields


def _kind_problems(name: str, fields: dict[str, Field]) -> Iterator[str]:
    """Outcomes are counted with, and ids are matched: neither can be of another kind than ours."""
    for column, field in fields.items():
        ours = table_fields(name).get(column)
        is_fixed = name in OUTCOMES or column == "account_id"
        if field.is_feature and (field.kind in ("id", "domain") or column == "name"):
            yield f"{column}: names one company and can be no feature"
        if ours is not None and is_fixed and field.kind != ours.kind:
            yield f"{column}: is of kind {ours.kind}, not {field.kind}"


def filter_problems(rules: Iterable[FilterSettings], fields: Mapping[str, Field]) -> Iterator[str]:
    """Say which filters speak of a column that is not there, say nothing, or bound what has no order."""
    for rule in rules:
        if rule.column not in fields:
            yield f"where {rule.column}: not among the mapped columns"
        else:
            yield from _bound_problems(rule, fields[rule.column])


def _bound_problems(rule: FilterSettings, field: Field) -> Iterator[str]:
    bounds = [bound for bound in (rule.at_least, rule.at_most) if bound is not None]
    if not bounds and not rule.one_of and rule.not_in is None:
        yield f"where {rule.column}: says nothing; give at_least, at_most, one_of or not_in"
    for bound in bounds:
        fits = field.kind == "date" if isinstance(bound, date) else field.kind in NUMERIC_KINDS
        if not fits:
            yield f"where {rule.column}: is of kind {field.kind}, which {bound} does not bound"


def _join_problems(table: TableSettings) -> Iterator[str]:
    """Find joins that start neither from the table itself nor from a join before them."""
    for at, join in enumerate(table.joins):
        later = [other.name for other in table.joins[at:] if join.left_on.startswith(f"{other.name}.")]
        if later:
            yield f"joins {join.name}: {join.left_on} is not known yet; put {later[0]} before it"
        if join.name in [other.name for other in table.joins[:at]]:
            yield f"joins {join.name}: the name is taken by an earlier join"
