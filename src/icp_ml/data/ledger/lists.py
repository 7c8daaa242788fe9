"""The ledger: what was scored when, by which model; one entry in each published folder."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from icp_ml.data.scored import SCHEMA
from icp_ml.errors import DataError
from icp_ml.segments import DEFAULT

ENTRY = "ledger.parquet"
ENTRY_COLUMNS = [
    "account_id",
    "name",
    "segment",
    "fit_probability",
    "rubric_points",
    "tier",
    "is_customer",
    "model_version",
    "scored_at",
]
BEFORE_SEGMENTS = {"segment": pa.scalar(DEFAULT), "rubric_points": pa.scalar(None, pa.float64())}
"""What an entry means that was written before these columns were."""


def write_entry(tables: Iterable[pa.Table], folder: Path) -> None:
    """Write the folder's ledger entry from the scored rows of a list, in full precision."""
    schema = pa.schema([SCHEMA.field(name) for name in ENTRY_COLUMNS])
    with parquet.ParquetWriter(folder / ENTRY, schema) as writer:
        for table in tables:
            writer.write_table(table.select(ENTRY_COLUMNS))


def read_entry(folder: Path) -> pd.DataFrame:
    """Read the ledger entry of a published folder.

    Raises
    ------
    DataError
        It is lacking or damaged.
    """
    path = folder / ENTRY
    try:
        with parquet.ParquetFile(path) as stored:
            table = stored.read()
        for name, value in BEFORE_SEGMENTS.items():
            if name not in table.column_names:
                table = table.append_column(name, pa.repeat(value, len(table)))
        entry: pd.DataFrame = table.select(ENTRY_COLUMNS).to_pandas()
    except (OSError, KeyError, pa.ArrowException) as failure:
        fix = f"Restore it, or move {folder.name} away: the next run then starts without a comparison."
        raise DataError(f"the ledger entry {path} cannot be read.", [str(failure)[:200]], fix) from failure
    return entry


def models_in(folder: Path) -> set[str]:
    """Give the digests of the models that a published folder's ledger entry names; none without an entry.

    Raises
    ------
    DataError
        It is damaged.
    """
    path = folder / ENTRY
    if not path.is_file():
        return set()
    try:
        named = parquet.read_table(path, columns=["model_version"]).column(0).unique().to_pylist()
    except (OSError, KeyError, pa.ArrowException) as failure:
        fix = f"Restore it, or move {folder.name} away."
        raise DataError(f"the ledger entry {path} cannot be read.", [str(failure)[:200]], fix) from failure
    return {one for one in named if one}
