"""Say whether the figures ask for a new training."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from icp_ml.settings import RetrainSettings


class Range(NamedTuple):
    """The bounds of a figure."""

    low: float
    high: float


@dataclass(frozen=True)
class Facts:
    """What is known of a segment's champion today.

    Attributes
    ----------
    today : date
    champion_since : date, optional
        The day that its training counted to; None without a champion.
    trained_on : date, optional
        The day of the last training, whoever began it.
    off : Range, optional
        Observed over expected, of the event that the champion learnt; None where that is not known.
    precision, promised : Range, optional
        Share of the top tier that came true since, and in the test of the training: of one event.
    lift : Range, optional
        Of the top tier over all deals, where only a proxy is known.
    alarms : sequence of str
        Of drift, in this cycle.
    """

    today: date
    champion_since: date | None
    trained_on: date | None
    off: Range | None = None
    precision: Range | None = None
    promised: Range | None = None
    lift: Range | None = None
    alarms: Sequence[str] = ()


class Reason(NamedTuple):
    """Which of `retrain.when` it is, and the figures that say so."""

    kind: str
    words: str


def due(settings: RetrainSettings, facts: Facts) -> list[Reason]:
    """List the reasons to train a challenger today; none without a champion, or too soon after a training.

    An interval must say so, not a figure: calibration asks where observed over expected lies wholly beyond
    1 plus or minus max_off, precision where the top tier's interval lies wholly beneath that of its test.
    Where only a proxy of best is known, no share can be compared; then precision asks where the top tier
    comes true less often than all, its lift lying wholly beneath 1.
    """
    if facts.champion_since is None or _is_too_soon(settings, facts):
        return []
    found = [*_calibration(settings, facts), *_precision(facts), *_drift(facts), *_age(settings, facts)]
    return [one for one in found if one.kind in settings.when]


def _is_too_soon(settings: RetrainSettings, facts: Facts) -> bool:
    return facts.trained_on is not None and (facts.today - facts.trained_on).days < settings.min_days


def _calibration(settings: RetrainSettings, facts: Facts) -> Iterator[Reason]:
    if facts.off is None:
        return
    low, high = facts.off
    if low > 1 + settings.max_off or high < 1 - settings.max_off:
        side = "more" if low > 1 else "less"
        words = f"{side} came true than was predicted: observed over expected is {low:.2f} to {high:.2f}"
        yield Reason("calibration", words)


def _precision(facts: Facts) -> Iterator[Reason]:
    if facts.precision and facts.promised and facts.precision.high < facts.promised.low:
        now, then = (
            f"{100 * low:.0f} to {100 * high:.0f} %" for low, high in (facts.precision, facts.promised)
        )
        yield Reason("precision", f"of the top tier {now} came true, where its test said {then}")
    elif facts.lift and facts.lift.high < 1:
        low, high = facts.lift
        words = f"the top tier wins less often than all: its lift is {low:.2f} to {high:.2f}"
        yield Reason("precision", words)


def _drift(facts: Facts) -> Iterator[Reason]:
    if facts.alarms:
        more = f", and {len(facts.alarms) - 1} more" if len(facts.alarms) > 1 else ""
        yield Reason("drift", f"{facts.alarms[0]}{more}")


def _age(settings: RetrainSettings, facts: Facts) -> Iterator[Reason]:
    assert facts.champion_since is not None
    days = (facts.today - facts.champion_since).days
    if days > settings.max_age_days:
        yield Reason("age", f"the champion is {days:,} days old")
