"""Say how often the interval of an experiment holds the truth, and what looking early does.

python -m benchmarks.holdout
"""

from __future__ import annotations

from functools import cache
from math import sqrt

import numpy as np

from icp_ml.holdout import Arm, Baseline, difference_bounds, plan
from icp_ml.settings import HoldoutSettings

SEED = 11
N_DRAWS = 20_000
CASES = (
    (900, 100, 0.03, 0.03),
    (900, 100, 0.05, 0.02),
    (400, 100, 0.10, 0.05),
    (1_800, 200, 0.01, 0.005),
    (4_000, 1_000, 0.06, 0.035),
    (50, 50, 0.30, 0.10),
)
"""Accounts worked and left alone, and the shares of them that buy."""
BASELINE = 0.08


def main() -> None:
    """Print the tables of docs/holdout.md."""
    print("| worked | left alone | true shares | holds the truth | Wald's holds it |\n|--:|--:|---|--:|--:|")
    for n_worked, n_alone, worked, alone in CASES:
        held, by_wald = _coverage((n_worked, n_alone), (worked, alone))
        shares = f"{100 * worked:g} %, {100 * alone:g} %"
        print(f"| {n_worked:,} | {n_alone:,} | {shares} | {100 * held:.1f} % | {100 * by_wald:.1f} % |")
    print("\n| truth | said at the end of the plan | said at the end or on the way |\n|---|--:|--:|")
    for name, effect in (("no difference", 0.0), ("the planned difference", _asked().min_effect)):
        at_end, ever = _looking(effect)
        print(f"| {name} | {100 * at_end:.1f} % | {100 * ever:.1f} % |")


@cache
def _bounds(n: tuple[int, int], won: tuple[int, int]) -> tuple[float, float]:
    one, other = (Arm(size, bought, bought, 0) for size, bought in zip(n, won, strict=True))
    return difference_bounds(one, other, 0.95)


def _coverage(n: tuple[int, int], shares: tuple[float, float]) -> tuple[float, float]:
    """Count how often Newcombe's and Wald's intervals hold the true difference."""
    generator, truth = np.random.default_rng(SEED), shares[0] - shares[1]
    won = np.column_stack([generator.binomial(size, p, N_DRAWS) for size, p in zip(n, shares, strict=True)])
    distinct, times = np.unique(won, axis=0, return_counts=True)
    held = by_wald = 0
    for (one, other), often in zip(distinct.tolist(), times.tolist(), strict=True):
        low, high = _bounds(n, (one, other))
        held += often * (low <= truth <= high)
        p, q = one / n[0], other / n[1]
        width = 1.959964 * sqrt(p * (1 - p) / n[0] + q * (1 - q) / n[1])
        by_wald += often * (abs(p - q - truth) <= width)
    return held / N_DRAWS, by_wald / N_DRAWS


def _looking(effect: float, n_runs: int = 2_000) -> tuple[float, float]:
    """Count how often a difference is said at the planned end, and at any of the weekly looks."""
    asked, generator = _asked(), np.random.default_rng(SEED)
    n_alone = plan(Baseline(BASELINE), 1, asked).n_required
    n = (round(n_alone * (1 - asked.share) / asked.share), n_alone)
    at_end = ever = 0
    for _ in range(n_runs):
        weeks = [
            _weeks_of_sale(generator, *one) for one in zip(n, (BASELINE, BASELINE - effect), strict=True)
        ]
        said = [_is_said(n, tuple(int((one <= week).sum()) for one in weeks)) for week in range(1, 27)]
        at_end, ever = at_end + said[-1], ever + any(said)
    return at_end / n_runs, ever / n_runs


def _weeks_of_sale(
    generator: np.random.Generator, n: int, share: float
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Draw when each account buys, at a steady pace by which this share has bought after 26 weeks."""
    return np.ceil(generator.exponential(-26 / np.log(1 - share), n))


def _is_said(n: tuple[int, int], won: tuple[int, ...]) -> bool:
    low, high = _bounds(n, (won[0], won[1]))
    return low > 0 or high < 0


def _asked() -> HoldoutSettings:
    given = {
        "name": None,
        "starts": None,
        "share": 0.2,
        "tiers": ("Best fit",),
        "min_effect": 0.03,
        "power": 0.8,
    }
    return HoldoutSettings.model_validate(
        given | {"confidence": 0.95, "weeks": 26, "baseline": BASELINE, "folder": "var"}
    )


if __name__ == "__main__":
    main()
