"""Measure drift's alarms on lists in which nothing changed, and on planted ones: python -m benchmarks.drift.

Where the demo and its champion are at hand (make demo train), its prospects are one population: rows are
drawn from them with their values, scores and tiers together. The other is made: 30 attributes of all shapes.
`python -m benchmarks.drift 1000` takes so many cycles for each figure instead of 200.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import hydra
import numpy as np
import pandas as pd

from icp_ml.config import CONF, checked
from icp_ml.drift import Counts, Drift, Found, Vocabulary, alarms, counted, drift
from icp_ml.drift.bins import bins_of, score_edges
from icp_ml.drift.codes import ABOVE, FIRST, MISSING, UNSEEN, Bytes
from icp_ml.drift.vocabulary import SCORE, Named
from icp_ml.features.statistics import Codes, Floats
from icp_ml.scoring.tiers import BEST_FIT, TIERS
from icp_ml.settings import DriftSettings

SIZES = (300, 500, 1_000, 5_000, 50_000)
N_CYCLES = 200
STAYED = 0.9
"""Share of a list's rows that the next one has again, where lists overlap."""
PLANTED_PSI, LARGER_PSI = 0.25, 0.4
N_MADE = 100_000


@dataclass(frozen=True)
class Population:
    """Rows that lists are drawn from."""

    name: str
    names: tuple[str, ...]
    codes: Bytes
    scores: Floats
    tiers: Any

    def counts(self, rows: Codes) -> Counts:
        """Count some of the rows."""
        return counted(self.names, self.codes[rows], self.scores[rows], self.tiers[rows])

    @property
    def words(self) -> Vocabulary:
        """Give each attribute its own name, and each code its number."""
        labels = {code: str(code) for code in range(FIRST, 256)}
        return Vocabulary({name: Named(name, labels) for name in self.names}, False)


@dataclass(frozen=True)
class Planted:
    """A change: what must be found, and how rows of the current list are drawn."""

    name: str
    draw: Callable[[np.random.Generator, int], Counts]


def made(seed: int, n_rows: int = N_MADE, n_attributes: int = 30) -> Population:
    """Make rows: bands alike, levels of falling shares, yes or no; gaps, unseen levels, numbers too large."""
    rng = np.random.default_rng(seed)
    codes = np.empty((n_rows, n_attributes), dtype=np.uint8)
    for at in range(n_attributes):
        n_codes = (8, 40, 2)[at % 3]
        shares = (1 / np.arange(1, n_codes + 1)) ** (0.0, 1.2, 0.7)[at % 3]
        codes[:, at] = FIRST + rng.choice(n_codes, n_rows, p=shares / shares.sum())
        odd = {MISSING: 0.3 * rng.random(), (ABOVE, UNSEEN)[at % 2]: 0.01}
        for code, share in odd.items():
            codes[rng.random(n_rows) < share, at] = code
    scores = rng.normal(-2, 1, n_rows)
    tiers = np.array(TIERS, dtype=object)[np.searchsorted([-0.5, 0.7], -scores - 0.2)]
    return Population("made", tuple(f"a{at}" for at in range(n_attributes)), codes, scores, tiers)


def demo() -> Population | None:
    """Score the demo's prospects with its champion, where both are at hand."""
    from icp_ml.drift import codes_of, watched
    from icp_ml.features.statistics import log_odds
    from icp_ml.scoring import encode, score_encoded
    from icp_ml.tracking.exports import read_model
    from icp_ml.tracking.serving import parse_rows

    folders = [one for one in sorted(Path("models/icp_ml_demo").glob("*")) if one.is_dir()]
    raw_path = Path("var/demo/prospects.csv")
    if not folders or not raw_path.is_file():
        return None
    model = read_model(folders[-1])
    raw = pd.read_csv(raw_path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    encoded = encode(model, parse_rows(raw, model.prospects), pd.Timestamp("2026-01-01"))
    scored = score_encoded(model, encoded, 1)
    names = tuple(one.name for one in watched(model.encoder))
    scores = log_odds(scored["fit_probability"].to_numpy())
    tiers = scored["tier"].to_numpy(dtype=object)
    return Population("demo", names, codes_of(model, encoded.columns), scores, tiers)


def drawn(population: Population, weights: Floats) -> Callable[[np.random.Generator, int], Counts]:
    """Draw rows, each as often as its weight says."""
    ends = np.cumsum(weights) / weights.sum()
    last = len(ends) - 1

    def draw(rng: np.random.Generator, n_rows: int) -> Counts:
        return population.counts(np.minimum(np.searchsorted(ends, rng.random(n_rows)), last))

    return draw


def tilted(weights_at: Callable[[float], Floats], psi_of: Callable[[Floats], float], target: float) -> Floats:
    """Find by bisection how far rows must be tilted for a PSI."""
    low, high = 0.0, 1.0
    while psi_of(weights_at(high)) < target and high < 64:
        high *= 2
    for _ in range(30):
        middle = (low + high) / 2
        low, high = (middle, high) if psi_of(weights_at(middle)) < target else (low, middle)
    return weights_at(high)


def true_psi(p: Floats, q: Floats) -> float:
    """Give the PSI of two populations."""
    held = (p > 0) & (q > 0)
    p, q = p[held] / p.sum(), q[held] / q.sum()
    return float((q - p) @ np.log(q / p))


def shift_attribute(
    population: Population, at: int, rng: np.random.Generator, asked: tuple[int, float]
) -> Planted:
    """Change one attribute, each of its codes by a random factor, until its bins differ by the PSI.

    `asked` is the number of bins and that PSI.
    """
    (n_bins, target), codes = asked, population.codes[:, at]
    n = np.bincount(codes, minlength=256).astype(np.float64)
    whole = {code: int(n[code]) for code in np.flatnonzero(n).tolist()}
    direction = np.clip(rng.normal(size=256), -2, 2)

    def psi_of(weights: Floats) -> float:
        now = n * weights / (n @ weights) * n.sum()
        bins = bins_of(whole, {code: round(now[code]) for code in whole}, n_bins)
        return true_psi(bins.then, bins.now)

    by_code = tilted(lambda by: np.exp(by * direction), psi_of, target)
    return Planted(population.names[at], drawn(population, by_code[codes]))


def shift_score(population: Population, sign: float, n_bins: int) -> Planted:
    """Tilt the rows by their score until its bins differ by the PSI."""
    whole = population.counts(np.arange(len(population.scores)))
    edges = score_edges(whole, n_bins)
    place = np.searchsorted(edges, np.round(population.scores * 100), side="right")
    n = np.bincount(place)

    def psi_of(weights: Floats) -> float:
        return true_psi(n.astype(np.float64), np.bincount(place, weights))

    spread = (population.scores - population.scores.mean()) / population.scores.std()
    weights = tilted(lambda by: np.exp(sign * by * spread), psi_of, PLANTED_PSI)
    return Planted(SCORE, drawn(population, weights))


def inflate(population: Population, times: float) -> Planted:
    """Draw rows of Best fit so many times as often."""
    is_best = population.tiers == BEST_FIT
    share = float(is_best.mean())
    factor = times * (1 - share) / (1 - times * share)
    return Planted(BEST_FIT, drawn(population, np.where(is_best, factor, 1.0)))


def lose(population: Population, at: int, share: float) -> Planted:
    """Leave one attribute blank in so many more of all rows."""
    codes = population.codes[:, at]
    known = float((codes != MISSING).mean())

    def draw(rng: np.random.Generator, n_rows: int) -> Counts:
        rows = rng.integers(0, len(codes), n_rows)
        some = population.codes[rows].copy()
        some[rng.random(n_rows) < share / known, at] = MISSING
        return counted(population.names, some, population.scores[rows], population.tiers[rows])

    return Planted(population.names[at], draw)


def clean_alarms(
    population: Population, n_rows: int, n_cycles: int, settings: DriftSettings, stayed: float = 0.0
) -> int:
    """Count the cycles with any alarm though both lists are of one population."""
    rng = np.random.default_rng([n_rows, n_cycles, round(100 * stayed)])
    n_raised = 0
    for _ in range(n_cycles):
        then = rng.integers(0, len(population.scores), n_rows)
        fresh = rng.integers(0, len(population.scores), n_rows)
        now = np.where(rng.random(n_rows) < stayed, then, fresh)
        lists = population.counts(then), population.counts(now)
        n_raised += bool(_found(lists, settings, population))
    return n_raised


def found_of_planted(
    population: Population, changes: Iterator[Planted], n_rows: int, settings: DriftSettings
) -> int:
    """Count the planted changes that raised an alarm of their own name."""
    rng, n_found = np.random.default_rng(n_rows), 0
    for change in changes:
        then = population.counts(rng.integers(0, len(population.scores), n_rows))
        found = _found((then, change.draw(rng, n_rows)), settings, population)
        n_found += change.name in {one.name for one in found}
    return n_found


def _found(lists: tuple[Counts, Counts], settings: DriftSettings, population: Population) -> list[Found]:
    drifted: Mapping[str, Drift] = {"all": drift(*lists, settings, population.words)}
    return alarms(drifted, settings)


def plans(population: Population, settings: DriftSettings) -> Mapping[str, Callable[[int], Planted]]:
    """Give what is planted, by its heading: the change of a cycle's number."""
    rng = np.random.default_rng(1)
    n_names = len(population.names)
    shifts, larger = (
        [shift_attribute(population, at % n_names, rng, (settings.n_bins, psi)) for at in range(2 * n_names)]
        for psi in (PLANTED_PSI, LARGER_PSI)
    )
    scores = [shift_score(population, sign, settings.n_bins) for sign in (1.0, -1.0)]
    losses = [lose(population, at, settings.max_missing_rise) for at in range(n_names)]
    tiers = {times: inflate(population, times) for times in (settings.max_tier_ratio, 2.0)}
    return {
        "PSI 0.25, attribute": lambda at: shifts[at % len(shifts)],
        "PSI 0.4, attribute": lambda at: larger[at % len(larger)],
        "PSI 0.25, score": lambda at: scores[at % 2],
        "missing +10 points": lambda at: losses[at % n_names],
        "Best fit x 1.5": lambda at: tiers[settings.max_tier_ratio],
        "Best fit x 2": lambda at: tiers[2.0],
    }


def main() -> None:
    """Print the table."""
    n_cycles = int(sys.argv[1]) if len(sys.argv) > 1 else N_CYCLES
    with hydra.initialize_config_dir(str(CONF), version_base="1.3"):
        settings = checked(hydra.compose("config", [])).config.drift
    for population in filter(None, (demo(), made(0))):
        planted = plans(population, settings)
        print(f"\n{population.name}: {len(population.names)} attributes, {n_cycles} cycles a figure")
        heads = ["rows", "false alarms", f"of {STAYED:.0%} the same", *planted]
        print("| " + " | ".join(heads) + " |\n" + "|---" * len(heads) + "|")
        for n_rows in SIZES:
            figures = [clean_alarms(population, n_rows, n_cycles, settings, one) for one in (0.0, STAYED)]
            for change in planted.values():
                cycles = (change(at) for at in range(n_cycles))
                figures.append(found_of_planted(population, cycles, n_rows, settings))
            shares = (f"{100 * one / n_cycles:.1f} %" for one in figures)
            print("| " + " | ".join([f"{n_rows:,}", *shares]) + " |", flush=True)


if __name__ == "__main__":
    main()
