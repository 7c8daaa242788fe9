"""Fill the gaps of accounts from further tables, by the declared precedence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from icp_ml.data.enrichment.counts import FAR, Enriched, TableCounts
from icp_ml.data.enrichment.declared import OWN, order_of
from icp_ml.data.enrichment.finding import Found, Mask, Source
from icp_ml.schema import Field
from icp_ml.settings import DataSettings

FAR_KINDS = ("number", "money")


@dataclass(frozen=True)
class Enrichment:
    """The further tables, and whose value of each column counts first.

    Attributes
    ----------
    sources : sequence of Source
    fields : mapping of str to Field
        All columns of the table that is enriched.
    orders : mapping of str to list of str
        Of the columns that a further table brings: the tables that have it, the table itself as "own".
    """

    sources: Sequence[Source]
    fields: Mapping[str, Field]
    orders: Mapping[str, list[str]]

    def fill(self, own: pd.DataFrame) -> Filled:
        """Give rows their values from all tables; without a further table, the rows as they are."""
        found = {one.name: one.find(own) for one in self.sources}
        theirs = {
            (one.name, column): one.taken(column, found[one.name]).set_axis(own.index)
            for one in self.sources
            for column in one.columns
        }
        if not found:
            return Filled(self, own, own, found, theirs)
        known = theirs | {(OWN, str(column)): values for column, values in own.items()}
        columns = {
            column: _first_known([known[at] for at in self._places(column) if at in known])
            for column in self.fields
        }
        return Filled(self, pd.DataFrame(columns, index=own.index), own, found, theirs)

    def _places(self, column: str) -> list[tuple[str, str]]:
        return [(table, column) for table in self.orders.get(column, [OWN])]


@dataclass(frozen=True)
class Filled:
    """Rows with the values of all tables, and where each value came from.

    Attributes
    ----------
    by : Enrichment
    rows, own : pandas.DataFrame
        After and before; one index.
    found : dict of str to Found
        Where the accounts stand in each further table.
    theirs : dict of (table, column) to Series
        What each further table knows of them, indexed as `rows`.
    """

    by: Enrichment
    rows: pd.DataFrame
    own: pd.DataFrame
    found: dict[str, Found]
    theirs: dict[tuple[str, str], pd.Series[Any]]

    def count(self, kept: pd.Index[Any], enriched: Enriched) -> None:
        """Add to the counts what was done for the rows that belong to the table."""
        is_kept = self.rows.index.isin(kept)
        enriched.n_accounts += int(is_kept.sum())
        for source in self.by.sources:
            counts = enriched.tables.setdefault(source.name, TableCounts(len(source.values), source.remarks))
            keys = self.found[source.name].keys[is_kept]
            counts.found.update({by: int((keys == number).sum()) for number, by in enumerate(source.keys)})
            for column in source.columns:
                cells = counts.cells.setdefault(column, Counter())
                cells.update(self._cells(source.name, column, is_kept))

    def _cells(self, table: str, column: str, is_kept: Mask) -> dict[str, int]:
        """Count a column's cells: see `TableCounts.cells`."""
        own, theirs = self._own(column)[is_kept], self.theirs[table, column][is_kept]
        is_own, is_known = own.notna(), theirs.notna()
        is_used, is_both = is_known.copy(), is_own & is_known
        order = self.by.orders[column]
        for earlier in order[: order.index(table)]:
            values = own if earlier == OWN else self.theirs[earlier, column][is_kept]
            is_used &= values.isna()
        counted = {
            "known": int(is_known.sum()),
            "filled": int((is_used & ~is_own).sum()),
            "replaced": int((is_used & is_both & (own != theirs)).sum()),
            "both": int(is_both.sum()),
        }
        if self.by.fields[column].kind in FAR_KINDS:
            larger = np.maximum(own.abs(), theirs.abs())
            counted["far"] = int(((own - theirs).abs() > larger * (1 - 1 / FAR)).sum())
        return counted

    def _own(self, column: str) -> pd.Series[Any]:
        if column in self.own:
            return self.own[column]
        return pd.Series(np.nan, index=self.own.index)


def enrichment_of(
    sources: Sequence[Source], fields: Mapping[str, Field], mapping: DataSettings
) -> Enrichment:
    """Put the further tables together with the declared precedence."""
    brought = {column for one in sources for column in one.columns}
    return Enrichment(sources, fields, {column: order_of(column, mapping) for column in brought})


def _first_known(values: Sequence[pd.Series[Any]]) -> pd.Series[Any]:
    """Take each row's first value that is known."""
    known = values[0]
    for further in values[1:]:
        known = known.where(known.notna(), further)
    return known
