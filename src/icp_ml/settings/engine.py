"""Where the parts of a list are scored: the settings of the engine group."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from icp_ml.settings.base import Count, Settings, Text


class LocalSettings(Settings):
    """The processes of this machine."""

    kind: Literal["local"]
    n_workers: Count | None  # processes; null: as many as n_jobs says


class DaskSettings(Settings):
    """A Dask cluster, whose machines share the folder that is written to."""

    kind: Literal["dask"]
    n_workers: Count | None  # of a cluster that is started here; null: as many as n_jobs says
    scheduler: Text | None  # address of a running cluster; null: one is started here


EngineSettings = Annotated[LocalSettings | DaskSettings, Field(discriminator="kind")]
