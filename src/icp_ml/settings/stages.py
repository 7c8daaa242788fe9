"""The settings of the stages: one model for each group in `conf/` but data."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, model_validator

from icp_ml.settings.base import Count, NotNegative, Positive, Settings, Share
from icp_ml.settings.output import OutputSettings
from icp_ml.settings.tiers import ListTierSettings, TierSettings

ModelKind = Literal["boosted_trees", "logistic_regression", "blend", "rubric"]
OffByDefault = Literal["contact_roles", "decision_maker", "completeness"]
Direction = Literal["increasing", "decreasing"]
Leaves = Annotated[int, Field(ge=2)]


class SplitSettings(Settings):
    """Which label rows are held out: the newest."""

    test_share: Share
    test_from: date | None  # instead of the share: rows from this day on
    min_test_best: Count  # fewer best in the test part: figures are pooled over earlier tests too
    max_origins: Count  # tests at most, the newest included; 1 never pools


class FeaturesSettings(Settings):
    """How firmographics become numbers."""

    exclude: tuple[str, ...]  # attributes kept out of the matrix
    n_crossfit_folds: Annotated[int, Field(ge=2)]
    smoothing: Positive  # rows of prior behind each target statistic
    n_frequent: Annotated[int, Field(ge=0)]  # levels or items that get a column of their own
    min_count: Count  # rows a level needs for a column of its own
    include: tuple[OffByDefault, ...]  # what selling itself fills, let in all the same
    n_text_terms: Count  # most frequent terms of a text that are reduced
    n_text_dimensions: Annotated[int, Field(ge=0)]  # what they are reduced to; 0: none
    pairs: Literal["never", "always", "tried"]  # of categories; tried: where out-of-fold scores say they help
    n_pairs: Annotated[int, Field(ge=0)]  # most pairs of categories that are encoded


class ModelSettings(Settings):
    """The kinds of model that are tried, and the folds that they are compared on."""

    n_folds: Annotated[int, Field(ge=2)]
    n_seeds: Count
    n_fold_seeds: Count  # of them, at most, in each fold: rounds, calibration and kind are chosen by these
    max_trees: Count  # over all seeds
    n_round_steps: Count  # how many numbers of rounds are compared out of fold
    learning_rate: Positive
    n_leaves: Annotated[tuple[Leaves, ...], Field(min_length=1)]  # of each tree; several: tried out of fold
    search_rows: Count  # held-out rows that leaves and pairs are chosen by, over as many folds
    patience: Count  # steps of rounds without a better out-of-fold log loss, after which a booster stops
    monotone: dict[str, Direction]  # attributes whose number may only raise, or lower, the score
    min_rows_per_leaf: Count
    l2: NotNegative
    row_share: Annotated[float, Field(gt=0, le=1)]
    column_share: Annotated[float, Field(gt=0, le=1)]
    logistic_c: Positive  # inverse strength of the logistic regression's penalty
    kinds: Annotated[
        tuple[ModelKind, ...], Field(min_length=1)
    ]  # tried; the best out of fold is the candidate
    n_exemplars: Count  # customers remembered, at most, of best and of poor
    familiar_share: Share  # of customers, that lie within the distance from exemplars that is familiar
    unseen_importance: Share  # what values unseen by training may carry in a familiar account
    base_rate: Share | None  # declared share of best among prospects; null: that of the training rows

    @model_validator(mode="after")
    def _has_a_tree_for_each_seed(self) -> ModelSettings:
        if self.max_trees < self.n_seeds:
            raise ValueError(f"max_trees must be at least n_seeds, which is {self.n_seeds}")
        return self


class MatchingSettings(Settings):
    """When two records are the same company."""

    match_on: Annotated[tuple[Literal["domain", "registration_id", "name"], ...], Field(min_length=1)]
    min_name_similarity: Annotated[float, Field(gt=0, le=1)]  # of the words that two names do not share
    max_block_rows: Count  # records of one key that each one is compared with at most
    pool_customers: bool  # whether duplicate customers' outcomes count as one account's


class TuningSettings(Settings):
    """A search over the model's settings: how long, and where what was tried is kept."""

    budget_seconds: Count
    n_trials: Count | None  # stop after as many; null: the budget alone
    study_folder: str  # of the trials, so that a search goes on where it stopped
    experiment_folder: str  # where the frozen experiment is written


class ScoringSettings(Settings):
    """What a scored list looks like and where it goes."""

    tiers: TierSettings
    list_tiers: ListTierSettings
    n_reasons: Annotated[int, Field(ge=0)]  # for, and as many against
    min_observed: Count  # customers like that; fewer: no rate is said
    n_worth_finding: Annotated[int, Field(ge=0)]  # top rows of a list
    exploration_share: Annotated[float, Field(ge=0, lt=1)]  # of the accounts that may be worked
    format: Literal["csv", "parquet", "parquet_folder"]
    folder: str
    batch_rows: Count
    output: OutputSettings

    @property
    def part_form(self) -> Literal["csv", "parquet"]:
        """Say how the parts of a list are kept: as lines where joining those is all there is to do."""
        output = self.output
        is_plain = output.sort == "list" and output.preset is None and output.table is None
        return "csv" if self.format == "csv" and is_plain else "parquet"
