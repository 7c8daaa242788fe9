"""What a fit is made from: the label rows with their firmographics, and everything that steers it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from icp_ml.features.statistics import Floats
from icp_ml.schema import Field
from icp_ml.settings import FeaturesSettings, ModelSettings, RubricSettings


@dataclass(frozen=True)
class TrainingSet:
    """Label rows to learn from with their firmographics, row by row, and what the columns mean.

    Attributes
    ----------
    accounts : pandas.DataFrame
        Firmographics, in the order of `rows`.
    rows : pandas.DataFrame
        Label rows: account_id, as_of, group, is_best, weight.
    fields : mapping of str to Field
    """

    accounts: pd.DataFrame
    rows: pd.DataFrame
    fields: Mapping[str, Field]

    @property
    def is_best(self) -> Floats:
        """Give the label as 0 and 1."""
        return self.rows["is_best"].to_numpy(dtype=np.float64)

    @property
    def weight(self) -> Floats:
        """Give how much each row steers the fit."""
        return self.rows["weight"].to_numpy(dtype=np.float64)

    def part(self, positions: Any) -> TrainingSet:
        """Give some of the rows."""
        accounts = self.accounts.iloc[positions].reset_index(drop=True)
        return TrainingSet(accounts, self.rows.iloc[positions].reset_index(drop=True), self.fields)


@dataclass(frozen=True)
class Recipe:
    """Everything that steers a fit but the rows."""

    features: FeaturesSettings
    model: ModelSettings
    seed: int
    n_jobs: int
    rubric: RubricSettings

    @property
    def seeds(self) -> list[int]:
        """Give the boosters' seeds, within what LightGBM takes."""
        return [(self.seed * 1_000 + number) % 2**31 for number in range(self.model.n_seeds)]

    @property
    def fold_seeds(self) -> list[int]:
        """Give the seeds of the boosters that are grown in each fold."""
        return self.seeds[: self.model.n_fold_seeds]

    @property
    def rounds(self) -> list[int]:
        """Give the numbers of rounds to choose from, evenly spaced up to the most that the trees allow."""
        most = max(self.model.max_trees // self.model.n_seeds, 1)
        steps = np.linspace(0, most, self.model.n_round_steps + 1)[1:]
        return sorted({max(round(step), 1) for step in steps})

    @property
    def n_leaves(self) -> int:
        """Give the leaves of each tree: of several numbers that may be tried, the least."""
        return min(self.model.n_leaves)

    @property
    def has_pairs(self) -> bool:
        """Say whether pairs of categories are encoded; where they are yet to be tried, they are not."""
        return self.features.pairs == "always"

    def shaped(self, n_leaves: int, has_pairs: bool) -> Recipe:
        """Give the recipe with one shape, which leaves nothing to try."""
        pairs: Literal["never", "always"] = "always" if has_pairs else "never"
        features = self.features.model_copy(update={"pairs": pairs})
        return replace(self, features=features, model=self.model.model_copy(update={"n_leaves": (n_leaves,)}))
