"""The outbox: a local store of trainings that the tracking server could not take, until they are sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from icp_ml.model.candidate import Model
from icp_ml.settings import TrackingSettings
from icp_ml.tracking.removing import children_of, local_folder, runs_of, versions_of
from icp_ml.tracking.store import load, store

if TYPE_CHECKING:
    from mlflow.entities import DatasetInput, Metric, Run
    from mlflow.tracking import MlflowClient

TRAINING_ID = "training_id"
"""The same on the server and in the outbox: it tells that two runs are one training."""
KEPT_RUN = "kept_run"
"""On a server's run: the id that it had in the outbox."""
DATABASE = "mlflow.db"
OWN_TAGS = ("mlflow.parentRunId", "mlflow.log-model", "mlflow.runName")


@dataclass(frozen=True)
class Waiting:
    """A whole training in the outbox.

    Attributes
    ----------
    run_id, name : str
    experiment, registered_model : str
        Where it belongs on the server.
    number : str
        Of its model in the outbox's registry.
    """

    run_id: str
    name: str
    experiment: str
    registered_model: str
    number: str

    def there(self, settings: TrackingSettings) -> TrackingSettings:
        """Give the settings of where it belongs, on the server or in the outbox."""
        named = {"experiment": self.experiment, "registered_model": self.registered_model}
        return settings.model_copy(update=named)


@dataclass(frozen=True)
class Record:
    """All that MLflow keeps of one run.

    Attributes
    ----------
    run : Run
    metrics : tuple of Metric
        Every value, with its step and time.
    folder : Path
        Of its artifacts.
    """

    run: Run
    metrics: tuple[Metric, ...]
    folder: Path

    @property
    def tags(self) -> Mapping[str, str]:
        """Give the tags that mean the same in another store."""
        return {name: text for name, text in self.run.data.tags.items() if not name.startswith(OWN_TAGS)}

    @property
    def inputs(self) -> list[DatasetInput]:
        """Give the data sets it learnt from."""
        return self.run.inputs.dataset_inputs if self.run.inputs else []

    def files(self) -> list[str]:
        """List the paths of its artifacts."""
        paths = self.folder.rglob("*") if self.folder.is_dir() else ()
        return sorted(path.relative_to(self.folder).as_posix() for path in paths if path.is_file())


@dataclass(frozen=True)
class Kept:
    """A training as it lies in the outbox: its record, those of its children, parents first, its model."""

    record: Record
    children: tuple[Record, ...]
    model: Model


def outbox_of(settings: TrackingSettings) -> TrackingSettings:
    """Give the settings of the outbox: a local store like any other."""
    folder = settings.outbox
    here = {"uri": f"sqlite:///{folder}/{DATABASE}", "artifact_folder": f"{folder}/artifacts"}
    return settings.model_copy(update=here)


def waiting(settings: TrackingSettings) -> list[Waiting]:
    """List the trainings that wait in the outbox, oldest first; whatever their data.

    One that was killed while it was kept has no registered model, and is not among them.
    """
    if not Path(settings.outbox, DATABASE).is_file():
        return []
    with store(outbox_of(settings)) as client:
        found = [
            (int(run.info.start_time), Waiting(run.info.run_id, run.info.run_name, experiment.name, *of))
            for experiment in client.search_experiments()
            for run in runs_of(client, experiment.experiment_id, f"tags.`{TRAINING_ID}` != ''")
            if (of := _registered_as(client, run.info.run_id)) is not None
        ]
    return [one for _, one in sorted(found, key=lambda pair: (pair[0], pair[1].run_id))]


def waiting_words(settings: TrackingSettings) -> list[str]:
    """Say how many trainings wait, and how they are sent; nothing where none does."""
    n = len(waiting(settings))
    what = "1 training waits" if n == 1 else f"{n:,} trainings wait"
    return [f"{what} in {settings.outbox} for the tracking server: make send"] if n else []


def kept(settings: TrackingSettings, which: Waiting) -> Kept:
    """Read a training from the outbox.

    Raises
    ------
    DataError
        Its model is not what was trained.
    """
    here = which.there(outbox_of(settings)).model_copy(update={"model": which.number})
    with store(here) as client:
        run = client.get_run(which.run_id)
        record = _record(client, run)
        children = tuple(_record(client, one) for one in children_of(client, run))
    return Kept(record, children, load(here))


def _registered_as(client: MlflowClient, run_id: str) -> tuple[str, str] | None:
    """Give the name and number of the whole model that a run registered."""
    whole = [one for one in versions_of(client, run_id) if one.tags.get("model_version")]
    return (whole[0].name, str(whole[0].version)) if whole else None


def _record(client: MlflowClient, run: Run) -> Record:
    history: list[Any] = [
        one for name in run.data.metrics for one in client.get_metric_history(run.info.run_id, name)
    ]
    return Record(run, tuple(history), _local(run))


def _local(run: Run) -> Path:
    folder = local_folder(run.info.artifact_uri)
    assert folder is not None  # the outbox is a local store
    return folder
