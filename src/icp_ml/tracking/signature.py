"""What a registered model takes and gives, as MLflow declares it."""

from __future__ import annotations

from typing import Any

import pandas as pd

from icp_ml.model.candidate import Model
from icp_ml.settings import ColumnSettings
from icp_ml.tracking.serving import SCORES, WORDS, raw_columns


def signature(model: Model) -> Any:
    """Declare every raw column of the prospects as optional and of any type: parsing is ours."""
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, DataType, ParamSchema, ParamSpec, Schema
    from mlflow.types.schema import AnyType

    anything: Any = AnyType
    taken: list[Any] = [ColSpec(anything(), name, required=False) for name in raw_columns(model.prospects)]
    texts = ("account_id", *WORDS, "problem", "model_version")
    given: list[Any] = [ColSpec(DataType.string, name, required=False) for name in texts]
    given += [ColSpec(DataType.double, name, required=False) for name in SCORES]
    given.append(ColSpec(DataType.boolean, "is_familiar", required=False))
    given.append(ColSpec(DataType.double, "data_completeness"))
    today = ParamSpec("today", DataType.string, default="")
    return ModelSignature(Schema(taken), Schema(given), ParamSchema([today]))


EXAMPLES = {
    "number": "250",
    "money": "1200000",
    "year": "2012",
    "date": "2020-01-31",
    "country": "US",
    "yes_no": "yes",
}


def example_row(model: Model) -> pd.DataFrame:
    """Make up one raw row: plausible numbers, and the most frequent level or item of what the model knows."""
    frequent = {one.name: one.example for one in model.encoder.attributes if one.example}
    cells: dict[str, str] = {}
    for name, column in model.prospects["columns"].items():
        value = EXAMPLES.get(model.prospects["fields"][name]["kind"], "example")
        for source in ColumnSettings.model_validate(column).sources:
            cells[source] = frequent.get(name, value)
    return pd.DataFrame([cells])
