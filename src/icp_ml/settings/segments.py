"""Parts of the business with a definition of best and a model of their own."""

from __future__ import annotations

from pydantic import model_validator

from icp_ml.settings.base import Settings
from icp_ml.settings.label import LabelSettings
from icp_ml.settings.mapping import FilterSettings


class SegmentSettings(Settings):
    """Whom a segment covers, which outcomes count in it, and who is best."""

    where: tuple[FilterSettings, ...]  # customers and prospects, by our columns; none: everyone
    outcomes: tuple[FilterSettings, ...]  # orders and deals, by our columns, for example product
    label: LabelSettings

    @model_validator(mode="after")
    def _names_no_file(self) -> SegmentSettings:
        """Refuse other files: what a segment means must not change without its model."""
        for rule in (*self.where, *self.outcomes):
            if rule.not_in is not None:
                raise ValueError(
                    f"the filter on {rule.column} has not_in, which only a table of conf/data can have"
                )
        return self
