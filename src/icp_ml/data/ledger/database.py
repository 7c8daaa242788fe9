"""The ledger in the user's database: one transaction a cycle."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from icp_ml.data.databases import answering, database_name
from icp_ml.data.ledger.cycles import (
    Cycle,
    Damage,
    gaps,
    place_of,
    published_by_name,
    rewritten,
    whole_cycle,
)
from icp_ml.data.ledger.database_tables import (
    PLACE,
    add_cycle,
    create_tables,
    cycle_faults,
    note_rewritten,
    read_cycles,
    read_entries,
    restored,
    tables,
)
from icp_ml.data.ledger.rows import DIGEST, no_entries, read_inputs
from icp_ml.errors import DataError
from icp_ml.rescore.entries import ENTRY

ASKED_AT_ONCE = 500
"""Values in one statement: databases take only so many."""


class DatabaseLedger:
    """A ledger in the tables icp_ml_cycles, icp_ml_entries and icp_ml_inputs of a database.

    Parameters
    ----------
    folder : Path
        Where the models are kept, and the record of who was erased.
    url : str
        SQLAlchemy address.
    """

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        self._url = url

    def cycles(self) -> list[Cycle]:
        """List the cycles in order."""
        with self._connected() as connection:
            return read_cycles(connection)

    def record(self, published: Path) -> None:
        """Take a cycle over from its published folder, in one transaction; one that is there is left.

        Raises
        ------
        DataError
            It is not whole.
        UnavailableError
            The database does not take it; nothing of it is there.
        """
        cycle = whole_cycle(published)
        with self._connected() as connection:
            if cycle.name not in [one.name for one in read_cycles(connection)]:
                add_cycle(connection, cycle, published)

    def entries(self, accounts: set[str] | None = None, since: str | None = None) -> Iterator[pa.Table]:
        """Give the entries, or those of some accounts, from a cycle on, in order.

        Raises
        ------
        DataError
            The ledger has no cycle of that name.
        """
        import sqlalchemy as sa

        cycles, rows = tables().cycles, tables().entries
        with self._connected() as connection:
            known = read_cycles(connection)
            start = 0 if since is None else known[place_of(known, since)].number
            whole = sa.select(*(rows.c[name] for name in ENTRY.names))
            chosen = whole.join(cycles, cycles.c.cycle == rows.c.cycle).where(cycles.c.number >= start)
            ordered = chosen.order_by(cycles.c.number, rows.c[PLACE])
            if accounts is not None:
                ordered = ordered.where(rows.c.account_id.in_(sorted(accounts)))
            yield from read_entries(connection, ordered)

    def standing(self, at: str | None = None) -> pa.Table:
        """Give the last entry of each account and segment at or before a cycle, without those gone.

        Raises
        ------
        DataError
            The ledger has no cycle of that name.
        """
        import sqlalchemy as sa

        cycles, rows = tables().cycles, tables().entries
        with self._connected() as connection:
            known = read_cycles(connection)
            until = known[len(known) - 1 if at is None else place_of(known, at)].number if known or at else 0
            newest = sa.func.row_number().over(
                partition_by=(rows.c.account_id, rows.c.segment),
                order_by=(cycles.c.number.desc(), rows.c[PLACE]),
            )
            numbered = (
                sa.select(*(rows.c[name] for name in ENTRY.names), newest.label("age"))
                .join(cycles, cycles.c.cycle == rows.c.cycle)
                .where(cycles.c.number <= until)
                .subquery()
            )
            last = sa.select(*(numbered.c[name] for name in ENTRY.names)).where(
                numbered.c.age == 1, numbered.c.event != "gone"
            )
            found = [no_entries(), *read_entries(connection, last)]
        return pa.concat_tables(found).sort_by([("account_id", "ascending"), ("segment", "ascending")])

    def inputs(self, digests: Iterable[str]) -> pd.DataFrame:
        """Give the input rows of some digests, as parsed; those that are lacking are left out.

        Raises
        ------
        DataError
            One is damaged.
        """
        import sqlalchemy as sa

        kept, found = tables().inputs, list[tuple[str, str]]()
        with self._connected() as connection:
            wanted = sorted(set(digests))
            for start in range(0, len(wanted), ASKED_AT_ONCE):
                is_asked = kept.c[DIGEST].in_(wanted[start : start + ASKED_AT_ONCE])
                asked = sa.select(kept.c[DIGEST], kept.c.content).where(is_asked)
                found += [(row[0], row[1]) for row in connection.execute(asked)]
        try:
            return read_inputs(found)
        except (ValueError, KeyError, TypeError, AttributeError) as failure:
            what = f"an input row in {database_name(self._url)} is damaged."
            raise DataError(what, [repr(failure)[:200]], "Restore icp_ml_inputs from a copy.") from failure

    def check(self) -> list[Damage]:
        """Name what lacks entries or input rows, after what published folders still have was restored."""
        published = published_by_name(self.folder.parent)
        with self._connected() as connection:
            faults = cycle_faults(connection)
            for name in [one for one in faults if one in published]:
                if restored(connection, name, published[name]):
                    del faults[name]
            known = read_cycles(connection)
        place = database_name(self._url)
        return [Damage(name, place, what) for name, what in faults.items()] + gaps(known, place)

    def erase(self, account: str, today: date) -> tuple[int, int]:
        """Take an account out, in one transaction; give the numbers of entries and input rows that went."""
        import sqlalchemy as sa

        into = tables()
        rows, kept = into.entries, into.inputs
        is_own = rows.c.account_id == account
        shared = sa.exists().where(rows.c[DIGEST] == kept.c[DIGEST], rows.c.account_id != account)
        with self._connected() as connection:
            counted = sa.select(rows.c.cycle, sa.func.count()).where(is_own).group_by(rows.c.cycle)
            going = {str(row[0]): int(row[1]) for row in connection.execute(counted)}
            own = sa.select(rows.c[DIGEST]).where(is_own)
            n_inputs = connection.execute(sa.delete(kept).where(kept.c[DIGEST].in_(own), ~shared)).rowcount
            connection.execute(sa.delete(rows).where(is_own))
            for cycle in read_cycles(connection):
                if cycle.name in going:
                    note_rewritten(connection, cycle, rewritten(cycle.facts, today, going[cycle.name], 0))
        return sum(going.values()), int(n_inputs)

    @contextmanager
    def _connected(self) -> Iterator[Any]:
        """Give a connection in a transaction, which ends with the block; the tables are there."""
        import sqlalchemy as sa

        with answering(self._url, "did not keep the ledger") as engine, engine.begin() as one:
            if engine.dialect.name == "sqlite":  # its driver begins a transaction only before a change
                for pragma in ("busy_timeout = 60000", "secure_delete = ON"):
                    one.execute(sa.text(f"PRAGMA {pragma}"))
            create_tables(one)
            yield one
