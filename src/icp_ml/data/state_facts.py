"""What holds for all rows of a state, and by what its files are known to be as they were written."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from multiprocessing.pool import ThreadPool
from pathlib import Path
from typing import Self

STATE, FACTS = "state", "state.json"
BY_CONTENT, BY_ACCOUNT = "by_content.arrow", "by_account.arrow"
VERSION = 3
LAYERED = ("inputs", "reasons")
"""What stays in the files of the list that first had it; a scored row names both by their places."""
BLOCK_BYTES = 1 << 22


@dataclass(frozen=True)
class StateFacts:
    """What holds for all rows of a state.

    Attributes
    ----------
    reading : str
        Digest of all that a row's understanding depends on but the row.
    scoring : mapping of str to str
        By segment: of all that a row's score and reasons depend on but the row and the day.
    list_cuts : mapping of str to (float, float, float, float)
        By segment: score and last place of where A ends, and of where B ends.
    n_rows : sequence of int
        Of each part.
    layer : int
        The number that what is new with this list has in the places of its rows.
    layers : mapping of str to mapping of str to int
        Of inputs and reasons: the files, in the order of their places, with their numbers of rows.
    n_used : mapping of str to int
        How many of these rows are of this list.
    sums : mapping of str to int
        Of each file: the checksum that its bytes had when it was written.
    """

    reading: str
    scoring: Mapping[str, str]
    list_cuts: Mapping[str, Sequence[float]] = field(default_factory=dict)
    n_rows: Sequence[int] = ()
    layer: int = 0
    layers: Mapping[str, Mapping[str, int]] = field(default_factory=lambda: {one: {} for one in LAYERED})
    n_used: Mapping[str, int] = field(default_factory=lambda: dict.fromkeys(LAYERED, 0))
    sums: Mapping[str, int] = field(default_factory=dict)
    version: int = VERSION

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Read the facts of a state."""
        content = json.loads((folder / FACTS).read_text(encoding="utf-8"))
        return cls(**content)

    def write(self, folder: Path) -> None:
        """Write them."""
        (folder / FACTS).write_text(json.dumps(asdict(self), indent=1), encoding="utf-8")

    def digest(self) -> str:
        """Digest them: they name every file with its checksum."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()


def checksums(folder: Path, names: Iterable[str]) -> dict[str, int]:
    """Give the CRC-32 of files, several at a time."""
    wanted = list(names)
    with ThreadPool() as pool:
        return dict(zip(wanted, pool.map(_checksum, [folder / name for name in wanted]), strict=True))


def _checksum(path: Path) -> int:
    found = 0
    with path.open("rb") as stream:
        while block := stream.read(BLOCK_BYTES):
            found = zlib.crc32(block, found)
    return found
