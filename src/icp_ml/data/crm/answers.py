"""What a CRM says of itself: the keys that it has, and the rows that it refused."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from icp_ml.data.crm.cells import TEXT
from icp_ml.data.crm.given import Digests, digests
from icp_ml.data.crm.keys import checked_keys
from icp_ml.data.sources import read_batches, source_digest, source_paths
from icp_ml.errors import UnavailableError
from icp_ml.settings import AnswerSettings, FileSettings, KeySettings
from icp_ml.settings.output import Preset

BATCH_ROWS = 100_000
NO_REASON = "no reason given"


@dataclass(frozen=True)
class Refusals:
    """The rows that a CRM refused and that were not read before.

    Attributes
    ----------
    reasons : dict of str to str
        By key, the CRM's own words.
    taken : frozenset of str
        All its answers that are there, read now or before.
    """

    reasons: dict[str, str]
    taken: frozenset[str]

    @property
    def ids(self) -> Digests:
        """Digest the keys, in order."""
        return np.sort(digests(self.reasons))


def source_identities(settings: FileSettings) -> dict[str, FileSettings]:
    """Name each file of a source by name, size and time of writing: one that is written anew is another one.

    Not by its content: a CRM that refuses the same rows twice writes the same file twice.
    """
    if settings.url is not None:
        return {source_digest(settings): settings}
    try:
        paths = source_paths(settings)
    except UnavailableError:
        return {}
    stats = [(path, path.stat()) for path in paths]
    return {
        hashlib.sha256(f"{path.name} {stat.st_size} {stat.st_mtime_ns}".encode()).hexdigest()[
            :32
        ]: settings.model_copy(update={"path": str(path)})
        for path, stat in stats
    }


def read_refusals(
    settings: AnswerSettings | None, taken: frozenset[str], key: str, preset: Preset
) -> Refusals:
    """Read the rows that the CRM refused, from the files that were not read before.

    Raises
    ------
    DataError
        A file cannot be read, or lacks the columns that are named.
    """
    if settings is None:
        return Refusals({}, frozenset())
    found = source_identities(settings)
    reasons: dict[str, str] = {}
    for identity, one in found.items():
        if identity not in taken:
            for batch in read_batches(one, [settings.column, settings.message], BATCH_ROWS):
                texts = batch.rows[settings.message].fillna(NO_REASON).astype(str)
                reasons |= dict(
                    zip(_written(batch.rows[settings.column], key, preset).to_pylist(), texts, strict=True)
                )
    return Refusals(reasons, frozenset(found))


def exported_keys(settings: KeySettings, key: str, preset: Preset) -> Iterator[pa.Array]:
    """Read the keys that a CRM has, batch by batch, as they are written in an import.

    Raises
    ------
    UnavailableError
        The export is not there.
    DataError
        It cannot be read, or lacks the column.
    """
    for batch in read_batches(settings, [settings.column], BATCH_ROWS):
        keys = _written(batch.rows[settings.column], key, preset)
        yield keys.filter(pc.not_equal(keys, ""))


def exported_ids(settings: KeySettings, key: str, preset: Preset) -> Digests:
    """Digest the keys that a CRM has, in order: 8 bytes each."""
    parts = [digests(one.to_pylist()) for one in exported_keys(settings, key, preset)]
    return np.unique(np.concatenate(parts)) if parts else np.array([], dtype=np.uint64)


def _written(values: pd.Series[str], key: str, preset: Preset) -> pa.Array:
    """Write keys as an import does; one that cannot be one stays as it is."""
    texts = pa.array(values.fillna("").astype(str).str.strip().tolist(), TEXT)
    return checked_keys(texts, key, preset).texts
