"""A real Dask cluster for the tests: a scheduler and workers, each a process that a test may kill."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from support import SEARCH_PATH, free_port


class Cluster:
    """A scheduler on this machine and the workers that were added to it."""

    def __init__(self, folder) -> None:
        self.folder, self.port = folder, free_port()
        self.address = f"tcp://127.0.0.1:{self.port}"
        self.workers: list[subprocess.Popen] = []
        self.scheduler = self._start("scheduler", "--host", "127.0.0.1", "--port", str(self.port))
        _wait_until_open(self.port, self.scheduler)

    def add_worker(self, before=(), **environment) -> subprocess.Popen:
        """Start a worker of one thread, without a nanny that would start it again."""
        options = ("--nthreads", "1", "--no-nanny")
        self.workers.append(self._start("worker", self.address, *options, before=before, **environment))
        return self.workers[-1]

    @property
    def overrides(self) -> tuple[str, ...]:
        """Give what makes a command use the cluster."""
        return ("engine=dask", f"engine.scheduler={self.address}")

    def kill(self) -> None:
        """End every process, as a power cut would."""
        for one in [*self.workers, self.scheduler]:
            if one.poll() is None:
                one.send_signal(signal.SIGKILL)
            one.wait()

    def _start(self, kind, *arguments, before=(), **environment) -> subprocess.Popen:
        search_path = {"PYTHONPATH": SEARCH_PATH, **environment}
        with (self.folder / f"{kind}.log").open("ab") as log:
            return subprocess.Popen(
                [*before, sys.executable, "-m", f"distributed.cli.dask_{kind}", *arguments, "--no-dashboard"],
                cwd=self.folder,
                env={**os.environ, **search_path},
                stdout=log,
                stderr=log,
            )


@contextmanager
def a_cluster(folder, n_workers) -> Iterator[Cluster]:
    """Start a cluster, and end it."""
    cluster = Cluster(folder)
    try:
        for _ in range(n_workers):
            cluster.add_worker()
        yield cluster
    finally:
        cluster.kill()


def _wait_until_open(port, started, seconds=60) -> None:
    until = time.monotonic() + seconds
    while True:
        assert started.poll() is None, "the scheduler ended"
        assert time.monotonic() < until, "the scheduler did not start"
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
