"""The page of a cycle's drift: what drifted first, then every attribute in a table."""

from __future__ import annotations

from typing import Any

from icp_ml.drift.comparing import Drift, Shift
from icp_ml.drift.divergence import Bounded
from icp_ml.drift.kept import CycleDrift
from icp_ml.drift.vocabulary import SCORE
from icp_ml.drift.words import most_telling
from icp_ml.pages.rendering import render
from icp_ml.scoring.like import percent
from icp_ml.scoring.tiers import TIERS

HEAD = ("attribute", "PSI", "Jensen-Shannon", "by chance", "missing then", "now", "largest difference")


def drift_page(found: CycleDrift, title: str, note: str) -> str:
    """Render the drift of a cycle as a page that needs nothing but itself.

    Parameters
    ----------
    found : CycleDrift
    title : str
        Of the list.
    note : str
        Which cycle it is of, and since when it is compared.
    """
    segments = [_segment(name, one, found) for name, one in found.drifts.items()]
    new = [name for name in found.listed if name not in found.drifts]
    has_charts = any(one["charts"] for one in segments)
    facts = {"title": title, "note": note, "alarms": found.alarm_lines, "new": new}
    return render("drift.html.j2", segments=segments, has_charts=has_charts, summary=found.lines, **facts)


def _segment(name: str, one: Drift, found: CycleDrift) -> dict[str, Any]:
    drifted = {alarm.name for alarm in found.found if alarm.segment == name}
    ordered = sorted(one.shifts, key=lambda shift: (shift.name not in drifted, -shift.psi.value))
    return {
        "name": name,
        "n": f"{one.n_now:,} rows now, {one.n_then:,} in the first list of this model",
        "head": HEAD,
        "rows": [_row(shift, shift.name in drifted) for shift in ordered],
        "tiers": [_tier_row(one, tier) for tier in TIERS if tier in one.tiers],
        "charts": [_chart(shift) for shift in ordered if shift.name in drifted],
    }


def _row(shift: Shift, is_drifted: bool) -> list[Any]:
    missing = shift.rates.get("missing")
    shares = [percent(missing.then), percent(missing.now)] if missing else ["0 %", "0 %"]
    if shift.name == SCORE:
        shares = ["", ""]
    name = {"word": shift.words, "kind": "bad"} if is_drifted else shift.words
    return [
        name,
        _bounded(shift.psi),
        _bounded(shift.js),
        f"{shift.by_chance:.3f}",
        *shares,
        most_telling(shift),
    ]


def _tier_row(one: Drift, tier: str) -> list[str]:
    rate = one.tiers[tier]
    return [tier, percent(rate.then), percent(rate.now), f"{rate.n_now:,}"]


def _bounded(one: Bounded) -> str:
    return f"{one.value:.2f} ({one.low:.2f} to {one.high:.2f})"


def _chart(shift: Shift) -> tuple[Any, str]:
    """Draw the shares of rows then and now, a pair of bars for each bin."""
    from icp_ml.drift.plots import bins_plot

    return bins_plot(
        shift
    ), f"Shares of rows by {shift.words}, in the first list and now: {most_telling(shift)}"
