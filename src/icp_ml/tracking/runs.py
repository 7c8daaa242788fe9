"""Write one training to one MLflow run, laid out so that runs compare at a glance."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient

MAX_PARAMETER = 500


@dataclass(frozen=True)
class Training:
    """What a run keeps of a training.

    Attributes
    ----------
    name : str
        What differs, for a person to tell runs apart.
    composed : str
        The composed configuration, unresolved.
    parameters : mapping
        Settings by dotted name.
    tags : mapping of str to str
        Digests, verdict, versions.
    metrics : mapping of str to float
        By MLflow name, such as test/roc_auc and test_low/roc_auc.
    plots : mapping of str to bytes
        PNG pictures.
    texts : mapping of str to str
        Further artifacts by file name.
    """

    name: str
    composed: str
    parameters: Mapping[str, Any]
    tags: Mapping[str, str]
    metrics: Mapping[str, float]
    plots: Mapping[str, bytes]
    texts: Mapping[str, str]


def log_training(client: MlflowClient, experiment_id: str, training: Training) -> str:
    """Log a training; give the run's id. The run is closed by `finish_run`, once its model is registered."""
    from mlflow.entities import Metric, Param, RunTag

    run = client.create_run(experiment_id, run_name=training.name)
    run_id = str(run.info.run_id)
    now = int(run.info.start_time)
    metrics = [Metric(name, value, now, 0) for name, value in training.metrics.items() if isfinite(value)]
    parameters = [Param(name, str(value)[:MAX_PARAMETER]) for name, value in training.parameters.items()]
    tags = [RunTag(name, value) for name, value in training.tags.items()]
    client.log_batch(run_id, metrics, parameters, tags)
    client.log_text(run_id, training.composed, "config.yaml")
    for name, text in training.texts.items():
        client.log_text(run_id, text, name)
    log_pictures(client, run_id, training.plots)
    return run_id


def log_pictures(client: MlflowClient, run_id: str, pictures: Mapping[str, bytes]) -> None:
    """Put PNG pictures into a run, as `plots/NAME.png`."""
    if not pictures:
        return
    with TemporaryDirectory() as folder:
        for name, picture in pictures.items():
            (Path(folder) / f"{name}.png").write_bytes(picture)
        client.log_artifacts(run_id, folder, "plots")


def log_dataset(
    client: MlflowClient, run_id: str, name: str, digest: str, profile: Mapping[str, Any]
) -> None:
    """Note which data a run learnt from, in MLflow's own datasets view."""
    from mlflow.entities import Dataset, DatasetInput, InputTag

    source = json.dumps({"name": name})
    dataset = Dataset(name, digest[:36], "local", source, None, json.dumps(dict(profile)))
    client.log_inputs(run_id, [DatasetInput(dataset, [InputTag("mlflow.data.context", name)])])


def finish_run(client: MlflowClient, run_id: str, is_finished: bool) -> None:
    """Close a run as finished or failed."""
    client.set_terminated(run_id, "FINISHED" if is_finished else "FAILED")


def metric_names(
    figures: Mapping[str, Mapping[str, Any]], differences: Mapping[str, Mapping[str, Any]]
) -> dict[str, float]:
    """Name figures for the UI, so that its charts put alike beside alike.

    The candidate's are `test/roc_auc` with its bounds `test_low/roc_auc` and `test_high/roc_auc`; those of
    a baseline `test_base_rate/roc_auc`; paired differences, with bounds too,
    `test_minus_logistic_regression/roc_auc`.

    Parameters
    ----------
    figures, differences : mapping of model to mapping of figure to Interval
        In `figures` the first model is the candidate.
    """
    candidate, *baselines = figures
    metrics = _with_bounds("test", figures[candidate])
    for other in baselines:
        group = f"test_{other.replace(' ', '_')}"
        metrics |= {f"{group}/{name}": found.value for name, found in figures[other].items()}
    for other, found in differences.items():
        metrics |= _with_bounds(f"test_minus_{other.replace(' ', '_')}", found)
    return metrics


def _with_bounds(group: str, found: Mapping[str, Any]) -> dict[str, float]:
    metrics: dict[str, float] = {}
    for name, interval in found.items():
        metrics[f"{group}/{name}"] = interval.value
        metrics[f"{group}_low/{name}"] = interval.low
        metrics[f"{group}_high/{name}"] = interval.high
    return metrics
