"""Know what the scheduled runs before left, and say how old the last good one is and what is wrong."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from icp_ml.errors import ExitCode, count
from icp_ml.settings import Config

NAME = "heartbeat.json"
GOOD = (ExitCode.OK, ExitCode.ALARMS)
CLOCK_TOLERANCE = timedelta(minutes=5)


@dataclass(frozen=True)
class Past:
    """What the runs before left.

    Attributes
    ----------
    last_good : dict, optional
        started, ended (UTC), exit_status, today, outcome, seconds, alarms.
    last_failed : dict, optional
        The newest since then.
    n_failed : int
        Runs that failed since the last good one.
    running : list of dict
        started, pid, host of those that have not ended.
    """

    last_good: dict[str, Any] | None = None
    last_failed: dict[str, Any] | None = None
    n_failed: int = 0
    running: tuple[dict[str, Any], ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing ever ran."""
        return self == Past()

    @property
    def alarms(self) -> list[str]:
        """Give the alarms that the last good run ended with; of one that kept none, that it had some."""
        good = self.last_good or {}
        if good.get("alarms"):
            return list(good["alarms"])
        return ["the last good run ended with alarms"] if good.get("exit_status") == ExitCode.ALARMS else []

    def after(self, done: dict[str, Any], *ended: dict[str, Any]) -> Past:
        """Add a run that ended; those that are over are at work no more."""
        others = tuple(one for one in self.running if one not in ended)
        if done["exit_status"] in GOOD:
            return Past(done, None, 0, others)
        return Past(self.last_good, done, self.n_failed + 1, others)


def read_past(folder: Path) -> Past:
    """Read what the runs before left; nothing where there is nothing, or it is damaged."""
    try:
        content = json.loads((folder / NAME).read_text(encoding="utf-8"))
        good, failed, running = (content[name] for name in ("last_good", "last_failed", "running"))
        _ = good and time_of(good["ended"]), failed and _failure(failed)  # what later runs ask for is there
        _ = good and [*good.get("alarms", ())]
        _ = [(time_of(one["started"]), int(one["pid"]), one["host"]) for one in running]
        return Past(good, failed, int(content["n_failed"]), tuple(running))
    except (OSError, ValueError, KeyError, TypeError):
        return Past()


def past_line(past: Past, now: datetime) -> str:
    """Say how old the last good run is, and what became of those after it."""
    said = "none"
    if past.last_good is not None:
        ended = time_of(past.last_good["ended"])
        said = f"{_age(now - ended)} ({shown(ended)})"
    if past.last_failed is not None:
        failed = (
            f"{count(past.n_failed, 'run')} failed since" if past.last_good else f"{past.n_failed:,} failed"
        )
        said += f", {failed}, the last with {_failure(past.last_failed)}"
    work = [f"; one that began {shown(time_of(one['started']))} is at work" for one in past.running]
    return said + "".join(work)


def past_alarms(past: Past, config: Config, now: datetime, is_scheduled: bool) -> list[str]:
    """Say what is wrong with the runs before: too old, none though scheduled, or in the future."""
    if past.last_good is None:
        return ["no run was ever good, though they are scheduled"] if is_scheduled else []
    ended = time_of(past.last_good["ended"])
    if ended > now + CLOCK_TOLERANCE:
        what = f"the last good run ended {shown(ended)}, after this machine's clock ({shown(now)})"
        return [f"{what}: the clock was set back, or was ahead then"]
    hours = _hours(ended, now, config.schedule.days == "weekdays")
    if hours > config.rescore.stale_hours:
        return [f"the last good run is {_age(now - ended).removesuffix(' ago')} old"]
    return []


def notes_of(past: Past, config: Config, now: datetime) -> list[str]:
    """Say what the next run says of those before it: nothing where the last one was good and is not old."""
    alarms = past_alarms(past, config, now, is_scheduled=False)
    return [f"last good run: {past_line(past, now)}"] if alarms or past.n_failed else []


def _failure(one: dict[str, Any]) -> str:
    return f"exit status {one['exit_status']}: {str(one['outcome']).rstrip('.')}"


def _hours(start: datetime, end: datetime, only_weekdays: bool) -> float:
    """Count the hours between two times; where nothing runs at the weekend, its hours do not count."""
    days = [start.date() + timedelta(days=n) for n in range(1, (end.date() - start.date()).days + 1)]
    n_free = sum(one.weekday() >= 5 for one in days) if only_weekdays else 0
    return (end - start).total_seconds() / 3600 - 24 * n_free


def _age(age: timedelta) -> str:
    minutes = age.total_seconds() / 60
    if minutes < -CLOCK_TOLERANCE.total_seconds() / 60:
        return "in the future"
    if minutes < 120:
        return f"{count(max(0, round(minutes)), 'minute')} ago"
    return f"{count(round(minutes / 60), 'hour')} ago" if minutes < 48 * 60 else f"{age.days:,} days ago"


def time_of(text: str) -> datetime:
    """Read a time as a heartbeat has it."""
    return datetime.fromisoformat(text)


def shown(moment: datetime) -> str:
    """Write a time for a person."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"
