"""Reach a Dask cluster, and see that its workers can do the work before any is sent."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib.metadata import version
from pathlib import Path
from socket import gethostname
from typing import Any

from icp_ml.errors import UnavailableError, count
from icp_ml.settings import DaskSettings, EngineSettings

SECONDS_TO_ANSWER = 10


def connected(scheduler: str | None, n_workers: int, stack: ExitStack) -> Any:
    """Connect to a scheduler, or start a cluster of processes here; the stack closes what was opened.

    Raises
    ------
    UnavailableError
        Dask is not installed, or nobody answers.
    """
    try:
        import distributed
    except ImportError as failure:
        fix = "Install it: pip install 'icp_ml[dask]', here and on every worker."
        raise UnavailableError("engine=dask needs Dask, which is not installed.", fix=fix) from failure
    _silence()
    try:
        return stack.enter_context(
            distributed.Client(scheduler or _own(n_workers, stack), timeout=SECONDS_TO_ANSWER)
        )
    except (OSError, ValueError) as failure:
        what = f"the Dask scheduler {scheduler or 'of this machine'} does not answer."
        fix = "Start it (dask scheduler), or correct engine.scheduler: tcp://host:8786."
        raise UnavailableError(what, [str(failure).splitlines()[0][:200]], fix) from failure


def _own(n_workers: int, stack: ExitStack) -> Any:
    """Start a cluster on this machine."""
    from distributed import LocalCluster

    own = LocalCluster(
        n_workers=n_workers,
        threads_per_worker=1,
        dashboard_address="127.0.0.1:0",  # any port that is free; None would take 8787, free or not
        silence_logs=logging.CRITICAL,
    )
    return stack.enter_context(own)


def _silence() -> None:
    """Keep what Dask logs off the screen: what matters of it is raised, and said in our words."""
    import dask

    for name in list(logging.root.manager.loggerDict):
        if name.partition(".")[0] == "distributed":
            logging.getLogger(name).setLevel(logging.CRITICAL)
    dask.config.set(
        {"distributed.admin.large-graph-warning-threshold": "1 GiB"}
    )  # a task has its rows with it


@contextmanager
def reachable(client: Any) -> Iterator[None]:
    """Say that the scheduler is gone where that shows in what is asked of it.

    Raises
    ------
    UnavailableError
    """
    from concurrent.futures import CancelledError

    from distributed.client import FuturesCancelledError

    try:
        yield
    except (CancelledError, FuturesCancelledError, OSError) as failure:
        raise _gone() from failure
    except RuntimeError as failure:
        if client.status == "running":
            raise
        raise _gone() from failure


def _gone() -> UnavailableError:
    what = "the Dask scheduler is gone."
    return UnavailableError(what, fix="Start it and its workers, and run again: it goes on where it stopped.")


@contextmanager
def folds_on(settings: EngineSettings, n_workers: int) -> Iterator[None]:
    """Have joblib send folds to the cluster, where the engine is one, instead of to threads of this process.

    Raises
    ------
    UnavailableError
        The cluster cannot do it, or is gone.
    """
    if not isinstance(settings, DaskSettings):
        yield
        return
    from joblib import parallel_config

    with ExitStack() as stack:
        client = connected(settings.scheduler, n_workers, stack)
        with reachable(client):
            check_workers(client)
        with parallel_config(backend="dask"), reachable(client):
            yield


def check_workers(client: Any, folder: Path | None = None) -> None:
    """See that there are workers, and that each has this icp_ml and the folder that is written to.

    Raises
    ------
    UnavailableError
        None came, or one cannot do the work.
    """
    try:
        client.wait_for_workers(1, timeout=SECONDS_TO_ANSWER)
    except TimeoutError as failure:
        fix = "Start some: dask worker tcp://host:8786 --nthreads 1"
        raise UnavailableError("the Dask scheduler has no workers.", fix=fix) from failure
    with _token(folder) as token:
        said = client.run(_look(), version("icp_ml"), token, on_error="return")
    wrong = {where: words for where, words in said.items() if words}
    if wrong:
        what = f"{count(len(wrong), 'worker')} of {len(said):,} of the Dask cluster cannot do this work."
        fix = "Give every worker the same icp_ml and, by the same name, the folder that is written to."
        raise UnavailableError(what, [f"{where}: {words}" for where, words in sorted(wrong.items())][:5], fix)


@contextmanager
def _token(folder: Path | None) -> Iterator[str]:
    """Put a file into a folder while workers look for it."""
    if folder is None:
        yield ""
        return
    token = folder / f"seen-from.{gethostname()}.{os.getpid()}"
    token.touch()
    yield str(token)
    token.unlink()


def _look() -> Callable[..., str]:
    """Give what looks round in a worker; it names nothing of icp_ml, which may not be there."""

    def look(wanted: str, token: str) -> str:
        import os
        from importlib.metadata import PackageNotFoundError, version
        from importlib.util import find_spec
        from pathlib import Path

        try:
            found = version("icp_ml")
        except PackageNotFoundError:
            found = ""
        if found != wanted or find_spec("icp_ml") is None:
            return f"it has icp_ml {found}, not {wanted}" if found else f"it lacks icp_ml {wanted}"
        path = Path(token)
        if token and not path.is_file():
            return f"it does not see {path.parent}"
        return "" if not token or os.access(path.parent, os.W_OK) else f"it may not write to {path.parent}"

    return look
