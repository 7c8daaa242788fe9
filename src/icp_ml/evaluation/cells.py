"""The report's tables as cells of words: Markdown and the page write the same ones."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import pandas as pd

from icp_ml.evaluation.figures import Interval
from icp_ml.evaluation.words import LOWER_IS_BETTER, TIMES, figure_text, figure_words, percent
from icp_ml.scoring import TIERS

Figures = Mapping[str, Interval]
MARK = "(!)"
DRIVERS = "The same in figures"
OTHER_SHARES = "At other shares of the list"


class Badge(NamedTuple):
    """A word that a page puts in a frame: good, bad, or open where it cannot be told."""

    word: str
    kind: Literal["good", "bad", "open"]

    def __str__(self) -> str:
        """Give the word alone."""
        return self.word


Cell = str | Badge


@dataclass(frozen=True)
class Table:
    """A table of a document.

    Attributes
    ----------
    head : sequence of str
    rows : sequence of sequence of str or Badge
    heading : str
        Above it; empty: the section's says enough.
    words : tuple of int
        Columns that hold words besides the first, from 0.
    fold : str
        The words under which a page folds it, with its neighbours of the same words; empty: it is shown.
    """

    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    heading: str = ""
    words: tuple[int, ...] = ()
    fold: str = ""


def figure_cells(figures: Mapping[str, Figures], lead: str) -> list[Table]:
    """Put the models side by side, one line a figure; those of other shares than the leading one apart."""
    names = list(next(iter(figures.values())))
    other = [name for name in names if "_at_" in name and not name.endswith(lead)]
    first = _side_by_side(figures, [name for name in names if name not in other], "", "")
    return [first, *([_side_by_side(figures, other, OTHER_SHARES, OTHER_SHARES)] if other else [])]


def _side_by_side(figures: Mapping[str, Figures], names: Sequence[str], heading: str, fold: str) -> Table:
    lines = [
        [_directed(name), *(with_bounds(name, found[name]) for found in figures.values())] for name in names
    ]
    return Table(["", *figures], lines, heading, fold=fold)


def difference_cells(other: str, differences: Figures, confidence: float) -> Table:
    """Say where the candidate is better or worse than another model."""
    lines: list[list[Cell]] = [
        [_directed(name), with_bounds(name, found, is_difference=True), _comparison(name, found)]
        for name, found in differences.items()
    ]
    head = ["", f"Difference ({percent(confidence)} interval)", "The candidate is"]
    return Table(head, lines, f"Difference to {other}", words=(2,), fold=f"Difference to {other}")


def tier_cells(tiers: pd.DataFrame, confidence: float, noun: str) -> Table:
    """Say how many rows each tier holds and how often they turned out best."""
    interval = f"({percent(confidence)} interval)"
    lines = [
        [
            row["tier"],
            f"{row['n']:,}",
            percent(row["share"]),
            rate_text(row),
            with_bounds("lift_at_", Interval(row["lift"], row["low"], row["high"])),
        ]
        for row in tiers.to_dict(orient="records")
    ]
    counted = ["Tier", f"{noun.capitalize()}s", "Share of the list"]
    return Table([*counted, f"Best among them {interval}", f"Lift {interval}"], lines)


def backtest_cells(table: pd.DataFrame) -> Table:
    """Say how best, rest and prospects spread over the tiers."""
    names = [name for name in ("best", "rest", "prospects") if name in table]
    heads = [f"{name.capitalize()} ({table[f'n_{name}'].sum():,})" for name in names]
    lines = [
        [row["tier"], *(f"{percent(row[name])} ({row[f'n_{name}']:,})" for name in names)]
        for row in table.to_dict(orient="records")
    ]
    return Table(["Tier", *heads], lines)


def learning_cells(table: pd.DataFrame, confidence: float) -> Table:
    """Say what fewer labelled customers would have given."""
    lines = [
        [
            percent(row["share"]),
            f"{row['n_rows']:,}",
            f"{row['n_best']:,}",
            with_bounds("roc_auc", Interval(row["roc_auc"], row["low"], row["high"])),
            figure_text("width", row["width"]),
        ]
        for row in table.to_dict(orient="records")
    ]
    counted = ["Accounts", "Label rows", "Best"]
    return Table([*counted, f"ROC AUC out of fold ({percent(confidence)} interval)", "Width"], lines)


def level_cells(groups: pd.DataFrame, confidence: float, noun: str) -> list[Table]:
    """Write one table for each column of the groups."""
    return [
        _level_table(str(words), levels, confidence, noun)
        for words, levels in groups.groupby("table", sort=False)
    ]


def importance_cells(importance: pd.DataFrame) -> Table:
    """Say how much each attribute moves the scores; those that move none are left out."""
    moving = importance[importance["share"] > 0].to_dict(orient="records")
    lines = [[str(row["attribute"]), percent(row["share"])] for row in moving]
    return Table(["Attribute", "Share of what moves the scores"], lines, "All attributes", fold=DRIVERS)


def effect_cells(effects: pd.DataFrame, confidence: float, noun: str) -> list[Table]:
    """Say for each attribute how often its levels are best, and how far the model moves them."""
    observed = f"Share of best ({percent(confidence)} interval)"
    head = ["Level", f"{noun.capitalize()}s", "Best", observed, "Odds of being best"]
    tables = []
    for words, levels in effects.groupby("words", sort=False):
        lines = [
            [
                str(row["level"]),
                f"{row['n']:,}",
                f"{row['n_best']:,}",
                rate_text(row),
                f"{TIMES} {math.exp(row['effect']):.2f}",
            ]
            for row in levels.to_dict(orient="records")
        ]
        tables.append(Table(head, lines, str(words), fold=DRIVERS))
    return tables


def check_cells(checks: Sequence[Mapping[str, Any]]) -> Table:
    """Say what the checks found, and what to do or that it is known."""
    lines = [
        [
            str(one["level"]),
            f"{one['code']} {one['column']}".strip(),
            str(one["detail"]),
            Badge("acknowledged", "open") if one["is_acknowledged"] else str(one["fix"]),
        ]
        for one in checks
    ]
    return Table(["Level", "Check", "What was found", "What to do"], lines, words=(1, 2, 3))


def with_bounds(name: str, found: Interval, is_difference: bool = False) -> str:
    """Write a figure with its bounds where they are known and read otherwise than the value."""
    value, low, high = (
        figure_text(name, part, is_difference) for part in (found.value, found.low, found.high)
    )
    is_bare = math.isnan(found.low) or value == low == high
    return value if is_bare else f"{value} ({low} to {high})"


def rate_text(row: Mapping[Any, Any]) -> str:
    """Write a rate with its bounds where they are known."""
    value, low, high = (percent(row[name]) for name in ("rate", "rate_low", "rate_high"))
    return value if math.isnan(row["rate_low"]) else f"{value} ({low} to {high})"


def _level_table(words: str, levels: pd.DataFrame, confidence: float, noun: str) -> Table:
    has_prospects = "n_prospects" in levels
    best = f"Best ({percent(confidence)} interval)"
    head = ["Level", f"{noun.capitalize()}s", "Mean score", best, TIERS[0]]
    head += ["Prospects", "Mean score", TIERS[0]] if has_prospects else []
    lines = []
    for row in levels.to_dict(orient="records"):
        cells = [row["level"], f"{row['n']:,}", figure_text("score", row["mean_score"]), rate_text(row)]
        cells.append(_marked(row["best_fit_share"], row["is_adverse"]))
        if has_prospects:
            cells += [f"{row['n_prospects']:,}", figure_text("score", row["prospects_mean_score"])]
            cells.append(_marked(row["prospects_best_fit_share"], row["prospects_is_adverse"]))
        lines.append(cells)
    return Table(head, lines, f"By {words}", fold=f"By {words}")


def _marked(share: float, is_adverse: bool) -> str:
    return f"{percent(share)} {MARK}" if is_adverse else percent(share)


def _comparison(name: str, difference: Interval) -> Badge:
    """Say who is better where the interval leaves no doubt."""
    if not (difference.low > 0 or difference.high < 0):
        return Badge("not clearly different", "open")
    is_better = (difference.low > 0) != (name in LOWER_IS_BETTER)
    return Badge("better", "good") if is_better else Badge("worse", "bad")


def _directed(name: str) -> str:
    return figure_words(name) + (" (lower is better)" if name in LOWER_IS_BETTER else "")
