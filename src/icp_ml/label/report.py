"""What a labelling found, in Markdown for a person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import pandas as pd

from icp_ml.label.labels import Labels
from icp_ml.label.words import cohort_lines, cross_lines, matrix_lines, regret_lines, sensitivity_lines


@dataclass(frozen=True)
class LabelReport:
    """All that `make label` writes down.

    Attributes
    ----------
    title : str
        What was labelled.
    digest : str
        Of the definition.
    labels : Labels
    crosses : pandas.DataFrame
        As `cross_tables` gives them; empty where no customers are mapped.
    moves : pandas.DataFrame
        As `sensitivity` gives them.
    """

    title: str
    digest: str
    labels: Labels
    crosses: pd.DataFrame
    moves: pd.DataFrame


def report_markdown(report: LabelReport, notes: Iterable[str], confidence: float) -> str:
    """Write the label report: definition, counts, value, cells, cross-tables, sensitivity and notes."""
    labels = report.labels
    parts = [
        [f"# Who is best: {report.title}", "", f"Best: {labels.meaning}.", "", *_counts(report)],
        cohort_lines(labels),
        matrix_lines(labels),
        regret_lines(labels),
        cross_lines(report.crosses, float(labels.rows["is_best"].mean()), confidence),
        sensitivity_lines(report.moves, labels),
        _notes(notes),
    ]
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def _counts(report: LabelReport) -> list[str]:
    labels = report.labels
    n, n_best = len(labels.rows), int(labels.rows["is_best"].sum())
    lines = [
        f"- label rows: {n:,}, {n_best:,} of them best ({n_best / n:.1%})",
        f"- too young to judge, left out: {labels.n_young:,}",
        f"- described on: {_period(labels)}",
        f"- a model of it estimates: P(best | {labels.condition})",
        f"- digest of the definition: {report.digest}",
    ]
    if labels.n_lost:
        lines.insert(1, f"- of them accounts that only lost deals, as rest: {labels.n_lost:,}")
    return lines


def _period(labels: Labels) -> str:
    as_of = labels.rows["as_of"]
    if as_of.isna().all():
        return "no date is known"
    return f"{as_of.min():%Y-%m-%d} to {as_of.max():%Y-%m-%d}"


def _notes(notes: Iterable[str]) -> list[str]:
    noted = [f"- {note}" for note in notes]
    return ["## Notes", "", *noted] if noted else []
