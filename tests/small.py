"""Small made-up companies, and the real configuration shrunk to fit them."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
from support import compose

from icp_ml.model.base_rates import base_rates
from icp_ml.model.candidate import Model
from icp_ml.model.observed import observe
from icp_ml.model.remembering import exemplars_of
from icp_ml.model.training import Fit, Recipe, TrainingSet, fit_candidate
from icp_ml.schema import FIRMOGRAPHICS, Field
from icp_ml.scoring import OutOfFold, frozen_tiers

FIELDS = {
    **{name: FIRMOGRAPHICS[name] for name in ("account_id", "name", "industry", "employees", "revenue")},
    **{name: FIRMOGRAPHICS[name] for name in ("technologies", "founded_year", "last_funding_at")},
    "description": FIRMOGRAPHICS["description"],
    "is_listed": Field("yes_no", "listed"),
}
INDUSTRIES = np.array(["Software", "Retail", "Banking", "Mining", "Health"])
NOBODY_SEEN = OutOfFold(*np.zeros((3, 0)))
TOOLS = np.array(["Airflow", "Excel", "Kafka", "SAP", "Spark"])
PHRASES = np.array(["We move data", "Shops and stores", "A bank of the north", "Tools for data teams"])


@cache
def settings():
    """Give the real configuration, with few folds, seeds and trees."""
    return compose("experiment=quick", "model.max_trees=40", "model.n_round_steps=4", "n_jobs=1").config


def recipe(seed: int = 1, n_jobs: int = 1) -> Recipe:
    return Recipe(settings().features, settings().model, seed, n_jobs, settings().rubric)


def companies(n: int, seed: int = 0) -> TrainingSet:
    """Draw accounts whose industry, size and tools say something of who is best, with gaps."""
    rng = np.random.default_rng(seed)
    industry, n_tools = rng.integers(0, 5, n), rng.integers(1, 4, n)
    employees = np.round(np.exp(rng.normal(4, 1, n)))
    tools = ["|".join(sorted(rng.choice(TOOLS, k, replace=False))) for k in n_tools]
    has_kafka = np.array(["Kafka" in one for one in tools])
    pull = 3.0 * (industry == 0) + 0.5 * (employees > 60) + 2.5 * has_kafka - 2.5
    accounts = pd.DataFrame(
        {
            "account_id": pd.array([f"A{at:04}" for at in range(n)], "str"),
            "name": pd.array([f"Company {at}" for at in range(n)], "str"),
            "industry": pd.array(_gaps(INDUSTRIES[industry], rng), "str"),
            "employees": np.where(rng.random(n) < 0.1, np.nan, employees),
            "revenue": np.where(rng.random(n) < 0.2, np.nan, employees * 1e5),
            "technologies": pd.array(_gaps(tools, rng), "str"),
            "founded_year": rng.integers(1980, 2020, n).astype(np.float64),
            "last_funding_at": pd.Series(pd.Timestamp("2015-01-01") + _days(rng.integers(0, 2000, n))),
            "description": pd.array(_gaps(PHRASES[rng.integers(0, 4, n)], rng), "str"),
            "is_listed": rng.integers(0, 2, n).astype(np.float64),
        }
    )
    is_best = rng.random(n) < 1 / (1 + np.exp(-pull))
    return TrainingSet(accounts, label_rows_of(is_best, accounts["account_id"]), FIELDS)


def label_rows_of(is_best, group) -> pd.DataFrame:
    n = len(is_best)
    as_of = pd.Series(pd.Timestamp("2021-01-01") + _days(np.arange(n) % 700)).dt.as_unit("s")
    return pd.DataFrame(
        {
            "account_id": pd.array([f"A{at:04}" for at in range(n)], "str"),
            "as_of": as_of,
            "complete_at": as_of + pd.Timedelta(days=30),
            "group": pd.array(np.asarray(group, dtype=str), "str"),
            "is_best": np.asarray(is_best, dtype=bool),
            "weight": 1.0,
        }
    )


def model_of(fit: Fit, base_rate: float, kind="boosted_trees", declared=None) -> Model:
    """Make the model of the boosted trees, whatever was chosen; or of another kind."""
    one, rates = fit.kinds[kind], base_rates(base_rate, declared)
    tiers = frozen_tiers(rates, settings().scoring.tiers, NOBODY_SEEN)
    facts = {"data": "small", "best": "drawn", "condition": "becomes a customer"}
    seen = observe(one.encoder, companies(400), settings().scoring.min_observed, "customers")
    return Model(
        one.kind, one.encoder, one.scorer, one.calibration, rates, tiers, facts, {"columns": {}}, seen
    )


@cache
def trained() -> tuple[TrainingSet, Fit, Model]:
    """Train on 400 of them, once."""
    training = companies(400)
    fit = fit_candidate(training, recipe())
    return training, fit, model_of(fit, float(training.is_best.mean()))


@cache
def remembering(kind="boosted_trees") -> Model:
    """Give the trained model of a kind with the customers that it remembers."""
    training, fit, _ = trained()
    model = model_of(fit, float(training.is_best.mean()), kind)
    return replace(model, exemplars=exemplars_of(model, training, settings().model, 1))


def with_label(training: TrainingSet, is_best) -> TrainingSet:
    return replace(training, rows=training.rows.assign(is_best=np.asarray(is_best, dtype=bool)))


def _gaps(values, rng) -> list[str | None]:
    return [
        None if gap else str(value) for value, gap in zip(values, rng.random(len(values)) < 0.1, strict=True)
    ]


def _days(n) -> pd.TimedeltaIndex:
    return pd.to_timedelta(n, unit="D")
