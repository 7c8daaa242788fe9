"""Run a pipeline of the product as a schedule does, and measure it."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, redirect_stdout, suppress
from datetime import date
from functools import cache
from importlib import import_module
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from typing import Any, NamedTuple

TODAY = "today="
IMPORTED = Path("imported.json")
LAUNCHED = """
import json, os, subprocess, sys
started = subprocess.Popen(sys.argv[1:], stdout=sys.stderr)
_, status, used = os.wait4(started.pid, 0)
print(json.dumps([os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime, used.ru_maxrss]))
"""
"""From a small process: the peak memory of one that is started begins with that of the one that starts it."""
FIRST_IMPORTED = ("pipelines.rescore", "mlflow", "lightgbm", "pyarrow.parquet", "icp_ml.engine")


class Measured(NamedTuple):
    """What a run took: exit status, CPU and wall seconds, peak memory in MB, what it said."""

    status: int
    cpu: float
    wall: float
    peak_mb: float
    said: str


def here(verb: str, overrides: Sequence[str]) -> Measured:
    """Run it in this process; its memory is that of the process now."""
    start, clock, out = _cpu(), time.monotonic(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(out):
        status = run(verb, overrides)
    return Measured(status, _cpu() - start, time.monotonic() - clock, resident_mb(), out.getvalue())


def forked(verb: str, overrides: Sequence[str]) -> Measured:
    """Run it in a process of its own that has nothing but the imports of this one."""
    _composed(_timeless(overrides))  # once for all runs that begin here
    return measured(lambda: _noting_imports(verb, overrides))


def fresh(verb: str, overrides: Sequence[str]) -> Measured:
    """Run it as a schedule does, imports and all."""
    log, clock = Path("said.txt"), time.monotonic()
    with log.open("wb") as out:
        asked = [sys.executable, "-S", "-c", LAUNCHED, sys.executable, "-m", f"pipelines.{verb}", *overrides]
        done = subprocess.run(asked, stdout=subprocess.PIPE, stderr=out, check=True, text=True)
    status, seconds, peak_kb = json.loads(done.stdout)
    said = log.read_text(encoding="utf-8", errors="replace")
    return Measured(status, seconds, time.monotonic() - clock, peak_kb / 1024, said)


def measured(action: Callable[[], int | None]) -> Measured:
    """Run an action in a forked process."""
    log, clock = Path("said.txt"), time.monotonic()
    pid = os.fork()
    if pid == 0:
        os._exit(_redirected(action, log))
    _, status, used = os.wait4(pid, 0)
    said = log.read_text(encoding="utf-8", errors="replace")
    seconds, peak_mb = used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
    return Measured(os.waitstatus_to_exitcode(status), seconds, time.monotonic() - clock, peak_mb, said)


def resident_mb() -> float:
    """Give the memory that this process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGESIZE") / 2**20


def _redirected(action: Callable[[], int | None], log: Path) -> int:
    """Act with all output in a file; the process ends after it without any handler of its parent."""
    with log.open("w", encoding="utf-8") as out, redirect_stdout(out), redirect_stderr(out):
        try:
            return int(action() or 0)
        except BaseException:
            traceback.print_exc()
            return 1


def run(verb: str, overrides: Sequence[str]) -> int:
    """Compose the configuration and run, as `icp_ml.config.run_pipeline` does."""
    from icp_ml import config

    def act() -> int | None:
        composed = _composed(_timeless(overrides))
        days = [one.removeprefix(TODAY) for one in overrides if one.startswith(TODAY)]
        composed.today = days[0] if days else composed.data.today
        return config._with_copies(
            getattr(import_module(f"pipelines.{verb}"), verb), config.checked(composed)
        )

    return config._status_of(act)


def force(today: date) -> None:
    """Make the challenger the champion though no gate was passed, as a person may in the tracking server."""
    from icp_ml.config import checked
    from icp_ml.tracking.decisions import Decision, promote
    from icp_ml.tracking.store import CHALLENGER, CHAMPION, find, store

    settings = checked(_composed(())).segments()[0].config.tracking
    with store(settings) as client:
        challenger, champion = (find(client, settings, alias) for alias in (CHALLENGER, CHAMPION))
        if challenger is not None and champion is not None and challenger.number != champion.number:
            promote(client, settings, Decision("promoted", challenger, champion, "forced by the soak", today))


@cache
def _composed(overrides: tuple[str, ...]) -> Any:
    """Compose once what differs in the day alone: that takes a third of a run of some thousand accounts."""
    import hydra

    from icp_ml.config import CONF

    with hydra.initialize_config_dir(str(CONF), version_base="1.3"):
        return hydra.compose("config", list(overrides))


def _timeless(overrides: Sequence[str]) -> tuple[str, ...]:
    return tuple(one for one in overrides if not one.startswith(TODAY))


def _noting_imports(verb: str, overrides: Sequence[str]) -> int:
    status = run(verb, overrides)
    known = set(json.loads(IMPORTED.read_text())) if IMPORTED.is_file() else set()
    if set(sys.modules) - known:
        IMPORTED.write_text(json.dumps(sorted(known | set(sys.modules))))
    return status


def _cpu() -> float:
    used = getrusage(RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def preload() -> None:
    """Import what the runs so far have imported, so that a forked one need not; no thread is begun."""
    from icp_ml.collecting import look_for_garbage_seldom

    os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
    look_for_garbage_seldom()
    for name in json.loads(IMPORTED.read_text()) if IMPORTED.is_file() else FIRST_IMPORTED:
        if name not in sys.modules and name != "__main__":
            with suppress(Exception):
                import_module(name)
