"""The settings of the page to look through scored prospects."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from icp_ml.settings.base import Count, Settings


class BrowseSettings(Settings):
    """What the page holds."""

    n_rows: Count  # of the list, from the highest fit down
    n_changes: Annotated[int, Field(ge=0)]  # most changes of tier told of an account
