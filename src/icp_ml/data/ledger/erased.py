"""The record of who was erased: when, and how much; of whom only who knows the id can ask."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Literal

ERASED = "erased.jsonl"


@dataclass(frozen=True)
class Erasure:
    """One line of the record.

    Attributes
    ----------
    day : str
    state : str
        begun: before the first row went; done: after the last.
    n_entries, n_inputs : int
        Rows that went; 0 where it only began.
    salt, digest : str
        sha256 of the salt and the id. Who can guess ids can try them: it hides the id, it is not anonymous.
    newest : str
        The newest scheduled list then: what it left for the next one was removed.
    """

    day: str
    state: Literal["begun", "done"]
    n_entries: int
    n_inputs: int
    salt: str
    digest: str
    newest: str = ""

    def is_of(self, account: str) -> bool:
        """Say whether it is of this account."""
        return self.digest == salted(account, self.salt)


def salted(account: str, salt: str) -> str:
    """Digest an id so that it cannot be read back."""
    return hashlib.sha256(f"{salt}\0{account}".encode()).hexdigest()


def erasure(
    account: str, today: date, salt: str, counts: tuple[int, int] | None, newest: str = ""
) -> Erasure:
    """Make a line of the record; without counts it only begins."""
    state: Literal["begun", "done"] = "begun" if counts is None else "done"
    return Erasure(str(today), state, *(counts or (0, 0)), salt, salted(account, salt), newest)


def note_erasure(folder: Path, one: Erasure) -> None:
    """Add a line to the record of a ledger, and bring it to the disk."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / ERASED
    is_broken = path.is_file() and path.stat().st_size > 0 and not path.read_bytes().endswith(b"\n")
    with path.open("ab") as stream:
        stream.write(b"\n" * is_broken + json.dumps(asdict(one)).encode() + b"\n")
        stream.flush()
        os.fsync(stream.fileno())


def erasures(folder: Path) -> list[Erasure]:
    """Read the record of a ledger; a line that a power cut broke off says nothing."""
    path = folder / ERASED
    if not path.is_file():
        return []
    found = []
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            found.append(Erasure(**json.loads(line)))
        except (ValueError, TypeError):
            continue
    return found


def erasures_of(folder: Path, account: str) -> list[Erasure]:
    """Give what the record says of an account, oldest first."""
    return [one for one in erasures(folder) if one.is_of(account)]


def erasure_lines(folder: Path, account: str) -> list[str]:
    """Say in words when an account of this id was erased, and whether that came to its end."""
    lines, begun = list[str](), ""
    for one in erasures_of(folder, account):
        if one.state == "begun":
            begun = begun or one.day
        else:
            rows = f"{one.n_entries:,} entries, {one.n_inputs:,} input rows"
            lines.append(f"an account of this id was erased on {one.day} ({rows})")
            begun = ""
    unfinished = f"erasing an account of this id began on {begun} and did not end: make erase goes on"
    return [*lines, unfinished] if begun else lines
