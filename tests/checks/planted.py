"""A made-up case that no check should speak of, and ways to plant a fault in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache

import numpy as np
import pandas as pd
from small import label_rows_of, settings

from icp_ml.checks import Accounts, Case, check
from icp_ml.label import Labels
from icp_ml.model.training import TrainingSet
from icp_ml.schema import FIRMOGRAPHICS, Field
from icp_ml.split import Split

TODAY = date(2024, 1, 1)
WORDS = np.array(
    ["we", "make", "tools", "for", "data", "teams", "shops", "banks", "mines", "who", "run", "them", "well"]
)
FIELDS = {
    **{
        name: FIRMOGRAPHICS[name]
        for name in ("account_id", "name", "industry", "employees", "country", "city")
    },
    **{name: FIRMOGRAPHICS[name] for name in ("technologies", "founded_year", "description")},
    "supplier": Field("category", "supplier"),
    "sites": Field("number", "sites"),
    "listed": Field("yes_no", "listed"),
    "built_on": Field("date", "web site built on"),
}


def accounts(rng, n, prefix="A"):
    """Draw firmographics that say nothing of anybody, with gaps and levels of every rarity."""
    codes = np.minimum(rng.geometric(0.03, n), 150)
    made = pd.DataFrame(
        {
            "account_id": pd.array([f"{prefix}{at:05}" for at in range(n)], "str"),
            "name": pd.array([f"{prefix} company {at} Ltd" for at in range(n)], "str"),
            "industry": pd.array(rng.choice(["Software", "Retail", "Banking", "Mining"], n), "str"),
            "employees": np.round(np.exp(rng.normal(4, 1, n))),
            "country": pd.array(rng.choice(["DE", "FR", "US"], n, p=[0.2, 0.2, 0.6]), "str"),
            "city": pd.array([f"Town {one}" for one in codes], "str"),
            "technologies": pd.array(
                ["|".join(rng.choice(WORDS[:6], 2, replace=False)) for _ in range(n)], "str"
            ),
            "founded_year": rng.integers(1950, 2015, n).astype(np.float64),
            "description": pd.array([" ".join(rng.choice(WORDS, 6)) for _ in range(n)], "str"),
            "supplier": pd.array([f"Supplier {one}" for one in rng.integers(0, 60, n)], "str"),
            "sites": rng.poisson(3, n).astype(np.float64),
            "listed": rng.integers(0, 2, n).astype(np.float64),
            "built_on": pd.Timestamp("2010-01-01") + pd.to_timedelta(rng.integers(0, 3000, n), unit="D"),
        }
    )
    made["built_on"] = made["built_on"].dt.as_unit("s")
    for at, name in enumerate(("industry", "employees", "city", "supplier", "built_on")):
        made.loc[rng.random(n) < 0.15 * at, name] = None
    return made


@cache
def prospects():
    return Accounts(accounts(np.random.default_rng(0), 400, "P"), FIELDS)


def case_of(rows, is_best, group=None, fields=FIELDS, **parts):
    """Put a case together from firmographics row by row and their labels."""
    is_best = np.asarray(is_best, dtype=bool)
    label_rows = label_rows_of(is_best, rows["account_id"] if group is None else group)
    label_rows["account_id"] = rows["account_id"].to_numpy()
    n = len(rows)
    once = rows.drop_duplicates("account_id").reset_index(drop=True)
    made = Case(
        today=TODAY,
        features=settings().features,
        labels=Labels(label_rows, "drawn"),
        training=TrainingSet(rows.reset_index(drop=True), label_rows, fields),
        split=Split(np.arange(n * 3 // 4), np.arange(n * 3 // 4, n), None, 0, ()),
        customers=Accounts(once, fields),
        prospects=prospects(),
    )
    return replace(made, **parts)


def noise(seed=0, n=400, n_best=100, **parts):
    """Draw a case without anything to find."""
    rng = np.random.default_rng(seed)
    return case_of(accounts(rng, n), rng.permutation(n) < n_best, **parts)


def with_columns(case, **columns):
    """Plant columns: name=(Field, values)."""
    training = case.training
    rows = training.accounts.assign(**{name: values for name, (_, values) in columns.items()})
    fields = {**training.fields, **{name: field for name, (field, _) in columns.items()}}
    once = rows.drop_duplicates("account_id").reset_index(drop=True)
    return replace(
        case,
        training=replace(training, accounts=rows, fields=fields),
        customers=Accounts(once, fields),
        prospects=None,
    )


def found(case, seed=1, **changes):
    """Run the checks with the real settings, a few changed; give (code, column) of what they find."""
    chosen = settings().checks.model_copy(update=changes)
    return {(one.code, one.place) for one in check(case, chosen, seed)}
