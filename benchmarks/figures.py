"""Print the figures of each data set's newest trainings: python -m benchmarks.figures demo crunchbase."""

from __future__ import annotations

import sys
from typing import Any

from mlflow.tracking import MlflowClient

FIGURES = {
    "roc_auc": "ROC AUC",
    "average_precision": "Average precision",
    "lift_at_10": "Lift in the top 10 %",
    "capture_at_30": "Share of the best in the top 30 %",
    "log_loss": "Log loss (lower is better)",
    "calibration_error": "Calibration error (lower is better)",
}
RIVALS = ("logistic_regression", "boosted_trees")
"""What the candidate is compared with: the first of these that it is not itself."""


def main() -> None:
    """Print the verdict and one Markdown table for each data set and label."""
    client = MlflowClient("sqlite:///var/tracking/mlflow.db")
    for name in sys.argv[1:] or ["demo"]:
        experiment = client.get_experiment_by_name(f"icp_ml/{name}")
        if experiment is None:
            raise SystemExit(f"no training of data={name} was logged")
        newest: dict[str, Any] = {}
        for run in client.search_runs([experiment.experiment_id]):
            newest.setdefault(run.data.params["label.definition"], run)
        for label, run in newest.items():
            print(f"\n{name}, label={label}: {said(run)}\n")
            print("\n".join(table(run.data.metrics)))


def said(run: Any) -> str:
    """Say the verdict, the kind of model, and what gates and checks found."""
    tags = run.data.tags
    p_value = run.data.metrics["test/verdict_p_value"]
    kind = tags["kind"].replace("_", " ")
    return f"{tags['verdict']} (p = {p_value:.4f}); {kind}; gates {tags['gates']}; checks: {tags['checks']}"


def table(metrics: dict[str, float]) -> list[str]:
    """Put the candidate, another kind of model, the base rate and the paired difference side by side."""
    rival = next(one for one in RIVALS if f"test_{one}/roc_auc" in metrics)
    words = rival.replace("_", " ")
    header = f"| | icp_ml | {words} | base rate | icp_ml minus {words} |"
    return [header, "|---|---:|---:|---:|---:|", *(_line(metrics, name, rival) for name in FIGURES)]


def _line(metrics: dict[str, float], name: str, rival: str) -> str:
    own = f"{_value(metrics, 'test', name)} {_bounds(metrics, 'test', name, '')}"
    others = [_value(metrics, f"test_{other}", name) for other in (rival, "base_rate")]
    minus = f"test_minus_{rival}"
    difference = f"{metrics[f'{minus}/{name}']:+.3f} {_bounds(metrics, minus, name, '+')}"
    return f"| {' | '.join([FIGURES[name], own, *others, difference])} |"


def _value(metrics: dict[str, float], group: str, name: str) -> str:
    return f"{metrics[f'{group}/{name}']:.3f}"


def _bounds(metrics: dict[str, float], group: str, name: str, sign: str) -> str:
    low, high = metrics[f"{group}_low/{name}"], metrics[f"{group}_high/{name}"]
    return f"({low:{sign}.3f} to {high:{sign}.3f})"


if __name__ == "__main__":
    main()
