"""Who does the work on the parts: this process, several processes of this machine, or a Dask cluster."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import Any

from icp_ml.engine.parts import Ready, Work
from icp_ml.errors import UnavailableError
from icp_ml.settings import DaskSettings, EngineSettings

Call = Callable[[Ready, Any], Any]
Map = Callable[[Call, Iterable[Any]], Iterator[Any]]
"""Calls a function with each task, a few ahead of what was taken; the results come in any order."""

AHEAD = 2
"""Tasks that wait for each worker: enough to keep it busy, few enough to bound memory."""

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
    from joblib import Parallel, delayed
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    with Parallel(
        n_jobs=n_workers,
        backend="loky",
        return_as="generator_unordered",
        pre_dispatch=AHEAD * n_workers,
        batch_size=1,
        max_nbytes=None,
        initializer=prepare,
        initargs=(work,),
    ) as pool:

        def mapped(call: Call, tasks: Iterable[Any]) -> Iterator[Any]:
            try:
                yield from pool(delayed(answer)(work.key, call, task) for task in tasks)
            except TerminatedWorkerError as failure:
                what = "worker processes died, as when the machine runs out of memory."
                fix = "Run again: it goes on where it stopped; with fewer n_jobs or scoring.batch_rows."
                raise WorkersLost(what, fix=fix) from failure

        yield mapped


def prepare(work: Work) -> None:
    """Prepare this worker for the tasks of one work; those of an earlier one are over."""
    import signal
    import threading

    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that was interrupted ends its workers
    _ready[work.key] = Ready(work)


def forget(key: str) -> None:
    """Free what a work was prepared with."""
    _ready.pop(key, None)


def answer(key: str, call: Call, task: Any) -> Any:
    """Call a function with a task, in a worker."""
    return call(_ready[key], task)
