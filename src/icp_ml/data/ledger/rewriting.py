"""Partitions rewritten without an account: only those that hold it, each in one step."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from icp_ml.data.ledger.cycles import DRIFT, ENTRIES, INPUTS, Cycle, rewritten, write_facts
from icp_ml.data.ledger.partitions import HALF, partition_path, replace_by
from icp_ml.data.ledger.rows import DIGEST

ACCOUNT = "account_id"


def rewrite_without(
    account: str, cycles: Sequence[Cycle], folder: Path, today: date
) -> Iterator[tuple[int, int]]:
    """Rewrite the partitions that hold an account; give the entries and input rows that went from each.

    Parameters
    ----------
    account : str
    cycles : sequence of Cycle
        Undamaged.
    folder : Path
        Of the ledger.
    today : date
        Noted in the facts of what is rewritten.
    """
    digests = _digests_of(account, [partition_path(folder, one.name) / ENTRIES for one in cycles])
    for cycle in cycles:
        path = partition_path(folder, cycle.name)
        n_entries = _n_rows(path / ENTRIES, account, ())
        n_inputs = _n_rows(path / INPUTS, account, digests)
        if n_entries or n_inputs:
            half = folder / f"{HALF}{cycle.name}"
            shutil.rmtree(half, ignore_errors=True)
            half.mkdir()
            _copy_without(path / ENTRIES, half / ENTRIES, account, ())
            _copy_without(path / INPUTS, half / INPUTS, account, digests)
            if (path / DRIFT).is_file():
                shutil.copyfile(path / DRIFT, half / DRIFT)
            write_facts(half, rewritten(cycle.facts, today, n_entries, n_inputs))
            replace_by(half)
            yield n_entries, n_inputs


def _digests_of(account: str, paths: Sequence[Path]) -> tuple[str, ...]:
    """List the input rows that this account alone was scored by."""
    own, others = set[str](), set[str]()
    for path in paths:
        for table in _batches(path, [ACCOUNT, DIGEST]):
            is_own = pc.equal(table[ACCOUNT], account)
            own |= set(table[DIGEST].filter(is_own).to_pylist())
    if not own:
        return ()
    wanted = pa.array(sorted(one for one in own if one), pa.string())
    for path in paths:
        for table in _batches(path, [ACCOUNT, DIGEST]):
            is_shared = pc.and_(pc.not_equal(table[ACCOUNT], account), pc.is_in(table[DIGEST], wanted))
            others |= set(table[DIGEST].filter(is_shared).to_pylist())
    return tuple(sorted(own - others - {None}))


def _n_rows(path: Path, account: str, digests: tuple[str, ...]) -> int:
    names = set(parquet.read_schema(path).names) & {ACCOUNT, DIGEST}
    return sum(pc.sum(_is_of(one, account, digests)).as_py() or 0 for one in _batches(path, sorted(names)))


def _copy_without(path: Path, target: Path, account: str, digests: tuple[str, ...]) -> None:
    with parquet.ParquetWriter(target, parquet.read_schema(path)) as writer:
        for table in _batches(path, None):
            writer.write_table(table.filter(pc.invert(_is_of(table, account, digests))))


def _is_of(table: pa.Table, account: str, digests: tuple[str, ...]) -> Any:
    """Say which rows are of an account: by its id, or by a digest that is its own."""
    found = pa.repeat(pa.scalar(False), len(table))
    if ACCOUNT in table.column_names:
        found = pc.fill_null(pc.equal(table[ACCOUNT], account), False)
    if digests:
        found = pc.or_(found, pc.is_in(table[DIGEST], pa.array(digests, pa.string())))
    return found


def _batches(path: Path, columns: list[str] | None) -> Iterator[pa.Table]:
    with parquet.ParquetFile(path) as stored:
        for batch in stored.iter_batches(columns=columns):
            yield pa.Table.from_batches([batch])
