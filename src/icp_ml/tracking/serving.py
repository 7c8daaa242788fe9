"""How MLflow loads a registered model: text and JSON in, answers to raw prospect rows out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from icp_ml.model.candidate import Model
from icp_ml.parsing import parse_column
from icp_ml.schema import Field
from icp_ml.scoring import score
from icp_ml.scoring.reasons import reason_line
from icp_ml.settings import ColumnSettings
from icp_ml.tracking.exports import read_model


def raw_columns(prospects: Mapping[str, Any]) -> list[str]:
    """List the user's own columns that a raw prospect row may have."""
    columns = [ColumnSettings.model_validate(one) for one in prospects["columns"].values()]
    return list(dict.fromkeys(source for column in columns for source in column.sources))


def parse_rows(rows: pd.DataFrame, prospects: Mapping[str, Any]) -> pd.DataFrame:
    """Parse raw rows with the formats that were frozen at training; a lacking column is missing."""
    parsed = {}
    for name, given in prospects["columns"].items():
        column = ColumnSettings.model_validate(given)
        field = Field(**prospects["fields"][name])
        absent = pd.Series([None] * len(rows), index=rows.index, dtype=object)
        raw = rows.get(column.source, absent)
        if column.value is not None:
            raw = pd.Series([column.value] * len(rows), index=rows.index, dtype=object)
        parsed[name] = parse_column(raw, field.kind, column, prospects["missing"]).values
    return pd.DataFrame(parsed, index=rows.index)


class Predictor:
    """What `mlflow models serve` calls."""

    def __init__(self, model: Model) -> None:
        self._model = model

    def predict(self, model_input: pd.DataFrame, params: Mapping[str, Any] | None = None) -> pd.DataFrame:
        """Score raw prospect rows.

        Parameters
        ----------
        model_input : pandas.DataFrame
            The user's own columns, as in the prospects' source; any may be lacking.
        params : mapping, optional
            `today` (YYYY-MM-DD): the day ages are counted to; absent: the server's date.

        Returns
        -------
        pandas.DataFrame
            account_id, fit_probability, tier, reasons_for, reasons_against, data_completeness, model_version.
        """
        today = (params or {}).get("today") or datetime.now(UTC).date().isoformat()
        accounts = parse_rows(model_input.reset_index(drop=True), self._model.prospects)
        scored = score(self._model, accounts, pd.Timestamp(today), self._model.facts["n_reasons"])
        lines = {
            name: [reason_line(one) for one in scored[name]] for name in ("reasons_for", "reasons_against")
        }
        kept = scored[["account_id", "fit_probability", "tier", "data_completeness"]]
        kept = kept.assign(
            account_id=kept["account_id"].astype(object).where(kept["account_id"].notna(), None)
        )
        return kept.assign(**lines, model_version=self._model.version)


def _load_pyfunc(path: str) -> Predictor:
    """Load a model for MLflow from the folder that was logged."""
    return Predictor(read_model(Path(path)))
