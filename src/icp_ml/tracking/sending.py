"""Send a training from the outbox to the tracking server; stopped anywhere and repeated, it is there once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from icp_ml.errors import IcpError, examples
from icp_ml.settings import TrackingSettings
from icp_ml.tracking.outbox import KEPT_RUN, TRAINING_ID, Kept, Record
from icp_ml.tracking.removing import runs_of, versions_of
from icp_ml.tracking.store import Registered, experiment_id, finish_registering, register, registered

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient

SENT = "sent"
"""On a server's run: all of it is there, and was compared with what was kept."""
REPLACED_BY = "replaced_by"
"""On a half of a training that the server lost contact with: the run that holds all of it."""


def deliver(client: MlflowClient, settings: TrackingSettings, kept: Kept) -> Registered:
    """Copy a training with its children, register its model as challenger, and compare what arrived.

    Parameters
    ----------
    client : MlflowClient
        Of the server.
    settings : TrackingSettings
        Of the server, with the training's experiment and registered model.
    kept : Kept

    Raises
    ------
    IcpError
        What arrived is not what was kept; it stays in the outbox.
    """
    experiment = experiment_id(client, settings)
    whole = _arrived(client, experiment, kept.record)
    if whole is not None:
        return registered(client, settings, _number(client, whole))
    run_id = _copied(client, experiment, kept.record, {})
    _replace_halves(client, experiment, kept.record, run_id)
    ids = {kept.record.run.info.run_id: run_id}
    for child in kept.children:
        parent = ids[child.run.data.tags["mlflow.parentRunId"]]
        ids[child.run.info.run_id] = _copied(client, experiment, child, {"mlflow.parentRunId": parent})
    found = _with_model(client, settings, kept, run_id)
    for record in (kept.record, *kept.children):
        _compare(client, ids[record.run.info.run_id], record)
    for record in (*kept.children, kept.record):
        info = record.run.info
        client.set_terminated(ids[info.run_id], info.status, info.end_time)
    client.set_tag(run_id, SENT, "yes")
    return found


def _arrived(client: MlflowClient, experiment: str, record: Record) -> str | None:
    """Give the run that holds all of a training: sent before, or logged before the server went away."""
    for run in runs_of(client, experiment, _same_training(record)):
        was_sent = SENT in run.data.tags
        was_logged = KEPT_RUN not in run.data.tags and _number(client, run.info.run_id)
        if was_sent or was_logged:
            return str(run.info.run_id)
    return None


def _replace_halves(client: MlflowClient, experiment: str, record: Record, run_id: str) -> None:
    """Mark as failed what the training itself had logged before the server went away."""
    for run in runs_of(client, experiment, _same_training(record)):
        if KEPT_RUN not in run.data.tags:
            client.set_tag(run.info.run_id, REPLACED_BY, run_id)
            client.set_terminated(run.info.run_id, "FAILED")


def _same_training(record: Record) -> str:
    return f"tags.`{TRAINING_ID}` = '{record.run.data.tags[TRAINING_ID]}'"


def _number(client: MlflowClient, run_id: str) -> str:
    """Give the number of the whole model that a run registered, or ""."""
    whole = [one for one in versions_of(client, run_id) if one.tags.get("model_version")]
    return str(whole[0].version) if whole else ""


def _copied(client: MlflowClient, experiment: str, record: Record, tags: dict[str, str]) -> str:
    """Make a run on the server, or go on with the one that was begun; give its id."""
    from mlflow.entities import Metric, Param, RunTag

    info, content = record.run.info, record.run.data
    tags = tags | {KEPT_RUN: info.run_id}
    begun = next(runs_of(client, experiment, f"tags.`{KEPT_RUN}` = '{info.run_id}'"), None)
    if begun is None:
        begun = client.create_run(experiment, info.start_time, tags, info.run_name)
    run_id = str(begun.info.run_id)
    metrics = [Metric(one.key, one.value, one.timestamp, one.step) for one in record.metrics]
    parameters = [Param(name, value) for name, value in content.params.items()]
    client.log_batch(run_id, metrics, parameters, [RunTag(*one) for one in record.tags.items()])
    if record.inputs:
        client.log_inputs(run_id, record.inputs)
    if record.files():
        client.log_artifacts(run_id, str(record.folder))
    return run_id


def _with_model(client: MlflowClient, settings: TrackingSettings, kept: Kept, run_id: str) -> Registered:
    begun = versions_of(client, run_id)
    if begun:
        return finish_registering(client, kept.model, settings, str(begun[0].version))
    return register(client, kept.model, run_id, settings)


def _compare(client: MlflowClient, run_id: str, record: Record) -> None:
    """Stop where a parameter, a figure, a data set or a file of a run did not arrive."""
    there, here = client.get_run(run_id), record.run
    files = _files(client, run_id)
    lacking = [f"parameter {name}" for name in here.data.params.keys() - there.data.params.keys()]
    lacking += [
        f"figure {name}" for name, value in here.data.metrics.items() if there.data.metrics.get(name) != value
    ]
    arrived = {one.dataset.name for one in there.inputs.dataset_inputs} if there.inputs else set()
    lacking += [f"data set {one.dataset.name}" for one in record.inputs if one.dataset.name not in arrived]
    lacking += [
        f"file {name}" for name in record.files() if files.get(name) != (record.folder / name).stat().st_size
    ]
    if lacking:
        what = f"the tracking server lacks a part of {here.info.run_name}: {examples(sorted(lacking))}."
        raise IcpError(what, fix="It stays in the outbox. Look at the server's log, then make send again.")


def _files(client: MlflowClient, run_id: str, folder: str = "") -> dict[str, int]:
    """Give the sizes of a run's artifacts by path."""
    found: dict[str, int] = {}
    for one in client.list_artifacts(run_id, folder):
        found |= _files(client, run_id, one.path) if one.is_dir else {one.path: one.file_size or 0}
    return found
