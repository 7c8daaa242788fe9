"""Measure a training of the default recipe: python -m benchmarks.training [overrides].

Made-up customers of 30 columns, as a company's export would hold them: 2,000 with the defaults, and 100,000
with ten bagged models. Prints wall-clock and processor seconds of each part, and the peak of memory.
"""

from __future__ import annotations

import resource
import sys
from collections.abc import Callable
from time import perf_counter, process_time
from typing import Any, TypeVar

import hydra
import numpy as np
import pandas as pd

from icp_ml.config import CONF, checked
from icp_ml.features.statistics import Floats
from icp_ml.model.boosting import ground_of, grow, seedling
from icp_ml.model.calibration import probability
from icp_ml.model.growing import on_one_blas_thread
from icp_ml.model.linear import fit_logistic
from icp_ml.model.out_of_fold import encoded
from icp_ml.model.recipe import Recipe, TrainingSet
from icp_ml.model.training import fit_candidate
from icp_ml.schema import FIRMOGRAPHICS, Field

SIZES: dict[int, list[str]] = {2_000: [], 100_000: ["model.n_seeds=10"]}
WORDS = [
    f"{start}{end}" for start in ("data", "cloud", "store", "bank", "med") for end in ("ing", "ware", "lab")
]
N_LEVELS = {
    "industry": 400,
    "city": 2_000,
    "owner": 30,
    "source": 12,
    "plan": 5,
    "branch": 150,
    "agency": 800,
}
NUMBERS = [f"number_{at}" for at in range(10)]
Result = TypeVar("Result")


def main() -> None:
    """Print the seconds of each part, for each number of customers."""
    for n_rows, overrides in SIZES.items():
        with hydra.initialize_config_dir(str(CONF), version_base="1.3"):
            config = checked(hydra.compose("config", [*overrides, *sys.argv[1:]])).config
        steered = Recipe(config.features, config.model, config.seed, config.n_jobs, config.rubric)
        print(f"{n_rows:,} customers x 30 columns, {config.model.n_seeds} bagged models", flush=True)
        measure(made_up(n_rows, config.seed), steered)
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GB")


def measure(training: TrainingSet, steered: Recipe) -> None:
    """Print the seconds of the parts, then of the whole."""
    measure_parts(training, steered.shaped(steered.n_leaves, has_pairs=True))
    print(f"  {told('train', lambda: fit_candidate(training, steered)).summary()}")


def measure_parts(training: TrainingSet, shape: Recipe) -> None:
    """Print the seconds of what a training does several times."""
    _, examples = told("encode all rows, with pairs", lambda: encoded(training, shape))
    print(f"  {examples.matrix.shape[1]} columns in the matrix")
    ground = told("put them into bins", lambda: ground_of(examples, shape.model))
    booster = seedling(ground, 1, shape.n_leaves, shape.model)
    n_rounds = shape.rounds[-1]
    told(f"grow one booster of {n_rounds} trees", lambda: grow(booster, n_rounds))
    told("score all rows by it", lambda: booster.predict(examples.matrix, num_threads=1))
    with on_one_blas_thread():
        told("fit the logistic regression", lambda: fit_logistic(examples, shape.model.logistic_c))


def told(what: str, action: Callable[[], Result]) -> Result:
    """Print what an action took."""
    wall, processor = perf_counter(), process_time()
    found = action()
    print(
        f"  {what:<32} {perf_counter() - wall:7.1f} s {process_time() - processor:7.1f} processor s",
        flush=True,
    )
    return found


def made_up(n: int, seed: int) -> TrainingSet:
    """Draw customers whose industry, size, tools and city say something of who is best, with gaps."""
    rng = np.random.default_rng(seed)
    levels = {name: (k * rng.random(n) ** 2).astype(int) for name, k in N_LEVELS.items()}
    numbers = {name: rng.lognormal(3, 1.5, n) for name in NUMBERS}
    employees = np.ceil(np.exp(rng.normal(4, 1.5, n)))
    tools = rng.integers(0, 200, (n, 4))
    pulls = {name: rng.normal(0, 0.7, k) for name, k in N_LEVELS.items()}
    pull = pulls["industry"][levels["industry"]] + pulls["city"][levels["city"]] * (employees > 50) - 2.5
    pull += (
        0.3 * np.log(employees)
        + 0.4 * np.log(numbers["number_0"]) * (levels["plan"] == 1)
        + (tools < 20).any(axis=1)
    )
    columns: dict[str, Any] = {name: _text(codes, name, rng) for name, codes in levels.items()}
    columns |= {name: _with_gaps(values, rng) for name, values in numbers.items()}
    columns |= {
        "sector": _text(levels["industry"] // 20, "sector", rng),
        "country": _text(levels["city"] // 80, "country", rng),
        "employees": _with_gaps(employees, rng),
        "revenue": _with_gaps(employees * rng.lognormal(11, 1, n), rng),
        "funding_total": _with_gaps(rng.lognormal(14, 2, n), rng),
        "founded_year": _with_gaps(rng.integers(1950, 2020, n).astype(float), rng),
        "last_funding_at": pd.Series(
            pd.Timestamp("2010-01-01") + pd.to_timedelta(rng.integers(0, 3000, n), unit="D")
        ),
        "technologies": pd.Series(
            ["|".join(f"tool {one}" for one in row) for row in tools.tolist()], dtype="str"
        ),
        "description": pd.Series([" ".join(row) for row in rng.choice(WORDS, (n, 12)).tolist()], dtype="str"),
        "is_public": rng.integers(0, 2, n).astype(float),
        "has_partner": _with_gaps(rng.integers(0, 2, n).astype(float), rng),
        "lead": _text(rng.integers(0, 60, n), "lead", rng),
        "rank": _with_gaps(rng.integers(1, 100, n).astype(float), rng),
    }
    accounts = pd.DataFrame(columns)
    return TrainingSet(accounts, _rows(rng.random(n) < probability(pull), rng), _fields(accounts))


def _text(codes: Any, name: str, rng: np.random.Generator) -> pd.Series[Any]:
    return pd.Series([f"{name} {code}" for code in codes.tolist()], dtype="str").mask(
        rng.random(len(codes)) < 0.05
    )


def _with_gaps(values: Floats, rng: np.random.Generator) -> Floats:
    return np.where(rng.random(len(values)) < 0.15, np.nan, values)


def _fields(accounts: pd.DataFrame) -> dict[str, Field]:
    kinds = {name: "category" if name in (*N_LEVELS, "lead") else "number" for name in accounts}
    kinds |= {"is_public": "yes_no", "has_partner": "yes_no"}
    return {name: FIRMOGRAPHICS.get(name, Field(kinds[name], name)) for name in accounts}  # type: ignore[arg-type]


def _rows(is_best: Any, rng: np.random.Generator) -> pd.DataFrame:
    n = len(is_best)
    start = pd.Timestamp("2021-01-01")
    return pd.DataFrame(
        {
            "account_id": pd.Series([f"C{at:06}" for at in range(n)], dtype="str"),
            "as_of": pd.Series(start + pd.to_timedelta(rng.integers(0, 700, n), unit="D")).dt.as_unit("s"),
            "group": pd.Series([f"C{at:06}" for at in range(n)], dtype="str"),
            "is_best": is_best,
            "weight": 1.0,
        }
    )


if __name__ == "__main__":
    main()
