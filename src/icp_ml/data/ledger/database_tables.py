"""The tables of a ledger in the user's database, and how rows come into them and out of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from icp_ml.data.database_output import insert_rows
from icp_ml.data.ledger.cycles import DRIFT, ENTRIES, INPUTS, Cycle, whole_cycle
from icp_ml.data.ledger.rows import DIGEST, plain_entries, written_inputs
from icp_ml.errors import DataError, count
from icp_ml.rescore.entries import ENTRY

FETCHED_ROWS = 5_000
STAGING = "icp_ml_inputs_next"
PLACE = "place"


class Tables(NamedTuple):
    """cycles: one row each, with its facts; entries: ENTRY's columns and their place; inputs by digest."""

    cycles: Any
    entries: Any
    inputs: Any
    staged: Any


@cache
def tables() -> Tables:
    """Name the tables and their columns."""
    import sqlalchemy as sa

    types: dict[Any, Any] = {
        pa.string(): sa.Text(),
        pa.float64(): sa.Double(),
        pa.bool_(): sa.Boolean(),
        pa.date32(): sa.Date(),
    }
    kept, passing = sa.MetaData(), sa.MetaData()
    cycles = sa.Table(
        "icp_ml_cycles",
        kept,
        sa.Column("cycle", sa.Text(), primary_key=True),
        sa.Column("number", sa.BigInteger(), nullable=False, unique=True),
        sa.Column("today", sa.Date(), nullable=False),
        sa.Column("n_entries", sa.BigInteger(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("drift", sa.Text()),
    )
    columns = [sa.Column(one.name, types[one.type]) for one in ENTRY]
    entries = sa.Table(
        "icp_ml_entries",
        kept,
        *columns,
        sa.Column(PLACE, sa.BigInteger(), nullable=False),
        sa.Index("icp_ml_entries_cycle", "cycle"),
        sa.Index("icp_ml_entries_account", "account_id"),
        sa.Index("icp_ml_entries_input", DIGEST),
    )
    inputs = sa.Table("icp_ml_inputs", kept, *_content_columns())
    staged = sa.Table(STAGING, passing, *_content_columns(), prefixes=["TEMPORARY"])
    return Tables(cycles, entries, inputs, staged)


def _content_columns() -> tuple[Any, Any]:
    import sqlalchemy as sa

    return sa.Column(DIGEST, sa.Text(), primary_key=True), sa.Column("content", sa.Text(), nullable=False)


def create_tables(connection: Any) -> None:
    """Create those that are lacking."""
    tables().cycles.metadata.create_all(connection)


def add_cycle(connection: Any, cycle: Cycle, published: Path) -> None:
    """Add a whole cycle from its published folder."""
    import sqlalchemy as sa

    drift = published / DRIFT
    first = {
        "cycle": cycle.name,
        "number": cycle.number,
        "today": cycle.today,
        "n_entries": parquet.read_metadata(published / ENTRIES).num_rows,
        "facts": json.dumps(dict(cycle.facts)),
        "drift": drift.read_text(encoding="utf-8") if drift.is_file() else None,
    }
    connection.execute(sa.insert(tables().cycles), first)
    _add_rows(connection, published)


def _add_rows(connection: Any, published: Path) -> None:
    n_rows = 0
    for table in _batches(published / ENTRIES):
        _add_entries(connection, table, n_rows)
        n_rows += len(table)
    for table in _batches(published / INPUTS):
        _add_inputs(connection, written_inputs(table))


def _batches(path: Path) -> Iterator[pa.Table]:
    with parquet.ParquetFile(path) as stored:
        for batch in stored.iter_batches():
            yield pa.Table.from_batches([batch])


def _add_entries(connection: Any, table: pa.Table, start: int) -> None:
    """Add entries, the first of them at a place within its cycle."""
    plain = plain_entries(table)
    columns = [
        pc.replace_substring(plain[one.name], "\0", "") if pa.types.is_string(one.type) else plain[one.name]
        for one in ENTRY
    ]  # no text in PostgreSQL may hold NUL
    places = pa.array(range(start, start + len(table)), pa.int64())
    insert_rows(connection, tables().entries, pa.table([*columns, places], names=[*ENTRY.names, PLACE]))


def _add_inputs(connection: Any, rows: pa.Table) -> None:
    """Add input rows; one whose digest is there is the same row."""
    import sqlalchemy as sa

    inputs, staged = tables().inputs, tables().staged
    staged.create(connection)
    insert_rows(connection, staged, rows)
    is_there = sa.exists().where(inputs.c[DIGEST] == staged.c[DIGEST])
    chosen = sa.select(staged.c[DIGEST], staged.c.content).where(~is_there)
    connection.execute(sa.insert(inputs).from_select([DIGEST, "content"], chosen))
    staged.drop(connection)


def read_cycles(connection: Any) -> list[Cycle]:
    """Give the cycles whose facts can be read, in order."""
    import sqlalchemy as sa

    kept, found = tables().cycles, list[Cycle]()
    for name, facts in connection.execute(sa.select(kept.c.cycle, kept.c.facts).order_by(kept.c.number)):
        try:
            cycle = Cycle.of(json.loads(facts))
        except (KeyError, TypeError, ValueError, AttributeError):
            continue  # cycle_faults names it
        found += [cycle] if cycle.name == name else []
    return found


def cycle_faults(connection: Any) -> dict[str, str]:
    """Say what is wrong with each cycle that is not whole."""
    import sqlalchemy as sa

    rows, kept, cycles = tables().entries, tables().inputs, tables().cycles
    lacks = rows.c[DIGEST].isnot(None) & kept.c[DIGEST].is_(None)
    counted = sa.select(rows.c.cycle, sa.func.count(), sa.func.count(sa.case((lacks, 1))))
    joined = counted.select_from(rows.outerjoin(kept, rows.c[DIGEST] == kept.c[DIGEST]))
    found = {row[0]: row[1:] for row in connection.execute(joined.group_by(rows.c.cycle))}
    known = {one.name for one in read_cycles(connection)}
    faults: dict[str, str] = {}
    for name, n_entries in connection.execute(sa.select(cycles.c.cycle, cycles.c.n_entries)).all():
        n_there, n_lacking = found.get(name, (0, 0))
        said = [] if name in known else ["has damaged facts"]
        said += [] if n_there == n_entries else [f"has {n_there:,} of its {n_entries:,} entries"]
        said += [f"lacks the input rows of {count(n_lacking, 'entry', 'entries')}"] if n_lacking else []
        faults |= {name: ", ".join(said)} if said else {}
    return faults


def restored(connection: Any, name: str, published: Path) -> bool:
    """Write a cycle's rows again from its published folder; not where an account was erased since."""
    import sqlalchemy as sa

    kept, rows = tables().cycles, tables().entries
    facts = connection.execute(sa.select(kept.c.facts).where(kept.c.cycle == name)).scalar_one()
    try:
        if json.loads(facts) != dict(whole_cycle(published).facts):
            return False
    except (DataError, ValueError):
        return False
    connection.execute(sa.delete(rows).where(rows.c.cycle == name))
    _add_rows(connection, published)
    return True


def note_rewritten(connection: Any, cycle: Cycle, facts: dict[str, Any]) -> None:
    """Write that a cycle holds fewer entries than it did, and why."""
    import sqlalchemy as sa

    kept = tables().cycles
    fewer = kept.c.n_entries - facts["rewritten"][-1]["n_entries"]
    changed = sa.update(kept).where(kept.c.cycle == cycle.name)
    connection.execute(changed.values(facts=json.dumps(facts), n_entries=fewer))


def read_entries(connection: Any, statement: Any) -> Iterator[pa.Table]:
    """Give the entries that a statement selects, a few thousand at a time."""
    result = connection.execution_options(stream_results=True, max_row_buffer=FETCHED_ROWS).execute(statement)
    for part in result.partitions(FETCHED_ROWS):
        columns = zip(*part, strict=True)
        arrays = [pa.array(values, one.type) for one, values in zip(ENTRY, columns, strict=True)]
        yield pa.table(arrays, schema=ENTRY)
