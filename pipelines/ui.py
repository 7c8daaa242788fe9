"""Open the MLflow UI on localhost."""

from __future__ import annotations

from icp_ml.config import Run, run_pipeline
from pipelines.servers import run_server


def ui(run: Run) -> int:
    """Serve the MLflow UI of the local store until it is stopped."""
    from icp_ml.errors import UnavailableError
    from icp_ml.tracking.reaching import absolute_uri, is_server, server_environment, shown
    from icp_ml.tracking.store import store

    settings = run.config.tracking
    if is_server(settings.uri):
        raise UnavailableError(
            f"the tracking server has its own UI: {shown(settings.uri)}", fix="Open that address."
        )
    with store(settings):
        pass  # made and migrated before the server's workers start
    environment = server_environment() | {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
    line = ["server", "--backend-store-uri", absolute_uri(settings.uri)]
    return run_server(line, settings.port, environment, f"MLflow UI: http://127.0.0.1:{settings.port}")


if __name__ == "__main__":
    run_pipeline(ui)
