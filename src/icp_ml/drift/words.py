"""Say in a line what drifted, with its values and what to do; and in the quiet case that nothing did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from icp_ml.drift.comparing import Bin, Drift, Found, Shift
from icp_ml.drift.divergence import Bounded
from icp_ml.drift.rates import Rate
from icp_ml.drift.vocabulary import SCORE
from icp_ml.errors import count
from icp_ml.scoring.like import percent


def alarm_lines(found: Sequence[Found], drifts: Mapping[str, Drift]) -> list[str]:
    """Say each alarm in a line: what, its values then and now, and what to do.

    Parameters
    ----------
    found : sequence of Found
        As `alarms` gives them.
    drifts : mapping of str to Drift
        By segment; where there is one, it is not named.
    """
    lines = []
    for one in found:
        head = "" if len(drifts) == 1 else f"{one.segment}: "
        lines.append(f"{head}{_said(one, drifts[one.segment])}; {_fix(one)}")
    return lines


def summary_lines(drifts: Mapping[str, Drift], found: Sequence[Found], new: Sequence[str]) -> list[str]:
    """Say of a cycle whether anything drifted: one line where nothing did.

    Parameters
    ----------
    drifts : mapping of str to Drift
        Of the segments whose list is not their model's first.
    found : sequence of Found
        The alarms.
    new : sequence of str
        Segments whose list is the first one of its model.
    """
    lines = []
    if drifts:
        lines.append(f"drift: {_compared(drifts, found)}")
        lines += [f"  {line}" for line in alarm_lines(found, drifts)]
    if new:
        of = f" ({', '.join(new)})" if drifts or len(new) > 1 else ""
        lines.append(f"drift: the first list of this model{of}: later ones are compared with it")
    return lines


def _compared(drifts: Mapping[str, Drift], found: Sequence[Found]) -> str:
    shifts = [one for drifted in drifts.values() for one in drifted.shifts]
    largest = max(shifts, key=lambda one: one.psi.value)
    most = f"largest PSI {largest.psi.value:.2f}: {largest.words}"
    n_attributes = count(sum(one.name != SCORE for one in shifts), "attribute")
    if not found:
        return f"{n_attributes} and the score as in the first list of this model ({most})"
    return f"{count(len(found), 'alarm')} over {n_attributes}, the score and the tiers ({most})"


def _said(one: Found, drifted: Drift) -> str:
    if one.kind == "tier":
        rate = drifted.tiers[one.name]
        return f"{one.name}: {_then_now(rate)}: {_bounds(one.bounded, '.2f')} times as many"
    shift = next(shift for shift in drifted.shifts if shift.name == one.name)
    match one.kind:
        case "psi":
            what = f"PSI {_bounds(one.bounded, '.2f')}, {most_telling(shift)}"
        case "missing":
            what = f"missing in {_then_now(shift.rates[one.kind])}"
        case "new levels":
            what = f"a level that training never saw in {_then_now(shift.rates[one.kind])}"
        case _:
            what = f"beyond the range of training in {_then_now(shift.rates[one.kind])}"
    return f"{shift.words}: {what}"


def most_telling(shift: Shift) -> str:
    """Say the bin that adds most to the difference: "12 % under 10, before 3 %"."""

    def apart(one: Bin) -> float:
        return (one.now - one.then) ** 2 / ((one.now + one.then) or 1.0)

    one = max(shift.bins, key=apart)
    return f"{percent(one.now)} {one.words}, before {percent(one.then)}"


def _then_now(rate: Rate) -> str:
    return f"{percent(rate.now)} of rows, before {percent(rate.then)}"


def _bounds(one: Bounded, form: str) -> str:
    return f"{one.value:{form}} ({one.low:{form}} to {one.high:{form}})"


def _fix(one: Found) -> str:
    if one.kind == "tier" or one.name == SCORE:
        return "look at which attributes drifted; if the prospects are truly others, train again"
    return f"look at {one.name} in the export, or train again"
