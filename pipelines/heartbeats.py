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
from icp_ml.data.secrets import masked
from icp_ml.errors import ExitCode, IcpError
from pipelines.past_runs import NAME, Past, notes_of, read_past, shown, time_of

STOPPED = 130  # by hand
KILLED = 137
PATIENCE_SECONDS = 10


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
    alarms : list of str
        What somebody has to look at, for whoever asks in the morning.
    """

    outcome: str = ""
    status: int = ExitCode.OK
    notes: list[str] = field(default_factory=list)
    alarms: list[str] = field(default_factory=list)


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
            "alarms": [masked(one) for one in beat.alarms],
        }
        _changed(folder, lambda past: past.after(done, mine))


def now_utc() -> datetime:
    """Read the clock."""
    return datetime.now(UTC)


def _begun(past: Past, mine: dict[str, Any], run: Run) -> Past:
    """Count those as failed that are over without a word, and add this one."""
    for one in past.running:
        if not _is_alive(one, mine):
            outcome = f"killed, or the machine went off, after it began {shown(time_of(one['started']))}"
            past = past.after(one | {"exit_status": KILLED, "outcome": outcome}, one)
    return Past(past.last_good, past.last_failed, past.n_failed, (*past.running, mine))


def _is_alive(one: dict[str, Any], mine: dict[str, Any]) -> bool:
    """Say whether a run may still be at work; of another machine nothing is known for a day."""
    if one["host"] != mine["host"]:
        return time_of(mine["started"]) - time_of(one["started"]) < timedelta(days=1)
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


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
