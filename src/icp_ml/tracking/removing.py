"""Remove runs with all that hangs on them; of a local store their space is freed, a server only marks."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlparse

from icp_ml.tracking.reaching import absolute_uri, is_server

if TYPE_CHECKING:
    from mlflow.entities import LoggedModel, Run
    from mlflow.entities.model_registry import ModelVersion
    from mlflow.tracking import MlflowClient

    from icp_ml.settings import TrackingSettings

PRUNED = "pruned"
"""Marks what we removed, so that a removal which was killed is found and ended, nobody else's trash."""


def runs_of(client: MlflowClient, experiment_id: str, condition: str = "") -> Iterator[Run]:
    """Give all runs of an experiment that meet a condition, newest first."""
    token = None
    while True:
        page = client.search_runs([experiment_id], condition, max_results=1000, page_token=token)
        yield from page
        token = page.token
        if not token:
            return


def versions_of(client: MlflowClient, run_id: str) -> list[ModelVersion]:
    """List the registered versions that a run made."""
    return list(client.search_model_versions(f"run_id = '{run_id}'"))


def children_of(client: MlflowClient, run: Run) -> list[Run]:
    """List all runs below a run, however deep."""
    found = list(runs_of(client, run.info.experiment_id, f"tags.`mlflow.parentRunId` = '{run.info.run_id}'"))
    return [*found, *(deeper for one in found for deeper in children_of(client, one))]


def logged_models(client: MlflowClient, run: Run) -> list[LoggedModel]:
    """List the models that a run logged."""
    condition = f"source_run_id = '{run.info.run_id}'"
    return list(client.search_logged_models([run.info.experiment_id], condition))


def size_of(client: MlflowClient, run: Run) -> int:
    """Count the bytes that lie in a local store for a run, its children and its models; of a server: 0."""
    runs = [run, *children_of(client, run)]
    places = [one.info.artifact_uri for one in runs]
    places += [model.artifact_location for one in runs for model in logged_models(client, one)]
    folders = [folder for one in places if (folder := local_folder(one)) is not None]
    return sum(bytes_in(folder) for folder in folders)


def bytes_in(folder: Path) -> int:
    """Count the bytes of a folder's files."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if not path.is_dir())


def remove_training(client: MlflowClient, settings: TrackingSettings, run: Run) -> None:
    """Remove a run with its registered versions, models and children; killed in between, it goes on later.

    The versions go first, so that nobody resolves one whose files are gone; the run itself goes last.
    """
    for one in [*reversed(children_of(client, run)), run]:
        for version in versions_of(client, one.info.run_id):
            client.delete_model_version(version.name, version.version)
        for model in logged_models(client, one):
            client.delete_logged_model(model.model_id)
        client.set_tag(one.info.run_id, PRUNED, "yes")
        client.delete_run(one.info.run_id)
    free_removed(settings, run.info.experiment_id)


def free_removed(settings: TrackingSettings, experiment_id: str) -> None:
    """Free the space of the runs that we removed; on a server that is for `mlflow gc` to do there.

    `mlflow gc` itself would also empty the trash of what people removed by hand.
    """
    if is_server(settings.uri):
        return
    from mlflow.entities import ViewType
    from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

    root = Path(settings.artifact_folder or ".").resolve().as_uri()
    untyped: Any = SqlAlchemyStore
    store = untyped(absolute_uri(settings.uri), root)
    while runs := store.search_runs([experiment_id], f"tags.{PRUNED} = 'yes'", ViewType.DELETED_ONLY):
        ids = [one.info.run_id for one in runs]
        _free_models(store, ids)
        for run in runs:
            _remove_folders([run.info.artifact_uri])
            store._hard_delete_run(run.info.run_id)


def _free_models(store: Any, run_ids: list[str]) -> None:
    for model_id in store._get_deleted_logged_models():
        model = store.get_logged_model(model_id, allow_deleted=True)
        if model.source_run_id in run_ids:
            _remove_folders([model.artifact_location])
            store._hard_delete_logged_model(model_id)


def _remove_folders(addresses: Iterable[str]) -> None:
    """Remove local artifact folders, with the folder of their run's or model's name around them."""
    for folder in filter(None, map(local_folder, addresses)):
        shutil.rmtree(folder.parent if folder.name == "artifacts" else folder, ignore_errors=True)


def local_folder(address: str) -> Path | None:
    """Give the folder of a local artifact address; None of any other."""
    parts = urlparse(address)
    return Path(unquote(parts.path)) if parts.scheme in ("", "file") else None
