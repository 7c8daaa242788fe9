"""Answer single prospects over HTTP with the champion, on localhost."""

from __future__ import annotations

from icp_ml.config import Run, run_pipeline
from icp_ml.errors import ConfigError
from pipelines.servers import run_server


def serve(run: Run) -> int:
    """Run `mlflow models serve` on the model that tracking.model names, of the only segment.

    Raises
    ------
    ConfigError
        There are several; a server answers with one model.
    DataError
        What is stored is not what was registered.
    """
    from icp_ml.tracking.exports import read_model
    from icp_ml.tracking.reaching import absolute_uri, server_environment
    from icp_ml.tracking.serving import check_artifact
    from icp_ml.tracking.store import resolve, store, stored_folder

    settings = _only_segment(run).config.tracking
    with store(settings) as client:
        found = resolve(client, settings)
        folder = stored_folder(settings, found.number)
    read_model(folder, found.model_version)
    artifact = folder.parents[1]  # it lies in data/VERSION
    check_artifact(artifact)
    address = f"http://127.0.0.1:{settings.port}/invocations"
    environment = server_environment() | {"MLFLOW_TRACKING_URI": absolute_uri(settings.uri)}
    line = ["models", "serve", "--env-manager", "local", "--model-uri", str(artifact)]
    return run_server(
        line, settings.port, environment, f"{settings.registered_model} {found.number}: {address}"
    )


def _only_segment(run: Run) -> Run:
    runs = run.segments()
    if len(runs) == 1:
        return runs[0]
    details = [f"{one.segment}: {one.config.tracking.registered_model}" for one in runs]
    fix = f"Name one: segments=one tracking.registered_model={runs[0].config.tracking.registered_model}"
    raise ConfigError(f"there are {len(runs)} segments, and a server answers with one model.", details, fix)


if __name__ == "__main__":
    run_pipeline(serve)
