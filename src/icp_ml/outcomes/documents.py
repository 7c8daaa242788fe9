"""Write outcomes as a page that needs nothing but itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from icp_ml.errors import count
from icp_ml.evaluation.cells import Table
from icp_ml.evaluation.words import percent
from icp_ml.outcomes.found import Figures, Outcomes, SegmentOutcomes, View
from icp_ml.outcomes.pictures import calibration_plot, precision_plot
from icp_ml.outcomes.words import cautions, counted, heading, said_of, share_text, tier_row, times_text

WORDS = {
    "precision": "How often accounts of each tier came true, with intervals",
    "calibration": "How often accounts of each predicted probability came true",
}


@dataclass(frozen=True)
class Part:
    """A view as a section of the page."""

    id: str
    heading: str
    counted: str
    remark: str
    drawn: Sequence[tuple[Any, str]]
    tables: Sequence[Table]


class Shown(NamedTuple):
    """A segment on the page; its name is empty where there is only one."""

    name: str
    best: str
    cautions: Sequence[str]
    parts: Sequence[Part]


def page(outcomes: Outcomes, title: str) -> str:
    """Write all of it as one page.

    Parameters
    ----------
    outcomes : Outcomes
    title : str
        Whose data they are of.
    """
    from icp_ml.pages import render

    has_names = len(outcomes.segments) > 1
    segments = [
        Shown(one.name if has_names else "", one.best, cautions(one, outcomes), list(_parts(one, outcomes)))
        for one in outcomes.segments
    ]
    has_charts = any(part.drawn for one in segments for part in one.parts)
    facts = {"title": f"Outcomes: {title}", "whose": title, "today": str(outcomes.today)}
    return render("outcomes.html.j2", segments=segments, has_charts=has_charts, **facts)


def _parts(segment: SegmentOutcomes, outcomes: Outcomes) -> Iterator[Part]:
    for view in segment.views:
        found, event = view.whole, view.event
        drawn = []
        if found.tiers:
            drawn.append((precision_plot(found, event, outcomes.confidence), WORDS["precision"]))
        if found.calibration is not None:
            chart = calibration_plot(found.calibration, event, outcomes.confidence)
            drawn.append((chart, WORDS["calibration"]))
        yield Part(
            f"{segment.name}-{event}-{view.seen_from}",
            heading(view, outcomes.backtest_days),
            f"{counted(view)}.",
            _remark(found, outcomes),
            drawn,
            list(_tables(view, outcomes)),
        )


def _remark(found: Figures, outcomes: Outcomes) -> str:
    if found.n and not found.tiers:
        return f"Too few for figures: fewer than {count(outcomes.min_deals, 'row')}."
    return "; ".join(said_of(found))


def _tables(view: View, outcomes: Outcomes) -> Iterator[Table]:
    """Give the tiers, and a line for each model and for those drawn at random."""
    if not view.whole.tiers:
        return
    interval = f"({percent(outcomes.confidence)} interval)"
    event = view.event.capitalize()
    head = [
        "Tier",
        "Number",
        event,
        f"Share {interval}",
        f"Of all {view.event} {interval}",
        f"Lift {interval}",
    ]
    yield Table(head, [tier_row(one) for one in view.whole.tiers])
    groups = [*((f"Model {one.whose}", one) for one in view.versions)]
    groups += [] if view.exploration is None else [("Drawn at random", view.exploration)]
    head = [
        "",
        "Number",
        event,
        "Top tier",
        f"Share of it {interval}",
        "Lift of it",
        "ROC AUC and calibration",
    ]
    yield Table(head, [_group_row(name, one) for name, one in groups], "By model", words=(6,))


def _group_row(name: str, found: Figures) -> list[str]:
    top, counts = found.top, [name, f"{found.n:,}", f"{found.n_true:,}"]
    if top is None:
        return [*counts, "", "too few", "", ""]
    shares = [f"{top.n:,}", share_text(top.precision), times_text(top.lift)]
    return [*counts, *shares, "; ".join(said_of(found))]
