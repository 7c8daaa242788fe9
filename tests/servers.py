"""Real tracking servers with basic authentication, and people who may do more or less on them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from support import compose, free_port, wait_for

from icp_ml.tracking.reaching import server_environment

ADMIN = ("admin", "a-long-pass-of-the-admin")
AUTH = """[mlflow]
default_permission = READ
database_uri = sqlite:///{place}/users.db
admin_username = admin
auth_cache_ttl_seconds = 600
authorization_function = mlflow.server.auth:authenticate_request_basic_auth
"""


@dataclass(frozen=True)
class TrackingServer:
    """A place for a server, which can be started, stopped and started again."""

    place: Path
    port: int

    @property
    def uri(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @contextmanager
    def running(self) -> Iterator[TrackingServer]:
        self.place.mkdir(exist_ok=True)
        (self.place / "auth.ini").write_text(AUTH.format(place=self.place), encoding="utf-8")
        line = [
            *(sys.executable, "-m", "mlflow", "server", "--app-name", "basic-auth", "--workers", "1"),
            *("--port", str(self.port), "--backend-store-uri", f"sqlite:///{self.place}/server.db"),
            *("--artifacts-destination", str(self.place / "artifacts")),
        ]
        environment = server_environment() | {
            "MLFLOW_AUTH_CONFIG_PATH": str(self.place / "auth.ini"),
            "MLFLOW_AUTH_ADMIN_PASSWORD": ADMIN[1],
            "MLFLOW_FLASK_SERVER_SECRET_KEY": "of the tests",
            "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        }
        with (self.place / "log").open("a") as log:
            started = subprocess.Popen(line, stdout=log, stderr=log, env=environment)
            try:
                wait_for(f"{self.uri}/health", started, seconds=240)
                yield self
            finally:
                started.terminate()
                started.wait()

    def environment(self, who=ADMIN) -> dict[str, str]:
        return {
            "MLFLOW_TRACKING_URI": self.uri,
            "MLFLOW_TRACKING_USERNAME": who[0],
            "MLFLOW_TRACKING_PASSWORD": who[1],
        }

    def settings(self, *overrides):
        return compose("tracking=server", f"tracking.uri={self.uri}", *overrides).config.tracking

    def add_user(self, name, password):
        from mlflow.server import get_app_client

        with as_user(ADMIN):
            get_app_client("basic-auth", tracking_uri=self.uri).create_user(name, password)
        return name, password


@contextmanager
def as_user(who) -> Iterator[None]:
    """Be somebody, as far as MLflow in this process is concerned."""
    os.environ["MLFLOW_TRACKING_USERNAME"], os.environ["MLFLOW_TRACKING_PASSWORD"] = who
    try:
        yield
    finally:
        del os.environ["MLFLOW_TRACKING_USERNAME"], os.environ["MLFLOW_TRACKING_PASSWORD"]


def server_at(place: Path) -> TrackingServer:
    return TrackingServer(place, free_port())
