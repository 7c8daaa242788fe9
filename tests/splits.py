"""Two lists of the same small companies, scored as a run scores them."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
from small import companies, model_of, trained

from icp_ml.features.statistics import log_odds
from icp_ml.model.candidate import Model, Tiers
from icp_ml.rescore.splitting import Side, split
from icp_ml.scoring import Cut, ListCuts, list_tier, score

THEN, TODAY = pd.Timestamp("2022-11-20"), pd.Timestamp("2023-02-03")
PARTS = ["change_time", "change_data", "change_model"]
ACCOUNTS = companies(30, seed=8).accounts
CUTS = ListCuts(Cut(0.4, np.inf), Cut(0.2, np.inf))


@cache
def model(kind="boosted_trees") -> Model:
    """Give a trained model of a kind; of "points", a rubric that was declared and gives no probability."""
    if kind == "points":
        return replace(model("rubric"), calibration=None, rates=None, tiers=Tiers(3.0, 2.0, 0.0))
    return model_of(trained()[1], 0.3, kind)


def with_cuts(one: Model, best_fit: float, good_fit: float, min_completeness=0.0) -> Model:
    return replace(one, tiers=Tiers(best_fit, good_fit, min_completeness))


def side(accounts, scored_by: Model, day=TODAY, cuts=CUTS, **changed) -> Side:
    """Score accounts as the rows of a list; their digest is that of their text."""
    found = score(scored_by, accounts, day, 0)
    digests = [str(one) for one in accounts.astype(object).to_numpy().tolist()]
    ranked, place = found["rank_score"].to_numpy(), np.arange(1, len(found) + 1)
    is_points = scored_by.calibration is None
    rows = found[["fit_probability", "rubric_points", "tier", "data_completeness"]].assign(
        score=ranked if is_points else log_odds(ranked),
        model_tier=found["tier"],
        list_tier=list_tier(ranked, place, np.ones(len(found), dtype=bool), cuts),
        rule=None,
        input_digest=digests,
        scored_at=day.date(),
        place=place,
    )
    return Side(rows.assign(**changed), accounts, scored_by, cuts)


def parts(before: Side, now: Side, today=TODAY) -> pd.DataFrame:
    return split(before, now, today)


def one(accounts, at=8, **values) -> pd.DataFrame:
    """Give the accounts with other values in a row."""
    found = accounts.copy()
    for name, value in values.items():
        found.loc[at, name] = value
    return found
