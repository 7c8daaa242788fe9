"""Write the model report: what there is to say of a model beside its figures, and the documents of both."""

from __future__ import annotations

import json
import platform
import shlex
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from icp_ml.config import Run

if TYPE_CHECKING:
    from icp_ml.checks import Finding
    from icp_ml.data.outcomes import TrainingTables
    from icp_ml.evaluation.card import ModelCard, SegmentLine
    from icp_ml.evaluation.documents import Document
    from icp_ml.evaluation.judging import Judgement
    from icp_ml.model.candidate import Model

LIBRARIES = ("lightgbm", "scikit-learn", "pandas", "numpy", "mlflow")
MAX_NOTE = 8_000  # characters that MLflow keeps of a tag, and shows
NO_MODEL = "not trained yet"


def report_texts(run: Run, model: Model, judgement: Judgement, tables: TrainingTables) -> dict[str, str]:
    """Write a tested model's report by file name: report.md, report.json and report.html."""
    from icp_ml.evaluation.documents import report_document
    from icp_ml.evaluation.report import report_json

    lines = _segment_lines(run, model, report_json(judgement.report))
    made = _made_of(model, judgement.report.choice.shape)
    card = _card(run, model, tables, (lines, made))
    effects = {f"effects_{words}": one for words, one in judgement.effect_plots.items()}
    charts = {**judgement.plots, **effects}
    return _texts(report_document(judgement.report, card), charts)


def declared_texts(
    run: Run, model: Model, tables: TrainingTables, findings: list[Finding], notes: list[str]
) -> dict[str, str]:
    """Write a declared rubric's report by file name."""
    from dataclasses import replace

    from icp_ml.checks import findings_json
    from icp_ml.evaluation.documents import declared_document

    lines = _segment_lines(run, model, {"verdict": "not tested"})
    made = _made_of(model, f"declared rubric of {len(run.config.rubric.points)} points")
    card = _card(run, model, tables, (lines, made))
    asked = replace(card, points=_points(run), checks=findings_json(findings), notes=notes)
    return _texts(declared_document(asked), {})


def note_of(text: str) -> str:
    """Shorten Markdown to what MLflow keeps of a note, at the end of a section."""
    if len(text) <= MAX_NOTE:
        return text
    ending = "\n\nThe whole of it is in report/report.html.\n"
    kept = text[: MAX_NOTE - len(ending)]
    return kept[: kept.rindex("\n\n#")] + ending


def _texts(document: Document, charts: Mapping[str, Any]) -> dict[str, str]:
    from icp_ml.evaluation.documents import markdown, page

    return {
        "report.md": markdown(document),
        "report.json": json.dumps(document.facts, indent=2, allow_nan=False),
        "report.html": page(document, charts),
    }


def _card(
    run: Run,
    model: Model,
    tables: TrainingTables,
    told: tuple[list[SegmentLine], list[tuple[str, str]]],
) -> ModelCard:
    from icp_ml.evaluation.card import ModelCard
    from pipelines.logging_run import run_name

    lines, made = told
    return ModelCard(
        title=run.named(run.config.data.name),
        run=run_name(run, model.kind),
        today=str(run.config.today),
        version=model.version,
        best=model.facts["best"],
        estimate=model.estimates,
        condition=model.facts.get("condition", ""),
        is_declared=model.calibration is None,
        facts=[*_dates(run, model), *made, *_versions(model)],
        datasets=[(name, len(tables.rows[name]), digest) for name, digest in tables.digests.items()],
        segments=lines,
        command=_command(run),
    )


def _dates(run: Run, model: Model) -> list[tuple[str, str]]:
    """Say of what day the data are, whom the model covers, and what its digests are."""
    cut, where = model.facts.get("cut"), model.facts["where"]
    covered = "; ".join(_filter_words(one) for one in [*where, *model.facts["outcomes"]])
    return [
        ("As of", f"{run.config.today}"),
        *([("Learnt from before", f"{cut}; tested from then on")] if cut else []),
        ("Covers", covered or "everyone in the data"),
        ("Model version", model.version),
        ("Digest of the label", model.facts["label_digest"]),
    ]


def _made_of(model: Model, shape: str) -> list[tuple[str, str]]:
    """Say how large the model is, and where its tiers begin."""
    kilobytes = sum(map(len, model.to_files().values())) / 1_000
    attributes = len(model.encoder.attributes)
    unit = " points" if model.calibration is None else ""
    return [
        ("Kind", shape),
        ("Size", f"{attributes:,} attributes, {kilobytes:,.0f} kB of text"),
        (
            "Tiers begin at",
            f"Best fit {model.tiers.best_fit:.3g}{unit}, Good fit {model.tiers.good_fit:.3g}{unit}",
        ),
    ]


def _versions(model: Model) -> list[tuple[str, str]]:
    from icp_ml.features.encoder import ENCODER_VERSION
    from icp_ml.model.candidate import MODEL_VERSION
    from icp_ml.parsing import PARSER_VERSION

    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return [
        ("Made by", f"icp_ml {version('icp_ml')}, Python {platform.python_version()}"),
        ("Libraries", libraries),
        ("Formats", f"model {MODEL_VERSION}, encoder {ENCODER_VERSION}, parser {PARSER_VERSION}"),
    ]


def _command(run: Run) -> str:
    """Give the command that makes the model again, without any secret."""
    from icp_ml.data.sources import masked

    return masked(" ".join(["python -m pipelines.train", *map(shlex.quote, run.overrides)]))


def _filter_words(one: Mapping[str, Any]) -> str:
    """Say whom a filter of a segment keeps: "country: US, CA"."""
    bounds = [f"{words} {_number(one[name])}" for name, words in (("at_least", "from"), ("at_most", "to"))
              if one.get(name) is not None]  # fmt: skip
    return f"{one['column']}: {', '.join([*one.get('one_of', ()), *bounds])}"


def _number(value: float | str) -> str:
    """Write a bound: a large number with commas, a year without, a day as it is."""
    if isinstance(value, str):
        return value
    return f"{value:,.0f}" if value >= 10_000 else f"{value:g}"


def _points(run: Run) -> list[tuple[str, str]]:
    """Say what earns the points of a declared rubric."""
    found = []
    for point in run.config.rubric.points.values():
        earned = [
            f"{_condition_words(one.model_dump(mode='json'))} ({one.points * point.weight:g})"
            for one in point.conditions
        ]
        found.append((point.words, "; or ".join(earned)))
    return found


def _condition_words(one: Mapping[str, Any]) -> str:
    days = one.get("within_days")
    return f"{one['column']}: within {days:,} days" if days else _filter_words(one)


def _segment_lines(run: Run, model: Model, own: Mapping[str, Any]) -> list[SegmentLine]:
    """Set the newest models of all segments beside this one, where there are several."""
    from icp_ml.segments import segment_name
    from icp_ml.tracking.exports import read_report
    from icp_ml.tracking.store import CHALLENGER, find, store

    tracking, names = run.config.tracking, list(run.config.segments)
    if len(names) == 1:
        return []
    whole = tracking.registered_model.removesuffix(segment_name("", run.segment))
    lines = []
    with store(tracking) as client:
        for name in names:
            of_name = tracking.model_copy(update={"registered_model": segment_name(whole, name)})
            found = None if name == run.segment else find(client, of_name, CHALLENGER)
            folder = Path(tracking.export_folder) / of_name.registered_model
            facts = {**own, "best": model.facts["best"]} if name == run.segment else None
            if found is not None:
                facts = read_report(folder, found.model_version)
            number = model.version if name == run.segment else found and found.model_version
            lines.append(_segment_line(name, facts, number or ""))
    return lines


def _segment_line(name: str, facts: Mapping[str, Any] | None, number: str) -> SegmentLine:
    from icp_ml.evaluation.card import SegmentLine
    from icp_ml.evaluation.cells import with_bounds
    from icp_ml.evaluation.plain import interval_of

    if facts is None:
        return SegmentLine(name, NO_MODEL, "", "", "", "", "", number)
    best = str(facts["best"])
    if "figures" not in facts:
        return SegmentLine(name, str(facts["verdict"]), "no gates", "", "", "", best, number)
    figures = next(iter(facts["figures"].values()))
    lift = next(one for one in figures if one.startswith("lift_at_"))
    shown = [with_bounds(one, interval_of(figures[one])) for one in ("roc_auc", lift)]
    gates = "failed" if facts["failures"] else "passed"
    tested = f"{facts['test']['n']:,} ({facts['test']['n_best']:,} best)"
    return SegmentLine(name, facts["verdict"], gates, shown[0], shown[1], tested, best, number)
