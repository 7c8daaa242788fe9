"""Put a trained candidate together and log it: what train leaves behind."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from icp_ml.config import Config, Run

if TYPE_CHECKING:
    from icp_ml.data.outcomes import TrainingTables
    from icp_ml.evaluation.judging import Judgement
    from icp_ml.label import Labels
    from icp_ml.model.candidate import Model
    from icp_ml.model.training import Fit, TrainingSet
    from icp_ml.split import Split

NAMING = ("label.", "split.", "features.", "model.", "evaluation.", "scoring.tiers", "experiment=", "seed=")
LOGGED_GROUPS = ("label", "split", "features", "model")


def assemble(run: Run, fit: Fit, labels: Labels, split: Split, training: TrainingSet) -> Model:
    """Make the model that will be tested and, unchanged, registered."""
    from icp_ml.model.candidate import Model
    from icp_ml.scoring import frozen_tiers

    config = run.config
    base_rate = float(training.is_best.mean())
    facts = {
        "data": config.data.name,
        "today": str(config.today),
        "label": config.label.model_dump(mode="json"),
        "label_digest": label_digest(config),
        "best": labels.meaning,
        "n_rows": len(training.rows),
        "n_best": int(training.is_best.sum()),
        "cut": None if split.cut is None else str(split.cut.date()),
        "n_rounds": fit.n_rounds,
        "features": config.features.model_dump(mode="json"),
        "model": config.model.model_dump(mode="json"),
        "tiers": config.scoring.tiers.model_dump(mode="json"),
        "n_reasons": config.scoring.n_reasons,
    }
    tiers = frozen_tiers(base_rate, config.scoring.tiers)
    return Model(fit.encoder, fit.boosters, fit.calibration, tiers, base_rate, facts, _raw_form(config))


def unused_notes(rows: TrainingSet, fit: Fit, exclude: tuple[str, ...]) -> list[str]:
    """Say which columns could be features and are not: empty ones, and dates mostly from later."""
    used = {attribute.name for attribute in fit.encoder.attributes}
    ahead, empty = "most dates lie after the day they should describe", "no value is known"
    return [
        f"{field.words}: not learnt from; {ahead if rows.accounts[name].notna().any() else empty}"
        for name, field in rows.fields.items()
        if field.is_feature and name not in used and name not in exclude
    ]


def label_digest(config: Config) -> str:
    """Digest the definition of best: two models with one digest answer the same question."""
    content = json.dumps(config.label.model_dump(mode="json"), sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()[:12]


def track(run: Run, model: Model, judgement: Judgement, tables: TrainingTables) -> str:
    """Log and register the model; make it the champion where it may; say what happened.

    A candidate that fails a gate is registered as challenger and never promoted here.
    """
    from icp_ml.tracking.runs import finish_run, log_dataset, log_training
    from icp_ml.tracking.store import CHAMPION, experiment_id, find, promote, register, store

    settings = run.config.tracking
    with store(settings) as client:
        run_id = log_training(
            client, experiment_id(client, settings), _training(run, model, judgement, tables)
        )
        is_registered = False
        try:
            for name, digest in tables.digests.items():
                log_dataset(client, run_id, name, digest, {"n_rows": len(tables.rows[name])})
            found = register(client, model, run_id, settings)
            is_registered = True
        finally:
            finish_run(client, run_id, is_registered)
        exported = Path(settings.export_folder) / settings.registered_model / model.version
        said = f"{settings.registered_model} {found.number} ({model.version}), also in {exported}"
        champion = find(client, settings, CHAMPION)
        if not judgement.is_passed:
            return f"{said}; not promoted: {' '.join(judgement.report.failures)}"
        if champion is None:
            promote(client, settings, found.number)
            return f"{said}; it is the champion now"
        if champion.model_version == model.version:
            return f"{said}; the same model as the champion"
        return f"{said}; it is the challenger of {champion.number} (make promote to replace that one)"


def _training(run: Run, model: Model, judgement: Judgement, tables: TrainingTables) -> Any:
    from icp_ml.data.sources import masked
    from icp_ml.evaluation.report import report_json, report_markdown
    from icp_ml.tracking.runs import Training, metric_names

    config = run.config
    report = judgement.report
    written = report_markdown(f"{config.data.name}: {run_name(run)}", report)
    tags = {
        "data": config.data.name,
        "data_digest": hashlib.sha256("".join(tables.digests.values()).encode()).hexdigest()[:12],
        "label_digest": label_digest(config),
        "best": report.best,
        "model_version": model.version,
        "gates": "passed" if judgement.is_passed else "failed",
        "mlflow.note.content": written,
        "mlflow.source.name": "pipelines.train",
    }
    texts = {
        "report/report.md": written,
        "report/report.json": json.dumps(report_json(report), indent=2),
        "report/test_rows.csv": judgement.scored.to_csv(index=False),
        "report/datasets.json": json.dumps(dict(tables.digests), indent=2),
    }
    name, composed = run_name(run), masked(run.composed)
    metrics = metric_names(report.figures, report.differences)
    return Training(name, composed, _parameters(config), tags, metrics, judgement.plots, texts)


def run_name(run: Run) -> str:
    """Name a run after its label and what the command line changed of the stages: no address, no secret."""
    changed = [one for one in run.overrides if one.lstrip("+~").startswith(NAMING)]
    return " ".join([run.config.label.definition, *changed])[:120]


def _parameters(config: Config) -> dict[str, Any]:
    found: dict[str, Any] = {"seed": config.seed, "today": config.today, "data": config.data.name}
    for group in LOGGED_GROUPS:
        content = getattr(config, group).model_dump(mode="json")
        found |= {f"{group}.{name}": value for name, value in content.items()}
    return found


def _raw_form(config: Config) -> dict[str, Any]:
    """Keep how raw prospect rows are read, so that the model answers one by itself."""
    from icp_ml.data.tables import mapped_fields

    name = "prospects" if config.data.prospects is not None else "customers"
    table = getattr(config.data, name)
    fields = mapped_fields(name, config.data)
    return {
        "columns": {
            key: one.model_dump(mode="json", by_alias=True, exclude_defaults=True)
            for key, one in table.columns.items()
        },
        "fields": {key: asdict(one) for key, one in fields.items()},
        "missing": list(config.data.missing),
    }
