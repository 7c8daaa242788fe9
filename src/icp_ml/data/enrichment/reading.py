"""Read the further tables, once."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from functools import lru_cache

import pandas as pd

from icp_ml.data.checks import Findings, row_problems
from icp_ml.data.columns import foreign_columns, parsed_columns
from icp_ml.data.enrichment.counts import KEY_WORDS
from icp_ml.data.enrichment.declared import place_of, value_columns
from icp_ml.data.enrichment.finding import Key, Source, key_of
from icp_ml.data.sources import place_name, read_batches, source_digest, source_paths
from icp_ml.errors import DataError, IcpError, UnavailableError, count
from icp_ml.matching import company_domains
from icp_ml.schema import FIRMOGRAPHICS, Field, table_checks
from icp_ml.settings import DataSettings, EnrichmentSettings, TableSettings
from icp_ml.settings.mapping import MatchedBy

READ_ROWS = 100_000
NOT_ENRICHMENT = ("customers", "prospects", "orders", "deals", "signals")


def read_sources(
    table: TableSettings, fields: Mapping[str, Field], mapping: DataSettings
) -> tuple[Source, ...]:
    """Read the further tables that enrich one of ours; while their files stay as they are, only once.

    Raises
    ------
    UnavailableError, DataError
        Naming every one that is not there, lacks a column or cannot be read.
    """
    if not mapping.enrichment:
        return ()
    brought = {column for one in mapping.enrichment.values() for column in value_columns(one)}
    meant = {column: asdict(field) for column, field in fields.items() if column in brought}
    places = {name: place_of(table.columns, one.columns) for name, one in mapping.enrichment.items()}
    alone = mapping.model_copy(update=dict.fromkeys(NOT_ENRICHMENT) | {"drops": ()})
    copies = {name: one.copied_to for name, one in mapping.enrichment.items()}
    meaning = json.dumps([meant, places, copies])
    return _read(alone.model_dump_json(by_alias=True), meaning, _states(mapping))


@lru_cache(maxsize=2)
def _read(written: str, meaning: str, states: tuple[object, ...]) -> tuple[Source, ...]:
    """Read every further table of a mapping; `states` tells one state of its files from another."""
    meant, places, copies = json.loads(meaning)
    mapping = _with_copies(DataSettings.model_validate_json(written), copies)
    fields = FIRMOGRAPHICS | {column: Field(**one) for column, one in meant.items()}
    found, failures = [], []
    for name in mapping.enrichment:
        try:
            found.append(_read_one(name, places[name], fields, mapping))
        except IcpError as failure:
            failures.append(failure)
    _raise_together(failures)
    return tuple(found)


def _with_copies(mapping: DataSettings, copies: Mapping[str, str | None]) -> DataSettings:
    enrichment = {
        name: one.model_copy(update={"copied_to": copies[name]}) for name, one in mapping.enrichment.items()
    }
    return mapping.model_copy(update={"enrichment": enrichment})


def _states(mapping: DataSettings) -> tuple[object, ...]:
    states: list[object] = []
    failures: list[IcpError] = []
    for settings in mapping.enrichment.values():
        try:
            is_live = settings.url is not None and settings.copied_to is None
            paths = [] if is_live else source_paths(settings)
        except UnavailableError as failure:
            failures.append(failure)
        else:
            states += [(str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in paths]
    _raise_together(failures)
    return tuple(states)


def _raise_together(failures: list[IcpError]) -> None:
    """Raise what went wrong with all further tables as one."""
    if not failures:
        return
    if len(failures) == 1:
        raise failures[0]
    is_lacking = any(isinstance(one, UnavailableError) for one in failures)
    details = [line for one in failures for line in (one.what, *(f"  {each}" for each in one.details))]
    what = f"{len(failures)} enrichment tables are not there, or cannot be read."
    fix = "Bring them, or correct enrichment in conf/data."
    raise (UnavailableError if is_lacking else DataError)(what, details, fix)


def _read_one(name: str, place: str | None, fields: Mapping[str, Field], mapping: DataSettings) -> Source:
    settings, findings = mapping.enrichment[name], Findings()
    rows = _parsed(settings, fields, mapping, findings)
    _check_understood(settings, findings)
    values = _plausible(rows[value_columns(settings)], fields, findings)
    match_on: list[MatchedBy] = [by for by in settings.match_on if by != "name" or place is not None]
    keys = {by: key_of(rows, by, place) for by in match_on}
    remarks = tuple(_remarks(rows, keys, findings))
    return Source(name, values, keys, place, remarks, source_digest(settings))


def _parsed(
    settings: EnrichmentSettings, fields: Mapping[str, Field], mapping: DataSettings, findings: Findings
) -> pd.DataFrame:
    wanted = [source for column in settings.columns.values() for source in column.sources]
    parts = []
    for raw in read_batches(settings, wanted, READ_ROWS):
        parts.append(parsed_columns(raw.rows, settings.columns, fields, mapping, findings)[0])
        findings.n_rows += len(raw.rows) + len(raw.refused)
        findings.n_refused += len(raw.refused)
        findings.n_unreadable += raw.n_unreadable
    if not parts:
        nothing = pd.DataFrame({source: pd.Series(dtype="str") for source in wanted})
        parts = [parsed_columns(nothing, settings.columns, fields, mapping, findings)[0]]
    return pd.concat(parts, ignore_index=True)


def _check_understood(settings: EnrichmentSettings, findings: Findings) -> None:
    foreign = foreign_columns(findings)
    if foreign:
        what = f"{place_name(settings)} is not what its mapping says ({count(len(foreign), 'failed check')})."
        raise DataError(what, foreign, "Correct its columns and formats under enrichment in conf/data.")


def _plausible(rows: pd.DataFrame, fields: Mapping[str, Field], findings: Findings) -> pd.DataFrame:
    """Blank impossible values and count them: a vendor's error is no error of the account's row."""
    found = row_problems(rows, table_checks({str(column): fields[str(column)] for column in rows}))
    wrong: dict[str, list[int]] = {}
    for row, problems in found.items():
        findings.add_problems(problems)
        for problem in problems:
            wrong.setdefault(problem.column, []).append(row)
    return rows.assign(**{name: rows[name].mask(rows.index.isin(at)) for name, at in wrong.items()})


def _remarks(rows: pd.DataFrame, keys: Mapping[MatchedBy, Key], findings: Findings) -> Iterator[str]:
    if findings.n_refused:
        yield f"{count(findings.n_refused, 'row is', 'rows are')} malformed and left out"
    for by, key in keys.items():
        if key.n_repeated:
            yield f"{count(key.n_repeated, 'row repeats', 'rows repeat')} a {KEY_WORDS[by]}: the first counts"
    if "domain" in keys:
        n_shared = int((rows["domain"].notna() & company_domains(rows).isna()).sum())
        said = count(
            n_shared, "domain that many companies share finds", "domains that many companies share find"
        )
        yield from [f"{said} nobody"] if n_shared else []
    yield from (f"{line}: left out" for line in findings.failed_checks())
    yield from findings.lines()
