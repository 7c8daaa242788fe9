"""Compare customers with those who came at the same time, so that none is best by age alone."""

from __future__ import annotations

from typing import Any

import pandas as pd

from icp_ml.settings.label import Cohort

WITHIN = {
    "all": "",
    "year": ", within the year they became one",
    "quarter": ", within the quarter they became one",
}


def cohort_of(starts: pd.Series[Any], cohort: Cohort) -> pd.Series[str]:
    """Name the cohort of each start: 2024, 2024Q1, or all."""
    if cohort == "all":
        return pd.Series("all", index=starts.index, dtype="str")
    named: pd.Series[str] = starts.dt.to_period("Y" if cohort == "year" else "Q").astype("str")
    return named


def is_top(score: pd.Series[float], cohort: pd.Series[str], share: float) -> pd.Series[bool]:
    """Say who is in the top share of its cohort; equal scores are never split, the share never exceeded."""
    return score.groupby(cohort).rank(ascending=False, method="max", pct=True) <= share


def too_small(cohort: pd.Series[str], share: float) -> list[str]:
    """Say which cohorts hold so few customers that not one of them is a top share."""
    counts = cohort.value_counts().sort_index()
    names = counts.index[counts * share < 1]
    return [f"cohorts of too few customers to have a best: {', '.join(names)}"] if len(names) else []


def cohort_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Count customers, best and value by cohort.

    Parameters
    ----------
    rows : pandas.DataFrame
        cohort, is_best, value.
    """
    held = rows.assign(best_value=rows["value"] * rows["is_best"])
    table = held.groupby("cohort").agg(
        n=("is_best", "size"),
        n_best=("is_best", "sum"),
        value=("value", "sum"),
        best_value=("best_value", "sum"),
    )
    return table.reset_index()
