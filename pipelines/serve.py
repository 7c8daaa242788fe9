"""Answer single prospects over HTTP with the champion, on localhost."""

from __future__ import annotations

import os
import sys

from icp_ml.config import Run, run_pipeline


def serve(run: Run) -> None:
    """Run `mlflow models serve` on the model that tracking.model names."""
    from icp_ml.tracking.store import absolute_uri, resolve, server_environment, store

    settings = run.config.tracking
    with store(settings) as client:
        found = resolve(client, settings)
    print(
        f"{settings.registered_model} {found.number}: http://127.0.0.1:{settings.port}/invocations",
        flush=True,
    )
    environment = server_environment() | {"MLFLOW_TRACKING_URI": absolute_uri(settings.uri)}
    command = [
        *(sys.executable, "-m", "mlflow", "models", "serve", "--env-manager", "local"),
        *("--model-uri", f"models:/{settings.registered_model}/{found.number}"),
        *("--host", "127.0.0.1", "--port", str(settings.port), "--workers", "1"),
    ]
    os.execve(sys.executable, command, environment)


if __name__ == "__main__":
    run_pipeline(serve)
