"""Read the entries of a scheduled run's ledger from its folders."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from icp_ml.errors import DataError, UnavailableError


def published_entries(folder: Path, columns: Sequence[str]) -> Iterator[pa.Table]:
    """Give the entries of all cycles, the oldest first; what was not copied into the ledger yet, too.

    Raises
    ------
    UnavailableError
        There is no cycle.
    DataError
        A cycle's entries are damaged.
    """
    recorded = {
        path.parent.name.removeprefix("cycle="): path
        for path in folder.glob("ledger/cycle=*/entries.parquet")
    }
    published = {path.parent.parent.name: path for path in folder.glob("[!.]*/cycle/entries.parquet")}
    found = {name: path for name, path in (published | recorded).items() if name != "latest"}
    if not found:
        raise UnavailableError(f"{folder} holds no ledger.", fix="Run make rescore first.")
    for name in sorted(found):
        try:
            with parquet.ParquetFile(found[name]) as stored:
                yield stored.read(columns=list(columns))
        except (OSError, KeyError, ValueError, pa.ArrowException) as failure:
            fix = "Restore it from a backup."
            raise DataError(f"{found[name]} cannot be read.", [str(failure)[:200]], fix) from failure
