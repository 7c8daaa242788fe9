"""Learn who the best customers are: data, label, split, checks, model, evaluation, tracking."""

from __future__ import annotations

from typing import TYPE_CHECKING

from icp_ml.config import Run, run_pipeline, stage
from icp_ml.errors import ExitCode
from pipelines.segmented import for_each_segment

if TYPE_CHECKING:
    from icp_ml.checks import Finding
    from icp_ml.evaluation.judging import Judgement
    from icp_ml.model.candidate import Model
    from icp_ml.model.training import Fit
    from pipelines.readiness import Attempt, Prepared


def train(run: Run) -> int:
    """Train a candidate for each segment, judge it on the newest customers, log and register it.

    It becomes the challenger; and the champion where it passes every gate, or there is none yet.
    The status is 10 where a tracking server could not take a run, which is kept in the outbox.
    """
    return for_each_segment(run, _train)


def _train(run: Run) -> int:
    from icp_ml.settings import RubricLabelSettings
    from pipelines.attempting import Evidence
    from pipelines.declaring import declare
    from pipelines.logging_run import track
    from pipelines.promoting import promote_if_better
    from pipelines.readiness import attempt
    from pipelines.registering import check_server

    check_server(run)
    if isinstance(run.config.label, RubricLabelSettings):
        return declare(run)
    tried = attempt(run, is_strict=True)
    found, findings = _checked(run, tried)
    fit, model = _fit(run, found, findings)
    judgement, findings = _judge(run, found, (fit, model), findings)
    with stage(run.named("tracking")) as say:
        said, status = track(run, model, judgement, (found, findings))
        say(said)
    if judgement.is_passed and status == ExitCode.OK:
        promote_if_better(run, Evidence(found.rows, findings))
    return status


def _checked(run: Run, tried: Attempt) -> tuple[Prepared, list[Finding]]:
    from icp_ml.checks import findings_line, idle_acknowledgements, said_findings
    from pipelines.readiness import examined

    with stage(run.named("checks")) as say:
        findings = examined(run, tried)
        found = tried.prepared(findings)
        idle = idle_acknowledgements(findings, run.config.checks.acknowledged)
        say(findings_line(findings), [*said_findings(findings), *idle])
    return found, findings


def _fit(run: Run, found: Prepared, findings: list[Finding]) -> tuple[Fit, Model]:
    from icp_ml.engine.reaching import folds_on
    from icp_ml.model.training import fit_candidate, n_steps
    from pipelines.assembling import assemble, recipe_of, unused_notes
    from pipelines.progress import counter
    from pipelines.scoring import n_workers

    recipe = recipe_of(run.config, findings)
    steps = (n_steps(recipe), "model", "step")
    with stage(run.named("model")) as say:
        with folds_on(run.config.engine, n_workers(run.config)), counter(*steps) as progress:
            fit = fit_candidate(found.training, recipe, progress)
        say(fit.summary(), unused_notes(found.rows, fit, recipe.features.exclude))
    return fit, assemble(run, fit, found)


def _judge(
    run: Run, found: Prepared, made: tuple[Fit, Model], findings: list[Finding]
) -> tuple[Judgement, list[Finding]]:
    """Test the candidate, and look at its figures with the eyes of the checks."""
    from icp_ml.checks import auc_alarm, findings_json, unacknowledged, with_acknowledgements
    from icp_ml.evaluation.judging import judge
    from icp_ml.evaluation.report import report_line
    from pipelines.assembling import case_of, told_of

    config = run.config
    with stage(run.named("evaluation")) as say:
        case = case_of(run, found, made, findings)
        judgement = judge(case, told_of(run, found, made[0], findings), config.evaluation, config.seed)
        alarm = auc_alarm(judgement.report.figures["icp_ml"]["roc_auc"].value, config.checks)
        if alarm is not None:
            findings = with_acknowledgements([*findings, alarm], config.checks.acknowledged)
            say.notes.append(str(alarm))
        alarms = [str(one) for one in unacknowledged(findings, "alarm")]
        judgement = judgement.checked(findings_json(findings), alarms, config.evaluation)
        say(report_line(judgement.report))
    return judgement, findings


if __name__ == "__main__":
    run_pipeline(train)
