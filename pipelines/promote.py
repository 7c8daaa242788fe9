"""Make the challenger of each segment its champion, where it passes every gate; say first who moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

from icp_ml.config import Run, run_pipeline, stage
from icp_ml.errors import RefusedError, UnavailableError
from pipelines.segmented import for_each_segment

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient

    from icp_ml.tracking.store import Registered
    from pipelines.attempting import Evidence


def promote(run: Run) -> None:
    """Promote in every segment where it may be; then say where it may not."""
    for_each_segment(run, _promote)


def _promote(run: Run) -> None:
    """Compare the challenger with the champion, and move the alias where every gate is passed.

    Raises
    ------
    UnavailableError
        There is no challenger, or one that may not become the first champion.
    RefusedError
        A gate said no; the line says which, and where the decision lies.
    """
    from pipelines.promoting import decide

    if _is_settled(run):
        return
    evidence = _evidence(run)
    with stage(run.named("promote")) as say:
        decided = decide(run, evidence, True)
        say(decided.line, decided.notes)
    if not (decided.is_passed or run.config.evaluation.promotion.is_dry_run):
        raise RefusedError("not promoted; the champion stays.", fix="See which gates failed, above.")


def _is_settled(run: Run) -> bool:
    """Do what needs no comparison: the first champion, or the same model once more."""
    from icp_ml.tracking.store import CHALLENGER, CHAMPION, find, store

    settings = run.config.tracking
    with store(settings) as client:
        challenger, champion = find(client, settings, CHALLENGER), find(client, settings, CHAMPION)
        if challenger is None:
            what = f"{settings.registered_model} has no challenger."
            raise UnavailableError(what, fix="Run make train first.")
        if champion is not None and champion.model_version != challenger.model_version:
            return False
        with stage(run.named("promote")) as say:
            name = f"{settings.registered_model} {challenger.number} ({challenger.model_version})"
            said = _first(run, client, challenger) if champion is None else "is the champion already"
            say(f"{name} {said}")
    return True


def _first(run: Run, client: MlflowClient, challenger: Registered) -> str:
    """Make a challenger the first champion, unless it failed a gate or was taken back; say what it is."""
    from icp_ml.tracking.decisions import Decision, rolled_back_on
    from icp_ml.tracking.decisions import promote as make_champion

    settings = run.config.tracking
    if client.get_run(challenger.run_id).data.tags.get("gates") != "passed":
        what = f"{settings.registered_model} {challenger.number} failed its gates when it was trained."
        raise UnavailableError(what, fix="See report/report.md of its run in make ui; train a better one.")
    back = rolled_back_on(client, settings, challenger.model_version)
    if back is not None:
        what = f"{settings.registered_model} {challenger.number} was taken back on {back}."
        raise UnavailableError(what, fix="Train a better one; or remove its tag rolled_back in make ui.")
    if run.config.evaluation.promotion.is_dry_run:
        return "would be the champion, the first"
    make_champion(client, settings, Decision("promoted", challenger, None, "the first", run.config.today))
    return "is the champion, the first"


def _evidence(run: Run) -> Evidence:
    """Read data and labels as training does, and run the checks of today."""
    from icp_ml.checks import findings_line
    from pipelines.attempting import Evidence
    from pipelines.readiness import attempt, examined

    tried = attempt(run, is_strict=True)
    with stage(run.named("checks")) as say:
        findings = examined(run, tried)
        say(findings_line(findings))
    if tried.rows is None and run.config.label.definition != "rubric":
        tried.prepared(findings)
    return Evidence(tried.rows, findings)


if __name__ == "__main__":
    run_pipeline(promote)
