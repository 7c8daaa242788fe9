"""Score as a data scientist's script would: python -m benchmarks.predict.script LIST MODEL OUTPUT.

pandas reads the list at once, LightGBM scores it and computes the contributions on all cores. It is given
more than such a script would have: the product's parser, vendor table and fitted encoder. It neither streams
nor recognises customers and duplicates, and says no rates, no neighbours and no tiers.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import lightgbm as lgb
import numpy as np
import pandas as pd

from benchmarks.predict.composed import composed
from icp_ml.data.checks import Findings
from icp_ml.data.mapping import own_columns, table_settings
from icp_ml.data.sources import RawBatch
from icp_ml.data.tables import TableReader, read_beside
from icp_ml.forest import Forest
from icp_ml.forest.trees import Floats
from icp_ml.model.blending import Blend
from icp_ml.model.candidate import Model
from icp_ml.settings import Config
from icp_ml.tracking.exports import read_model

N_REASONS = 3


def main(path: str, folder: Path, output: Path) -> None:
    """Score a list with an exported model, and write what came out."""
    config = composed(f"data.prospects.path={path}").config
    scored(read_accounts(config), read_model(folder), config).to_csv(output, index=False)


def read_accounts(config: Config) -> pd.DataFrame:
    """Read the whole list; the rest of the work on its columns is lent by the product."""
    table = table_settings("prospects", config.data)
    rows = pd.read_csv(
        str(table.path),
        sep=table.delimiter,
        encoding=table.encoding,
        dtype="str",
        keep_default_na=False,
        usecols=list(dict.fromkeys(own_columns(table))),
    )
    reader = TableReader("prospects", config.data, read_beside("prospects", config.data))
    return reader.read(RawBatch("list", rows, list(range(len(rows)))), Findings()).rows


def scored(accounts: pd.DataFrame, model: Model, config: Config) -> pd.DataFrame:
    """Give each account its probability, and its three strongest reasons for and against."""
    log_odds, contributions = explained(accounts, model, pd.Timestamp(config.today))
    return pd.DataFrame(
        {
            "account_id": accounts["account_id"],
            "name": accounts["name"],
            "fit_probability": 1 / (1 + np.exp(-log_odds)),
            "reasons_for": words(accounts, model, strongest(contributions), "+"),
            "reasons_against": words(accounts, model, strongest(-contributions), "-"),
        }
    )


def explained(accounts: pd.DataFrame, model: Model, day: pd.Timestamp) -> tuple[Floats, Floats]:
    """Give the calibrated log-odds, and what each attribute with a known value contributes to them."""
    matrix = model.encoder.transform(accounts, day)
    forest, linear, share = parts_of(model)
    boosters = [lgb.Booster(model_str=text) for text in forest.texts]
    log_odds = np.mean([one.predict(matrix, raw_score=True) for one in boosters], axis=0)
    by_column = np.mean([one.predict(matrix, pred_contrib=True) for one in boosters], axis=0)[:, :-1]
    if linear is not None:
        log_odds = (1 - share) * log_odds + share * linear.log_odds(matrix)[:, 0]
        by_column = (1 - share) * by_column + share * linear.terms(matrix)
    assert model.calibration is not None
    owner = model.encoder.attribute_of_column
    n_attributes = len(model.encoder.attributes)
    summed = np.column_stack([by_column[:, owner == at].sum(axis=1) for at in range(n_attributes)])
    slope, intercept = model.calibration.slope, model.calibration.intercept
    contributions = np.where(model.encoder.known(accounts, day), slope * summed, 0)
    return slope * log_odds + intercept + model.shift, contributions


def parts_of(model: Model) -> tuple[Forest, Any, float]:
    """Take a model of trees, or of trees and a logistic regression, apart."""
    if isinstance(model.scorer, Blend):
        return model.scorer.forest, model.scorer.linear, model.scorer.share
    if isinstance(model.scorer, Forest):
        return model.scorer, None, 0.0
    raise SystemExit(f"the script is for a model with trees, not for {model.kind}.")


def strongest(contributions: Floats) -> list[list[int]]:
    """Give the attributes that add most to each row, three at most."""
    order = np.argsort(-contributions, axis=1, kind="stable")[:, :N_REASONS]
    is_reason = np.take_along_axis(contributions, order, axis=1) > 0
    return [
        [at for at, is_one in zip(*both, strict=True) if is_one]
        for both in zip(order.tolist(), is_reason.tolist(), strict=True)
    ]


def words(accounts: pd.DataFrame, model: Model, chosen: list[list[int]], sign: str) -> list[str]:
    """Join the chosen attributes into a line, each with the account's own value where it has one."""
    attributes = model.encoder.attributes
    columns = [accounts[one.name].tolist() if one.name in accounts else None for one in attributes]
    return [
        "; ".join(
            f"{attributes[at].words}{f': {held[row]}' if (held := columns[at]) else ''} ({sign})"
            for at in best
        )
        for row, best in enumerate(chosen)
    ]


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
