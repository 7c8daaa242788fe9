"""What makes a check speak: the settings of the checks group."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from icp_ml.settings.base import Count, Settings, Share

Auc = Annotated[float, Field(gt=0.5, lt=1)]


class ChecksSettings(Settings):
    """Limits of the readiness and leakage checks, and which warnings the user has acknowledged."""

    acknowledged: tuple[str, ...]  # codes, or code:column
    stop_best: Count  # fewer best: stop
    stop_rest: Count
    few_best: Count  # fewer best: small data
    max_future_share: Share  # of a column's dates that lie after today
    max_not_understood_share: Share  # of a column's given values
    max_missing_share: Share
    max_levels: Count
    max_one_value_share: Share
    min_unique_share: Share  # of a column's values that occur once, from which it is like an id
    max_feature_auc: Auc  # of one feature alone
    max_almost_label_auc: Auc
    max_missingness_auc: Auc  # of a gap alone
    max_hinted_auc: Auc  # of a feature whose heading sounds like an outcome
    max_roc_auc: Auc  # of the candidate; above it the figure is an alarm
    max_likeness_auc: Auc  # of a classifier that tells customers from prospects
    max_ahead_share: Share  # of a date column's values after as_of
    max_missing_gap: Share  # between customers' and prospects' missing shares
    max_level_gap: Share  # of rows with a level that the other side lacks, beyond what chance gives
    max_same_company_share: Share  # of test rows whose company stands in training under another id
    max_free_mail_share: Share  # of customers whose web domain is a mailbox's or a shared site's
    prospect_rows: Count  # of the list, read for the comparison
    compared_rows: Count  # of customers, and of prospects, that the classifier learns from
    alpha: Share  # chance that a check speaks of a clean column, over all columns
