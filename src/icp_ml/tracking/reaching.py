"""Reach a tracking server soon or say why not, and say in our words what it refuses."""

from __future__ import annotations

import logging
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from icp_ml.errors import UnavailableError

if TYPE_CHECKING:
    from icp_ml.settings import TrackingSettings

SQLITE = "sqlite:///"
GATEWAY_FAILURES = (502, 503, 504)
LOGIN = "Set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD before the command."


class UnreachableError(UnavailableError):
    """The tracking server does not answer."""


def is_server(uri: str) -> bool:
    """Say whether runs go to a tracking server."""
    return uri.startswith(("http://", "https://"))


def absolute_uri(uri: str) -> str:
    """Make a relative SQLite address absolute, so that every working directory means the same file."""
    if uri.startswith(SQLITE) and not uri.startswith(f"{SQLITE}/"):
        return f"{SQLITE}{Path(uri.removeprefix(SQLITE)).resolve()}"
    return uri


def shown(text: str) -> str:
    """Write a text with the names and passwords of its addresses masked."""
    return re.sub(r"(://)[^/@\s]+@", r"\1***@", text)


def make_patient(settings: TrackingSettings) -> None:
    """Keep MLflow quiet, and bound how long it tries; what the environment says goes first.

    Left alone MLflow tries eight times and for four minutes to reach a server that is gone.
    """
    for name, value in {
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",
        "MLFLOW_LOGGING_LEVEL": "ERROR",
        "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
        "MLFLOW_HTTP_REQUEST_MAX_RETRIES": str(settings.n_retries),
        "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1",
        "MLFLOW_HTTP_REQUEST_TIMEOUT": str(settings.timeout_seconds),
    }.items():
        os.environ.setdefault(name, value)
    logging.getLogger("alembic").setLevel(logging.ERROR)
    logging.getLogger("urllib3").setLevel(logging.ERROR)  # a warning for each try


def server_environment() -> dict[str, str]:
    """Give MLflow's servers the commands of this environment, and keep them quiet and at home."""
    commands = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    quiet = {"MLFLOW_LOGGING_LEVEL": "ERROR", "MLFLOW_DISABLE_TELEMETRY": "true", "PYTHONWARNINGS": "ignore"}
    return {**os.environ, **quiet, "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false", "PATH": commands}


def check_answers(settings: TrackingSettings) -> None:
    """Ask a server whether it is there; a local store always is.

    Raises
    ------
    UnreachableError
        It gives no answer in `wait_seconds`.
    """
    if not is_server(settings.uri):
        return
    import requests

    try:
        answer = requests.get(f"{settings.uri.rstrip('/')}/health", timeout=settings.wait_seconds)
    except requests.exceptions.SSLError:
        return  # somebody is there; MLflow knows more of certificates
    except requests.RequestException as failure:
        raise unreachable(settings.uri) from failure
    if answer.status_code in GATEWAY_FAILURES:
        raise unreachable(settings.uri)


def unreachable(uri: str) -> UnreachableError:
    """Say that a server does not answer."""
    fix = "Start it, or correct MLFLOW_TRACKING_URI."
    return UnreachableError(f"the tracking server {shown(uri)} does not answer.", fix=fix)


def reworded(failure: Exception, settings: TrackingSettings) -> UnavailableError:
    """Say what a failure of MLflow means: no answer, nobody let in, not permitted, or anything else."""
    from requests import RequestException

    code, server = getattr(failure, "error_code", ""), f"the tracking server {shown(settings.uri)}"
    if is_server(settings.uri) and any(
        isinstance(one, RequestException) for one in (failure, failure.__cause__, failure.__context__)
    ):
        return unreachable(settings.uri)
    if code == "UNAUTHENTICATED":
        return UnavailableError(f"{server} does not let you in: no or a wrong name and password.", fix=LOGIN)
    if code == "PERMISSION_DENIED":
        asked = re.search(r"endpoint (\S+)", str(failure))
        fix = "Ask its administrator for EDIT, and for make prune MANAGE, on both."
        names = [f"experiment {settings.experiment}", f"registered model {settings.registered_model}"]
        what = f"{server} does not permit {asked[1] if asked else 'this'} with your name."
        return UnavailableError(what, names, fix)
    detail = shown(str(failure).splitlines()[0][:300])
    fix = "Check tracking.uri, and that the server is up and lets you in."
    return UnavailableError("the tracking store did not do what it was asked.", [detail], fix)
