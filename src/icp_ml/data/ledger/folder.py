"""The ledger as Parquet in a folder: one partition a cycle, each of its files with a digest."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cached_property
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from icp_ml.data.ledger.cycles import (
    ENTRIES,
    FACTS,
    INPUTS,
    Cycle,
    Damage,
    digests_of,
    file_digest,
    file_fault,
    flush,
    gaps,
    place_of,
    published_by_name,
    read_cycle,
    whole_cycle,
)
from icp_ml.data.ledger.erased import erasures
from icp_ml.data.ledger.partitions import (
    HALF,
    PARTITION,
    finish_renames,
    partition_path,
    partition_paths,
    set_aside,
)
from icp_ml.data.ledger.rewriting import rewrite_without
from icp_ml.data.ledger.rows import DIGEST, parsed_inputs, plain_entries
from icp_ml.data.ledger.standing import last_of_each
from icp_ml.errors import DataError, UnavailableError


class FolderLedger:
    """A ledger in Parquet; what is damaged is named, and the rest read.

    What it once found whole it does not look at again: open it anew for another look.

    Parameters
    ----------
    folder : Path
        Of the ledger; the published results lie beside it.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._faults: dict[tuple[str, str], str] = {}

    def cycles(self) -> list[Cycle]:
        """List the cycles whose facts can be read, in order."""
        found = []
        for name, path in partition_paths(self.folder).items():
            try:
                cycle = read_cycle(path)
            except DataError:
                continue  # check names it
            found += [cycle] if cycle.name == name else []
        return sorted(found, key=lambda one: one.number)

    def record(self, published: Path) -> None:
        """Take a cycle over from its published folder, in one step; one that is there is left.

        Raises
        ------
        DataError
            It is not whole.
        UnavailableError
            The ledger cannot be written.
        """
        cycle = whole_cycle(published)
        target, half = (self.folder / f"{start}{cycle.name}" for start in (PARTITION, HALF))
        try:
            finish_renames(self.folder)
            if target.is_dir():
                return
            half.mkdir(parents=True)
            for name in (*digests_of(cycle), FACTS):
                shutil.copyfile(published / name, half / name)
            whole_cycle(half)
            flush(half)
            half.rename(target)
            flush(self.folder, with_files=False)
        except OSError as failure:
            what = f"the ledger {self.folder} cannot be written: {failure.strerror}."
            raise UnavailableError(what, fix="Free the disk, or correct its rights; run again.") from failure

    def entries(self, accounts: set[str] | None = None, since: str | None = None) -> Iterator[pa.Table]:
        """Give the entries, or those of some accounts, from a cycle on, in order; damaged ones are left out.

        Raises
        ------
        DataError
            The ledger has no cycle of that name.
        """
        cycles = self.cycles()
        for cycle in cycles[0 if since is None else place_of(cycles, since) :]:
            yield from self._entries_of(cycle, accounts)

    def standing(self, at: str | None = None) -> pa.Table:
        """Give the last entry of each account and segment at or before a cycle, without those gone.

        Memory holds the result and the key of each account.

        Raises
        ------
        DataError
            The ledger has no cycle of that name.
        """
        cycles = self.cycles()
        until = len(cycles) if at is None else place_of(cycles, at) + 1
        return last_of_each(self._entries_of(one, None) for one in reversed(cycles[:until]))

    def inputs(self, digests: Iterable[str]) -> pd.DataFrame:
        """Give the input rows of some digests, as parsed; those that are lacking or damaged are left out."""
        wanted, found = set(digests), list[pa.Table]()
        for cycle in reversed(self.cycles()):
            if not wanted:
                break
            for table in self._tables(cycle, INPUTS):
                kept = table.filter(pc.is_in(table[DIGEST], pa.array(sorted(wanted), pa.string())))
                wanted -= set(kept[DIGEST].to_pylist())
                found.append(kept)
        return parsed_inputs(found)

    def check(self) -> list[Damage]:
        """Name what is damaged or lacking, after what a published folder still has was restored from it."""
        cycles = {one.name: one for one in self.cycles()}
        found = []
        for name, path in partition_paths(self.folder).items():
            if name not in cycles and not self._recorded_again(name, path):
                found.append(Damage(name, str(path / FACTS), "is lacking or damaged"))
        for cycle in self.cycles():
            path = partition_path(self.folder, cycle.name)
            faults = {
                file: self._fault(cycle, file) for file in sorted({*digests_of(cycle), ENTRIES, INPUTS})
            }
            found += [Damage(cycle.name, str(path / file), what) for file, what in faults.items() if what]
        return found + gaps(self.cycles(), str(self.folder))

    def erase(self, account: str, today: date) -> tuple[int, int]:
        """Take an account out of every partition; give the numbers of entries and input rows that went.

        Raises
        ------
        DataError
            A partition is damaged: it may still hold the account. The others no longer do.
        """
        finish_renames(self.folder)
        damaged = [one for one in self.check() if one.cycle in partition_paths(self.folder)]
        broken = {one.cycle for one in damaged}
        whole = [one for one in self.cycles() if one.name not in broken]
        counts = list(rewrite_without(account, whole, self.folder, today))
        self._faults.clear()
        if damaged:
            fix = "Restore or remove these, then erase again; the others no longer hold the account."
            raise DataError("damaged cycles may still hold the account.", map(str, damaged), fix)
        return sum(one for one, _ in counts), sum(one for _, one in counts)

    def _entries_of(self, cycle: Cycle, accounts: set[str] | None) -> Iterator[pa.Table]:
        wanted = None if accounts is None else pa.array(sorted(accounts), pa.string())
        for table in self._tables(cycle, ENTRIES):
            kept = table if wanted is None else table.filter(pc.is_in(table["account_id"], wanted))
            if len(kept):
                yield plain_entries(kept)

    def _tables(self, cycle: Cycle, file: str) -> Iterator[pa.Table]:
        """Give the batches of a file; none of one that is damaged."""
        if self._fault(cycle, file):
            return
        with parquet.ParquetFile(partition_path(self.folder, cycle.name) / file) as stored:
            for batch in stored.iter_batches():
                yield pa.Table.from_batches([batch])

    def _fault(self, cycle: Cycle, file: str) -> str:
        """Say what is wrong with a file, once; one that its published folder still has is restored."""
        key = (cycle.name, file)
        if key not in self._faults:
            path, digest = partition_path(self.folder, cycle.name) / file, digests_of(cycle).get(file)
            fault = file_fault(path, digest)
            if fault and digest is not None and self._restored(cycle.name, path, digest):
                fault = ""
            self._faults[key] = fault
        return self._faults[key]

    @cached_property
    def _published(self) -> dict[str, Path]:
        return published_by_name(self.folder.parent)

    def _restored(self, name: str, path: Path, digest: str) -> bool:
        """Replace a file by its published original, where that has its digest: never by one since erased."""
        original = self._published.get(name, self.folder) / path.name
        if file_fault(original, digest):
            return False
        half = path.with_name(f".{path.name}.half")
        shutil.copyfile(original, half)
        is_good = file_digest(half) == digest
        half.replace(path) if is_good else half.unlink()
        flush(path.parent, with_files=False)
        return is_good

    def _recorded_again(self, name: str, path: Path) -> bool:
        """Record a cycle anew whose facts are lost; not where somebody was erased, whom it may still name."""
        if name not in self._published or erasures(self.folder):
            return False
        try:
            whole_cycle(self._published[name])
            set_aside(path)
            self.record(self._published[name])
        except DataError:
            return False
        return True
