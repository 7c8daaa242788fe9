"""Say how much of the possible lift the demo's champion found: python -m benchmarks.hidden_lift.

The demo keeps each prospect's true propensity apart. The possible lift at a depth is that of ordering the
list by the propensity itself. Then: how often the range of the boosters' probabilities, whose width is
model_spread, covers that propensity.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from icp_ml.features.statistics import Floats
from icp_ml.model.calibration import probability
from icp_ml.tracking.exports import read_model
from icp_ml.tracking.serving import parse_rows

DEPTHS = (0.05, 0.1, 0.2, 0.3)


def main() -> None:
    """Print the mean true propensity of the top of the list, as multiples of chance, found and possible."""
    columns = ["account_id", "fit_probability", "fit_probability_unshifted", "model_version", "scored_at"]
    scored = pd.read_csv("var/scored/demo/latest/scored.csv", usecols=columns)
    truth = pd.read_parquet("var/demo/truth/truth.parquet").set_index("account_id")["propensity"]
    scored = scored[scored["account_id"].isin(truth.index)]
    propensity = truth.reindex(scored["account_id"]).to_numpy()
    print(f"mean probability {scored['fit_probability'].mean():.3f}, mean propensity {propensity.mean():.3f}")
    for name in ("fit_probability", "fit_probability_unshifted"):
        print(f"mean absolute error of {name}: {np.abs(scored[name] - propensity).mean():.4f}")
    by_score = propensity[np.argsort(-scored["fit_probability"].to_numpy(), kind="stable")]
    by_truth = np.sort(propensity)[::-1]
    print(f"{'top':>5} {'found':>7} {'possible':>9} {'of the way from chance':>23}")
    for depth in DEPTHS:
        n = round(depth * len(propensity))
        found, possible = (order[:n].mean() / propensity.mean() for order in (by_score, by_truth))
        print(f"{depth:>5.0%} {found:>6.2f}x {possible:>8.2f}x {(found - 1) / (possible - 1):>23.0%}")
    by_seed = seeds(scored).drop_duplicates("account_id").set_index("account_id")
    lowest, highest = by_seed.min(axis=1), by_seed.max(axis=1)
    known = truth.reindex(by_seed.index)
    covered = ((lowest <= known) & (known <= highest)).mean()
    width = (highest - lowest).mean()
    print(f"the range of {by_seed.shape[1]} boosters covers {covered:.0%} of them; mean width {width:.3f}")


def seeds(scored: pd.DataFrame) -> pd.DataFrame:
    """Score the raw prospects by each booster of the champion that made the list."""
    (version,), (day,) = scored["model_version"].unique(), scored["scored_at"].unique()
    model = read_model(Path("models/icp_ml_demo", version))
    raw = pd.read_csv("var/demo/prospects.csv", dtype=str, keep_default_na=False, encoding="utf-8-sig")
    rows = parse_rows(raw, model.prospects)
    rows = rows[rows["account_id"].isin(scored["account_id"])]
    log_odds: Floats = model.log_odds(model.encoder.transform(rows, pd.Timestamp(day)), 0)
    return pd.DataFrame(probability(log_odds + model.shift)).assign(account_id=rows["account_id"].to_numpy())


if __name__ == "__main__":
    main()
