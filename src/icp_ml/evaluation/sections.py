"""The report's sections: figures, tiers, back-test, learning curve and groups, as lines of Markdown."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from icp_ml.errors import count
from icp_ml.evaluation.backtest import backtest_words
from icp_ml.evaluation.fairness import MIN_RATIO
from icp_ml.evaluation.figures import Interval
from icp_ml.evaluation.learning import LearningCurve, learning_words
from icp_ml.evaluation.words import LOWER_IS_BETTER, figure_text, figure_words, percent
from icp_ml.scoring import TIERS

Figures = Mapping[str, Interval]
Lines = list[str]
MARK = "(!)"
CALIBRATION_BOUNDS = (
    "Those of the calibration error lie high: it is a mean of absolute gaps, to which resampling adds noise."
)


def figure_lines(figures: Mapping[str, Figures], confidence: float) -> Lines:
    """Put the models side by side, one line a figure."""
    names = list(next(iter(figures.values())))
    lines = [
        [_directed(name), *(with_bounds(name, found[name]) for found in figures.values())] for name in names
    ]
    bounds = f"In brackets: {percent(confidence)} intervals, from resampled accounts."
    if "calibration_error" in names:
        bounds += f" {CALIBRATION_BOUNDS}"
    return [*_table(["", *figures], lines), "", bounds]


def difference_lines(differences: Figures, confidence: float) -> Lines:
    """Say where the candidate is better or worse than another model."""
    lines = [
        [_directed(name), with_bounds(name, found, is_difference=True), _comparison(name, found)]
        for name, found in differences.items()
    ]
    return _table(["", f"Difference ({percent(confidence)} interval)", "The candidate is"], lines)


def tier_lines(tiers: pd.DataFrame, confidence: float, noun: str) -> Lines:
    """Say how many rows each tier holds and how often they turned out best."""
    interval = f"({percent(confidence)} interval)"
    lines = [
        [
            row["tier"],
            f"{row['n']:,}",
            percent(row["share"]),
            _rate(row),
            with_bounds("lift_at_", Interval(row["lift"], row["low"], row["high"])),
        ]
        for row in tiers.to_dict(orient="records")
    ]
    head = [
        "Tier",
        f"{noun.capitalize()}s",
        "Share of the list",
        f"Best among them {interval}",
        f"Lift {interval}",
    ]
    return _table(head, lines)


def backtest_lines(table: pd.DataFrame) -> Lines:
    """Say how best, rest and prospects spread over the tiers."""
    names = [name for name in ("best", "rest", "prospects") if name in table]
    heads = [f"{name.capitalize()} ({table[f'n_{name}'].sum():,})" for name in names]
    lines = [
        [row["tier"], *(f"{percent(row[name])} ({row[f'n_{name}']:,})" for name in names)]
        for row in table.to_dict(orient="records")
    ]
    without = [] if "prospects" in names else ["", "There is no list of prospects to compare with."]
    return [backtest_words(table), "", *_table(["Tier", *heads], lines), *without]


def learning_lines(curve: LearningCurve, confidence: float) -> Lines:
    """Say what fewer labelled customers would have given, and what more would."""
    lines = [
        [
            percent(row["share"]),
            f"{row['n_rows']:,}",
            f"{row['n_best']:,}",
            with_bounds("roc_auc", Interval(row["roc_auc"], row["low"], row["high"])),
            figure_text("width", row["width"]),
        ]
        for row in curve.table.to_dict(orient="records")
    ]
    head = [
        "Accounts",
        "Label rows",
        "Best",
        f"ROC AUC out of fold ({percent(confidence)} interval)",
        "Width",
    ]
    return [learning_words(curve), "", *_table(head, lines)]


def group_lines(groups: pd.DataFrame, confidence: float, noun: str) -> Lines:
    """Write one table for each column, and say which levels the scores favour less."""
    said = [_adverse_words(groups, "", f"test {noun}s")]
    if "n_prospects" in groups:
        said.append(_adverse_words(groups, "prospects_", "prospects"))
    lines = [" ".join(said)]
    for words, levels in groups.groupby("table", sort=False):
        lines += ["", f"### By {words}", "", *_level_lines(levels, confidence, noun)]
    return lines


def with_bounds(name: str, found: Interval, is_difference: bool = False) -> str:
    """Write a figure with its bounds where they are known and read otherwise than the value."""
    value, low, high = (
        figure_text(name, part, is_difference) for part in (found.value, found.low, found.high)
    )
    is_bare = math.isnan(found.low) or value == low == high
    return value if is_bare else f"{value} ({low} to {high})"


def _level_lines(levels: pd.DataFrame, confidence: float, noun: str) -> Lines:
    has_prospects = "n_prospects" in levels
    head = [
        "Level",
        f"{noun.capitalize()}s",
        "Mean score",
        f"Best ({percent(confidence)} interval)",
        TIERS[0],
    ]
    head += ["Prospects", "Mean score", TIERS[0]] if has_prospects else []
    lines = []
    for row in levels.to_dict(orient="records"):
        cells = [row["level"], f"{row['n']:,}", figure_text("score", row["mean_score"]), _rate(row)]
        cells.append(_marked(row["best_fit_share"], row["is_adverse"]))
        if has_prospects:
            cells += [f"{row['n_prospects']:,}", figure_text("score", row["prospects_mean_score"])]
            cells.append(_marked(row["prospects_best_fit_share"], row["prospects_is_adverse"]))
        lines.append(cells)
    return _table(head, lines)


def _marked(share: float, is_adverse: bool) -> str:
    return f"{percent(share)} {MARK}" if is_adverse else percent(share)


def _adverse_words(groups: pd.DataFrame, prefix: str, whom: str) -> str:
    n = int(groups[f"{prefix}is_adverse"].sum())
    than = f"less than {percent(MIN_RATIO)} as often as the largest one of its column, by more than chance"
    if not n:
        return f"Among {whom}, no level is in {TIERS[0]} {than}."
    return (
        f"Among {whom}, {count(n, 'level')} marked {MARK} {'is' if n == 1 else 'are'} in {TIERS[0]} {than}."
    )


def _rate(row: Mapping[Any, Any]) -> str:
    value, low, high = (percent(row[name]) for name in ("rate", "rate_low", "rate_high"))
    return value if math.isnan(row["rate_low"]) else f"{value} ({low} to {high})"


def _comparison(name: str, difference: Interval) -> str:
    """Say who is better where the interval leaves no doubt."""
    if not (difference.low > 0 or difference.high < 0):
        return "not clearly different"
    return "better" if (difference.low > 0) != (name in LOWER_IS_BETTER) else "worse"


def _table(head: Sequence[str], lines: Sequence[Sequence[str]]) -> Lines:
    """Write a Markdown table; all columns but the first are aligned right."""
    marks = ["---", *["---:"] * (len(head) - 1)]
    return [f"| {' | '.join(cells)} |" for cells in (head, marks, *lines)]


def _directed(name: str) -> str:
    return figure_words(name) + (" (lower is better)" if name in LOWER_IS_BETTER else "")
