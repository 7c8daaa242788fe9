"""Register what was logged, and say and decide what becomes of it: trained now, sent later, or kept here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from icp_ml.config import Run, stage
from icp_ml.errors import ExitCode, UnavailableError
from icp_ml.settings import TrackingSettings

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient

    from icp_ml.model.candidate import Model
    from icp_ml.tracking.runs import Training
    from icp_ml.tracking.store import Registered

SWITCH = "make promote ARGS=evaluation.promotion.accepts_other_label=true"
REPORTS = ("report.html", "report.json")


def registered(run: Run, model: Model, training: Training, failures: Sequence[str]) -> tuple[str, ExitCode]:
    """Log to the store and register; where a server cannot take it, to the outbox. Say what became of it."""
    from icp_ml.tracking.outbox import TRAINING_ID, outbox_of
    from icp_ml.tracking.reaching import is_server
    from icp_ml.tracking.store import store

    settings = run.config.tracking
    marked = replace(training, tags={**training.tags, TRAINING_ID: uuid4().hex})
    try:
        with store(settings) as client:
            found = _logged(client, settings, model, marked)
            where = _written(settings, model, training)
            said = settled(client, settings, (model, found), failures, run.config.today)
            return f"{_named(settings, found)}, {where}; {said}", ExitCode.OK
    except UnavailableError as failure:
        if not is_server(settings.uri):
            raise
        with store(outbox_of(settings)) as client:
            _logged(client, outbox_of(settings), model, marked)
        where, why = _written(settings, model, training), failure.what.rstrip(".")
        said = f"not sent: {why}; kept in {settings.outbox} until make send"
        return f"{model.version}, {where}; {said}", ExitCode.ALARMS


def _written(settings: TrackingSettings, model: Model, training: Training) -> str:
    """Write the report to the exported model; say where both are."""
    from icp_ml.tracking.exports import write_report

    folder = Path(settings.export_folder) / settings.registered_model
    report = write_report(folder, model.version, {name: training.texts[f"report/{name}"] for name in REPORTS})
    return f"also in {folder / model.version}; report: {report}"


def settled(
    client: MlflowClient,
    settings: TrackingSettings,
    made: tuple[Model, Registered],
    failures: Sequence[str],
    today: date,
) -> str:
    """Make a registered model the champion where there is none and it passed its gates; say what it is."""
    from icp_ml.tracking.decisions import Decision, promote
    from icp_ml.tracking.store import CHAMPION, find

    model, found = made
    champion = find(client, settings, CHAMPION)
    if failures:
        return f"not promoted: {' '.join(failures)}"
    if champion is None:
        promote(client, settings, Decision("promoted", found, None, "the first", today))
        return "it is the champion now"
    if champion.model_version == model.version:
        return "the same model as the champion"
    return _challenge(model, champion, client.get_run(champion.run_id).data.tags)


def sent_words(settings: TrackingSettings, found: Registered, said: str) -> str:
    """Say what became of a training that was sent."""
    return f"{_named(settings, found)}; {said}"


def check_server(run: Run) -> None:
    """Say before a training whether its server is there; one that does not answer stops nothing.

    Raises
    ------
    UnavailableError
        It lets nobody in, or does not permit to log a run.
    """
    from icp_ml.tracking.outbox import waiting_words
    from icp_ml.tracking.reaching import UnreachableError, is_server, shown
    from icp_ml.tracking.store import check_access, store

    settings = run.config.tracking
    if not is_server(settings.uri):
        return
    with stage(run.named("server")) as say:
        try:
            with store(settings) as client:
                check_access(client, settings)
            say(f"{shown(settings.uri)} answers", waiting_words(settings))
        except UnreachableError as failure:
            said = f"{failure.what.rstrip('.')}; what is trained will be kept in {settings.outbox}"
            say(said, waiting_words(settings))


def _logged(client: MlflowClient, settings: TrackingSettings, model: Model, training: Training) -> Registered:
    """Log a training to a store and register its model as challenger there."""
    from icp_ml.tracking.runs import finish_run, log_training, start_run
    from icp_ml.tracking.store import experiment_id, register

    run_id = start_run(client, experiment_id(client, settings), training)
    is_registered = False
    try:
        log_training(client, run_id, training)
        found = register(client, model, run_id, settings)
        is_registered = True
    finally:
        finish_run(client, run_id, is_registered)
    return found


def _named(settings: TrackingSettings, found: Registered) -> str:
    return f"{settings.registered_model} {found.number} ({found.model_version})"


def _challenge(model: Model, champion: Registered, tags: dict[str, str]) -> str:
    """Say whom the model challenges, and whether that would be a switch between rubric and learning."""
    whom = f"it is the challenger of {champion.number}"
    was_declared, is_declared = tags.get("is_declared") == "yes", model.calibration is None
    if was_declared and not is_declared:
        return f"{whom}, the declared rubric ({SWITCH} to switch over to what was learnt)"
    if is_declared and not was_declared:
        return f"{whom}, which was learnt from customers ({SWITCH} to go back to the rubric)"
    return whom
