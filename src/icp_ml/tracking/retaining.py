"""Which runs and models are still needed, and which may go."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from icp_ml.settings import TrackingSettings
from icp_ml.tracking.removing import runs_of, versions_of

if TYPE_CHECKING:
    from mlflow.entities import Run
    from mlflow.entities.model_registry import ModelVersion
    from mlflow.tracking import MlflowClient

PROMOTED, CHAMPION_BEFORE = "promoted", "champion_before"
"""Tags of a version that was promoted: that it was, and the number of the champion it took the place of."""
DAY_MS = 86_400_000
PARENT = "mlflow.parentRunId"


def kept_versions(client: MlflowClient, settings: TrackingSettings) -> dict[str, str]:
    """Give the versions that stay, as number to digest.

    These are all that an alias names, the one that `tracking.model` names, and the last `keep_exports`
    champions: whom a rollback returns to, following who was champion before from the champion on, and then
    the newest of those that were promoted or took part in that.
    """
    from mlflow.exceptions import MlflowException

    try:
        aliases = client.get_registered_model(settings.registered_model).aliases
    except MlflowException as failure:
        if failure.error_code == "RESOURCE_DOES_NOT_EXIST":
            return {}
        raise
    found = client.search_model_versions(f"name = '{settings.registered_model}'")
    versions = {str(one.version): one for one in found}
    needed = {str(number) for number in aliases.values()} | {settings.model}
    needed |= set(_champions(versions, str(aliases.get("champion", "")))[: settings.retention.keep_exports])
    return {number: one.tags.get("model_version", "") for number, one in versions.items() if number in needed}


def _champions(versions: dict[str, ModelVersion], champion: str) -> list[str]:
    """List who is or was champion: the way back first, then the others, newest first."""
    back: list[str] = []
    while champion in versions and champion not in back:
        back.append(champion)
        champion = versions[champion].tags.get(CHAMPION_BEFORE, "")
    before = {one.tags.get(CHAMPION_BEFORE, "") for one in versions.values()}
    others = [number for number, one in versions.items() if PROMOTED in one.tags or number in before]
    return [*back, *sorted(set(others) - set(back), key=int, reverse=True)]


def old_runs(
    client: MlflowClient, settings: TrackingSettings, needed: Collection[str], now_ms: int
) -> list[Run]:
    """List the runs that may go, oldest last: trainings beyond the newest `keep_runs`, and searches likewise.

    Never one that is younger than `keep_days`, is at work, or made a version whose digest is needed. Children
    go with their parents.

    Parameters
    ----------
    client : MlflowClient
    settings : TrackingSettings
    needed : collection of str
        Digests of models, as in model_version.
    now_ms : int
        Milliseconds since 1970.
    """
    experiment = client.get_experiment_by_name(settings.experiment)
    if experiment is None:
        return []
    runs = [one for one in runs_of(client, experiment.experiment_id) if PARENT not in one.data.tags]
    is_training = [one.data.tags.get("mlflow.source.name") == "pipelines.train" for one in runs]
    going = []
    for kind in (True, False):
        of_kind = [one for one, is_one in zip(runs, is_training, strict=True) if is_one == kind]
        going += of_kind[settings.retention.keep_runs :]
    youngest = now_ms - settings.retention.keep_days * DAY_MS
    return [
        one for one in going if one.info.start_time <= youngest and not _is_needed(client, one, set(needed))
    ]


def _is_needed(client: MlflowClient, run: Run, needed: set[str]) -> bool:
    """Say whether a run made what is needed; the digest stands on the run and on its versions."""
    if run.info.status == "RUNNING":
        return True
    made = {one.tags.get("model_version", "") for one in versions_of(client, run.info.run_id)}
    return bool((made | {run.data.tags.get("model_version", "")}) & (needed - {""}))
