"""Log a training as one MLflow run and register its model: what train leaves behind."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from icp_ml.config import Run
from icp_ml.errors import ExitCode
from icp_ml.settings import Config

if TYPE_CHECKING:
    import pandas as pd

    from icp_ml.checks import Finding
    from icp_ml.data.outcomes import TrainingTables
    from icp_ml.evaluation.judging import Judgement
    from icp_ml.model.candidate import Model
    from pipelines.readiness import Prepared

NAMING = (
    *("label.", "segments", "rubric.", "split.", "features.", "model.", "evaluation.", "checks."),
    *("scoring.tiers", "scoring/tiers", "experiment=", "seed="),
)
MAX_NAME = 120
LOGGED_GROUPS = ("label", "split", "features", "model", "checks")


def track(
    run: Run, model: Model, judgement: Judgement, made: tuple[Prepared, list[Finding]]
) -> tuple[str, ExitCode]:
    """Log and register a candidate; make it the champion where there is none; say what happened.

    One that fails a gate is registered as challenger and never promoted here. One that a tracking server
    cannot take is kept in the outbox, and the exit status given is that of alarms.
    """
    from icp_ml.charts import png
    from icp_ml.tracking.runs import Training
    from pipelines.logging_data import rows_used, tables_used
    from pipelines.registering import registered
    from pipelines.reporting import note_of, report_texts

    found, findings = made
    report = judgement.report
    written = report_texts(run, model, judgement, found.tables)
    tags = {
        **_tags(run, model, found.tables, findings),
        "gates": "passed" if judgement.is_passed else "failed",
        "verdict": report.verdict,
        "mlflow.note.content": note_of(written["report.md"]),
    }
    training = Training(
        name=run_name(run, model.kind),
        composed=_composed(run),
        parameters=_parameters(run.config),
        tags=tags,
        metrics=_metrics(judgement),
        plots={name: png(chart) for name, chart in judgement.plots.items()},
        texts={
            **_texts(found.tables, findings),
            **{f"report/{name}": text for name, text in written.items()},
        },
        tables=_tables(judgement),
        datasets=[*rows_used(found.training, judgement.scored), *tables_used(run.config.data, found.tables)],
        folds=judgement.folds,
    )
    return registered(run, model, training, report.failures)


def track_declared(
    run: Run, model: Model, tables: TrainingTables, findings: list[Finding], notes: list[str]
) -> tuple[str, ExitCode]:
    """Log and register a declared rubric, which has no figures and no gates to pass."""
    from icp_ml.tracking.runs import Training
    from pipelines.logging_data import tables_used
    from pipelines.registering import registered
    from pipelines.reporting import declared_texts, note_of

    points = run.config.rubric.model_dump(mode="json")
    written = declared_texts(run, model, tables, findings, notes)
    tags = {
        **_tags(run, model, tables, findings),
        "gates": "passed",
        "verdict": "not tested: nothing is learnt",
        "mlflow.note.content": note_of(written["report.md"]),
    }
    texts = {
        **_texts(tables, findings),
        "rubric.json": json.dumps(points, indent=2),
        **{f"report/{name}": text for name, text in written.items()},
    }
    training = Training(
        name=run_name(run, model.kind),
        composed=_composed(run),
        parameters=_parameters(run.config),
        tags=tags,
        metrics={},
        plots={},
        texts=texts,
        tables={},
        datasets=tables_used(run.config.data, tables),
    )
    return registered(run, model, training, ())


def run_name(run: Run, kind: str) -> str:
    """Name a run after its label, its kind and what the command line changed: no address, no secret.

    The label goes by the name of its file in `conf/label` where the command line chose one: "value_quarter".
    Settings go by their last name, since the UI's columns are narrow.
    """
    label, changed = str(run.config.label.definition), []
    for one in run.overrides:
        name, _, value = one.lstrip("+~").partition("=")
        if name == "label":
            label = value
        elif one.lstrip("+~").startswith(NAMING) and one != f"model.kinds=[{kind}]":
            changed.append(f"{name.rpartition('.')[2]}={value}")
    kinds = [] if kind == label else [kind.replace("_", " ")]
    return ", ".join([label, *kinds, *changed])[:MAX_NAME]


def _composed(run: Run) -> str:
    from icp_ml.data.sources import masked

    return masked(run.composed)


def _tags(run: Run, model: Model, tables: TrainingTables, findings: list[Finding]) -> dict[str, str]:
    """Tag a run with whose it is, digests, and what the checks found."""
    from icp_ml.checks import acknowledged, findings_line
    from icp_ml.tracking.code import code_version

    return {
        "data": run.config.data.name,
        "segment": run.segment,
        "data_digest": hashlib.sha256("".join(tables.digests.values()).encode()).hexdigest()[:12],
        "label_digest": model.facts["label_digest"],
        "best": model.facts["best"],
        "kind": model.kind,
        "is_declared": "yes" if model.calibration is None else "no",
        "model_version": model.version,
        "checks": findings_line(findings),
        "checks_acknowledged": ", ".join(acknowledged(findings)) or "none",
        "code_version": code_version(),
        "mlflow.source.name": "pipelines.train",
    }


def _metrics(judgement: Judgement) -> dict[str, float]:
    from icp_ml.evaluation.folds import fold_spread
    from icp_ml.tracking.runs import FOLDS, metric_names

    report = judgement.report
    folds = {f"{FOLDS}/{name}": value for name, value in fold_spread(judgement.folds).items()}
    return metric_names(report.figures, report.differences) | folds | {"test/verdict_p_value": report.p_value}


def _tables(judgement: Judgement) -> dict[str, pd.DataFrame]:
    from icp_ml.data.scored_text import safe_rows

    tables = {**judgement.tables, "test_rows": judgement.scored}
    return {f"report/{name}": safe_rows(table) for name, table in tables.items()}


def _texts(tables: TrainingTables, findings: list[Finding]) -> dict[str, str]:
    from icp_ml.checks import checks_markdown, findings_json

    enrichment = tables.enrichment_markdown()
    return {
        "report/checks.md": checks_markdown(findings),
        "report/checks.json": json.dumps(findings_json(findings), indent=2),
        "report/datasets.json": json.dumps(dict(tables.digests), indent=2),
        **({"report/enrichment.md": enrichment} if enrichment else {}),
    }


def _parameters(config: Config) -> dict[str, Any]:
    found: dict[str, Any] = {"seed": config.seed, "today": config.today, "data": config.data.name}
    for group in LOGGED_GROUPS:
        content = getattr(config, group).model_dump(mode="json")
        found |= {f"{group}.{name}": value for name, value in content.items()}
    return found
