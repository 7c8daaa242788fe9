"""How tests run the product: the real configuration, real commands, real files."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
import warm

ROOT = Path(__file__).resolve().parents[1]
SHARED = Path(os.environ.get("ICP_ML_SHARED", ROOT.parent / "shared" / "data"))
SEARCH_PATH = f"{ROOT / 'src'}{os.pathsep}{ROOT}"  # this checkout, wherever it is installed from
QUICK = ("experiment=quick", "n_jobs=1")

os.environ["MLFLOW_DISABLE_TELEMETRY"] = "true"
os.environ["MLFLOW_LOGGING_LEVEL"] = "ERROR"


def compose(*overrides):
    """Compose and check the real configuration, as a command line would."""
    import hydra

    from icp_ml.config import CONF, checked

    with hydra.initialize_config_dir(str(CONF), version_base="1.3"):
        return checked(hydra.compose("config", list(overrides)))


def command(verb, *overrides, cwd, **environment):
    """Run a pipeline as a person or a scheduler does."""
    around = {**os.environ, "PYTHONPATH": SEARCH_PATH, **environment}
    if "PYTHONHASHSEED" not in environment:  # which Python reads when it starts
        return warm.run(verb, overrides, cwd=cwd, environment=around, seconds=240)
    return subprocess.run(
        [sys.executable, "-m", f"pipelines.{verb}", *overrides],
        cwd=cwd,
        env=around,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def called(verb, *overrides):
    """Run a pipeline as `command` does, but in this process, here: that takes half the time."""
    import io
    from contextlib import redirect_stderr, redirect_stdout
    from importlib import import_module

    from icp_ml import config

    run, out, err = compose(*overrides), io.StringIO(), io.StringIO()
    pipeline = getattr(import_module(f"pipelines.{verb}"), verb)
    with redirect_stdout(out), redirect_stderr(err):
        status = config._status_of(lambda: config._with_copies(pipeline, run))
    return subprocess.CompletedProcess([verb, *overrides], status, out.getvalue(), err.getvalue())


def forget_places():
    """Let MLflow forget where the artifacts of a run lay: in a copy of its store they lie elsewhere."""
    if "mlflow" in sys.modules:
        from mlflow.tracking._tracking_service import utils

        utils._artifact_repos_cache.clear()


def shared_data(name):
    """Give the folder of a public data set, or skip where it is not at hand."""
    folder = SHARED / name
    if not folder.is_dir():
        pytest.skip(f"the public data set {name} is not at hand ({folder})")
    return folder


def kill_after(verb, place, wait_seconds, *overrides):
    """Start a pipeline and end it with SIGKILL so long after it began to write, as a power cut would.

    Say whether it was still at work.
    """

    def written():
        return set((place / "var").glob("*/*/.working-*/parts/*.json"))

    left_by_another = written()
    started = warm.started(verb, overrides, cwd=place, environment={**os.environ, "PYTHONPATH": SEARCH_PATH})
    until = time.monotonic() + 60
    while started.is_alive() and written() <= left_by_another:
        assert time.monotonic() < until, "it never began to write"
        time.sleep(0.02)
    time.sleep(wait_seconds)
    was_at_work = bool(written()) and started.is_alive()
    started.kill()
    started.join()
    return was_at_work


def wait_for(address, started, seconds=90):
    """Wait until a server answers."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        assert started.poll() is None, "the server ended"
        try:
            with urllib.request.urlopen(address, timeout=2) as answer:
                return answer.read()
        except OSError:
            time.sleep(0.3)
    raise AssertionError(f"{address} did not answer in {seconds} s")


def free_port():
    """Find a port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]
