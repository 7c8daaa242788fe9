"""The settings of drift: what of a list may change before it is an alarm."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from icp_ml.settings.base import Positive, Settings, Share


class DriftSettings(Settings):
    """When a list differs from the first one that its model scored."""

    max_psi: Positive  # of an attribute, or of the score
    false_alarms: Share  # of cycles without any change
    confidence: Share  # of the bounds, two-sided
    n_bins: Annotated[int, Field(ge=2, le=50)]
    max_new_levels: Share  # of rows, beyond the reference's
    max_missing_rise: Share  # of rows, beyond the reference's
    max_out_of_range: Share  # of rows, beyond the reference's
    max_tier_ratio: Annotated[float, Field(gt=1)]  # of the share in Best fit
