"""Who does the work on the parts: this process, several processes of this machine, or a Dask cluster."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from itertools import islice
from threading import Thread
from time import sleep
from typing import Any

from icp_ml.engine.ready import Ready
from icp_ml.engine.work import Work
from icp_ml.errors import UnavailableError
from icp_ml.settings import DaskSettings, EngineSettings

Call = Callable[[Ready, Any], Any]
Map = Callable[[Call, Iterable[Any]], Iterator[Any]]
"""Calls a function with each task, a few ahead of what was taken; the results come in any order."""

AHEAD = 2
"""Tasks that wait for each worker: enough to keep it busy, few enough to bound memory."""
SECONDS_TO_NOTICE = 0.5

_ready: dict[str, Ready] = {}
"""In a worker: what it was prepared with, by the key of the work."""


class WorkersLost(UnavailableError):
    """Worker processes died, as when the machine runs out of memory; what they had finished is kept."""


def workers(settings: EngineSettings, n_workers: int, work: Work) -> AbstractContextManager[Map]:
    """Give what calls a function with each of many tasks, wherever the settings say.

    Parameters
    ----------
    settings : EngineSettings
    n_workers : int
        Processes of this machine; 1: this one alone. A running cluster has its own number.
    work : Work
        Each worker gets it once.

    Raises
    ------
    UnavailableError
        The cluster does not answer, or its package is not installed.
    WorkersLost
        While tasks are mapped.
    """
    if isinstance(settings, DaskSettings):
        from icp_ml.engine.cluster import cluster

        return cluster(settings.scheduler, n_workers, work)
    return _alone(work) if n_workers == 1 else _processes(n_workers, work)


@contextmanager
def _alone(work: Work) -> Iterator[Map]:
    ready = Ready(work)
    yield lambda call, tasks: map(partial(call, ready), tasks)


@contextmanager
def _processes(n_workers: int, work: Work) -> Iterator[Map]:
    """Start processes of this machine; on Linux they share what is in memory already, and start at once."""
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    context = get_context("fork" if sys.platform == "linux" else "spawn")
    work.warm_up()
    gc.freeze()  # what processes share is neither looked through nor, by that, copied
    with ProcessPoolExecutor(n_workers, context, _begin, (work,)) as pool:
        try:
            yield partial(_mapped, pool, work.key, AHEAD * n_workers)
        except BaseException:
            pool.shutdown(cancel_futures=True)  # whoever is at work writes to the end before it goes
            raise


def _mapped(pool: Executor, key: str, n_ahead: int, call: Call, tasks: Iterable[Any]) -> Iterator[Any]:
    """Hand out tasks, a few ahead of what was taken."""
    from concurrent.futures import FIRST_COMPLETED, wait
    from concurrent.futures.process import BrokenProcessPool

    waiting = iter(tasks)
    try:
        flying = {pool.submit(answer, key, call, task) for task in islice(waiting, n_ahead)}
        while flying:
            landed, flying = wait(flying, return_when=FIRST_COMPLETED)
            for future in landed:
                yield future.result()
                flying |= {pool.submit(answer, key, call, task) for task in islice(waiting, 1)}
    except BrokenProcessPool as failure:
        what = "worker processes died, as when the machine runs out of memory."
        fix = "Run again: it goes on where it stopped; with fewer n_jobs or scoring.batch_rows."
        raise WorkersLost(what, fix=fix) from failure


def _begin(work: Work) -> None:
    """Begin a worker process of this machine; Dask looks after its own."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that was interrupted ends its workers
    Thread(target=_die_with_parent, args=(os.getppid(),), daemon=True).start()
    prepare(work)


def _die_with_parent(parent: int) -> None:
    """End this process when the one that started it is gone: nobody will take what it makes."""
    while os.getppid() == parent:
        sleep(SECONDS_TO_NOTICE)
    os._exit(1)


def prepare(work: Work) -> None:
    """Prepare this worker for the tasks of one work."""
    _ready[work.key] = Ready(work)


def is_prepared(key: str) -> bool:
    """Say whether this worker was prepared for a work."""
    return key in _ready


def forget(key: str) -> None:
    """Free what a work was prepared with."""
    _ready.pop(key, None)


def answer(key: str, call: Call, task: Any) -> Any:
    """Call a function with a task, in a worker."""
    return call(_ready[key], task)
