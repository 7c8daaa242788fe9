"""Keep a search: its trials in a journal that a later run goes on with, and as runs below one parent run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import optuna
    from mlflow.tracking import MlflowClient

    from icp_ml.tuning.trials import Trial

FOLDS_AT_LEAST = 1
TRIALS_AT_LEAST = 5


def open_study(folder: Path, digest: str) -> optuna.Study:
    """Open the study of a question, made where it is new.

    Trials are given up where, after as many folds, they do worse than the median of those before.

    Parameters
    ----------
    folder : Path
        Holds a journal for each question.
    digest : str
        Of the question.
    """
    import optuna
    from optuna.storages import JournalStorage
    from optuna.storages.journal import JournalFileBackend

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    folder.mkdir(parents=True, exist_ok=True)
    storage = JournalStorage(JournalFileBackend(str(folder / f"{digest}.journal")))
    pruner = optuna.pruners.MedianPruner(n_startup_trials=TRIALS_AT_LEAST, n_warmup_steps=FOLDS_AT_LEAST)
    return optuna.create_study(storage=storage, pruner=pruner, study_name=digest, load_if_exists=True)


def start_search(client: MlflowClient, experiment_id: str, name: str, tags: Mapping[str, str]) -> str:
    """Start the run that a search's trials stand below; give its id."""
    source = {"mlflow.source.name": "pipelines.tune"}
    run = client.create_run(experiment_id, run_name=name, tags={**tags, **source})
    return str(run.info.run_id)


def log_trial(client: MlflowClient, parent: str, trial: Trial) -> None:
    """Log a trial as a run of its own below the search's; without a figure it was given up."""
    from mlflow.entities import Param, RunTag

    experiment_id = client.get_run(parent).info.experiment_id
    tags = {"mlflow.parentRunId": parent}
    run_id = client.create_run(experiment_id, run_name=f"trial {trial.number}", tags=tags).info.run_id
    parameters = [Param(name, str(value)) for name, value in trial.values.items()]
    said = "given up early" if trial.log_loss is None else "scored"
    client.log_batch(run_id, params=parameters, tags=[RunTag("trial", said)])
    if trial.log_loss is not None:
        client.log_metric(run_id, "tuning/log_loss", trial.log_loss)
    client.set_terminated(run_id, "FINISHED")


def finish_search(client: MlflowClient, parent: str, texts: Mapping[str, str]) -> None:
    """Keep what a search wrote, and close its run; without anything it failed."""
    for name, text in texts.items():
        client.log_text(parent, text, name)
    client.set_terminated(parent, "FINISHED" if texts else "FAILED")
