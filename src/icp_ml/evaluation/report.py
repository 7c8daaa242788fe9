"""What an evaluation found: one line for the terminal, JSON for a program, the facts of every document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from icp_ml.errors import count
from icp_ml.evaluation.cells import Figures, with_bounds
from icp_ml.evaluation.learning import LearningCurve
from icp_ml.evaluation.marks import Mark
from icp_ml.evaluation.plain import plain, plain_figures, plain_table
from icp_ml.evaluation.verdict import Verdict, verdict_words
from icp_ml.evaluation.words import figure_words, listed, percent


@dataclass(frozen=True)
class Rows:
    """How many label rows there are, how many of them best, the first and last `as_of` (None: no dates)."""

    n: int
    n_best: int
    first: date | None
    last: date | None


@dataclass(frozen=True)
class Choice:
    """Which kind of model the candidate is, and what each kind lost on rows it never saw.

    Attributes
    ----------
    chosen : str
        In words, for example "boosted trees".
    losses : mapping of str to float
        Out-of-fold log loss of each kind that was tried.
    base_rate_loss : float
        That of giving every training row their share of best.
    shape : str
        How it is made: its trees, its columns.
    """

    chosen: str
    losses: Mapping[str, float]
    base_rate_loss: float
    shape: str = ""


@dataclass(frozen=True)
class Pooling:
    """Where figures are over several tests: what each is of and chose, the newest first, and its best."""

    windows: Sequence[str]
    chosen: Sequence[str]
    n_best_newest: int


@dataclass(frozen=True)
class Report:
    """Everything an evaluation found.

    Attributes
    ----------
    estimate : str
        What the probability is, for example "P(best | becomes a customer, firmographics)".
    best : str
        What best means, as the end of a sentence: "in the top 20 % by margin within 365 days".
    noun : str
        What a label row is of: "customer" or "deal".
    definition : pairs of str
        How best was defined, setting by setting.
    found : Verdict
    pooling : Pooling, optional
        None where the newest test stands alone.
    choice : Choice
    train, test : Rows
        What the candidate learnt from; all rows that the figures are over.
    confidence : float
        Of every interval, 0 to 1.
    figures : mapping of str to mapping of str to Interval
        Each model's figures by its name; the candidate first, then the other kinds and the base rate.
    differences : mapping of str to mapping of str to Interval
        Candidate minus that other kind, paired.
    tiers, backtest, groups : pd.DataFrame
        As `tier_table`, `backtest_table` and `group_table` give them.
    marks : sequence of Mark
        Those of the field.
    importance : pd.DataFrame
        attribute (in words), share (of what moves the scores, 0 to 1); the strongest first.
    effects : pd.DataFrame
        As `effect_table` gives them.
    curve : LearningCurve, optional
    checks : sequence of mapping
        What the checks found: level, code, column, detail, fix, is_acknowledged.
    failures : sequence of str
        Gates that the candidate fails, as `gate_failures` gives them.
    notes : sequence of str
        What a reader must know about these data.
    """

    estimate: str
    best: str
    noun: str
    definition: Sequence[tuple[str, str]]
    found: Verdict
    pooling: Pooling | None
    choice: Choice
    train: Rows
    test: Rows
    confidence: float
    figures: Mapping[str, Figures]
    differences: Mapping[str, Figures]
    tiers: pd.DataFrame
    backtest: pd.DataFrame
    groups: pd.DataFrame
    marks: Sequence[Mark]
    importance: pd.DataFrame
    effects: pd.DataFrame
    curve: LearningCurve | None
    checks: Sequence[Mapping[str, Any]]
    failures: Sequence[str]
    notes: Sequence[str]

    @property
    def verdict(self) -> str:
        """Give the verdict: "signal", "weak" or "none found"."""
        return self.found.word

    @property
    def p_value(self) -> float:
        """Give the chance of such a ranking without any signal."""
        return self.found.p_value


def report_line(report: Report) -> str:
    """Say in one line what the evaluation found, for the terminal."""
    candidate = next(iter(report.figures.values()))
    lift = next((name for name in candidate if name.startswith("lift_at_")), None)
    parts = [f"ROC AUC {with_bounds('roc_auc', candidate['roc_auc'])}"]
    if lift:
        parts.append(f"{figure_words(lift).lower()} {with_bounds(lift, candidate[lift])}")
    tests = f" of {len(report.pooling.windows)} tests" if report.pooling else ""
    return f"verdict {report.verdict}; {', '.join(parts)} on {count(report.test.n, 'test row')}{tests}"


def report_json(report: Report) -> dict[str, Any]:
    """Give the report in plain JSON types; what is not defined is null."""
    return {
        "verdict": report.verdict,
        "p_value": report.p_value,
        "n_permutations": report.found.n_permutations,
        "verdict_words": verdict_words(report.found),
        "pooled_over": list(report.pooling.windows) if report.pooling else None,
        "estimate": report.estimate,
        "best": report.best,
        "definition": dict(report.definition),
        "kind": report.choice.chosen,
        "shape": report.choice.shape,
        "out_of_fold_log_loss": {**report.choice.losses, "base rate": report.choice.base_rate_loss},
        "train": _rows_json(report.train),
        "test": _rows_json(report.test),
        "confidence": report.confidence,
        "figures": {model: plain_figures(found) for model, found in report.figures.items()},
        "differences": {model: plain_figures(found) for model, found in report.differences.items()},
        "tiers": plain_table(report.tiers),
        "backtest": plain_table(report.backtest),
        "learning_curve": plain_table(report.curve.table) if report.curve else None,
        "width_at_double": plain(report.curve.width_at_double) if report.curve else None,
        "groups": plain_table(report.groups),
        "marks": [_mark_json(one) for one in report.marks],
        "importance": plain_table(report.importance),
        "effects": plain_table(report.effects),
        "noun": report.noun,
        "choice_words": choice_words(report.choice),
        "pooling_words": pooling_words(report.pooling) if report.pooling else None,
        "checks": [dict(one) for one in report.checks],
        "failures": list(report.failures),
        "notes": list(report.notes),
    }


def pooling_words(pooling: Pooling) -> str:
    """Say that the figures are over several tests, and which of them the registered model is from."""
    words = (
        f"Figures are pooled over {len(pooling.windows)} tests ({'; '.join(pooling.windows)}): the newest "
        f"alone holds only {pooling.n_best_newest:,} best; the registered model was tested on the newest, "
        "the earlier ones test the same recipe. Each test's rows are ranked among themselves."
    )
    counts = Counter(pooling.chosen)
    if len(counts) == 1:
        return words
    return (
        f"{words} The recipe chose {listed([f'{kind} in {n}' for kind, n in counts.most_common()])} of them."
    )


def choice_words(choice: Choice) -> str:
    """Say which kind of model the candidate is, and why."""
    own = choice.losses[choice.chosen]
    others = sorted((loss, kind) for kind, loss in choice.losses.items() if kind != choice.chosen)
    against = [f"{loss:.4f} ({kind})" for loss, kind in [*others, (choice.base_rate_loss, "base rate")]]
    tried = "of the kinds tried it loses least on rows it never saw" if others else "the only kind tried"
    losses = f"out-of-fold log loss {own:.4f}, against {listed(against)}"
    caution = "" if own < choice.base_rate_loss else " It does not beat the base rate."
    return f"The candidate is **{choice.chosen}**: {tried}; {losses}.{caution}"


def rows_text(rows: Rows) -> str:
    """Say how many label rows, from when, and how many of them best."""
    best = f"{rows.n_best:,} of them best ({percent(rows.n_best / rows.n)})"
    when = f" from {rows.first} to {rows.last}" if rows.first else " without a date"
    return f"{count(rows.n, 'label row')}{when}, {best}"


def _rows_json(rows: Rows) -> dict[str, Any]:
    days = {name: day and day.isoformat() for name, day in (("first", rows.first), ("last", rows.last))}
    return {"n": rows.n, "n_best": rows.n_best, **days}


def _mark_json(mark: Mark) -> dict[str, Any]:
    bounds = {name: plain(getattr(mark.found, name)) for name in ("value", "low", "high")}
    return {
        "mark": mark.name,
        "unit": mark.unit,
        "needed": mark.needed,
        **bounds,
        "is_reached": mark.is_reached,
        "is_certain": mark.is_certain,
        "word": mark.word,
        "remark": mark.remark,
    }
