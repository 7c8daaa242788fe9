"""Which data a run learnt from, as MLflow's own datasets: the UI shows them, and finds runs by them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient

DIGEST_LENGTH = 12


@dataclass(frozen=True)
class UsedData:
    """A table that a run used.

    Attributes
    ----------
    name : str
        For example "customers", or "rows learnt from".
    used_for : str
        For example "training": MLflow's context.
    digest : str
        Of what it held.
    source : mapping of str to str
        Its kind and where it was, for example {"type": "local", "uri": "customers.csv"}, without secrets.
    columns : mapping of str to str
        Each column's kind.
    profile : mapping
        Counts such as num_rows.
    """

    name: str
    used_for: str
    digest: str
    source: Mapping[str, str]
    columns: Mapping[str, str]
    profile: Mapping[str, Any]


def log_datasets(client: MlflowClient, run_id: str, used: Sequence[UsedData]) -> None:
    """Note which data a run used."""
    from mlflow.entities import DatasetInput, InputTag

    tagged = [(_entity(one), InputTag("mlflow.data.context", one.used_for)) for one in used]
    client.log_inputs(run_id, [DatasetInput(entity, [tag]) for entity, tag in tagged])


def _entity(used: UsedData) -> Any:
    from mlflow.entities import Dataset

    columns = [{"name": name, "type": kind, "required": False} for name, kind in used.columns.items()]
    return Dataset(
        used.name,
        used.digest[:DIGEST_LENGTH],
        used.source["type"],
        json.dumps({name: value for name, value in used.source.items() if name != "type"}),
        json.dumps({"mlflow_colspec": columns}),
        json.dumps(dict(used.profile)),
    )
