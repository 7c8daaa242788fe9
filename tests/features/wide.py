"""Made-up companies with a column of every form, in which some cells of two categories are best."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from small import label_rows_of, settings

from icp_ml.model.training import TrainingSet
from icp_ml.schema import FIRMOGRAPHICS, Field

OURS = (
    *("sector", "industry", "industry_code", "employees", "employees_before", "revenue", "founded_year"),
    *("country", "region", "city", "technologies", "customer_size", "funding_stage", "description"),
)
FIELDS = {name: FIRMOGRAPHICS[name] for name in (*OURS, "contact_roles", "known_on", "before_on")} | {
    "department_sales": Field("number", "sales people")
}
REGIONS = np.array(["US-CA", "US-NY", "US-TX", "DE-BY", "DE-BE", "GB-LND"])
WORDS = np.array(
    [
        "cloud",
        "data",
        "shops",
        "retail",
        "banks",
        "loans",
        "trucks",
        "freight",
        "farms",
        "seeds",
        "games",
        "music",
    ]
)
FEATURES = settings().features.model_copy(update={"pairs": "always", "n_text_dimensions": 3})


def wide(n: int, seed: int = 0, is_noise: bool = False) -> TrainingSet:
    """Draw accounts; best are most of software in California and of retail in Texas, or any at random."""
    rng = np.random.default_rng(seed)
    industry, region = rng.integers(0, 4, n), rng.integers(0, 6, n)
    codes = np.array(["541511", "541512", "441110", "nace:62.01", "5413"])
    employees = np.round(np.exp(rng.normal(4, 2, n)))
    texts = {
        "sector": np.array(["tech", "tech", "trade", "finance"])[industry],
        "industry": np.array(["Software", "Data", "Retail", "Banks"])[industry],
        "industry_code": rng.choice(codes, n),
        "country": np.array([one[:2] for one in REGIONS])[region],
        "region": REGIONS[region],
        "city": np.array([f"Springfield {at}" for at in range(5)])[rng.integers(0, 5, n)],
        "technologies": np.array(["AWS|Stripe", "Azure", "AWS|Azure|Own tool", "Stripe|PayPal"])[
            rng.integers(0, 4, n)
        ],
        "customer_size": rng.choice(["Enterprise", "SMB"], n),
        "funding_stage": rng.choice(["Seed", "Series A", "Series-B", "Never heard"], n),
        "description": [" ".join(rng.choice(WORDS, 5)) for _ in range(n)],
        "contact_roles": rng.choice(["CEO|Clerk", "Clerk"], n),
    }
    numbers = {
        "employees": employees,
        "employees_before": np.round(employees * rng.uniform(0, 2, n)),
        "revenue": employees * 1e5,
        "department_sales": np.round(employees * rng.uniform(0, 1, n)),
        "founded_year": rng.integers(1980, 2020, n).astype(float),
    }
    gap = {name: rng.random(n) < 0.1 for name in (*texts, *numbers)}
    accounts = pd.DataFrame(
        {
            **{name: pd.array(np.where(gap[name], None, one), "str") for name, one in texts.items()},
            **{name: np.where(gap[name], np.nan, one) for name, one in numbers.items()},
        }
    )
    is_cell = ((industry == 0) & (region == 0)) | ((industry == 2) & (region == 2))
    chance = np.full(n, 0.3) if is_noise else np.where(is_cell, 0.8, 0.15)
    return TrainingSet(accounts, label_rows_of(rng.random(n) < chance, np.arange(n)), FIELDS)


def reordered(training: TrainingSet, order: np.ndarray) -> TrainingSet:
    part = training.part(order)
    return replace(part, accounts=part.accounts[part.accounts.columns[::-1]])
