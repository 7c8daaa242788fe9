"""Answer single prospects over HTTP with the champion, on localhost."""

from __future__ import annotations

from icp_ml.config import Run, run_pipeline
from pipelines.servers import run_server


def serve(run: Run) -> int:
    """Run `mlflow models serve` on the model that tracking.model names."""
    from icp_ml.tracking.store import absolute_uri, resolve, server_environment, store

    settings = run.config.tracking
    with store(settings) as client:
        found = resolve(client, settings)
    address = f"http://127.0.0.1:{settings.port}/invocations"
    environment = server_environment() | {"MLFLOW_TRACKING_URI": absolute_uri(settings.uri)}
    model = f"models:/{settings.registered_model}/{found.number}"
    line = ["models", "serve", "--env-manager", "local", "--model-uri", model]
    return run_server(
        line, settings.port, environment, f"{settings.registered_model} {found.number}: {address}"
    )


if __name__ == "__main__":
    run_pipeline(serve)
