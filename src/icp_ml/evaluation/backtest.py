"""The three-way back-test: how best, rest and a random part of the prospects spread over the tiers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from icp_ml.errors import count
from icp_ml.evaluation.held_out import HeldOut
from icp_ml.evaluation.words import listed, percent
from icp_ml.features.statistics import Floats
from icp_ml.model.candidate import Model
from icp_ml.scoring import TIERS, score

Parts = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Sample:
    """A random part of the prospects, scored by the candidate.

    Attributes
    ----------
    accounts : pandas.DataFrame
        Their firmographics.
    probability : array of float64, shape (n_rows,)
        Before any declared base rate shifts it.
    tiers : array of str, shape (n_rows,)
    completeness : array of float64, shape (n_rows,)
    """

    accounts: pd.DataFrame
    probability: Floats
    tiers: NDArray[Any]
    completeness: Floats


def scored_sample(model: Model, accounts: pd.DataFrame, as_of: pd.Timestamp) -> Sample:
    """Score a random part of the prospects, customers not among them, as predict would."""
    found = score(model, accounts, as_of, 0)
    return Sample(
        accounts,
        found["fit_probability_unshifted"].to_numpy(dtype=np.float64),
        found["tier"].to_numpy(dtype=object),
        found["data_completeness"].to_numpy(dtype=np.float64),
    )


def backtest_parts(test: HeldOut, values: Floats | NDArray[Any], of_sample: Any) -> Parts:
    """Part a value of each row (a score, a tier) by best, rest and, where there are any, prospects."""
    parts = {"best": values[test.is_best], "rest": values[~test.is_best]}
    return parts if of_sample is None else {**parts, "prospects": np.asarray(of_sample)}


def backtest_table(test: HeldOut, sample: Sample | None, order: Sequence[str] = TIERS) -> pd.DataFrame:
    """Give the share of best, of rest and of prospects that each tier holds.

    Returns
    -------
    pd.DataFrame
        tier; best, rest (and prospects): shares of 0 to 1 that add up to 1; n_best, n_rest (and n_prospects):
        how many the tier holds.
    """
    parts = backtest_parts(test, test.tiers, None if sample is None else sample.tiers)
    counts = {name: np.array([(tiers == one).sum() for one in order]) for name, tiers in parts.items()}
    shares = {name: n / max(n.sum(), 1) for name, n in counts.items()}
    return pd.DataFrame({"tier": list(order), **shares, **{f"n_{name}": n for name, n in counts.items()}})


def backtest_words(table: pd.DataFrame) -> str:
    """Say how much of each part the highest tier holds."""
    names = [name for name in ("best", "rest", "prospects") if name in table]
    top = table.iloc[0]
    said = []
    for name in names:
        n = int(table[f"n_{name}"].sum())
        whom = count(n, "prospect") if name == "prospects" else f"{n:,} {name}"
        said.append(f"{percent(float(top[name]))} of the {whom}")
    return f"{top['tier']} holds {listed(said)}."
