"""Write a report as a document: Markdown, a page of its own, JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from icp_ml.evaluation.card import ModelCard, card_json
from icp_ml.evaluation.cells import Table
from icp_ml.evaluation.headline import DECLARED, Headline, headline
from icp_ml.evaluation.report import Report, report_json
from icp_ml.evaluation.sections import Section, declared_sections, report_sections

CHARTS = {
    "gains": "How many of the best are found by how much of the list",
    "lift": "How many times as many best as by chance, by how much of the list",
    "precision_recall": "How many of those picked are best, by how many of the best are found",
    "calibration": "How often companies of each predicted rate turned out best",
    "distribution": "Scores of best, rest and prospects",
    "importance": "How much each attribute moves the scores",
    "effects": "Best by the values of an attribute, and what the model makes of them",
    "backtest": "Best, rest and prospects over the tiers",
    "learning_curve": "The figure and its interval by the number of labelled customers",
}


@dataclass(frozen=True)
class Document:
    """A report to be read.

    Attributes
    ----------
    title : str
    run : str
        What differs from other runs.
    headline : Headline
    sections : sequence of Section
    facts : mapping
        The same, unrounded, for a program.
    """

    title: str
    run: str
    headline: Headline
    sections: Sequence[Section]
    facts: Mapping[str, Any]


def report_document(report: Report, card: ModelCard) -> Document:
    """Put together what is to be read of a model that was tested."""
    head, sections = headline(report), report_sections(report, card)
    facts = {**report_json(report), "means": head.means, "card": card_json(card)}
    return Document(card.title, _named(card), head, sections, facts)


def declared_document(card: ModelCard) -> Document:
    """Put together what is to be read of a declared rubric."""
    facts = {
        "verdict": DECLARED.verdict,
        "verdict_words": DECLARED.why,
        "means": DECLARED.means,
        "estimate": card.estimate,
        "best": card.best,
        "checks": [dict(one) for one in card.checks],
        "notes": list(card.notes),
        "card": card_json(card),
    }
    return Document(card.title, _named(card), DECLARED, declared_sections(card), facts)


def _named(card: ModelCard) -> str:
    """Say which run and model a report is of."""
    return f"{card.run}, as of {card.today}, model {card.version}"


def page(document: Document, charts: Mapping[str, Any]) -> str:
    """Write a document as one page that needs nothing but itself.

    Parameters
    ----------
    document : Document
    charts : mapping of str to Altair chart
        By the names that sections ask for; "effects_1" and the like are all shown where "effects" is asked.
    """
    from icp_ml.pages import render

    drawn = {one.id: list(_drawn(one, charts)) for one in document.sections}
    sections = [one for one in document.sections if drawn[one.id] or not one.charts or one.tables]
    return render(
        "report.html.j2",
        title=f"Model report: {document.title}",
        document=document,
        sections=sections,
        drawn=drawn,
        has_charts=any(drawn.values()),
    )


def _drawn(section: Section, charts: Mapping[str, Any]) -> Iterator[tuple[Any, str]]:
    for name in section.charts:
        for one, chart in charts.items():
            if one == name or one.startswith(f"{name}_"):
                yield chart, CHARTS[name]


def markdown(document: Document) -> str:
    """Write a document as Markdown."""
    top = document.headline
    parts = [
        [f"# {document.title}: {document.run}"],
        [top.why],
        [f"**{top.means}**"],
        _gate_lines(top),
        *(_section_lines(one) for one in document.sections if one.id != "pictures"),
    ]
    return "\n\n".join("\n".join(part) for part in parts if part) + "\n"


def _gate_lines(top: Headline) -> list[str]:
    if top.gates_kind == "open":
        return []
    if not top.failures:
        return ["The candidate passes its gates."]
    return ["**The candidate does not pass its gates.**", "", *(f"- {_safe(line)}" for line in top.failures)]


def _section_lines(section: Section) -> list[str]:
    lines = [f"## {section.heading}"]
    for words in section.words:
        lines += ["", _safe(words)]
    for heading, items in section.lists:
        lines += ["", *([f"{heading}:", ""] if heading else []), *(f"- {_safe(one)}" for one in items)]
    if section.pairs:
        lines += ["", *(f"- {_safe(name)}: {_safe(value)}" for name, value in section.pairs)]
    for table in section.tables:
        lines += ["", *_table_lines(table)]
    for note in section.notes:
        lines += ["", _safe(note)]
    return lines


def _table_lines(table: Table) -> list[str]:
    """Write a Markdown table; columns of figures are aligned right."""
    heading = [f"### {_cell(table.heading)}", ""] if table.heading else []
    marks = ["---" if at == 0 or at in table.words else "---:" for at in range(len(table.head))]
    lines = [[_cell(one) for one in table.head], marks, *([_cell(one) for one in row] for row in table.rows)]
    return [*heading, *(f"| {' | '.join(cells)} |" for cells in lines)]


def _cell(text: object) -> str:
    return _safe(str(text)).replace("|", "/").replace("\n", " ")


def _safe(text: str) -> str:
    """Keep what the data say from becoming HTML where Markdown is shown."""
    return text.replace("<", "&lt;")
