"""One batch of accounts in, one scored row each out; no row's score depends on its neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from icp_ml.features.columns import Columns, Day
from icp_ml.features.statistics import Floats, Known
from icp_ml.model.calibration import probability
from icp_ml.model.candidate import Model
from icp_ml.model.linear import Linear
from icp_ml.scoring.reasons import Told, reasons
from icp_ml.scoring.similar import similar
from icp_ml.scoring.tiers import tier_of

SCORED_COLUMNS = (
    "account_id",
    "name",
    "segment",
    "fit_probability",
    "fit_probability_unshifted",
    "fit_percentile",
    "fit_rank",
    "rubric_points",
    "tier",
    "list_tier",
    "reasons_for",
    "reasons_against",
    "similar_best",
    "similar_poor",
    "worth_finding",
    "data_completeness",
    "is_familiar",
    "unfamiliar",
    "model_spread",
    "is_customer",
    "duplicate_of",
    "is_excluded",
    "exclusion_reason",
    "rule",
    "model_tier",
    "is_exploration",
    "model_version",
    "scored_at",
)
"""The columns of a scored list, in order."""
OF_THE_LIST = ("fit_percentile", "fit_rank", "list_tier", "worth_finding", "duplicate_of")
"""Those that need the whole list; every other one depends on its row alone."""


def score(
    model: Model, accounts: pd.DataFrame, as_of: pd.Timestamp, n_reasons: int, n_threads: int = 1
) -> pd.DataFrame:
    """Score accounts.

    Parameters
    ----------
    model : Model
    accounts : pandas.DataFrame
        Our columns, parsed; account_id is needed, what else is lacking counts as missing.
    as_of : pandas.Timestamp
        The day ages and recency are counted to.
    n_reasons : int
        Most reasons for, and as many against.
    n_threads : int
        The result does not depend on it.

    Returns
    -------
    pandas.DataFrame
        account_id, name, fit_probability (0 to 1; missing where a declared rubric gives no probability),
        fit_probability_unshifted (before a declared base rate), rubric_points (of a rubric; else missing),
        rank_score (what the list is ranked by: the probability, or those points), tier, reasons_for and
        reasons_against (Arrow lists of structs: see `reasons.REASONS`), similar_best and similar_poor (Arrow
        lists of account_id, name, distance), is_familiar, unfamiliar (what is, in words), data_completeness
        (0 to 1), model_spread (largest minus smallest probability among the seeds' models; missing where
        there is one model).
    """
    return score_encoded(model, encode(model, accounts, as_of), n_reasons, n_threads)


@dataclass(frozen=True)
class Encoded:
    """Accounts as a model sees them.

    Attributes
    ----------
    columns : Columns
        Their own values.
    matrix : ndarray of float64, shape (n_rows, n_columns)
    known : ndarray of bool, shape (n_rows, n_attributes)
    """

    columns: Columns
    matrix: Floats
    known: Known


def encode(model: Model, accounts: pd.DataFrame, as_of: Day) -> Encoded:
    """Encode accounts for a model, on one day or each on its own."""
    columns = Columns(accounts, as_of)
    return Encoded(columns, model.encoder.encode(columns), model.encoder.known_in(columns))


def score_encoded(model: Model, encoded: Encoded, n_reasons: int, n_threads: int = 1) -> pd.DataFrame:
    """Score encoded accounts: see `score`."""
    columns, matrix, known = encoded.columns, encoded.matrix, encoded.known
    accounts = columns.accounts
    explained = model.explain(matrix, n_threads)
    heard = _heard(model, explained.contributions, known)
    told = Told(model.encoder, model.observed, columns)
    reasons_for, reasons_against = reasons(told, heard, n_reasons)
    points = model.scorer.log_odds(matrix)[:, 0] if model.kind == "rubric" else np.full(len(matrix), np.nan)
    scores = _scores(model, explained.log_odds, points)
    completeness = model.encoder.completeness(known)
    nameless: Any = pd.array([None] * len(accounts), "str")
    return pd.DataFrame(
        {
            "account_id": accounts["account_id"].to_numpy(),
            "name": accounts.get("name", nameless),
            **scores,
            "tier": tier_of(scores["rank_score"], completeness, model.tiers),
            "reasons_for": _as_column(reasons_for),
            "reasons_against": _as_column(reasons_against),
            **similar(model, columns, (matrix, known), heard),
            "data_completeness": completeness,
        }
    )


def _as_column(values: pa.Array) -> Any:
    """Let a table hold Arrow's values as they are, without an object for each row."""
    return pd.arrays.ArrowExtensionArray(pa.chunked_array([values]))


def _scores(model: Model, log_odds: Floats, points: Floats) -> dict[str, Floats]:
    """Give the numeric scores of each row, from each seed's log-odds and a rubric's points."""
    nothing = np.full(len(log_odds), np.nan)
    if model.calibration is None:
        return {
            "fit_probability": nothing,
            "fit_probability_unshifted": nothing,
            "rubric_points": points,
            "rank_score": points,
            "model_spread": nothing,
        }
    unshifted = log_odds.mean(axis=1)
    fit_probability = probability(unshifted + model.shift)
    spread = np.ptp(probability(log_odds + model.shift), axis=1) if log_odds.shape[1] > 1 else nothing
    return {
        "fit_probability": fit_probability,
        "fit_probability_unshifted": probability(unshifted),
        "rubric_points": points,
        "rank_score": fit_probability,
        "model_spread": spread,
    }


def _heard(model: Model, contributions: Floats, known: Any) -> Floats:
    """Give what speaks for and against each row: a gap is no fact, and a point known to be missed is one."""
    heard = np.where(known, contributions, 0.0)
    if model.calibration is not None or not isinstance(model.scorer, Linear):
        return heard
    return np.where(known & (contributions == 0), -np.asarray(model.scorer.coefficient), heard)
