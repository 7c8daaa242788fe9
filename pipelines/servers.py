"""Run one of MLflow's servers in the foreground, on localhost, quietly."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence

from icp_ml.errors import UnavailableError

LOCALHOST = "127.0.0.1"


def run_server(arguments: Sequence[str], port: int, environment: Mapping[str, str], greeting: str) -> int:
    """Run `python -m mlflow ...` until it ends or is stopped; give its exit status.

    What it says is kept back, and shown only where it ends by itself.

    Raises
    ------
    UnavailableError
        The port is taken, or the server ended by itself.
    """
    _check_free(port)
    print(f"{greeting} (Ctrl-C stops it)", flush=True)
    line = [
        sys.executable,
        "-m",
        "mlflow",
        *arguments,
        "--host",
        LOCALHOST,
        "--port",
        str(port),
        "--workers",
        "1",
    ]
    started = subprocess.Popen(
        line, env=dict(environment), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
    )
    said: list[bytes] = []
    previous = signal.signal(signal.SIGTERM, lambda *_: _end(started))
    try:
        assert started.stderr is not None
        for text in started.stderr:
            said = [*said[-4:], text]
        status = started.wait()
    except KeyboardInterrupt:
        _end(started)
        raise
    finally:
        signal.signal(signal.SIGTERM, previous)
    if status > 0:
        details = [one.decode(errors="replace").strip() for one in said]
        raise UnavailableError("the server ended by itself.", details, "See its last words above.")
    return 0


def _check_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOCALHOST, port))
        except OSError as failure:
            fix = f"Stop what listens there, or take another: PORT={port + 1}."
            raise UnavailableError(f"port {port} is in use.", fix=fix) from failure


def _end(started: subprocess.Popen[bytes]) -> None:
    """End the server and its workers."""
    if started.poll() is None:
        os.killpg(started.pid, signal.SIGTERM)
