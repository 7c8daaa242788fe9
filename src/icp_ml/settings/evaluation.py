"""The settings of the figures, the gates and the field's marks."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from icp_ml.settings.base import Count, NotNegative, Settings, Share


class MarginSettings(Settings):
    """By how much a challenger's figure may be worse, at the far end of its interval."""

    average_precision: NotNegative
    log_loss: NotNegative
    calibration_error: NotNegative


class PromotionSettings(Settings):
    """What a challenger must reach beside the champion, on accounts newer than both learnt from."""

    is_automatic: bool  # whether make train promotes where all gates pass
    is_dry_run: bool  # whether make promote stops once it has said who would change tier
    folder: str  # of what is written before anything changes
    min_test_best: Count  # best among those accounts; fewer say too little
    max_reused_share: Annotated[float, Field(ge=0, le=1)]  # of them, already looked at by an earlier attempt
    margins: MarginSettings
    top_share: Share  # of the prospects: the top list
    min_top_kept: Annotated[float, Field(ge=0, le=1)]  # of the champion's top list
    max_tier_changes: Annotated[float, Field(ge=0, le=1)]  # share of the prospects
    max_newly_adverse: Annotated[int, Field(ge=0)]  # levels that the champion did not put at a disadvantage
    accepts_other_label: bool  # whether best may have come to mean another thing


class MarkSettings(Settings):
    """What the field asks of a model."""

    top_shares: tuple[Share, Share]  # of the list: between these
    min_capture: Share  # of best, that the top of the list should hold
    min_tier_ratio: NotNegative  # share of best in the top tier over that in the bottom one
    min_two_tiers: Share  # of best, that the top two tiers should hold


class EvaluationSettings(Settings):
    """Figures on the test set, and what a candidate must reach."""

    n_bootstrap: Count
    confidence: Share
    shares: tuple[Share, ...]  # of the list, for lift and capture
    min_roc_auc_low: Share  # gate: lower bound of the test ROC AUC
    n_control: Count  # prospects drawn at random, to compare best and rest with
    n_permutations: Count  # of the test labels, behind the verdict
    learning_curve_shares: tuple[Annotated[float, Field(gt=0, le=1)], ...]  # of the labelled customers
    promotion: PromotionSettings
    marks: MarkSettings
    min_group_rows: Count  # rows a line of the fairness and missingness tables needs
