"""Register the declared rubric as a model: what label=rubric does in place of learning."""

from __future__ import annotations

from icp_ml.config import Run, stage


def declare(run: Run) -> int:
    """Check the columns, make the rubric's model and register it; without a champion it becomes that.

    Gives the exit status.

    Raises
    ------
    ConfigError
        The rubric speaks of columns that nobody knows, or no prospects are mapped.
    """
    from icp_ml.checks import findings_line, said_findings, stop_if_any
    from icp_ml.data.tables import mapped_fields
    from icp_ml.errors import ConfigError
    from icp_ml.model.declared import rubric_model
    from icp_ml.rubric import never_known
    from pipelines.assembling import facts_of, raw_form
    from pipelines.logging_run import track_declared
    from pipelines.manifests import declared_notes
    from pipelines.readiness import attempt, examined

    config = run.config
    if config.data.prospects is None:
        what = f"conf/data/{config.data.name}.yaml maps no prospects: there is nobody to give points to."
        raise ConfigError(what, fix="Map the list of prospects.")
    found = attempt(run, is_strict=True)
    with stage(run.named("checks")) as say:
        findings = examined(run, found)
        stop_if_any(findings)
        say(findings_line(findings), said_findings(findings))
    with stage(run.named("model")) as say:
        fields = mapped_fields("prospects", config.data)
        facts = {**facts_of(run), "best": "what the declared rubric looks for"}
        minimum = config.scoring.tiers.min_completeness
        model = rubric_model(config.rubric, fields, minimum, facts, raw_form(config))
        points = sum(point.weight for point in config.rubric.points.values())
        notes = [*never_known(config.rubric, model.encoder), *declared_notes(config)]
        say(f"the declared rubric, {points:g} points at most; nothing is learnt", notes)
    with stage(run.named("tracking")) as say:
        assert found.tables is not None
        said, status = track_declared(run, model, found.tables, findings, notes)
        say(said)
    return status
