"""Where a scored list goes, and in which form: the output part of the scoring group."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from icp_ml.settings.base import Count, Settings

Preset = Literal["salesforce", "hubspot"]
LeftOut = Literal["customers", "duplicates", "excluded"]


class TableOutputSettings(Settings):
    """A database table that the list is written to."""

    url: str  # SQLAlchemy address, from the environment: ${oc.env:CRM_URL}
    table: Annotated[
        str, Field(pattern=r"^([A-Za-z_]\w*\.)?[A-Za-z_]\w{0,54}$")
    ]  # its staging has a longer name
    if_exists: Literal["replace", "append"]


class OutputSettings(Settings):
    """Where a scored list goes beside its folder, and in which order."""

    sort: Literal["list", "fit"]
    sort_rows: Count  # rows sorted in memory at once
    part_rows: Count  # rows in each file of parquet_folder
    table: TableOutputSettings | None
    copy_to: str | None  # a folder of an object store, such as s3://bucket/scores
    preset: Preset | None  # a further file, for the import of a CRM
    preset_leaves_out: tuple[LeftOut, ...]  # rows that stand in the list but not in that file
    presets: dict[Preset, dict[str, str]]  # the columns of each import, and ours that fill them

    @model_validator(mode="after")
    def _has_the_columns_of_its_preset(self) -> OutputSettings:
        if self.preset is not None and not self.presets.get(self.preset):
            raise ValueError(f"presets lacks the columns of {self.preset}")
        return self
