"""What every kind of source gives: batches of raw rows, and the rows that could not be read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from socket import gethostname

import pandas as pd

from icp_ml.errors import MAX_EXAMPLES, DataError, UnavailableError, examples

BYTE_ORDER_MARK = "\ufeff"
MAX_COLUMNS_SHOWN = 40
UNMAPPED = ""
"""What a malformed row is said to have held: which of its cells are mapped, and may be kept, nobody knows."""
SHORT = 4  # letters; "id" stands in many names
LIKE = 0.6  # of two names' letters in common, as difflib counts them


@dataclass(frozen=True)
class Refused:
    """A row that cannot be used: where it stands, why, and what its mapped columns held."""

    source: str
    row: int  # 1-based: the line of a text file, the row of a sheet, elsewhere the row's place in its source
    reason: str
    content: str


@dataclass(frozen=True)
class RawBatch:
    """Consecutive rows as they stand in the source.

    Attributes
    ----------
    rows : pandas.DataFrame
        One str column per column of a text file; Parquet, Excel and SQL keep their types. Index 0, 1, 2 …
    places : list of int
        Where each row stands, as in `Refused.row`.
    refused : list of Refused
        Malformed rows, such as those whose number of cells is not that of the header.
    n_bytes : int
        How much of the source was read so far, for the progress bar.
    n_unreadable : int
        Cells with a character that the encoding of the file does not know.
    """

    source: str
    rows: pd.DataFrame
    places: list[int]
    refused: list[Refused] = field(default_factory=list)
    n_bytes: int = 0
    n_unreadable: int = 0

    def batches(self, _batch_rows: int) -> Iterator[RawBatch]:
        """Give itself: a piece of work that was read already."""
        yield self


def check_is_seen(path: Path) -> None:
    """Check that whoever works on a piece sees the file that it is of.

    Raises
    ------
    UnavailableError
        A worker on another machine may not.
    """
    if not path.is_file():
        fix = "Put it where every worker sees it by the same name; TMPDIR too, where copies lie."
        raise UnavailableError(f"{path} is not there for a worker on {gethostname()}.", fix=fix)


def column_names(header: list[str]) -> list[str]:
    """Tidy a header; name the nameless "Unnamed: 3" and the second "state" "state.1", as pandas does."""
    tidied = [_tidy(cell) or f"Unnamed: {position}" for position, cell in enumerate(header)]
    taken = set(tidied)
    seen: set[str] = set()
    names = []
    for name in tidied:
        number, unique = 0, name
        while unique in seen or (number and unique in taken):
            number += 1
            unique = f"{name}.{number}"
        seen.add(unique)
        names.append(unique)
    return names


def column_positions(header: list[str], wanted: list[str], name: str) -> dict[str, int]:
    """Find the wanted columns in a tidied header.

    Raises
    ------
    DataError
        Naming the columns that are lacking, and those that are there.
    """
    lacking = [column for column in wanted if _tidy(column) not in header]
    if not lacking:
        return {column: header.index(_tidy(column)) for column in wanted}
    shown = ", ".join(header[:MAX_COLUMNS_SHOWN]) or "nothing"
    details = [f"lacking: {examples(lacking)}", *_renamed(lacking, header, wanted), f"it has: {shown}"]
    fix = "Correct the columns or the delimiter in conf/data, or export them."
    raise DataError(f"{name} lacks {len(lacking)} of the mapped columns.", details, fix)


def _renamed(lacking: list[str], header: list[str], wanted: list[str]) -> list[str]:
    """Say which columns that nobody asked for have names like those of the lacking ones."""
    asked = {_tidy(name) for name in wanted}
    free = {_letters(name): name for name in header if name not in asked}
    alike = [(name, _alike(_letters(name), list(free))) for name in lacking]
    said = [
        f"{name!r} may be {' or '.join(repr(free[one]) for one in found)}" for name, found in alike if found
    ]
    return said[:MAX_EXAMPLES]


def _alike(name: str, others: list[str]) -> list[str]:
    """Give up to two names that have most letters in common with one, or hold it whole."""
    holding = [one for one in others if min(len(one), len(name)) >= SHORT and (name in one or one in name)]
    return list(dict.fromkeys([*holding, *get_close_matches(name, others, cutoff=LIKE)]))[:2]


def _letters(name: str) -> str:
    return "".join(sign for sign in name.casefold() if sign.isalnum())


def _tidy(cell: str) -> str:
    return " ".join(cell.replace(BYTE_ORDER_MARK, "").split())
