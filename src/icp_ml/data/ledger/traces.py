"""Which files still name an account, after it was taken out of the ledger."""

from __future__ import annotations

import mmap
import re
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import ipc, parquet

from icp_ml.data.publish import WORKING, latest, results
from icp_ml.data.retention import REMOVED

ID = "account_id"
ARROW, PARQUET = b"ARROW1", b"PAR1"


def lists_naming(folder: Path, account: str) -> tuple[list[Path], Path | None]:
    """Give the published lists of a folder that name an account, and apart from them the newest one.

    Working folders that a run left behind are among the first: nobody is at work under the lock.
    """
    newest = latest(folder)
    left = sorted([*folder.glob(f"{WORKING}*"), *folder.glob(f"{REMOVED}*")])
    naming = [one for one in [*results(folder), *left] if names_account(one, account)]
    older = [one for one in naming if one.resolve() != newest]
    return older, newest if len(older) < len(naming) else None


def names_account(folder: Path, account: str) -> bool:
    """Say whether any file below a folder names an account; one that cannot be read may."""
    return any(_names(path, account) for path in _files(folder))


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink())


def _names(path: Path, account: str) -> bool:
    """Look into a file by what it is: a part of a list has a name of its own, whatever its form."""
    try:
        with path.open("rb") as stream:
            start = stream.read(len(ARROW))
        if start.startswith(PARQUET):
            return _in_parquet(path, account)
        return _in_arrow(path, account) if start == ARROW else _in_text(path, account)
    except (OSError, pa.ArrowException):
        return True


def _in_arrow(path: Path, account: str) -> bool:
    with pa.memory_map(str(path)) as source:
        rows = ipc.open_file(source).read_all()
        return ID in rows.column_names and bool(pc.any(pc.equal(rows[ID], account)).as_py())


def _in_parquet(path: Path, account: str) -> bool:
    with parquet.ParquetFile(path) as stored:
        if ID not in stored.schema_arrow.names:
            return False
        batches = stored.iter_batches(columns=[ID])
        return any(pc.any(pc.equal(batch.column(0), account)).as_py() for batch in batches)


def _in_text(path: Path, account: str) -> bool:
    """Look for the id as a word of its own."""
    if not path.stat().st_size:
        return False
    word = rb"(?<![\w-])" + re.escape(account.encode()) + rb"(?![\w-])"
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return re.search(word, content) is not None
