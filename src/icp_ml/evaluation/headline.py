"""The report's first lines, for who decides: is there anything, what to do with the list, in four figures."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from icp_ml.evaluation.cells import rate_text, with_bounds
from icp_ml.evaluation.figures import Interval
from icp_ml.evaluation.report import Report
from icp_ml.evaluation.verdict import verdict_words
from icp_ml.evaluation.words import TIMES, percent
from icp_ml.scoring import TIERS

MAX_OFF = 0.5  # of the share of best: a probability that is further off misleads who quotes it
KINDS: dict[str, Literal["good", "bad", "open"]] = {"signal": "good", "weak": "open", "none found": "bad"}


@dataclass(frozen=True)
class Headline:
    """What stands on top of a report.

    Attributes
    ----------
    verdict, kind : str
        The word, and whether it is good.
    means : str
        What to do with the list.
    why : str
        The verdict in a sentence, with its figures.
    gates, gates_kind : str
    failures : sequence of str
        Gates that it fails, in words.
    tiles : sequence of (name, figure, note)
        The figures that a sales director asks for.
    """

    verdict: str
    kind: Literal["good", "bad", "open"]
    means: str
    why: str
    gates: str
    gates_kind: Literal["good", "bad", "open"]
    failures: Sequence[str]
    tiles: Sequence[tuple[str, str, str]]


DECLARED = Headline(
    "not tested",
    "open",
    "Work the list in the order of its points, and keep note of who becomes a good customer: with enough of "
    "them the order can be learnt, and tested, instead of declared.",
    "These are the points of a declared rubric. Nothing is learnt, so there is nothing to test: no figure "
    "says how well they tell best from rest.",
    "no gates",
    "open",
    (),
    (),
)


def headline(report: Report) -> Headline:
    """Say what the report means for using the list."""
    is_passed = not report.failures
    return Headline(
        report.verdict,
        KINDS[report.verdict],
        use_words(report),
        f"{verdict_words(report.found)} {_percentages(report)}".strip(),
        "gates passed" if is_passed else "gates failed",
        "good" if is_passed else "bad",
        report.failures,
        _tiles(report),
    )


def use_words(report: Report) -> str:
    """Say what to do with the list."""
    if report.verdict == "none found":
        return (
            "Do not choose by this list whom to call: on customers it had not seen, its order was no better "
            f"than chance. {_more_words(report)}"
        )
    top = _tier_words(report)
    if report.failures:
        return f"Do not use the list yet: it fails a gate, said below. {top}"
    if report.verdict == "weak":
        return (
            "Take the order as a hint among others, not as a decision: it is probably better than chance, "
            f"not surely, and by how much is open. {top}"
        )
    return f"Work the list from the top: the order is better than chance. {top}"


def _percentages(report: Report) -> str:
    """Say how far the probabilities are off, and whether that is too far to quote one."""
    error, rate = _error(report), report.test.n_best / report.test.n
    if math.isnan(error):
        return ""
    said = f"Predicted rates are {100 * error:.1f} percentage points off on average"
    return f"{said}: trust the order, not the percentages." if error > MAX_OFF * rate else f"{said}."


def _error(report: Report) -> float:
    """Give the candidate's calibration error; NaN where it was not computed."""
    found = next(iter(report.figures.values())).get("calibration_error")
    return math.nan if found is None else found.value


def _tier_words(report: Report) -> str:
    """Say how much work the highest tier is, and what it brings."""
    top, base = report.tiers.iloc[0], percent(report.test.n_best / report.test.n)
    if not top["n"]:
        return f"No {report.noun} of the test was in {TIERS[0]}, so nothing is known of how it turns out."
    held = percent(float(report.backtest.iloc[0]["best"]))
    return (
        f"Of the {report.noun}s in {TIERS[0]}, {percent(top['rate'])} turned out best, against {base} of "
        f"all; they are {percent(top['share'])} of the list and hold {held} of the best."
    )


def _more_words(report: Report) -> str:
    return (
        f"There may be too few best {report.noun}s ({report.train.n_best:,} to learn from), another "
        "definition of best may be clearer, or these columns do not tell who will be one."
    )


def _tiles(report: Report) -> list[tuple[str, str, str]]:
    candidate = next(iter(report.figures.values()))
    lift, auc = report.found.lift, candidate["roc_auc"]
    share = report.found.lift_name.rpartition("_")[2]
    tops = report.tiers.iloc[0].to_dict()
    two = report.marks[-1].found if report.marks else Interval(math.nan, math.nan, math.nan)
    return [
        (f"Best in the top {share} %", f"{lift.value:.1f} {TIMES}", f"as many as by chance{_bounds(lift)}"),
        (f"{TIERS[0]} turned out best", percent(tops["rate"]), _beside(report, rate_text(tops))),
        (
            f"Of all best, in {TIERS[0]} or {TIERS[1]}",
            percent(two.value),
            f"in {percent(float(report.tiers['share'][:2].sum()))} of the list"
            f"{_range(*map(percent, (two.low, two.high)))}",
        ),
        (
            f"A best {report.noun} outranks another",
            "not defined" if math.isnan(auc.value) else f"{100 * auc.value:.0f} in 100",
            f"ROC AUC {with_bounds('roc_auc', auc)}; 50 is chance",
        ),
    ]


def _beside(report: Report, text: str) -> str:
    bounds = text.partition("(")[2].rstrip(")")
    base = percent(report.test.n_best / report.test.n)
    return f"{bounds}; of all {base}" if bounds else f"of all {base}"


def _bounds(found: Interval) -> str:
    return "" if math.isnan(found.low) else _range(f"{found.low:.1f}", f"{found.high:.1f}")


def _range(low: str, high: str) -> str:
    return "" if "not" in low else f" ({low} to {high})"
