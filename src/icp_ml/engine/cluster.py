"""Do the work on a Dask cluster; what a lost worker had in hand is done again by another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from functools import partial
from itertools import islice
from threading import Lock
from typing import TYPE_CHECKING, Any

from icp_ml.engine.reaching import SECONDS_TO_ANSWER, check_workers, connected, reachable
from icp_ml.engine.work import Work
from icp_ml.errors import UnavailableError

if TYPE_CHECKING:
    from icp_ml.engine.workers import Call, Map

AHEAD = 3
"""Tasks that each worker has at once: one in hand, the others on their way."""
SECONDS_TO_LOOK = 5
"""How often it is looked whether there are workers still, or more of them."""

_turn = Lock()
"""In a worker: its threads take turns; most of the work is Python's, so they would wait for each other."""


@contextmanager
def cluster(scheduler: str | None, n_workers: int, work: Work) -> Iterator[Map]:
    """Connect to a cluster, or start one of processes here, and prepare each worker once, late ones too.

    Raises
    ------
    UnavailableError
        Dask is not installed; the scheduler does not answer, or is gone; a worker cannot do this work.
    WorkersLost
        While tasks are mapped.
    """
    named = replace(work, key=f"{work.key} {work.folder}")  # two runs of one list may share the cluster
    with ExitStack() as stack:
        client = connected(scheduler, n_workers, stack)
        with reachable(client):
            check_workers(client, work.folder)
            client.register_plugin(_preparing(named), name=named.key)
        stack.callback(_dismissed, client, named.key)
        yield partial(_mapped, client, named.key)


def _mapped(client: Any, key: str, call: Call, tasks: Iterable[Any]) -> Iterator[Any]:
    """Hand out tasks, a few ahead for each worker that there is now; take what was done as it comes."""
    waiting, flying = iter(tasks), set[Any]()
    n_ahead = AHEAD
    while True:
        with reachable(client):
            n_ahead = AHEAD * _n_workers(client) or n_ahead
        for task in islice(waiting, max(n_ahead - len(flying), 0)):
            with reachable(client):
                flying.add(client.submit(_in_turn, key, call, task, pure=False))
        if not flying:
            return
        landed = _landed(client, flying)
        flying -= landed
        for future in landed:
            yield _result(client, future)


def _n_workers(client: Any) -> int:
    return len(client.scheduler_info(n_workers=-1)["workers"])


def _landed(client: Any, flying: set[Any]) -> set[Any]:
    """Wait until some are done, as long as there is anybody to do them.

    Raises
    ------
    WorkersLost
        No worker is left, and none came.
    """
    from distributed import wait

    from icp_ml.engine.workers import WorkersLost

    n_looks_alone = 0
    while n_looks_alone * SECONDS_TO_LOOK < SECONDS_TO_ANSWER:
        with reachable(client):
            with suppress(TimeoutError):
                return set(wait(flying, timeout=SECONDS_TO_LOOK, return_when="FIRST_COMPLETED").done)
            n_looks_alone = 0 if _n_workers(client) else n_looks_alone + 1
    what = "all workers of the Dask cluster are gone."
    raise WorkersLost(what, fix="Start some (dask worker) and run again: it goes on where it stopped.")


def _result(client: Any, future: Any) -> Any:
    """Take what a task came to.

    Raises
    ------
    WorkersLost
        One worker after the other died of it.
    Exception
        Whatever the task raised.
    """
    from distributed import KilledWorker

    from icp_ml.engine.workers import WorkersLost

    with reachable(client):
        failure = future.exception()
        if failure is None:
            return future.result()
    if isinstance(failure, KilledWorker):
        what = "one worker after the other died of the same part, as when its machine runs out of memory."
        fix = (
            "Run again: it goes on where it stopped; with more memory a worker, or fewer scoring.batch_rows."
        )
        raise WorkersLost(what, fix=fix) from failure
    raise failure


def _in_turn(key: str, call: Call, task: Any) -> Any:
    """Call a function with a task, in a worker.

    Raises
    ------
    UnavailableError
        The worker came late and could not be prepared: it lacks the folder.
    """
    from icp_ml.engine.workers import answer, is_prepared

    if not is_prepared(key):
        what = "a worker that joined the Dask cluster late could not be prepared for this list."
        raise UnavailableError(what, fix="Read its log. Each worker needs the folder that is written to.")
    with _turn:
        return answer(key, call, task)


def _preparing(work: Work) -> Any:
    """Make what Dask runs in each worker when it starts: restarted and late workers are prepared too."""
    from distributed import WorkerPlugin

    from icp_ml.engine.workers import forget, prepare

    class Preparing(WorkerPlugin):  # type: ignore[misc] # Dask's classes have no types
        def setup(self, worker: Any) -> None:
            next(work.folder.iterdir(), None)  # fails where the folder is not shared
            prepare(work)

        def teardown(self, worker: Any) -> None:
            forget(work.key)

    return Preparing()


def _dismissed(client: Any, key: str) -> None:
    with suppress(OSError, ValueError, RuntimeError):  # a cluster that is gone has nothing to free
        if client.status == "running":
            client.unregister_worker_plugin(key)
