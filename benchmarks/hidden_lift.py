"""Say how much of the possible lift the demo's champion found: python -m benchmarks.hidden_lift.

The demo keeps each prospect's true propensity apart. The possible lift at a depth is that of ordering the
list by the propensity itself.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

DEPTHS = (0.05, 0.1, 0.2, 0.3)


def main() -> None:
    """Print the mean true propensity of the top of the list, as multiples of chance, found and possible."""
    scored = pd.read_csv("var/scored/demo/latest/scored.csv", usecols=["account_id", "fit_probability"])
    truth = pd.read_parquet("var/demo/truth/truth.parquet").set_index("account_id")["propensity"]
    scored = scored[scored["account_id"].isin(truth.index)]
    propensity = truth.reindex(scored["account_id"]).to_numpy()
    print(f"mean probability {scored['fit_probability'].mean():.3f}, mean propensity {propensity.mean():.3f}")
    by_score = propensity[np.argsort(-scored["fit_probability"].to_numpy(), kind="stable")]
    by_truth = np.sort(propensity)[::-1]
    print(f"{'top':>5} {'found':>7} {'possible':>9} {'of the way from chance':>23}")
    for depth in DEPTHS:
        n = round(depth * len(propensity))
        found, possible = (order[:n].mean() / propensity.mean() for order in (by_score, by_truth))
        print(f"{depth:>5.0%} {found:>6.2f}x {possible:>8.2f}x {(found - 1) / (possible - 1):>23.0%}")


if __name__ == "__main__":
    main()
