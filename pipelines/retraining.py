"""Train a challenger where the figures of the scheduled run ask for one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from icp_ml.config import Run, stage
from icp_ml.errors import ExitCode, IcpError

if TYPE_CHECKING:
    from icp_ml.outcomes import Figures, Outcomes
    from icp_ml.retrain import Facts, Range, Reason
    from icp_ml.tracking.store import Registered

KEPT = "trainings.json"
"""When the schedule trained last, by segment: a training that a tracking server could not take counts too."""


def retrain_if_due(run: Run, outcomes: Outcomes | None, drift: Mapping[str, Sequence[str]]) -> list[str]:
    """Train a challenger in each segment whose figures ask for it; give what went wrong, as alarms.

    It takes the champion's place only through the gates, at the end of the training as of any; one that only
    age asks for never does by itself. A failure leaves champion and lists as they are, and the next night
    tries again.

    Parameters
    ----------
    run : Run
        The scheduled one, once its list is published.
    outcomes : Outcomes, optional
    drift : mapping of str to sequence of str
        Alarms of this cycle by segment.
    """
    if not run.config.retrain.when:
        return []
    alarms = []
    for one in run.segments():
        try:
            alarms += _retrained(one, outcomes, drift.get(one.segment, ()))
        except Exception as failure:
            alarms.append(one.named(f"no new training: {_said(failure)}"))
    return alarms


def _said(failure: Exception) -> str:
    from icp_ml.failures import translated

    known = failure if isinstance(failure, IcpError) else translated(failure)
    return " ".join([known.what, known.fix]).strip()


def _retrained(run: Run, outcomes: Outcomes | None, alarms: Sequence[str]) -> list[str]:
    from icp_ml.retrain import due
    from pipelines.train import train

    reasons = due(run.config.retrain, _facts(run, outcomes, alarms))
    if not reasons:
        return []
    with stage(run.named("retraining")) as say:
        say("; ".join(f"{one.kind}: {one.words}" for one in reasons))
    status = train(_as_challenger(run, reasons))
    _keep(run, reasons)
    if status == ExitCode.OK:
        return []
    return [run.named("the new training waits in the outbox: run make send")]


def _as_challenger(run: Run, reasons: Sequence[Reason]) -> Run:
    """Let what only age asks for be compared by a person."""
    if any(one.kind != "age" for one in reasons):
        return run
    evaluation = run.config.evaluation
    promotion = evaluation.promotion.model_copy(update={"is_automatic": False})
    changed = {"evaluation": evaluation.model_copy(update={"promotion": promotion})}
    return replace(run, config=run.config.model_copy(update=changed))


def _facts(run: Run, outcomes: Outcomes | None, alarms: Sequence[str]) -> Facts:
    """Gather what is known of a segment's champion."""
    from icp_ml.retrain import Facts
    from icp_ml.tracking.store import CHAMPION, find, newest_run, store

    settings, today = run.config.tracking, run.config.today
    with store(settings) as client:
        champion, newest = find(client, settings, CHAMPION), newest_run(client, settings)
        since = None if champion is None else _day(client.get_run(champion.run_id))
    known = [one for one in (None if newest is None else _day(newest), _kept(run)) if one]
    figures = {} if champion is None or outcomes is None else _figures(run, outcomes, champion)
    return Facts(today, since, max(known, default=None), alarms=tuple(alarms), **figures)


def _figures(run: Run, outcomes: Outcomes, champion: Registered) -> dict[str, Range | None]:
    """Give the champion's own figures: those of what it learnt where known, else the lift of the proxy."""
    segment = outcomes.segment(run.segment)
    if segment is None:
        return {}
    won = segment.view("won", "created")
    learnt = segment.view("best", "customer") or (None if won is None or won.is_proxy else won)
    true, proxy = (_of(view, champion.model_version) for view in (learnt, won))
    if true is not None and true.top is not None and true.top.n:
        off = None if true.calibration is None else _range(true.calibration.ratio)
        return {"off": off, "precision": _range(true.top.precision), "promised": _promised(run, champion)}
    lift = None if proxy is None or proxy.top is None else _range(proxy.top.lift)
    return {"lift": lift}


def _of(view: Any, model_version: str) -> Figures | None:
    """Give a model's own figures."""
    found: Sequence[Figures] = () if view is None else view.versions
    return next((one for one in found if one.whose == model_version), None)


def _range(found: Any) -> Range | None:
    from icp_ml.retrain import Range

    return None if found.low is None or found.high is None else Range(found.low, found.high)


def _promised(run: Run, champion: Registered) -> Range | None:
    """Give the top tier's precision in the test of the champion's training, as its report has it."""
    from icp_ml.retrain import Range
    from icp_ml.tracking.exports import read_report

    settings = run.config.tracking
    report = read_report(Path(settings.export_folder) / settings.registered_model, champion.model_version)
    top = None if report is None or not report.get("tiers") else report["tiers"][0]
    if top is None or top["rate_low"] is None:
        return None
    return Range(top["rate_low"], top["rate_high"])


def _day(trained: Any) -> date:
    """Give the day that a training counted to."""
    written = trained.data.params.get("today")
    return (
        date.fromisoformat(written)
        if written
        else datetime.fromtimestamp(trained.info.start_time / 1000).date()
    )


def _kept(run: Run) -> date | None:
    found = _read_kept(run).get(run.segment)
    return date.fromisoformat(found["on"]) if found else None


def _read_kept(run: Run) -> dict[str, Any]:
    """Read what is kept; a damaged file says nothing, and the runs in the registry still count."""
    path = Path(run.config.outcomes.folder) / KEPT
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found


def _keep(run: Run, reasons: Sequence[Reason]) -> None:
    from icp_ml.data.publish import write_text

    made = {"on": str(run.config.today), "why": [one.words for one in reasons]}
    kept = {**_read_kept(run), run.segment: made}
    write_text(Path(run.config.outcomes.folder) / KEPT, json.dumps(kept, indent=2) + "\n")
