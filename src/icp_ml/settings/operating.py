"""The settings around the scheduled run: whom it tells, when it runs, and whom an experiment leaves alone."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, SecretStr, model_validator

from icp_ml.settings.base import Count, Positive, Settings, Share, Text


class NotifySettings(Settings):
    """Whom a scheduled run tells, and of what."""

    urls: tuple[SecretStr, ...]  # Apprise's addresses, from the environment
    tells_of: tuple[Literal["done", "movers", "alarms", "failure"], ...]
    link: str | None  # where a reader opens the list
    n_movers: Annotated[int, Field(ge=0)]  # named in the message
    timeout_seconds: Positive  # for all addresses together


class HoldoutSettings(Settings):
    """An experiment that leaves a random share of the accounts alone."""

    name: Text | None  # null: none is run
    share: Share  # left alone
    tiers: Annotated[tuple[Literal["Best fit", "Good fit", "Bad fit"], ...], Field(min_length=1)]
    starts: date | None  # deals created from then on count
    min_effect: Share  # difference in the share that buys
    power: Share
    confidence: Share
    weeks: Count  # of deals
    baseline: Share | None  # of worked accounts that buy within them; null: that of the weeks before
    folder: str

    @model_validator(mode="after")
    def _begins(self) -> HoldoutSettings:
        if (self.name is None) != (self.starts is None):
            raise ValueError("name and starts go together")
        return self


class ScheduleSettings(Settings):
    """When the scheduled run begins, and by what."""

    kind: Literal["systemd", "cron"]
    at: Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]  # local time
    days: Literal["daily", "weekdays"]
    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]*$")]
    catches_up: bool  # one run after the machine was off
    max_hours: Positive  # a run is ended then
    environment: str  # file with NAME=value lines, from the working folder
    log: str  # of cron; systemd has its journal
    is_confirmed: bool  # no: the files are only shown
