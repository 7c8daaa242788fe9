"""Read past trainings back from MLflow: their settings, figures and scored test rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from math import nan
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from icp_ml.evaluation.figures import Interval
from icp_ml.evaluation.held_out import CANDIDATE
from icp_ml.settings import TrackingSettings
from icp_ml.tracking.store import CHAMPION, find

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient

TRAINING = "tags.`mlflow.source.name` = 'pipelines.train'"
CONFIG, TEST_ROWS = "config.yaml", "report/test_rows.csv"


@dataclass(frozen=True)
class PastRun:
    """A training, as its run tells of it.

    Attributes
    ----------
    run_id, name : str
    started_at : datetime
        In UTC.
    status : str
        MLflow's: FINISHED, FAILED, RUNNING ...
    number : str
        Of its model in the registry; "" where it has none.
    aliases : tuple of str
        Of its model, such as champion.
    tags : mapping of str to str
    metrics : mapping of str to float
    settings : mapping of str to Any
        The composed configuration by dotted name, unresolved; empty where none was logged.
    """

    run_id: str
    name: str
    started_at: datetime
    status: str
    number: str
    aliases: tuple[str, ...]
    tags: Mapping[str, str]
    metrics: Mapping[str, float]
    settings: Mapping[str, Any]

    def figure(self, name: str) -> Interval | None:
        """Give a figure of its test with its bounds, where it was tested."""
        value = self.metrics.get(f"test/{name}")
        if value is None:
            return None
        low, high = (self.metrics.get(f"test_{side}/{name}", nan) for side in ("low", "high"))
        return Interval(value, low, high)


def past_runs(client: MlflowClient, settings: TrackingSettings) -> list[PastRun]:
    """Give the newest trainings, failed ones too, the newest first; and the champion's where it is older.

    Runs of folds, searches and trials are none of them.
    """
    experiment = client.get_experiment_by_name(settings.experiment)
    if experiment is None:
        return []
    ids = [experiment.experiment_id]
    found = list(client.search_runs(ids, TRAINING, max_results=settings.n_compared))
    champion = find(client, settings, CHAMPION)
    if champion is not None and champion.run_id not in {one.info.run_id for one in found}:
        found.append(client.get_run(champion.run_id))
    numbers = _numbers(client, settings)
    return [_past(client, one, numbers.get(one.info.run_id, ("", ()))) for one in found]


def read_test_rows(client: MlflowClient, run_id: str) -> pd.DataFrame | None:
    """Read the test rows that a training scored; None where it logged none, as a declared rubric does."""
    path = _artifact(client, run_id, TEST_ROWS)
    if path is None:
        return None
    rows = pd.read_csv(path, dtype=str, keep_default_na=False)
    typed = rows.assign(is_best=rows["is_best"].isin(["True", "1"]))
    typed[CANDIDATE] = rows[CANDIDATE].astype(float)
    return typed.assign(test=rows["test"].astype(int)) if "test" in rows else typed


def _past(client: MlflowClient, run: Any, registered: tuple[str, tuple[str, ...]]) -> PastRun:
    path = _artifact(client, run.info.run_id, CONFIG)
    return PastRun(
        run_id=run.info.run_id,
        name=run.info.run_name,
        started_at=datetime.fromtimestamp(run.info.start_time / 1000, UTC),
        status=run.info.status,
        number=registered[0],
        aliases=registered[1],
        tags=dict(run.data.tags),
        metrics=dict(run.data.metrics),
        settings={} if path is None else flattened(path.read_text(encoding="utf-8")),
    )


def flattened(composed: str) -> dict[str, Any]:
    """Give the settings of a composed configuration by dotted name; a list is one setting."""
    import yaml

    return dict(_leaves(yaml.safe_load(composed) or {}, ""))


def _leaves(content: Any, name: str) -> list[tuple[str, Any]]:
    if not isinstance(content, dict) or not content:
        return [(name, content)] if name else []
    return [leaf for key, one in content.items() for leaf in _leaves(one, f"{name}.{key}".lstrip("."))]


def _numbers(client: MlflowClient, settings: TrackingSettings) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Give the registered version of each run, and its aliases."""
    found = client.search_model_versions(f"name = '{settings.registered_model}'")
    if not found:
        return {}
    named = client.get_registered_model(settings.registered_model).aliases
    by_number: dict[str, list[str]] = {}
    for alias, number in sorted(named.items()):
        by_number.setdefault(str(number), []).append(alias)
    numbers = {str(one.version): one.run_id for one in found if one.run_id}
    return {run_id: (number, tuple(by_number.get(number, ()))) for number, run_id in numbers.items()}


def _artifact(client: MlflowClient, run_id: str, name: str) -> Path | None:
    from mlflow.artifacts import download_artifacts

    folder = str(Path(name).parent) if "/" in name else None
    if name not in {one.path for one in client.list_artifacts(run_id, folder)}:
        return None
    return Path(download_artifacts(run_id=run_id, artifact_path=name))
