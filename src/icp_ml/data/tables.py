"""Turn the user's columns into our tables: join, parse, filter and check, batch by batch."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from icp_ml.data.checks import MALFORMED, Findings, Problem, row_problems
from icp_ml.data.columns import Mask, Strange, foreign_columns, parsed_columns
from icp_ml.data.enrichment.counts import Mark
from icp_ml.data.enrichment.filling import Filled, enrichment_of
from icp_ml.data.enrichment.finding import Source
from icp_ml.data.enrichment.reading import read_sources
from icp_ml.data.filters import Listed, kept_rows, listed_values
from icp_ml.data.joins import joined_rows, with_joins
from icp_ml.data.mapping import DECLARING, mapped_fields, own_columns, table_settings
from icp_ml.data.sources import RawBatch, Refused, place_name, read_batches, source_size
from icp_ml.errors import DataError, count, examples
from icp_ml.schema import Field, table_checks
from icp_ml.settings import DataSettings

__all__ = ["Batch", "Findings", "Table", "mapped_fields", "read_table", "table_batches"]

TRAINING_BATCH_ROWS = 100_000


@dataclass(frozen=True)
class Table:
    """A whole table in memory, its columns' meaning, and what was noticed while reading it."""

    rows: pd.DataFrame
    fields: dict[str, Field]
    findings: Findings


@dataclass(frozen=True)
class _Checked:
    """A batch on its way: as it was read, what passed, and what is wrong with the rest by position."""

    raw: RawBatch
    wide: pd.DataFrame
    good: pd.DataFrame  # still indexed as it was read
    bad: dict[int, list[Problem]]
    filled: Filled
    strange: Strange

    @property
    def is_good(self) -> Mask:
        """Say which of the rows read are good ones."""
        return np.asarray(self.wide.index.isin(self.good.index))

    def marks(self) -> dict[Mark, Mask]:
        """Say what further tables did for each good row."""
        return self.filled.marks(self.is_good)


@dataclass(frozen=True)
class Batch:
    """Consecutive rows of one of our tables, with those that cannot be used set apart."""

    rows: pd.DataFrame
    refused: list[Refused]
    n_bytes: int
    origin: _Checked

    def refusals(self, reasons: Mapping[int, str]) -> list[Refused]:
        """Set further rows apart, by their place in `rows`, each for its reason."""
        index = self.origin.good.index
        return list(_refusals(self.origin, {int(index[at]): reason for at, reason in reasons.items()}))


def read_table(name: str, mapping: DataSettings) -> Table:
    """Read a whole table for training.

    Rows that lack a required value are left out and counted; impossible values and repeated accounts stop.

    Raises
    ------
    DataError
        With every failed check, counts and examples.
    """
    findings, fields = Findings(), mapped_fields(name, mapping)
    parts = [batch.good for batch in _checked_batches(name, mapping, TRAINING_BATCH_ROWS, findings)]
    rows = pd.concat(parts, ignore_index=True) if parts else _no_rows(fields)
    problems = [
        *findings.failed_checks(),
        *(_repeated_ids(rows) if name == "customers" else []),
        *foreign_columns(findings),
        *([] if len(rows) else [f"rows: none is left of {findings.n_rows:,}"]),
    ]
    if problems:
        place = place_name(table_settings(name, mapping))
        what = f"{place} is not a valid {name} table ({count(len(problems), 'failed check')})."
        fix = f"Fix the file, or its columns and formats in conf/data/{mapping.name}.yaml."
        raise DataError(what, problems, fix)
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
        Counts to add to: n_rows = rows given + n_filtered + n_refused + n_repeated, always.
    """
    yield from map(_settled, _checked_batches(name, mapping, batch_rows, findings))


def _settled(batch: _Checked) -> Batch:
    """Set apart what cannot be used, and number the rest anew."""
    reasons = {row: "; ".join(map(str, problems)) for row, problems in batch.bad.items()}
    refused = sorted([*batch.raw.refused, *_refusals(batch, reasons)], key=lambda one: one.row)
    return Batch(batch.good.reset_index(drop=True), refused, batch.raw.n_bytes, batch)


def _checked_batches(
    name: str, mapping: DataSettings, batch_rows: int, findings: Findings
) -> Iterator[_Checked]:
    reader = TableReader(name, mapping, read_beside(name, mapping))
    table, seen = reader.table, set[str]()
    for raw in read_batches(table, own_columns(table), batch_rows):
        yield reader.checked(raw, findings, seen)


@dataclass(frozen=True)
class Beside:
    """What the rows of a table meet while they are read: further tables, joined files, values of filters."""

    sources: tuple[Source, ...]
    joined: tuple[pd.DataFrame, ...]
    listed: tuple[Listed, ...]


def read_beside(name: str, mapping: DataSettings) -> Beside:
    """Read what the rows of a table will meet.

    Raises
    ------
    UnavailableError, DataError
        The table itself, or something beside it, is not there or cannot be read.
    """
    table, fields = table_settings(name, mapping), mapped_fields(name, mapping)
    source_size(table)  # where it is not there, that is said before anything of what is joined to it
    return Beside(
        read_sources(table, fields, mapping) if name in DECLARING else (),
        tuple(joined_rows(table, at, mapping) for at in range(len(table.joins))),
        tuple(listed_values(rule, table, fields[rule.column], mapping) for rule in table.where),
    )


class TableReader:
    """Turns raw batches of one table into checked rows of ours, each batch by itself."""

    def __init__(self, name: str, mapping: DataSettings, beside: Beside) -> None:
        self.table = table_settings(name, mapping)
        self._mapping, self._beside = mapping, beside
        self._fields = mapped_fields(name, mapping)
        self._schema = table_checks(self._fields)
        self._enrichment = enrichment_of(beside.sources, self._fields, mapping)

    def read(self, raw: RawBatch, findings: Findings) -> Batch:
        """Parse and check a batch; `findings` grows by it."""
        return _settled(self.checked(raw, findings, set()))

    def checked(self, raw: RawBatch, findings: Findings, seen: set[str]) -> _Checked:
        """Parse and check a batch; `seen` holds the accounts before it, where the first of each counts."""
        table, fields = self.table, self._fields
        wide = with_joins(raw.rows, table, list(self._beside.joined), self._mapping)
        own, strange = parsed_columns(wide, table.columns, fields, self._mapping, findings)
        filled = self._enrichment.fill(own)
        kept = kept_rows(filled.rows, table.where, self._beside.listed)
        bad = row_problems(filled.rows.loc[kept], self._schema)
        good = filled.rows.loc[kept & ~filled.rows.index.isin(list(bad))]
        if table.keeps_first:
            is_first = _is_first(good["account_id"], seen)
            findings.n_repeated += int((~is_first).sum())
            good = good.loc[is_first]
        _count(findings, raw, int((~kept).sum()), bad)
        checked = _Checked(raw, wide, good, bad, filled, strange)
        findings.enriched.merge(self._enrichment.nothing())
        findings.enriched.add(len(good), {mark: int(found.sum()) for mark, found in checked.marks().items()})
        return checked


def _is_first(ids: pd.Series[Any], seen: set[str]) -> pd.Series[Any]:
    """Say which rows are the first of their account; `seen` grows by their ids."""
    is_first = ~(ids.duplicated() | ids.map(seen.__contains__).astype(bool))
    seen.update(ids)
    return is_first


def _count(findings: Findings, raw: RawBatch, n_filtered: int, bad: dict[int, list[Problem]]) -> None:
    findings.n_rows += len(raw.rows) + len(raw.refused)
    findings.n_filtered += n_filtered
    findings.n_refused += len(raw.refused) + len(bad)
    findings.n_unreadable += raw.n_unreadable
    for refusal in raw.refused:
        place = f"line {refusal.row:,}: {refusal.reason}"
        findings.add_problems([Problem("rows", MALFORMED, place)])
    for problems in bad.values():
        findings.add_problems(problems)


def _refusals(batch: _Checked, reasons: Mapping[int, str]) -> Iterator[Refused]:
    contents = batch.wide.loc[list(reasons)].to_dict("records")
    for (row, reason), content in zip(reasons.items(), contents, strict=True):
        held = {key: None if _is_missing(value) else value for key, value in content.items()}
        written = json.dumps(held, default=str, ensure_ascii=False)
        yield Refused(batch.raw.source, batch.raw.places[row], reason, written)


def _is_missing(value: Any) -> bool:
    return bool(pd.api.types.is_scalar(value) and pd.isna(value))


def _repeated_ids(customers: pd.DataFrame) -> list[str]:
    ids = customers["account_id"]
    repeated = ids[ids.duplicated()]
    if repeated.empty:
        return []
    said = count(len(repeated), "row repeats", "rows repeat")
    return [f"account_id: {said} an id, for example {examples(repeated.unique())}"]


def _no_rows(fields: dict[str, Field]) -> pd.DataFrame:
    return pd.DataFrame({column: pd.Series(dtype="str") for column in fields})
