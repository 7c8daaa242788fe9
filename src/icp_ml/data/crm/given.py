"""What a CRM has been given: of each record a digest of its cells, kept with the list that it is of."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from icp_ml.errors import DataError

MARK = b"icp_ml.crm"
VERSION = 1
SCHEMA = pa.schema(
    [
        ("key", pa.large_string()),
        ("digest", pa.uint64()),  # of the cells that are compared
        ("day", pa.date32()),  # that it was last sent
        ("is_gone", pa.bool_()),
    ]
)
BATCH_ROWS = 100_000

Digests = np.ndarray[Any, np.dtype[np.uint64]]
Mask = np.ndarray[Any, np.dtype[np.bool_]]
Places = np.ndarray[Any, np.dtype[np.intp]]


def digests(texts: Iterable[str], of: str = "") -> Digests:
    """Digest texts to 64 bits each, of which two in a million are alike with a chance of 3e-8."""
    start = hashlib.blake2b(of.encode(), digest_size=8)
    return np.frombuffer(b"".join(_digest(start, one) for one in texts), dtype="<u8").astype(np.uint64)


def _digest(start: Any, text: str) -> bytes:
    one = start.copy()
    one.update(text.encode())
    digest: bytes = one.digest()
    return digest


@dataclass(frozen=True)
class Given:
    """What a CRM has been given so far, in 21 bytes a record, ordered by `ids`.

    Attributes
    ----------
    ids, digests : ndarray of uint64
        Digests of each record's key and of its cells.
    days : ndarray of datetime64[D]
    is_gone : ndarray of bool
    taken : frozenset of str
        Answers of the CRM that were read.
    path : Path, optional
        Where it is kept, in the order of the list.
    """

    ids: Digests
    digests: Digests
    days: np.ndarray[Any, np.dtype[np.datetime64]]
    is_gone: Mask
    taken: frozenset[str] = frozenset()
    path: Path | None = None

    def find(self, ids: Digests) -> tuple[Mask, Places]:
        """Say which records have been given, and where they stand; 0 for the others."""
        at = np.searchsorted(self.ids, ids)
        inside = np.minimum(at, max(len(self.ids) - 1, 0))
        is_there = self.ids[inside] == ids if len(self.ids) else np.zeros(len(ids), dtype=bool)
        return is_there, np.where(is_there, inside, 0)

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Read it again, batch by batch, with its keys."""
        if self.path is not None:
            with parquet.ParquetFile(self.path) as stored:
                yield from stored.iter_batches(BATCH_ROWS)


NOTHING = Given(
    np.array([], dtype=np.uint64),
    np.array([], dtype=np.uint64),
    np.array([], dtype="datetime64[D]"),
    np.array([], dtype=bool),
)


def read_given(path: Path, key: str) -> Given:
    """Read what a CRM has been given; nothing where it was found by another key, or never given anything.

    Raises
    ------
    DataError
        The file is damaged.
    """
    if not path.is_file():
        return NOTHING
    try:
        with parquet.ParquetFile(path) as stored:
            said = json.loads((stored.schema_arrow.metadata or {})[MARK])
            parts = [_columns(one) for one in stored.iter_batches(BATCH_ROWS)]
    except (OSError, KeyError, ValueError, pa.ArrowException) as failure:
        fix = "Restore it from a backup, or move it away: then every row is sent again."
        raise DataError(f"{path} cannot be read.", [str(failure)[:200]], fix) from failure
    if (said["key"], said["version"]) != (key, VERSION) or not parts:
        return NOTHING
    ids, cells, days, is_gone = (np.concatenate(one) for one in zip(*parts, strict=True))
    order = np.argsort(ids, kind="stable")
    return Given(ids[order], cells[order], days[order], is_gone[order], frozenset(said["taken"]), path)


def _columns(batch: pa.RecordBatch) -> tuple[Any, ...]:
    keys, cells, days, is_gone = batch.columns
    return (
        digests(keys.to_pylist()),
        cells.to_numpy(),
        days.to_numpy(zero_copy_only=False).astype("datetime64[D]"),
        is_gone.to_numpy(zero_copy_only=False),
    )


def given_writer(path: Path, key: str, taken: Iterable[str]) -> parquet.ParquetWriter:
    """Begin to write what a CRM has been given, and which of its answers were read."""
    said = {"version": VERSION, "key": key, "taken": sorted(taken)}
    return parquet.ParquetWriter(path, SCHEMA.with_metadata({MARK: json.dumps(said)}))


class Seen:
    """The records met so far, in 8 bytes each."""

    def __init__(self) -> None:
        self.ids: Digests = np.array([], dtype=np.uint64)

    def repeated(self, ids: Digests) -> Mask:
        """Say which records were met before, here or among these; from now on all of them are."""
        distinct, first = np.unique(ids, return_index=True)
        is_known = self.has(distinct)
        is_first = np.zeros(len(ids), dtype=bool)
        is_first[first[~is_known]] = True
        new = distinct[~is_known]
        self.ids = np.insert(self.ids, np.searchsorted(self.ids, new), new)
        return ~is_first

    def has(self, ids: Digests) -> Mask:
        """Say which records have been met."""
        return is_among(ids, self.ids)


def is_among(ids: Digests, ordered: Digests) -> Mask:
    """Say which ids stand among ordered ones."""
    if not len(ordered):
        return np.zeros(len(ids), dtype=bool)
    at = np.minimum(np.searchsorted(ordered, ids), len(ordered) - 1)
    return np.asarray(ordered[at] == ids)
