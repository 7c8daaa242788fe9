"""What an evaluation found: one line for the terminal, Markdown for a person, JSON for a program."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from icp_ml.errors import count
from icp_ml.evaluation.figures import Interval
from icp_ml.evaluation.words import LOWER_IS_BETTER, figure_text, figure_words, percent

Figures = Mapping[str, Interval]


@dataclass(frozen=True)
class Rows:
    """How many label rows there are, how many of them best, the first and last `as_of` (None: no dates)."""

    n: int
    n_best: int
    first: date | None
    last: date | None


@dataclass(frozen=True)
class Report:
    """Everything an evaluation found.

    Attributes
    ----------
    estimate : str
        What the probability is, for example "P(best | becomes a customer)".
    best : str
        What best means, as the end of a sentence: "in the top 20 % by margin within 365 days".
    train, test : Rows
        What the candidate learnt from and was tested on.
    confidence : float
        Of every interval, 0 to 1.
    figures : mapping of str to mapping of str to Interval
        Each model's figures by its name; the candidate first, then the baselines.
    differences : mapping of str to mapping of str to Interval
        Candidate minus that baseline, paired.
    tiers : pd.DataFrame
        As `tier_table` gives it.
    failures : sequence of str
        Gates that the candidate fails, as `gate_failures` gives them.
    notes : sequence of str
        What a reader must know about these data.
    """

    estimate: str
    best: str
    train: Rows
    test: Rows
    confidence: float
    figures: Mapping[str, Figures]
    differences: Mapping[str, Figures]
    tiers: pd.DataFrame
    failures: Sequence[str]
    notes: Sequence[str]


def report_line(report: Report) -> str:
    """Say in one line what the evaluation found, for the terminal."""
    candidate = next(iter(report.figures.values()))
    lift = next((name for name in candidate if name.startswith("lift_at_")), None)
    parts = [f"ROC AUC {_with_bounds('roc_auc', candidate['roc_auc'])}"]
    if lift:
        parts.append(f"{figure_words(lift).lower()} {_with_bounds(lift, candidate[lift])}")
    return f"{', '.join(parts)} on {count(report.test.n, 'test row')}"


def report_markdown(title: str, report: Report) -> str:
    """Write the report as Markdown: what is estimated, from what, how well, and what to beware of."""
    sections = [
        [f"# {title}"],
        _introduction(report),
        _gate_lines(report),
        ["## Figures on the test set", "", *_figure_table(report)],
        *(
            [f"## Difference to {other}", "", *_difference_table(differences, report.confidence)]
            for other, differences in report.differences.items()
        ),
        ["## Tiers", "", *_tier_lines(report)],
        ["## Notes", "", *(f"- {note}" for note in report.notes)] if report.notes else [],
    ]
    return "\n\n".join("\n".join(section) for section in sections if section) + "\n"


def report_json(report: Report) -> dict[str, Any]:
    """Give the report in plain JSON types; what is not defined is null."""
    return {
        "estimate": report.estimate,
        "best": report.best,
        "train": _rows_json(report.train),
        "test": _rows_json(report.test),
        "confidence": report.confidence,
        "figures": {model: _figures_json(found) for model, found in report.figures.items()},
        "differences": {model: _figures_json(found) for model, found in report.differences.items()},
        "tiers": [
            {str(name): _plain(value) for name, value in row.items()}
            for row in report.tiers.to_dict(orient="records")
        ],
        "failures": list(report.failures),
        "notes": list(report.notes),
    }


def _introduction(report: Report) -> list[str]:
    return [
        f"The score estimates **{report.estimate}**, where best means {report.best}.",
        "",
        f"- learnt from {_rows_text(report.train)}",
        f"- tested on {_rows_text(report.test)}",
    ]


def _rows_text(rows: Rows) -> str:
    best = f"{rows.n_best:,} of them best ({percent(rows.n_best / rows.n)})"
    when = f" from {rows.first} to {rows.last}" if rows.first else " without a date"
    return f"{count(rows.n, 'label row')}{when}, {best}"


def _gate_lines(report: Report) -> list[str]:
    if not report.failures:
        return ["The candidate passes its gates."]
    return ["**The candidate does not pass its gates.**", "", *(f"- {line}" for line in report.failures)]


def _figure_table(report: Report) -> list[str]:
    """Put the models side by side, one line a figure."""
    names = list(next(iter(report.figures.values())))
    lines = [
        [_directed(name), *(_with_bounds(name, found[name]) for found in report.figures.values())]
        for name in names
    ]
    bounds = f"In brackets: {percent(report.confidence)} intervals, from resampled accounts."
    return [*_table(["", *report.figures], lines), "", bounds]


def _difference_table(differences: Figures, confidence: float) -> list[str]:
    lines = [
        [_directed(name), _with_bounds(name, found, is_difference=True), _verdict(name, found)]
        for name, found in differences.items()
    ]
    return _table(["", f"Difference ({percent(confidence)} interval)", "The candidate is"], lines)


def _verdict(name: str, difference: Interval) -> str:
    """Say who is better where the interval leaves no doubt."""
    if not (difference.low > 0 or difference.high < 0):
        return "not clearly different"
    return "better" if (difference.low > 0) != (name in LOWER_IS_BETTER) else "worse"


def _tier_lines(report: Report) -> list[str]:
    lift = f"Lift ({percent(report.confidence)} interval)"
    lines = [
        [
            row["tier"],
            f"{row['n']:,}",
            percent(row["share"]),
            percent(row["rate"]),
            _with_bounds("lift_at_", Interval(row["lift"], row["low"], row["high"])),
        ]
        for row in report.tiers.to_dict(orient="records")
    ]
    return _table(["Tier", "Accounts", "Share of the list", "Best among them", lift], lines)


def _table(head: Sequence[str], lines: Sequence[Sequence[str]]) -> list[str]:
    """Write a Markdown table; all columns but the first are aligned right."""
    marks = ["---", *["---:"] * (len(head) - 1)]
    return [f"| {' | '.join(cells)} |" for cells in (head, marks, *lines)]


def _directed(name: str) -> str:
    return figure_words(name) + (" (lower is better)" if name in LOWER_IS_BETTER else "")


def _with_bounds(name: str, found: Interval, is_difference: bool = False) -> str:
    """Write a figure with its bounds where they are known and read otherwise than the value."""
    value, low, high = (
        figure_text(name, part, is_difference) for part in (found.value, found.low, found.high)
    )
    is_bare = math.isnan(found.low) or value == low == high
    return value if is_bare else f"{value} ({low} to {high})"


def _rows_json(rows: Rows) -> dict[str, Any]:
    return {
        "n": int(rows.n),
        "n_best": int(rows.n_best),
        "first": rows.first and rows.first.isoformat(),
        "last": rows.last and rows.last.isoformat(),
    }


def _figures_json(found: Figures) -> dict[str, dict[str, float | None]]:
    return {
        name: {"value": _plain(part.value), "low": _plain(part.low), "high": _plain(part.high)}
        for name, part in found.items()
    }


def _plain(value: Any) -> Any:
    """Turn a NumPy scalar into Python's own, and NaN into None."""
    plain = value.item() if hasattr(value, "item") else value
    return None if isinstance(plain, float) and math.isnan(plain) else plain
