"""Measure a command from its start to its end, with all processes that it starts."""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread
from time import perf_counter
from typing import NamedTuple

SAMPLE_SECONDS = 0.2
REST = 30
"""Times as long as a look took is waited for the next: it halts the process that is looked at."""


class Measured(NamedTuple):
    """What a command took.

    Attributes
    ----------
    seconds : float
        From its start to its end.
    processor_seconds : float
        Of it and of the processes that it started and waited for.
    peak_mb : float
        The largest sum of PSS over all of them, a page that several share counted once; looked at up to
        five times a second, and for a thirtieth of the time at most.
    """

    seconds: float
    processor_seconds: float
    peak_mb: float


def measured(module: str, *arguments: str) -> tuple[Measured, str]:
    """Run a module as a command; give what it took, and what it printed.

    Raises
    ------
    SystemExit
        It failed; with the end of what it said.
    """
    command = [sys.executable, "-W", "ignore", "-m", module, *arguments]
    before, start = _processor_seconds(), perf_counter()
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT)
        watch = Watch(process.pid)
        watch.start()
        status = process.wait()
        seconds = perf_counter() - start
        watch.stop()
        said.seek(0)
        text = said.read()
    if status:
        raise SystemExit(f"{' '.join(command)} ended with status {status}.\n{text[-2000:]}")
    return Measured(seconds, _processor_seconds() - before, watch.peak_kb / 1024), text


class Watch(Thread):
    """Looks at the memory of a process and of its descendants until it is stopped."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.peak_kb = 0
        self._pid, self._is_over = pid, Event()

    def run(self) -> None:
        """Look, again and again."""
        pause = SAMPLE_SECONDS
        while not self._is_over.wait(pause):
            start = perf_counter()
            self.peak_kb = max(self.peak_kb, sum(map(_pss_kb, family(self._pid))))
            pause = max(SAMPLE_SECONDS, REST * (perf_counter() - start))

    def stop(self) -> None:
        """Look no more."""
        self._is_over.set()
        self.join()


def family(pid: int) -> Iterator[int]:
    """Give a process and its descendants."""
    yield pid
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in _read(task).split():
            yield from family(int(child))


def _pss_kb(pid: int) -> int:
    lines = _read(Path(f"/proc/{pid}/smaps_rollup")).splitlines()
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def _read(path: Path) -> str:
    """Read what the system says of a process, "" where it has just ended."""
    try:
        return path.read_text()
    except OSError:
        return ""


def _processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
