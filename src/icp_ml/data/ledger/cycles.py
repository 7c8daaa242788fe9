"""A cycle as it lies in a folder: its facts, its files by digest, and what is wrong with them."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from icp_ml.data.publish import results, write_json
from icp_ml.errors import DataError
from icp_ml.rescore.entries import ENTRY

CYCLE_FOLDER = "cycle"
FACTS = "cycle.json"
ENTRIES = "entries.parquet"
INPUTS = "inputs.parquet"
DRIFT = "drift.json"
FILES = (ENTRIES, INPUTS, DRIFT)
NAME = re.compile(r"[\w-][\w.-]*", re.ASCII)
RESTORE = "Restore it from a copy of the ledger; the other cycles can be read."


@dataclass(frozen=True)
class Cycle:
    """One scheduled run.

    Attributes
    ----------
    name : str
    number : int
        From 1; cycles are in this order, whatever their days are.
    previous : str, optional
        The cycle it was compared with; None of the first.
    today : date
    facts : mapping
        All of its cycle.json.
    """

    name: str
    number: int
    previous: str | None
    today: date
    facts: Mapping[str, Any]

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> Cycle:
        """Make it of the content of its cycle.json.

        Raises
        ------
        KeyError, TypeError, ValueError
            That is incomplete, or its name could lead out of a folder.
        """
        name, day = str(facts["cycle"]), date.fromisoformat(facts["today"])
        if not NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no name of a cycle")
        return cls(name, int(facts["number"]), facts["previous"], day, facts)


@dataclass(frozen=True)
class Damage:
    """Something of the ledger that cannot be read: which cycle, where, what is wrong, and what to do."""

    cycle: str
    path: str
    what: str
    fix: str = RESTORE

    def __str__(self) -> str:
        """Say it in one line."""
        return f"cycle {self.cycle}: {self.path} {self.what}. {self.fix}"


def read_cycle(folder: Path) -> Cycle:
    """Read the facts of a cycle.

    Raises
    ------
    DataError
        They are lacking or damaged.
    """
    path = folder / FACTS
    try:
        return Cycle.of(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, KeyError, TypeError, ValueError, AttributeError) as failure:
        what = f"the cycle's facts {path} cannot be read."
        raise DataError(what, [repr(failure)[:200]], RESTORE) from failure


def file_fault(path: Path, digest: str | None) -> str:
    """Say what is wrong with a file; nothing where it is as its digest says."""
    if digest is None:
        return f"has no digest in {FACTS}"
    if not path.is_file():
        return "is lacking"
    try:
        found = file_digest(path)
    except OSError as failure:
        return f"cannot be read: {failure.strerror}"
    return "" if found == digest else "is damaged: it differs from its digest"


def file_digest(path: Path) -> str:
    """Give the sha256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def cycle_faults(folder: Path, cycle: Cycle) -> dict[str, str]:
    """Give what is wrong with the files of a cycle, by name."""
    digests = digests_of(cycle)
    found = {
        name: file_fault(folder / name, digests.get(name)) for name in digests.keys() | {ENTRIES, INPUTS}
    }
    return {name: found[name] for name in sorted(found) if found[name]}


def digests_of(cycle: Cycle) -> dict[str, str]:
    """Give the sha256 of each of the cycle's own files; a name that leads elsewhere is not one of them."""
    digests = cycle.facts.get("files", {})
    return {name: str(one) for name, one in digests.items() if name in FILES}


def whole_cycle(folder: Path) -> Cycle:
    """Read a cycle whose files are all as their digests say.

    Raises
    ------
    DataError
        Naming those that are not.
    """
    cycle = read_cycle(folder)
    faults = cycle_faults(folder, cycle) or _schema_faults(folder)
    if faults:
        details = [f"{name} {what}" for name, what in faults.items()]
        raise DataError(f"the cycle in {folder} is not whole.", details, RESTORE)
    return cycle


def _schema_faults(folder: Path) -> dict[str, str]:
    """Give which files hold something else than they should, whatever their digests say."""
    found = {}
    for name, wanted in ((ENTRIES, ENTRY.names), (INPUTS, ["input_digest"])):
        try:
            lacking = sorted(set(wanted) - set(parquet.read_schema(folder / name).names))
        except (OSError, pa.ArrowException) as failure:
            found[name] = f"is no Parquet file: {str(failure)[:200]}"
        else:
            found |= {name: f"lacks the columns {', '.join(lacking)}"} if lacking else {}
    return found


def published_cycles(folder: Path) -> Iterator[Path]:
    """Give the cycle of each published result that has one."""
    for one in results(folder):
        if (one / CYCLE_FOLDER / FACTS).is_file():
            yield one / CYCLE_FOLDER


def published_by_name(folder: Path) -> dict[str, Path]:
    """Give where the cycles lie that are still published and whose facts can be read."""
    found = {}
    for path in published_cycles(folder):
        try:
            found[read_cycle(path).name] = path
        except DataError:
            continue  # it can restore nothing
    return found


def gaps(cycles: Iterable[Cycle], place: str) -> list[Damage]:
    """Name the cycles that others were compared with and that are not there."""
    known = sorted(cycles, key=lambda one: one.number)
    names = {one.name for one in known}
    lacking = {one.previous: one for one in known if one.previous is not None and one.previous not in names}
    return [Damage(name, place, f"lacks it; {one.name} follows it") for name, one in lacking.items()]


def write_facts(folder: Path, facts: Mapping[str, Any]) -> None:
    """Write a cycle's facts with the digests of the files that lie beside them."""
    digests = {name: file_digest(folder / name) for name in FILES if (folder / name).is_file()}
    write_json(folder / FACTS, {**facts, "files": digests})


def rewritten(facts: Mapping[str, Any], today: date, n_entries: int, n_inputs: int) -> dict[str, Any]:
    """Add to a cycle's facts that it is no longer as it was first written, and why."""
    note = {"on": str(today), "why": "an account was erased", "n_entries": n_entries, "n_inputs": n_inputs}
    return {**facts, "rewritten": [*facts.get("rewritten", []), note]}


def place_of(cycles: Sequence[Cycle], name: str) -> int:
    """Give the place of a cycle by its name.

    Raises
    ------
    DataError
        There is none of that name.
    """
    names = [one.name for one in cycles]
    if name not in names:
        known = [f"the newest are {', '.join(names[-3:])}"] if names else ["it has none"]
        raise DataError(f"the ledger has no cycle {name}.", known, "Name one that it has.")
    return names.index(name)


def flush(folder: Path, with_files: bool = True) -> None:
    """Bring a folder to the disk, with the files in it or its names alone."""
    for path in [*(folder.iterdir() if with_files else ()), folder]:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
