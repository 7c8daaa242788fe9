"""Fill the gaps of accounts from further tables, by the declared precedence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from icp_ml.data.enrichment.counts import FAR, Enriched, Mark, TableCounts
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

    def nothing(self) -> Enriched:
        """Give counts of no row."""
        tables = {one.name: TableCounts(len(one.values), one.remarks) for one in self.sources}
        return Enriched(0, tables)

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

    def marks(self, is_kept: Mask) -> dict[Mark, Mask]:
        """Say what was done for each of the rows that belong to the table: see `TableCounts`."""
        found: dict[Mark, Mask] = {}
        for source in self.by.sources:
            keys = self.found[source.name].keys[is_kept]
            for number, by in enumerate(source.keys):
                found[source.name, "", by] = np.asarray(keys == number)
            for column in source.columns:
                for what, is_so in self._cells(source.name, column, is_kept).items():
                    found[source.name, column, what] = is_so.to_numpy(dtype=bool)
        return found

    def _cells(self, table: str, column: str, is_kept: Mask) -> dict[str, pd.Series[bool]]:
        """Say of a column's cells what they are: see `TableCounts.cells`."""
        own, theirs = self._own(column)[is_kept], self.theirs[table, column][is_kept]
        is_own, is_known = own.notna(), theirs.notna()
        is_used, is_both = is_known.copy(), is_own & is_known
        order = self.by.orders[column]
        for earlier in order[: order.index(table)]:
            values = own if earlier == OWN else self.theirs[earlier, column][is_kept]
            is_used &= values.isna()
        cells = {
            "known": is_known,
            "filled": is_used & ~is_own,
            "replaced": is_used & is_both & (own != theirs),
            "both": is_both,
        }
        if self.by.fields[column].kind in FAR_KINDS:
            larger = np.maximum(own.abs(), theirs.abs())
            cells["far"] = (own - theirs).abs() > larger * (1 - 1 / FAR)
        return cells

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
