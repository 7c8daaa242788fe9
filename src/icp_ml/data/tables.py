"""Turn the user's columns into our tables: join, parse, filter and check, batch by batch."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from icp_ml.data.sources import RawBatch, Refused, place_name, read_all, read_batches
from icp_ml.errors import ConfigError, DataError, count, examples
from icp_ml.parsing import parse_column
from icp_ml.schema import Field, table_checks, table_fields
from icp_ml.settings import ColumnSettings, DataSettings, FilterSettings, TableSettings

TRAINING_BATCH_ROWS = 100_000
KEY = ColumnSettings.model_validate("key")


@dataclass
class Findings:
    """What was noticed while reading a table."""

    n_rows: int = 0
    n_filtered: int = 0
    refused: list[Refused] = field(default_factory=list)
    n_known: Counter[str] = field(default_factory=Counter)
    not_understood: dict[str, Counter[str]] = field(default_factory=dict)

    def lines(self) -> list[str]:
        """Say which values were not understood, one line a column."""
        return [
            f"{column}: {sum(forms.values()):,} values not understood and taken as missing, "
            f"for example {examples([form for form, _ in forms.most_common(5)])}"
            for column, forms in self.not_understood.items()
            if forms
        ]


@dataclass(frozen=True)
class Batch:
    """Consecutive rows of one of our tables, with those that cannot be used set apart."""

    rows: pd.DataFrame
    refused: list[Refused]
    n_bytes: int


@dataclass(frozen=True)
class Table:
    """A whole table in memory, its columns' meaning, and what was noticed while reading it."""

    rows: pd.DataFrame
    fields: dict[str, Field]
    findings: Findings


def mapped_fields(name: str, mapping: DataSettings) -> dict[str, Field]:
    """Give the columns that a table's mapping provides, declared features included.

    Raises
    ------
    ConfigError
        A column is neither ours nor declared with a kind, or the account's id is not mapped.
    """
    table = _table_settings(name, mapping)
    known = table_fields(name)
    fields, unknown = {}, []
    for column, settings in table.columns.items():
        if column in known:
            fields[column] = _refined(known[column], settings)
        elif settings.kind is not None and name in ("customers", "prospects"):
            fields[column] = _refined(Field(settings.kind, column.replace("_", " ")), settings)
        else:
            unknown.append(column)
    lacking = [column for column, ours in known.items() if ours.is_required and column not in fields]
    if unknown or lacking:
        details = [f"{column}: not one of our columns" for column in unknown]
        details += [f"{column}: needed, not mapped" for column in lacking]
        fix = "Map it in conf/data; a further feature of customers and prospects needs its kind."
        raise ConfigError(f"data.{name}.columns is not a valid mapping.", details, fix)
    return fields


def read_table(name: str, mapping: DataSettings) -> Table:
    """Read a whole table for training.

    Rows that lack a required value are left out and counted; impossible values and repeated accounts stop.

    Raises
    ------
    DataError
        With every failed check, counts and examples.
    """
    findings = Findings()
    parts = [batch.rows for batch in table_batches(name, mapping, TRAINING_BATCH_ROWS, findings)]
    fields = mapped_fields(name, mapping)
    rows = pd.concat(parts, ignore_index=True) if parts else _no_rows(fields)
    table = _table_settings(name, mapping)
    problems = _problems(findings.refused)
    if name == "customers":
        repeated = rows.loc[rows["account_id"].duplicated(), "account_id"]
        if len(repeated):
            problems.append(
                f"account_id: {len(repeated):,} rows repeat an id, for example {examples(repeated.unique())}"
            )
    problems += [
        f"{column}: none of {sum(forms.values()):,} values was understood, "
        f"for example {examples(list(forms))}"
        for column, forms in findings.not_understood.items()
        if forms and not findings.n_known[column]
    ]
    if len(rows) == 0:
        problems.append(f"rows: none is left of {findings.n_rows:,}")
    if problems:
        checks = "1 failed check" if len(problems) == 1 else f"{len(problems)} failed checks"
        what = f"{place_name(table)} is not a valid {name} table ({checks})."
        raise DataError(
            what, problems, f"Fix the file, or its columns and formats in conf/data/{mapping.name}.yaml."
        )
    return Table(rows, fields, findings)


def table_batches(name: str, mapping: DataSettings, batch_rows: int, findings: Findings) -> Iterator[Batch]:
    """Stream one of our tables; `findings` grows as the batches pass.

    Parameters
    ----------
    name : str
        customers, orders, deals, signals or prospects.
    mapping : DataSettings
        The company's mapping.
    batch_rows : int
        Most rows in a batch; the result of a row does not depend on it.
    findings : Findings
        Counts to add to.
    """
    table = _table_settings(name, mapping)
    fields = mapped_fields(name, mapping)
    joined = [_joined_rows(table, at) for at in range(len(table.joins))]
    excluded = [_excluded_keys(rule) for rule in table.where]
    for raw in read_batches(table, _own_columns(table), batch_rows):
        wide = _with_joins(raw.rows, table, joined)
        rows = _parsed(wide, table, fields, mapping, findings)
        kept = _kept(rows, table.where, excluded)
        bad = _row_problems(rows.loc[kept], fields)
        refused = raw.refused + _refusals(raw, wide, bad)
        findings.n_rows += len(rows) + len(raw.refused)
        findings.n_filtered += int((~kept).sum())
        findings.refused += refused if name != "prospects" else []
        good = rows.loc[kept & ~rows.index.isin(bad)].reset_index(drop=True)
        yield Batch(good, refused, raw.n_bytes)


def _refined(field: Field, settings: ColumnSettings) -> Field:
    """Let the mapping say more of a column than we know."""
    return replace(
        field,
        kind=settings.kind or field.kind,
        words=settings.words or field.words,
        is_feature=field.is_feature if settings.is_feature is None else settings.is_feature,
    )


def _table_settings(name: str, mapping: DataSettings) -> TableSettings:
    table: TableSettings | None = getattr(mapping, name)
    if table is None:
        what = f"conf/data/{mapping.name}.yaml has no {name} table."
        raise ConfigError(what, fix=f"Map one under {name}, or choose another data set or label.")
    return table


def _sources(column: ColumnSettings) -> tuple[str, ...]:
    return column.product_of or ((column.source,) if column.source is not None else ())


def _own_columns(table: TableSettings) -> list[str]:
    """List the columns to read from the table's own file: not those that a join brings."""
    prefixes = tuple(f"{join.name}." for join in table.joins)
    names = [source for column in table.columns.values() for source in _sources(column)]
    keys = [join.left_on for join in table.joins]
    own = [name for name in (*names, *keys) if not (prefixes and name.startswith(prefixes))]
    return list(dict.fromkeys(own))


def _joined_rows(table: TableSettings, at: int) -> pd.DataFrame:
    join = table.joins[at]
    prefix = f"{join.name}."
    names = [source for column in table.columns.values() for source in _sources(column)]
    keys = [later.left_on for later in table.joins[at + 1 :]]
    theirs = [name.removeprefix(prefix) for name in (*names, *keys) if name.startswith(prefix)]
    rows = read_all(join, [join.right_on, *theirs])
    rows.index = pd.Index(_as_keys(rows[join.right_on]))
    rows = rows.loc[~rows.index.duplicated()]
    return rows.add_prefix(prefix)


def _with_joins(rows: pd.DataFrame, table: TableSettings, joined: list[pd.DataFrame]) -> pd.DataFrame:
    wide = rows
    for join, right in zip(table.joins, joined, strict=True):
        matched = right.reindex(_as_keys(wide[join.left_on])).set_axis(wide.index, axis="index")
        wide = pd.concat([wide, matched], axis="columns")
    return wide


def _as_keys(values: pd.Series[Any]) -> np.ndarray[Any, Any]:
    return parse_column(values, "id", KEY, ()).values.to_numpy(dtype=object)


def _parsed(
    wide: pd.DataFrame,
    table: TableSettings,
    fields: dict[str, Field],
    mapping: DataSettings,
    findings: Findings,
) -> pd.DataFrame:
    columns = {}
    for name, settings in table.columns.items():
        raw = _raw_column(wide, settings, mapping)
        parsed = parse_column(raw, fields[name].kind, settings, mapping.missing)
        columns[name] = parsed.values
        findings.n_known[name] += parsed.n_known
        findings.not_understood.setdefault(name, Counter()).update(parsed.not_understood)
    return pd.DataFrame(columns, index=wide.index)


def _raw_column(wide: pd.DataFrame, settings: ColumnSettings, mapping: DataSettings) -> pd.Series[Any]:
    if settings.value is not None:
        return pd.Series([settings.value] * len(wide), index=wide.index, dtype=object)
    if not settings.product_of:
        return wide[settings.source]
    product = pd.Series(1.0, index=wide.index)
    for source in settings.product_of:
        product = product * parse_column(wide[source], "number", settings, mapping.missing).values
    return product


def _excluded_keys(rule: FilterSettings) -> set[str]:
    if rule.not_in is None:
        return set()
    keys = read_all(rule.not_in, [rule.not_in.column])[rule.not_in.column]
    return set(_as_keys(keys))


def _kept(rows: pd.DataFrame, rules: tuple[FilterSettings, ...], excluded: list[set[str]]) -> pd.Series[bool]:
    kept = pd.Series(True, index=rows.index)
    for rule, keys in zip(rules, excluded, strict=True):
        values = rows[rule.column]
        if rule.at_least is not None:
            kept &= values >= _bound(rule.at_least)
        if rule.at_most is not None:
            kept &= values <= _bound(rule.at_most)
        if rule.one_of:
            kept &= values.isin(list(rule.one_of))
        if keys:
            kept &= ~values.isin(keys)
    return kept


def _bound(value: Any) -> Any:
    return value if isinstance(value, int | float) else pd.Timestamp(value)


def _row_problems(rows: pd.DataFrame, fields: dict[str, Field]) -> dict[int, str]:
    """Check each row with pandera; give what is wrong by row."""
    import pandera.errors

    try:
        table_checks(fields).validate(rows, lazy=True)
    except pandera.errors.SchemaErrors as failures:
        cases = failures.failure_cases
        is_missing = cases["check"] == "not_nullable"
        said = cases["failure_case"].map(
            lambda value: f"{value:g}" if isinstance(value, float) else str(value)
        )
        problem = (said + " is " + cases["check"]).mask(is_missing, "missing")
        wrong = (
            (cases["column"] + ": " + problem).groupby(cases["index"].astype(int), sort=True).agg("; ".join)
        )
        return dict(zip(wrong.index.tolist(), wrong.tolist(), strict=True))
    return {}


def _refusals(raw: RawBatch, wide: pd.DataFrame, bad: dict[int, str]) -> list[Refused]:
    contents = wide.loc[list(bad)].to_dict("records")
    return [
        Refused(raw.source, raw.places[row], reason, json.dumps(content, default=str, ensure_ascii=False))
        for (row, reason), content in zip(bad.items(), contents, strict=True)
    ]


def _problems(refused: list[Refused]) -> list[str]:
    """Sum up the rows whose values are impossible; a missing required value only leaves a row out."""
    by_column: dict[str, list[str]] = {}
    for refusal in refused:
        column, _, problem = refusal.reason.partition(": ")
        if problem and not problem.startswith("missing"):
            by_column.setdefault(column, []).append(problem)
        elif not problem:
            by_column.setdefault("rows", []).append(f"line {refusal.row:,}: {refusal.reason}")
    return [
        f"{column}: {count(len(found), 'row is', 'rows are')} wrong, "
        f"for example {'; '.join(list(dict.fromkeys(found))[:5])}"
        for column, found in by_column.items()
    ]


def _no_rows(fields: dict[str, Field]) -> pd.DataFrame:
    return pd.DataFrame({column: pd.Series(dtype="str") for column in fields})
