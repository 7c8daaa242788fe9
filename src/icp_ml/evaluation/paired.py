"""The paired difference of two trainings, on the test rows that neither of them learnt from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from icp_ml.evaluation.figures import Interval, Scored, compare
from icp_ml.evaluation.held_out import CANDIDATE
from icp_ml.settings import EvaluationSettings

KEY = ["account_id", "as_of"]


@dataclass(frozen=True)
class Paired:
    """How two trainings differ where both were tested.

    Attributes
    ----------
    n_shared, n_best : int
        Test rows that both have, and how many of them are best.
    n_relabelled : int
        Further shared rows, best in one and rest in the other; they are left out.
    figures : mapping of str to Interval
        One minus the other, as `figures.compare` gives it; empty where best, or rest, are not among them.
    """

    n_shared: int
    n_best: int
    n_relabelled: int
    figures: Mapping[str, Interval]


def paired_difference(
    ours: pd.DataFrame, theirs: pd.DataFrame, settings: EvaluationSettings, seed: int
) -> Paired:
    """Compare two trainings on the rows that were held out from both.

    Parameters
    ----------
    ours, theirs : pandas.DataFrame
        Test rows: account_id, as_of, group, is_best, the candidate's score, and `test` where they are of
        several tests: rows are ranked among those of their own.
    settings : EvaluationSettings
    seed : int
        Of the resampling.
    """
    both = _keyed(ours).merge(_keyed(theirs), on=[*KEY, "repeat"], suffixes=("", "_theirs"))
    is_same = both["is_best"] == both["is_best_theirs"]
    shared = both.loc[is_same].reset_index(drop=True)
    n_best = int(shared["is_best"].sum())
    has_both = 0 < n_best < len(shared)
    found = compare(_scored(shared, ""), _scored(shared, "_theirs"), settings, seed) if has_both else {}
    return Paired(len(shared), n_best, int((~is_same).sum()), found)


def _keyed(rows: pd.DataFrame) -> pd.DataFrame:
    """Count the repeats of an account and day, as of several deals, so that each row has one partner."""
    part = rows.get("test", 0)
    kept = rows[[*KEY, "group", "is_best", CANDIDATE]].assign(test=part)
    return kept.assign(repeat=kept.groupby(KEY, dropna=False).cumcount())


def _scored(shared: pd.DataFrame, side: str) -> Scored:
    part = shared[f"test{side}"].to_numpy(dtype=np.intp)
    probability = shared[f"{CANDIDATE}{side}"].to_numpy(dtype=np.float64)
    group, is_best = shared["group"].to_numpy(dtype=str), shared["is_best"].to_numpy(dtype=bool)
    return Scored(is_best, probability, group, part if len(np.unique(part)) > 1 else None)
