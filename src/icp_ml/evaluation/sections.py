"""What a report says, section by section: the Markdown and the page are written from the same ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import pandas as pd

from icp_ml.errors import count
from icp_ml.evaluation.backtest import backtest_words
from icp_ml.evaluation.card import NOT_FOR, USES, ModelCard, Pairs, dataset_cells, segment_cells
from icp_ml.evaluation.cells import (
    MARK,
    Badge,
    Cell,
    Table,
    backtest_cells,
    check_cells,
    difference_cells,
    effect_cells,
    figure_cells,
    importance_cells,
    learning_cells,
    level_cells,
    tier_cells,
)
from icp_ml.evaluation.fairness import MIN_RATIO
from icp_ml.evaluation.learning import learning_words
from icp_ml.evaluation.marks import Mark, found_text
from icp_ml.evaluation.report import Report, choice_words, pooling_words, rows_text
from icp_ml.evaluation.words import percent
from icp_ml.scoring import TIERS

CALIBRATION_BOUNDS = (
    "Those of the calibration error lie high: it is a mean of absolute gaps, to which resampling adds noise."
)
NO_CHECK = "No check found anything."


@dataclass(frozen=True)
class Section:
    """A part of a document under one heading, in the order in which it is read.

    Attributes
    ----------
    id : str
        Its address within a page.
    heading : str
    words : sequence of str
        Paragraphs; what stands between two asterisks is bold.
    pairs : pairs of str
        Names and what they are.
    lists : sequence of (heading, lines)
    charts : sequence of str
        Names of charts that a page shows after the words, where they were drawn.
    tables : sequence of Table
    notes : sequence of str
        How to read them.
    """

    id: str
    heading: str
    words: Sequence[str] = ()
    pairs: Pairs = ()
    lists: Sequence[tuple[str, Sequence[str]]] = ()
    charts: Sequence[str] = ()
    tables: Sequence[Table] = ()
    notes: Sequence[str] = ()

    @property
    def folds(self) -> list[tuple[str, list[Table]]]:
        """Give the tables in their order, neighbours under the words that they are folded under."""
        return [(fold, list(tables)) for fold, tables in groupby(self.tables, key=lambda one: one.fold)]


def report_sections(report: Report, card: ModelCard) -> list[Section]:
    """Give a report's sections: for who decides first, for who checks it after."""
    return [
        best_section(card, report),
        _figures(report),
        _marks(report),
        _pictures(),
        _drivers(report),
        _tiers(report),
        *([_segments(card)] if card.segments else []),
        checks_section(report.checks),
        *_learning(report),
        _fairness(report),
        *([Section("notes", "Notes", lists=[("", report.notes)])] if report.notes else []),
        card_section(card),
    ]


def declared_sections(card: ModelCard) -> list[Section]:
    """Give the sections of a declared rubric, of which nothing was tested."""
    return [
        best_section(card, None),
        Section("points", "What earns points", pairs=card.points),
        *([_segments(card)] if card.segments else []),
        checks_section(card.checks),
        *([Section("notes", "Notes", lists=[("", card.notes)])] if card.notes else []),
        card_section(card),
    ]


def best_section(card: ModelCard, report: Report | None) -> Section:
    """Say who is best, how that was defined, and what the score estimates of it."""
    estimate = f"The score estimates **{card.estimate}**, where best means {card.best}."
    if report is None:
        estimate = f"The score is the **{card.estimate}**: {card.best}."
    heading = "Who is best, and how that was defined"
    if report is None:
        return Section("best", heading, [estimate])
    rows = [("Learnt from", rows_text(report.train)), ("Tested on", rows_text(report.test))]
    return Section("best", heading, [estimate], [*report.definition, *rows])


def card_section(card: ModelCard) -> Section:
    """Write the model card."""
    return Section(
        "card",
        "Model card",
        lists=[("Made for", USES), ("Not for", NOT_FOR), ("Limits", card.limits)],
        pairs=[*card.facts, ("Make it again", card.command)],
        tables=[dataset_cells(card)],
    )


def checks_section(checks: Sequence[Mapping[str, Any]]) -> Section:
    """Say what the checks of the data found."""
    if not checks:
        return Section("checks", "Checks", [NO_CHECK])
    return Section("checks", "Checks", tables=[check_cells(checks)])


def figure_notes(names: Sequence[str], confidence: float) -> list[str]:
    """Say what the brackets of the figures are."""
    bounds = f"In brackets: {percent(confidence)} intervals, from resampled accounts."
    return [f"{bounds} {CALIBRATION_BOUNDS}" if "calibration_error" in names else bounds]


def adverse_words(groups: pd.DataFrame, prefix: str, whom: str) -> str:
    """Say how many levels the scores favour clearly less than the largest."""
    n = int(groups[f"{prefix}is_adverse"].sum())
    than = f"less than {percent(MIN_RATIO)} as often as the largest one of its column, by more than chance"
    if not n:
        return f"Among {whom}, no level is in {TIERS[0]} {than}."
    return (
        f"Among {whom}, {count(n, 'level')} marked {MARK} {'is' if n == 1 else 'are'} in {TIERS[0]} {than}."
    )


def _figures(report: Report) -> Section:
    level = report.confidence
    pooled = [pooling_words(report.pooling)] if report.pooling else []
    differences = [difference_cells(other, found, level) for other, found in report.differences.items()]
    names, lead = list(next(iter(report.figures.values()))), report.found.lift_name.removeprefix("lift")
    return Section(
        "figures",
        "Figures on the test set",
        [*pooled, choice_words(report.choice)],
        tables=[*figure_cells(report.figures, lead), *differences],
        notes=figure_notes(names, level),
    )


def _marks(report: Report) -> Section:
    head = ["What the field asks", "Verdict", f"Found ({percent(report.confidence)} interval)", "That is"]
    lines: list[list[Cell]] = [
        [one.name, _mark_badge(one), found_text(one), one.remark]  # asked, judged, found, explained
        for one in report.marks
    ]
    n = sum(bool(mark.is_reached) for mark in report.marks)
    said = f"{n} of {len(report.marks)} marks are reached. They are what the field asks of good scores."
    unsure = "Where the interval reaches across a mark, the verdict is not for certain."
    return Section("marks", "The field's marks", [said, unsure], tables=[Table(head, lines, words=(1, 3))])


def _mark_badge(mark: Mark) -> Badge:
    if mark.is_reached is None or not mark.is_certain:
        return Badge(mark.word, "open")
    return Badge(mark.word, "good" if mark.is_reached else "bad")


def _pictures() -> Section:
    shown = ("gains", "lift", "precision_recall", "calibration", "distribution")
    return Section("pictures", "In pictures", charts=shown)


def _drivers(report: Report) -> Section:
    said = (
        "How much each attribute moves the scores of the test rows; and of the strongest, by level, what the "
        "model makes of it beside what was observed among the rows it learnt from. An effect is what the "
        "model multiplies the odds of being best by, all else as it is. None of this shows a cause."
    )
    tables = [
        importance_cells(report.importance),
        *effect_cells(report.effects, report.confidence, report.noun),
    ]
    return Section("drivers", "What drives fit", [said], charts=("importance", "effects"), tables=tables)


def _tiers(report: Report) -> Section:
    without = "There is no list of prospects to compare with."
    return Section(
        "tiers",
        "Tiers, and best, rest and prospects over them",
        [backtest_words(report.backtest), *([] if "prospects" in report.backtest else [without])],
        charts=("backtest",),
        tables=[
            tier_cells(report.tiers, report.confidence, report.noun),
            backtest_cells(report.backtest),
        ],
    )


def _segments(card: ModelCard) -> Section:
    said = "Each segment's newest model, as it stood when this was written."
    return Section("segments", "Segments", [said], tables=[segment_cells(card)])


def _learning(report: Report) -> list[Section]:
    if report.curve is None:
        return []
    table = learning_cells(report.curve.table, report.confidence)
    words = [learning_words(report.curve)]
    return [Section("learning", "Learning curve", words, charts=("learning_curve",), tables=[table])]


def _fairness(report: Report) -> Section:
    said = [adverse_words(report.groups, "", f"test {report.noun}s")]
    if "n_prospects" in report.groups:
        said.append(adverse_words(report.groups, "prospects_", "prospects"))
    tables = level_cells(report.groups, report.confidence, report.noun)
    return Section("fairness", "Fairness and missing data", [" ".join(said)], tables=tables)
