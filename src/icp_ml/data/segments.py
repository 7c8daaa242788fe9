"""Cut our tables into segments: whom each one covers, and which outcomes count in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from icp_ml.data.checks import Tally
from icp_ml.data.filters import kept_rows, listed_values
from icp_ml.data.mapping import filter_problems, mapped_fields, table_settings
from icp_ml.data.outcomes import TrainingTables
from icp_ml.errors import ConfigError, DataError, count, examples
from icp_ml.settings import DataSettings, FilterSettings, SegmentSettings

Mask = np.ndarray[Any, np.dtype[np.bool_]]
COVERED = ("customers", "prospects")
OUTCOMES = ("orders", "deals")
"""The tables that `where` and `outcomes` speak of."""


def check_segments(mapping: DataSettings, segments: Mapping[str, SegmentSettings]) -> None:
    """Check that customers and prospects have the columns that segments are cut by.

    Raises
    ------
    ConfigError
        Naming segment, table and column.
    """
    names = [name for name in COVERED if getattr(mapping, name) is not None]
    for segment, settings in segments.items():
        _check_rules(segment, {name: settings.where for name in names}, mapping)


def covers(
    rows: pd.DataFrame, name: str, segments: Mapping[str, SegmentSettings], mapping: DataSettings
) -> dict[str, Mask]:
    """Say which rows each segment covers.

    Parameters
    ----------
    rows : pandas.DataFrame
        Of our table `name`, customers or prospects, parsed.

    Returns
    -------
    dict of str to ndarray of bool, shape (n_rows,)
    """
    return {one: _kept(rows, name, settings.where, mapping) for one, settings in segments.items()}


def in_segment(
    tables: TrainingTables, name: str, segment: SegmentSettings, mapping: DataSettings
) -> TrainingTables:
    """Keep the customers that a segment covers, their outcomes, and of these the ones that count in it.

    Raises
    ------
    ConfigError
        A table does not have the column of a filter.
    DataError
        Nothing is left.
    """
    rules_of = {"customers": segment.where}
    rules_of |= {table: segment.outcomes for table in OUTCOMES if table in tables.tables}
    _check_rules(name, rules_of, mapping)
    kept = dict(tables.rows)
    for table, rules in rules_of.items():
        if rules:
            kept[table] = kept[table].loc[_kept(kept[table], table, rules, mapping)].reset_index(drop=True)
    if segment.where:
        kept |= {table: _of_accounts(rows, kept["customers"]) for table, rows in kept.items()}
    _check_something_is_left(name, tables, kept, rules_of)
    return replace(tables, tables={one: replace(tables.tables[one], rows=kept[one]) for one in kept})


@dataclass
class Coverage:
    """Which segments cover the prospects of a list, counted as it streams by.

    Attributes
    ----------
    with_model : tuple of str
        The segments that can score.
    n_covered, n_uncovered : int
        Rows that one of these covers, and the others.
    shared : dict of str to Tally
        Rows that several of these cover, by their names.
    """

    with_model: tuple[str, ...]
    n_covered: int = 0
    n_uncovered: int = 0
    shared: dict[str, Tally] = field(default_factory=dict)

    def add(self, ids: pd.Series[Any], covered: Mapping[str, Mask]) -> dict[int, str]:
        """Count the rows of a batch; give the place of each that nothing can score, with the reason."""
        if not covered or not len(ids):
            return {}
        n_models = np.sum([covered[name] for name in self.with_model], axis=0)
        for at in np.flatnonzero(n_models > 1).tolist():
            segments = " and by ".join(name for name in self.with_model if covered[name][at])
            self.shared.setdefault(segments, Tally()).add(ids.iloc[at])
        self.n_covered += int((n_models > 0).sum())
        self.n_uncovered += int((n_models == 0).sum())
        return {
            at: _reason([name for name in covered if covered[name][at]])
            for at in np.flatnonzero(n_models == 0).tolist()
        }

    def merge(self, later: Coverage) -> None:
        """Count the rows of another part too."""
        self.n_covered += later.n_covered
        self.n_uncovered += later.n_uncovered
        for segments, tally in later.shared.items():
            self.shared.setdefault(segments, Tally()).merge(tally)

    def lines(self) -> list[str]:
        """Warn of rows that several segments score: one line for each set of segments."""
        return [
            f"{count(tally.n_rows, 'prospect is', 'prospects are')} covered by {segments}: "
            f"each has one row for each, for example {examples(tally.shown)}"
            for segments, tally in self.shared.items()
        ]


def overlaps(
    mapping: DataSettings, segments: Mapping[str, SegmentSettings], sample: pd.DataFrame
) -> list[str]:
    """Warn where two segments would score the same prospects; `sample` is of their parsed rows."""
    found = Coverage(tuple(segments))
    found.add(sample["account_id"], covers(sample, "prospects", segments, mapping))
    return found.lines()


def _reason(segments: list[str]) -> str:
    if not segments:
        return "covered by no segment"
    return f"covered by no segment that has a model, but by {' and by '.join(segments)}"


def _check_rules(
    segment: str, rules_of: Mapping[str, Iterable[FilterSettings]], mapping: DataSettings
) -> None:
    problems = [
        f"data.{name}: {problem}"
        for name, rules in rules_of.items()
        for problem in (_problems(name, tuple(rules), mapping) if rules else ())
    ]
    if problems:
        what = f"segment {segment} cannot be cut out of these data ({count(len(problems), 'problem')})."
        fix = (
            f"Map the column in conf/data/{mapping.name}.yaml (is_feature: false keeps it out of the model)."
        )
        raise ConfigError(what, problems, fix)


def _problems(name: str, rules: tuple[FilterSettings, ...], mapping: DataSettings) -> Iterator[str]:
    if getattr(mapping, name) is None:
        yield "not mapped"
        return
    yield from filter_problems(rules, mapped_fields(name, mapping))


def _kept(rows: pd.DataFrame, name: str, rules: tuple[FilterSettings, ...], mapping: DataSettings) -> Mask:
    table, fields = table_settings(name, mapping), mapped_fields(name, mapping)
    listed = [listed_values(rule, table, fields[rule.column], mapping) for rule in rules]
    return kept_rows(rows, rules, listed).to_numpy(dtype=bool)


def _of_accounts(rows: pd.DataFrame, customers: pd.DataFrame) -> pd.DataFrame:
    return rows.loc[rows["account_id"].isin(customers["account_id"])].reset_index(drop=True)


def _check_something_is_left(
    segment: str,
    tables: TrainingTables,
    kept: Mapping[str, pd.DataFrame],
    rules_of: Mapping[str, tuple[FilterSettings, ...]],
) -> None:
    """Stop where there is no customer, or no outcome in any table; say what the filtered columns hold."""
    for names in (["customers"], [name for name in rules_of if name != "customers"]):
        filtered = [name for name in names if rules_of[name] and len(tables.rows[name])]
        if not filtered or any(len(kept[name]) for name in filtered):
            continue
        rows = tables.rows[filtered[0]]
        details = [
            f"{rule.column}: most often {examples(rows[rule.column].value_counts().index)}"
            for rule in rules_of[filtered[0]]
        ]
        what = f"segment {segment} has none of the {len(rows):,} {' and no '.join(filtered)}."
        raise DataError(what, details, "Correct its filters.")
