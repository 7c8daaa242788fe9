"""MLflow: one run for each training, one registered model for each data set, its champion by alias."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from icp_ml.errors import IcpError, UnavailableError
from icp_ml.model.candidate import Model
from icp_ml.settings import TrackingSettings
from icp_ml.tracking.exports import exported_folder, read_model, write_model
from icp_ml.tracking.reaching import SQLITE, absolute_uri, check_answers, make_patient, reworded
from icp_ml.tracking.relocation import follow_move

if TYPE_CHECKING:
    from mlflow.entities.model_registry import ModelVersion
    from mlflow.tracking import MlflowClient

KIND = ("mlflow.experimentKind", "custom_model_development")  # the UI's model training view
CHAMPION, CHALLENGER = "champion", "challenger"
FINISHED_TRAINING = "attributes.status = 'FINISHED' AND tags.`mlflow.source.name` = 'pipelines.train'"


@dataclass(frozen=True)
class Registered:
    """A model in the registry: its version number there, its digest, its aliases and the run that made it."""

    number: str
    model_version: str
    aliases: tuple[str, ...]
    run_id: str
    created_at: float  # seconds since 1970


@contextmanager
def store(settings: TrackingSettings) -> Iterator[MlflowClient]:
    """Connect to the tracking store; a local one is made, and migrated, under a lock.

    Raises
    ------
    UnavailableError
        It does not answer, or does not permit what it is asked.
    """
    make_patient(settings)
    check_answers(settings)
    import mlflow
    from mlflow.exceptions import MlflowException
    from mlflow.tracking import MlflowClient
    from requests import RequestException

    uri = absolute_uri(settings.uri)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # MLflow's own, on a clean run
            mlflow.set_tracking_uri(uri)
            with _prepared(settings, uri):
                client = MlflowClient(uri)
            yield client
    except (MlflowException, RequestException) as failure:
        raise reworded(failure, settings) from failure


def register(client: MlflowClient, model: Model, run_id: str, settings: TrackingSettings) -> Registered:
    """Log the model to a run, register it, load it back, and make it the challenger.

    Raises
    ------
    IcpError
        What was stored is not what was trained; no alias has moved.
    """
    folder = write_model(model, Path(settings.export_folder) / settings.registered_model)
    return finish_registering(client, model, settings, _log_model(client, model, folder, settings, run_id))


def finish_registering(
    client: MlflowClient, model: Model, settings: TrackingSettings, number: str
) -> Registered:
    """Load a registered version back and make it the challenger; done twice, it is as done once.

    Raises
    ------
    IcpError
        What was stored is not what was trained; no alias has moved.
    """
    client.set_model_version_tag(settings.registered_model, number, "model_version", model.version)
    if read_model(stored_folder(settings, number)).version != model.version:
        raise IcpError(
            "the stored model differs from the trained one.", fix="Look at the artifact store, train again."
        )
    client.set_registered_model_alias(settings.registered_model, CHALLENGER, number)
    return registered(client, settings, number)


def find(client: MlflowClient, settings: TrackingSettings, alias: str) -> Registered | None:
    """Give the version that an alias names, if it names one."""
    from mlflow.exceptions import MlflowException

    try:
        aliases = client.get_registered_model(settings.registered_model).aliases
    except MlflowException as failure:
        if failure.error_code == "RESOURCE_DOES_NOT_EXIST":
            return None
        raise
    return registered(client, settings, str(aliases[alias])) if alias in aliases else None


def registered(client: MlflowClient, settings: TrackingSettings, number: str) -> Registered:
    """Give what the registry knows of a version."""
    found: ModelVersion = client.get_model_version(settings.registered_model, number)
    aliases = client.get_registered_model(settings.registered_model).aliases
    names = tuple(sorted(alias for alias, version in aliases.items() if str(version) == number))
    version = found.tags.get("model_version", "")
    return Registered(number, version, names, found.run_id or "", found.creation_timestamp / 1000)


def load(settings: TrackingSettings) -> Model:
    """Load the model that `tracking.model` names: an exported folder, an alias or a version number.

    Raises
    ------
    UnavailableError
        There is none of that name.
    """
    folder = Path(settings.model)
    if (folder / "model.json").is_file():
        return read_model(folder)
    if "/" in settings.model:
        raise UnavailableError(
            f"{settings.model} holds no model.", fix="Name a folder that make train exported."
        )
    with store(settings) as client:
        found = resolve(client, settings)
        exported = exported_folder(settings, found.model_version)
        is_here = (exported / "model.json").is_file()
        folder = exported if is_here else stored_folder(settings, found.number)
        return read_model(folder, found.model_version)


def resolve(client: MlflowClient, settings: TrackingSettings) -> Registered:
    """Give the version that `tracking.model` names by alias or number.

    Raises
    ------
    UnavailableError
        There is none.
    """
    if settings.model.isdecimal():
        return registered(client, settings, settings.model)
    found = find(client, settings, settings.model)
    if found is None:
        what = f"{settings.registered_model} has no {settings.model}."
        raise UnavailableError(
            what, fix="Run make train first, or name another model with tracking.model=..."
        )
    return found


def stored_folder(settings: TrackingSettings, number: str) -> Path:
    """Fetch the artifact of a registered version; give its folder here."""
    from mlflow.artifacts import download_artifacts

    stored = Path(download_artifacts(f"models:/{settings.registered_model}/{number}"))
    return next(iter(stored.glob("data/**/model.json")), stored / "model.json").parent


def _log_model(
    client: MlflowClient, model: Model, folder: Path, settings: TrackingSettings, run_id: str
) -> str:
    import mlflow

    from icp_ml.tracking.signature import example_row, signature

    with mlflow.start_run(run_id=run_id):
        info = mlflow.pyfunc.log_model(
            name="model",
            loader_module="icp_ml.tracking.serving",
            data_path=str(folder),
            signature=signature(model),
            input_example=example_row(model),
            pip_requirements=["icp_ml"],
        )
    _ensure_registered(client, settings.registered_model)
    found = client.create_model_version(
        settings.registered_model, info.model_uri, run_id, model_id=info.model_id, await_creation_for=0
    )
    return str(found.version)


def _ensure_registered(client: MlflowClient, name: str) -> None:
    from mlflow.exceptions import MlflowException

    try:
        client.create_registered_model(name)
    except MlflowException as failure:
        if failure.error_code != "RESOURCE_ALREADY_EXISTS":
            raise


@contextmanager
def _prepared(settings: TrackingSettings, uri: str) -> Iterator[None]:
    """Let one process at a time make, migrate and relocate a local database, which connecting does."""
    if not uri.startswith(SQLITE):
        yield
        return
    from filelock import FileLock

    database = Path(uri.removeprefix(SQLITE))
    database.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(database.parent / ".prepare"):
        if database.is_file() and settings.artifact_folder:
            follow_move(uri, Path(settings.artifact_folder))
        yield


def experiment_id(client: MlflowClient, settings: TrackingSettings) -> str:
    """Give the experiment of this data set, made where it is new."""
    found = client.get_experiment_by_name(settings.experiment)
    if found is not None:
        return str(found.experiment_id)
    where = Path(settings.artifact_folder).resolve().as_uri() if settings.artifact_folder else None
    return str(client.create_experiment(settings.experiment, artifact_location=where, tags=dict([KIND])))


def check_access(client: MlflowClient, settings: TrackingSettings) -> None:
    """Write what changes nothing, to know before a training whether its run may be logged."""
    from mlflow.exceptions import MlflowException

    client.set_experiment_tag(experiment_id(client, settings), *KIND)
    try:
        client.set_registered_model_tag(settings.registered_model, "experiment", settings.experiment)
    except MlflowException as failure:
        if failure.error_code != "RESOURCE_DOES_NOT_EXIST":
            raise


def newest_run(client: MlflowClient, settings: TrackingSettings) -> Any | None:
    """Give the newest finished training run of this data set, if there is one."""
    found = client.get_experiment_by_name(settings.experiment)
    if found is None:
        return None
    return next(iter(client.search_runs([found.experiment_id], FINISHED_TRAINING, max_results=1)), None)
