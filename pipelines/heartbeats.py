"""Leave a sign of life of each scheduled run, so that one that never happened can be noticed.

The wall clock is read here and nowhere in the stages: what a list holds depends on `today` alone.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Any

from icp_ml.config import Run
from icp_ml.errors import ExitCode, IcpError, count
from icp_ml.settings import Config

NAME = "heartbeat.json"
GOOD = (ExitCode.OK, ExitCode.ALARMS)
STOPPED = 130  # by hand
KILLED = 137
PATIENCE_SECONDS = 10
CLOCK_TOLERANCE = timedelta(minutes=5)


@dataclass
class Beat:
    """What a run says of itself while it is at work.

    Attributes
    ----------
    outcome : str
        In a line.
    status : int
        The exit status that the run will leave with, where it does not fail.
    notes : list of str
        What to say of the runs before.
    """

    outcome: str = ""
    status: int = ExitCode.OK
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Past:
    """What the runs before left.

    Attributes
    ----------
    last_good : dict, optional
        started, ended (UTC), exit_status, today, outcome, seconds.
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

    def after(self, done: dict[str, Any], *ended: dict[str, Any]) -> Past:
        """Add a run that ended; those that are over are at work no more."""
        others = tuple(one for one in self.running if one not in ended)
        if done["exit_status"] in GOOD:
            return Past(done, None, 0, others)
        return Past(self.last_good, done, self.n_failed + 1, others)


@contextmanager
def heartbeat(run: Run) -> Iterator[Beat]:
    """Write that a run began, and how it ended, whatever it ends with; a heartbeat never spoils a run.

    A run that was killed cannot write: the next one counts it as failed.
    """
    folder, started, clock = Path(run.config.rescore.folder), now_utc(), monotonic()
    mine = {"started": _text(started), "pid": os.getpid(), "host": socket.gethostname()}
    before = _changed(folder, lambda past: _begun(past, mine, run))
    others = replace(before, running=tuple(one for one in before.running if one != mine))
    beat = Beat(notes=notes_of(others, run.config, started))
    try:
        yield beat
    except BaseException as failure:
        beat.status, beat.outcome = _failed(failure)
        raise
    finally:
        done = {
            "started": mine["started"],
            "ended": _text(now_utc()),
            "seconds": round(monotonic() - clock, 1),
            "exit_status": int(beat.status),
            "today": str(run.config.today),
            "outcome": beat.outcome,
        }
        _changed(folder, lambda past: past.after(done, mine))


def read_past(folder: Path) -> Past:
    """Read what the runs before left; nothing where there is nothing, or it is damaged."""
    try:
        content = json.loads((folder / NAME).read_text(encoding="utf-8"))
        good, failed, running = (content[name] for name in ("last_good", "last_failed", "running"))
        _ = good and _time(good["ended"]), failed and _failure(failed)  # what later runs ask for is there
        _ = [(_time(one["started"]), int(one["pid"]), one["host"]) for one in running]
        return Past(good, failed, int(content["n_failed"]), tuple(running))
    except (OSError, ValueError, KeyError, TypeError):
        return Past()


def past_line(past: Past, now: datetime) -> str:
    """Say how old the last good run is, and what became of those after it."""
    said = "none"
    if past.last_good is not None:
        ended = _time(past.last_good["ended"])
        said = f"{_age(now - ended)} ({_shown(ended)})"
    if past.last_failed is not None:
        failed = (
            f"{count(past.n_failed, 'run')} failed since" if past.last_good else f"{past.n_failed:,} failed"
        )
        said += f", {failed}, the last with {_failure(past.last_failed)}"
    work = [f"; one that began {_shown(_time(one['started']))} is at work" for one in past.running]
    return said + "".join(work)


def past_alarms(past: Past, config: Config, now: datetime, is_scheduled: bool) -> list[str]:
    """Say what is wrong with the runs before: too old, none though scheduled, or in the future."""
    if past.last_good is None:
        return ["no run was ever good, though they are scheduled"] if is_scheduled else []
    ended = _time(past.last_good["ended"])
    if ended > now + CLOCK_TOLERANCE:
        what = f"the last good run ended {_shown(ended)}, after this machine's clock ({_shown(now)})"
        return [f"{what}: the clock was set back, or was ahead then"]
    hours = _hours(ended, now, config.schedule.days == "weekdays")
    if hours > config.rescore.stale_hours:
        return [f"the last good run is {_age(now - ended).removesuffix(' ago')} old"]
    return []


def notes_of(past: Past, config: Config, now: datetime) -> list[str]:
    """Say what the next run says of those before it: nothing where the last one was good and is not old."""
    alarms = past_alarms(past, config, now, is_scheduled=False)
    return [f"last good run: {past_line(past, now)}"] if alarms or past.n_failed else []


def now_utc() -> datetime:
    """Read the clock."""
    return datetime.now(UTC)


def _begun(past: Past, mine: dict[str, Any], run: Run) -> Past:
    """Count those as failed that are over without a word, and add this one."""
    for one in past.running:
        if not _is_alive(one, mine):
            outcome = f"killed, or the machine went off, after it began {_shown(_time(one['started']))}"
            past = past.after(one | {"exit_status": KILLED, "outcome": outcome}, one)
    return Past(past.last_good, past.last_failed, past.n_failed, (*past.running, mine))


def _is_alive(one: dict[str, Any], mine: dict[str, Any]) -> bool:
    """Say whether a run may still be at work; of another machine nothing is known for a day."""
    if one["host"] != mine["host"]:
        return _time(mine["started"]) - _time(one["started"]) < timedelta(days=1)
    if one["pid"] == mine["pid"]:
        return False
    try:
        os.kill(int(one["pid"]), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _changed(folder: Path, change: Any) -> Past:
    """Change what stands there, one process at a time; give what stood there with this run added."""
    from filelock import FileLock, Timeout

    from icp_ml.data.publish import write_text

    past = Past()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / f".{NAME}.lock", timeout=PATIENCE_SECONDS):
            past = change(read_past(folder))
            content = {
                name: getattr(past, name) for name in ("last_good", "last_failed", "n_failed", "running")
            }
            write_text(folder / NAME, json.dumps(content, indent=2, ensure_ascii=False) + "\n")
    except (OSError, Timeout) as failure:
        with suppress(OSError):
            print(f"  note: {folder / NAME} cannot be written: {failure}", file=sys.stderr, flush=True)
    return past


def _failed(failure: BaseException) -> tuple[int, str]:
    from icp_ml.failures import translated

    if not isinstance(failure, Exception):
        return STOPPED, "stopped by hand"
    said = failure if isinstance(failure, IcpError) else translated(failure)
    return said.exit_code, said.what


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


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _shown(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
