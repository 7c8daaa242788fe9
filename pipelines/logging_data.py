"""Say which data a training used: the tables as they were read, and the rows learnt from and tested on."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

import pandas as pd

from icp_ml.settings import DataSettings

if TYPE_CHECKING:
    from icp_ml.data.outcomes import TrainingTables
    from icp_ml.model.training import TrainingSet
    from icp_ml.settings import TableSettings
    from icp_ml.tracking.datasets import UsedData

LABEL_ROW = ["account_id", "as_of", "is_best"]
DERIVED = {"type": "code", "uri": "label rows, as conf/label and conf/split make them"}


def tables_used(mapping: DataSettings, tables: TrainingTables) -> list[UsedData]:
    """Describe each table that was read, with where it came from."""
    from icp_ml.data.mapping import table_settings
    from icp_ml.tracking.datasets import UsedData

    return [
        UsedData(
            name=name,
            used_for="source",
            digest=digest,
            source=_source(table_settings(name, mapping)),
            columns={column: field.kind for column, field in tables.tables[name].fields.items()},
            profile={"num_rows": len(tables.rows[name])},
        )
        for name, digest in tables.digests.items()
    ]


def rows_used(training: TrainingSet, scored: pd.DataFrame) -> list[UsedData]:
    """Describe the rows that the candidate learnt from, and those it was tested on."""
    from icp_ml.tracking.datasets import UsedData

    columns = {name: field.kind for name, field in training.fields.items()}
    parts = {"rows learnt from": ("training", training.rows), "rows tested on": ("test", scored)}
    return [
        UsedData(name, used_for, _digest(rows), DERIVED, {**columns, "is_best": "label"}, _profile(rows))
        for name, (used_for, rows) in parts.items()
    ]


def _source(table: TableSettings) -> dict[str, str]:
    """Say where a table is, without any secret: of a database its address and no query."""
    from icp_ml.data.sources import masked, place_name

    if table.url is not None:
        return {"type": "sql", "uri": place_name(table)}
    if table.is_elsewhere:
        return {"type": "remote", "uri": place_name(table)}
    return {"type": "local", "uri": masked(table.path or "")}


def _digest(rows: pd.DataFrame) -> str:
    """Digest whom the rows are of, as of when, and who is best."""
    return hashlib.sha256(rows[LABEL_ROW].to_csv(index=False).encode()).hexdigest()


def _profile(rows: pd.DataFrame) -> dict[str, Any]:
    days = pd.to_datetime(rows["as_of"]).dropna()
    when = (
        {"first": days.min().date().isoformat(), "last": days.max().date().isoformat()} if len(days) else {}
    )
    return {"num_rows": len(rows), "n_best": int(rows["is_best"].sum()), **when}
