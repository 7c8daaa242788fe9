"""How MLflow loads a registered model: text and JSON in, answers to raw prospect rows out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

from icp_ml.errors import DataError
from icp_ml.model.candidate import Model
from icp_ml.parsing import notation, parse_table
from icp_ml.schema import Field
from icp_ml.scoring import encode, score_encoded
from icp_ml.scoring.reasons import reason_lines
from icp_ml.scoring.similar import similar_lines
from icp_ml.scoring.worth import worth_finding
from icp_ml.settings import ColumnSettings
from icp_ml.tracking.exports import read_model

SCORES = ("fit_probability", "fit_probability_unshifted", "rubric_points")
LINES = {
    "reasons_for": reason_lines,
    "reasons_against": reason_lines,
    "similar_best": similar_lines,
    "similar_poor": similar_lines,
}
"""What a list has several of in a row, and how these become one line."""
LOADED_BY = frozenset(("data", "env", "loader_module", "python_version"))
"""All that MLflow is told of how to load a model."""
WORDS = ("tier", *LINES, "unfamiliar", "worth_finding")


def raw_columns(prospects: Mapping[str, Any]) -> list[str]:
    """List the user's own columns that a raw prospect row may have."""
    columns = [ColumnSettings.model_validate(one) for one in prospects["columns"].values()]
    return list(dict.fromkeys(source for column in columns for source in column.sources))


def parse_rows(rows: pd.DataFrame, prospects: Mapping[str, Any]) -> pd.DataFrame:
    """Parse raw rows with the formats that were frozen at training; a lacking column is missing."""
    absent = pd.Series([None] * len(rows), index=rows.index, dtype=object)

    def given(heading: str) -> pd.Series[Any]:
        found: pd.Series[Any] = rows.get(heading, absent)
        return found

    columns = {key: ColumnSettings.model_validate(one) for key, one in prospects["columns"].items()}
    kinds = {key: Field(**prospects["fields"][key]).kind for key in columns}
    rates_on = prospects.get("rates_on")
    day = None if rates_on is None else date.fromisoformat(rates_on)
    written = notation(prospects["missing"], prospects.get("currency"), day)
    parsed = parse_table(given, rows.index, columns, kinds, written)
    return pd.DataFrame({name: one.values for name, one in parsed.items()}, index=rows.index)


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
            account_id, fit_probability, fit_probability_unshifted (both None of a declared rubric),
            rubric_points (None of other models), tier, reasons_for, reasons_against, similar_best and
            similar_poor (names; "" of a declared rubric), is_familiar, unfamiliar and worth_finding (None of
            a declared rubric), data_completeness, model_version, and problem: why a list would refuse the
            row, which then has no score; else "".
        """
        today = _day((params or {}).get("today"))
        accounts = parse_rows(model_input.reset_index(drop=True), self._model.prospects)
        problem = row_problems(accounts, self._model.prospects)
        encoded = encode(self._model, accounts, today)
        scored = score_encoded(self._model, encoded, self._model.facts["n_reasons"])
        worth = pd.Series(
            worth_finding(self._model, encoded.matrix, encoded.known), accounts.index, dtype=object
        )
        answer = scored[["account_id", *SCORES, "tier", "data_completeness", "unfamiliar"]]
        lines = {name: line(pa.chunked_array(scored[name])).to_pylist() for name, line in LINES.items()}
        familiar = scored["is_familiar"].astype(object)
        answer = answer.assign(**lines, is_familiar=familiar, worth_finding=worth)
        refused = answer[[*WORDS, "is_familiar", *SCORES]].mask(problem != "")
        answer = answer.assign(**refused, problem=problem, model_version=self._model.version)
        return answer.astype(object).where(answer.notna(), None)  # JSON has null, and no NaN


def row_problems(accounts: pd.DataFrame, prospects: Mapping[str, Any]) -> pd.Series[str]:
    """Say why a list would refuse a row, "" where it would not: a value outside its range."""
    problem = pd.Series("", index=accounts.index, dtype=object)
    for name in accounts:
        field = Field(**prospects["fields"][name])
        if field.low is not None:
            problem = problem.mask(accounts[name] < field.low, f"{name}: below {field.low:,g}")
        if field.high is not None:
            problem = problem.mask(accounts[name] > field.high, f"{name}: above {field.high:,g}")
    return problem


def _day(today: str | None) -> pd.Timestamp:
    try:
        return pd.Timestamp(date.fromisoformat(today) if today else datetime.now(UTC).date())
    except ValueError as failure:
        raise ValueError(f"today must be a day such as 2026-01-31, not {today!r}") from failure


def check_artifact(folder: Path) -> None:
    """See that MLflow would load a stored model by this module and by nothing else, before it is asked to.

    Its file MLmodel may name any module, further code to import, or a pickle.

    Raises
    ------
    DataError
        It names something else, or cannot be read.
    """
    import yaml

    try:
        flavors = yaml.safe_load((folder / "MLmodel").read_bytes())["flavors"]
        facts = flavors["python_function"]
        wrong = sorted({*flavors} - {"python_function"}) + sorted(
            {name for name in facts if facts[name]} - LOADED_BY
        )
        if facts["loader_module"] != __name__:
            wrong.append(f"loader_module {facts['loader_module']}")
        if (folder / str(facts["data"])).resolve().parent.parent != folder.resolve():
            wrong.append(f"data {facts['data']}")
    except (KeyError, LookupError, OSError, TypeError, ValueError, yaml.YAMLError) as failure:
        wrong = [f"it cannot be read ({type(failure).__name__})"]
    if wrong:
        fix = "It was changed. Restore it, or train again."
        raise DataError(f"{folder / 'MLmodel'} is not as it was logged.", wrong, fix)


def _load_pyfunc(path: str) -> Predictor:
    """Load a model for MLflow from the folder that was logged."""
    return Predictor(read_model(Path(path)))
