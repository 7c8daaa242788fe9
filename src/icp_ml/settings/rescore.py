"""The settings of the scheduled run."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from icp_ml.settings.base import Count, NotNegative, Positive, Settings, Text
from icp_ml.settings.crm import CrmSettings


class RescoreSettings(Settings):
    """The scheduled run: what it compares, what it refuses, and where it remembers."""

    folder: str
    min_change: NotNegative  # in probability; smaller moves within a tier are not listed
    account: Text | None  # whom history, replay and erase are of
    is_incremental: bool  # whether only rows that differ from the last list are scored
    ledger_url: str | None  # SQLAlchemy address; null: Parquet in the folder
    min_rows_ratio: Annotated[float, Field(ge=0, le=1)]  # of the last list's rows
    max_rows_ratio: Annotated[float, Field(ge=1)]
    max_refused_rise: NotNegative  # share of rows, beyond the last list's
    accepts_rows: bool  # a list unlike the last one is meant, this once
    n_shown_movers: Count  # on the page
    stale_hours: Positive  # age of the last good run that is an alarm
    crm: CrmSettings

    @model_validator(mode="after")
    def _has_an_address(self) -> RescoreSettings:
        if self.ledger_url is not None and "://" not in self.ledger_url:
            raise ValueError("ledger_url must be an address such as postgresql+psycopg://host/database")
        return self
