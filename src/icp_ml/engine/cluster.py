"""Do the work on a Dask cluster; what a lost worker had in hand is done again by another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from icp_ml.engine.parts import Work
from icp_ml.errors import UnavailableError

if TYPE_CHECKING:
    from icp_ml.engine.workers import Call, Map

AHEAD = 3
"""Tasks that each worker has at once: one in hand, the others on their way."""
SECONDS_TO_ANSWER = 20


@contextmanager
def cluster(scheduler: str | None, n_workers: int, work: Work) -> Iterator[Map]:
    """Connect to a cluster, or start one of processes here, and prepare each worker once, late ones too.

    Raises
    ------
    UnavailableError
        Dask is not installed, or the scheduler does not answer.
    """
    from icp_ml.engine.workers import answer

    with ExitStack() as stack:
        client = _client(scheduler, n_workers, stack)
        plugin = _preparing(work)
        client.register_plugin(plugin, name=work.key)
        stack.callback(_dismissed, client, work.key)

        def mapped(call: Call, tasks: Iterable[Any]) -> Iterator[Any]:
            from distributed import as_completed

            waiting = iter(tasks)
            n_ahead = AHEAD * max(len(client.scheduler_info(n_workers=-1)["workers"]), 1)
            submit: Any = partial(client.submit, answer, work.key, call, pure=False)
            flying: Any = as_completed([submit(task) for task in islice(waiting, n_ahead)])
            for future in flying:
                yield future.result()
                for task in islice(waiting, 1):
                    flying.add(submit(task))

        yield mapped


def _client(scheduler: str | None, n_workers: int, stack: ExitStack) -> Any:
    try:
        from distributed import Client, LocalCluster
    except ImportError as failure:
        fix = "Install it: pip install 'icp_ml[dask]', here and on every worker."
        raise UnavailableError("engine=dask needs Dask, which is not installed.", fix=fix) from failure
    try:
        if scheduler is None:
            own = LocalCluster(n_workers=n_workers, threads_per_worker=1, dashboard_address=None)
            return stack.enter_context(Client(stack.enter_context(own)))
        return stack.enter_context(Client(scheduler, timeout=SECONDS_TO_ANSWER))
    except (OSError, ValueError) as failure:
        what = f"the Dask scheduler {scheduler} does not answer."
        fix = "Start it (dask scheduler), or correct engine.scheduler."
        raise UnavailableError(what, [str(failure)[:200]], fix) from failure


def _preparing(work: Work) -> Any:
    """Make what Dask runs in each worker when it starts: restarted and late workers are prepared too."""
    from distributed import WorkerPlugin

    from icp_ml.engine.workers import forget, prepare

    class Preparing(WorkerPlugin):  # type: ignore[misc]
        def setup(self, worker: Any) -> None:
            prepare(work)

        def teardown(self, worker: Any) -> None:
            forget(work.key)

    return Preparing()


def _dismissed(client: Any, key: str) -> None:
    from contextlib import suppress

    with suppress(OSError, ValueError):  # a cluster that is gone has nothing to free
        client.unregister_worker_plugin(key)
