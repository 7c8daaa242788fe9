"""Write one training to one MLflow run, laid out so that runs compare at a glance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from icp_ml.tracking.datasets import UsedData, log_datasets

if TYPE_CHECKING:
    import pandas as pd
    from mlflow.tracking import MlflowClient

MAX_PARAMETER = 500
FOLDS = "training_folds"  # the UI puts these charts after those of the test


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
    tables : mapping of str to pandas.DataFrame
        By file name without ending, for the UI to show.
    datasets : sequence of UsedData
    folds : pandas.DataFrame, optional
        A line for each fold, with its number as `fold`: each becomes a run below this one.
    """

    name: str
    composed: str
    parameters: Mapping[str, Any]
    tags: Mapping[str, str]
    metrics: Mapping[str, float]
    plots: Mapping[str, bytes]
    texts: Mapping[str, str]
    tables: Mapping[str, pd.DataFrame]
    datasets: Sequence[UsedData]
    folds: pd.DataFrame | None = None


def start_run(client: MlflowClient, experiment_id: str, training: Training) -> str:
    """Start the run of a training; give its id."""
    return str(client.create_run(experiment_id, run_name=training.name).info.run_id)


def log_training(client: MlflowClient, run_id: str, training: Training) -> None:
    """Log a training. The run is closed by `finish_run`, once its model is registered."""
    from mlflow.entities import Param, RunTag

    metrics = _metrics(client, run_id, training.metrics)
    parameters = [Param(name, str(value)[:MAX_PARAMETER]) for name, value in training.parameters.items()]
    tags = [RunTag(name, value) for name, value in training.tags.items()]
    client.log_batch(run_id, metrics, parameters, tags)
    client.log_text(run_id, training.composed, "config.yaml")
    for name, text in training.texts.items():
        client.log_text(run_id, text, name)
    log_pictures(client, run_id, training.plots)
    for name, table in training.tables.items():
        client.log_text(run_id, table.to_csv(index=False), f"{name}.csv")
    log_datasets(client, run_id, training.datasets)
    if training.folds is not None:
        _log_folds(client, run_id, training.folds)


def log_pictures(client: MlflowClient, run_id: str, pictures: Mapping[str, bytes]) -> None:
    """Put PNG pictures into a run, as `plots/NAME.png`."""
    if not pictures:
        return
    with TemporaryDirectory() as folder:
        for name, picture in pictures.items():
            (Path(folder) / f"{name}.png").write_bytes(picture)
        client.log_artifacts(run_id, folder, "plots")


def _log_folds(client: MlflowClient, parent: str, folds: pd.DataFrame) -> None:
    """Log each fold as a run of its own below its training's, so that the UI charts their spread.

    The last comes first: the UI puts what is newest on top.
    """
    from mlflow.entities import RunTag

    experiment_id = client.get_run(parent).info.experiment_id
    for line in reversed(folds.to_dict(orient="records")):
        name = f"fold {line['fold']}"
        made = client.create_run(experiment_id, run_name=name, tags={"mlflow.parentRunId": parent})
        figures = {f"{FOLDS}/{name}": float(value) for name, value in line.items() if name != "fold"}
        run_id = str(made.info.run_id)
        tags = [RunTag("fold", str(line["fold"]))]
        client.log_batch(run_id, _metrics(client, run_id, figures), tags=tags)
        client.set_terminated(run_id, "FINISHED")


def _metrics(client: MlflowClient, run_id: str, figures: Mapping[str, float]) -> list[Any]:
    """Date figures at the start of their run; what is not defined is left out."""
    from mlflow.entities import Metric

    at = int(client.get_run(run_id).info.start_time)
    return [Metric(name, value, at, 0) for name, value in figures.items() if isfinite(value)]


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


def trained_by(client: MlflowClient, registered_model: str, model_version: str) -> Any | None:
    """Give the run that made a model, by the model's digest; None where this store does not know it."""
    found = client.search_model_versions(f"name = '{registered_model}'")
    runs = [one.run_id for one in found if one.tags.get("model_version") == model_version and one.run_id]
    return client.get_run(runs[0]) if runs else None
