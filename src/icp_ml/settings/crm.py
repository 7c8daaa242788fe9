"""What a CRM is given of each scheduled run, and what it answers: the crm part of the rescore group."""

from __future__ import annotations

from typing import Literal

from pydantic import model_validator

from icp_ml.settings.base import Count, Settings
from icp_ml.settings.mapping import FileSettings, KeySettings
from icp_ml.settings.output import Preset


class AnswerSettings(FileSettings):
    """The rows that a CRM refused, as its import tool lists them."""

    column: str  # that has the key
    message: str  # and the one that says why


class CrmSettings(Settings):
    """Which rows of a list are sent to a CRM again."""

    preset: Preset | None  # null: none is written
    ignores: tuple[str, ...]  # columns of ours that are written but not compared
    refresh_days: Count | None  # since a row was last sent
    when_gone: Literal["blank", "report"]
    empty_cell: str  # what the import takes for a field to be emptied
    export: KeySettings | None  # the CRM's own list of keys
    refused: AnswerSettings | None
    n_named: Count  # rows in the report

    @model_validator(mode="after")
    def _reads_what_is_here(self) -> CrmSettings:
        for name, one in (("export", self.export), ("refused", self.refused)):
            if one is not None and one.url is None and one.is_elsewhere:
                raise ValueError(f"{name} is read from a file of this machine or from a database")
        return self
