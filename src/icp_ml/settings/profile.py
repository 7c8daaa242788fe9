"""The settings of the ideal customer profile."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from icp_ml.settings.base import Count, NotNegative, Positive, Settings, Share


class ProfileSettings(Settings):
    """How the model is distilled into groups that a person can name, and what is written about them."""

    max_conditions: Count  # in the words of one group
    max_levels: Count  # levels, or items of a list, that one condition names
    max_groups: Count  # of each kind: core, niche, anti
    size_power: Share  # what a group's size counts in the search: higher finds larger and vaguer groups
    anti_size_power: Share  # the same of anti groups
    n_prospects: Count  # drawn, to distil the model on beside the customers
    min_group_share: Share  # of the customers, in each group
    min_core_lift: Positive  # lower bound of a core group's lift must lie above 1; its lift at least here
    min_core_best: Share  # of the best customers, in each core group; fewer make a niche
    max_anti_lift: NotNegative  # an anti group's lift at most here
    max_archetypes: Count  # kinds of best customers
    min_archetype_share: Share  # of the best customers, in each kind
    n_examples: Annotated[int, Field(ge=0)]  # customers named for each group
    folder: str
