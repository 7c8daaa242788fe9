"""How often a champion that is as good as its test says starts a training, and how often a decayed one does.

Made-up companies: probabilities drawn from Beta(1, 4), the top tier from 0.4 on, a test of 840 customers,
so many outcomes since, one look. Run: python -m benchmarks.outcomes
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import hydra
import numpy as np
import pandas as pd

from icp_ml.config import CONF, checked
from icp_ml.evaluation.intervals import wilson_bounds
from icp_ml.outcomes.calibrating import calibrated
from icp_ml.retrain import Facts, Range, due
from icp_ml.settings import Config

N_LOOKS, N_TEST, TOP = 400, 840, 0.4
DAY = date(2026, 1, 1)
WORLDS: dict[str, Callable[..., np.ndarray]] = {
    "healthy": lambda probability: probability,
    "half as many come true": lambda probability: probability / 2,
    "the scores say nothing any more": lambda probability: np.full(len(probability), 0.2),
}


def config() -> Config:
    """Compose the real settings, with both reasons on."""
    with hydra.initialize_config_dir(str(CONF), version_base="1.3"):
        return checked(hydra.compose("config", ["retrain.when=[calibration,precision]"])).config


def drawn(n: int, draw: np.random.Generator, world: Callable[..., np.ndarray]) -> pd.DataFrame:
    """Draw accounts, their probabilities, and what becomes of them."""
    probability = np.clip(draw.beta(1, 4, n), 0.01, 0.99)
    names = np.arange(n).astype(str)
    is_true = draw.random(n) < world(probability)
    return pd.DataFrame({"account_id": names, "fit_probability": probability, "is_true": is_true})


def top_range(rows: pd.DataFrame, confidence: float) -> Range | None:
    """Give the bounds of the top tier's precision."""
    top = rows.loc[rows["fit_probability"] >= TOP, "is_true"]
    if not len(top):
        return None
    low, high = wilson_bounds(np.array([float(top.sum())]), np.array([float(len(top))]), confidence)
    return Range(float(low[0]), float(high[0]))


def look(found: Config, n: int, seed: int, world: Callable[..., np.ndarray]) -> set[str]:
    """Give the reasons for a training that one look finds."""
    draw, confidence = np.random.default_rng(seed), found.outcomes.confidence
    rows, test = drawn(n, draw, world), drawn(N_TEST, draw, WORLDS["healthy"])
    settings = found.evaluation.model_copy(update={"confidence": confidence, "n_bootstrap": 2})
    ratio = calibrated(rows, settings, found.outcomes.n_bins, 1).ratio.interval
    off, promised = Range(ratio.low, ratio.high), top_range(test, confidence)
    facts = Facts(DAY, DAY, None, off, top_range(rows, confidence), promised)
    return {one.kind for one in due(found.retrain, facts)}


def main() -> None:
    """Print the share of looks that start a training."""
    found = config()
    print(f"{'outcomes':>8}  {'calibration':>11}  {'precision':>9}")
    for words, world in WORLDS.items():
        print(words)
        for n in (30, 100, 300, 1_000):
            looks = [look(found, n, seed, world) for seed in range(N_LOOKS)]
            share = {kind: np.mean([kind in one for one in looks]) for kind in ("calibration", "precision")}
            print(f"{n:8,}  {share['calibration']:11.1%}  {share['precision']:9.1%}")


if __name__ == "__main__":
    main()
