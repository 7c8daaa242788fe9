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
    """Say what drifted, each attribute in a line: its values then and now, and what to do.

    Parameters
    ----------
    found : sequence of Found
        As `alarms` gives them.
    drifts : mapping of str to Drift
        By segment; where there is one, it is not named.
    """
    by_name: dict[tuple[str, str], list[Found]] = {}
    for one in found:
        by_name.setdefault((one.segment, one.name), []).append(one)
    lines = []
    for (segment, name), alike in by_name.items():
        head = "" if len(drifts) == 1 else f"{segment}: "
        said = "; ".join(_said(one, drifts[segment], len(alike) == 1) for one in alike)
        lines.append(f"{head}{_words(name, drifts[segment])}: {said}; {_fix(alike[0])}")
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
    n_alarms = len({(one.segment, one.name) for one in found})
    return f"{count(n_alarms, 'alarm')} over {n_attributes}, the score and the tiers ({most})"


def _words(name: str, drifted: Drift) -> str:
    return next((one.words for one in drifted.shifts if one.name == name), name)


def _said(one: Found, drifted: Drift, is_alone: bool) -> str:
    """Say one alarm; of a PSI also where it comes from, unless the other alarms say so."""
    if one.kind == "tier":
        return f"{_then_now(drifted.tiers[one.name])}, {_bounds(one.bounded)} times as many"
    shift = next(shift for shift in drifted.shifts if shift.name == one.name)
    if one.kind == "psi":
        return f"PSI {_bounds(one.bounded)}" + (f", {most_telling(shift)}" if is_alone else "")
    said = {"missing": "missing in", "new levels": "never seen in training in"}
    return f"{said.get(one.kind, 'outside the range of training in')} {_then_now(shift.rates[one.kind])}"


def most_telling(shift: Shift) -> str:
    """Say the bin that adds most to the difference: "12 % under 10, before 3 %"."""

    def apart(one: Bin) -> float:
        return (one.now - one.then) ** 2 / ((one.now + one.then) or 1.0)

    one = max(shift.bins, key=apart)
    return f"{percent(one.now)} {one.words}, before {percent(one.then)}"


def _then_now(rate: Rate) -> str:
    return f"{percent(rate.now)} of rows, before {percent(rate.then)}"


def _bounds(one: Bounded) -> str:
    return f"{one.value:.2f} ({one.low:.2f} to {one.high:.2f})"


def _fix(one: Found) -> str:
    if one.kind == "tier" or one.name == SCORE:
        return "look at which attributes drifted; if the prospects are truly others, train again"
    return f"look at {one.name} in the export, or train again"
