"""The settings of where runs and models live, and how long."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from icp_ml.settings.base import Count, Settings, Text


class RetentionSettings(Settings):
    """How much make prune leaves: what is among the newest or young enough is kept."""

    keep_runs: Count  # newest trainings of each experiment
    keep_exports: Count  # newest exported models
    keep_lists: Count  # newest published lists of each folder
    keep_days: Annotated[float, Field(ge=0)]  # nothing younger goes
    is_confirmed: bool  # no: make prune only says what would go


class TrackingSettings(Settings):
    """Where runs, models and exports live."""

    uri: str
    artifact_folder: str | None  # for a local store; a server keeps its own
    experiment: str
    registered_model: str
    model: Text  # what predict uses: an alias, a version number or an exported folder
    export_folder: str
    wait_seconds: Annotated[float, Field(gt=0)]  # for a server's first sign of life
    timeout_seconds: Count  # for each answer of a server
    n_retries: Annotated[int, Field(ge=0, le=10)]  # of a request that a server did not answer
    outbox: str  # of runs that a server could not take, until make send
    decisions: str  # the log of promotions and rollbacks
    n_compared: Count  # newest runs that make compare sets side by side
    compare_folder: str
    retention: RetentionSettings
    port: Annotated[int, Field(ge=1, le=65535)]  # of the UI and of serving, on localhost
