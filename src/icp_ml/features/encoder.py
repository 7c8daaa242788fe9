"""Turn firmographics into one numeric matrix; everything learnt sits in one fitted encoder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Self, get_args

import numpy as np
import pandas as pd

from icp_ml.errors import DataError
from icp_ml.features.attributes import (
    Attribute,
    Known,
    StatisticForm,
    encode,
    encode_items,
    is_known,
    is_mostly_ahead,
    items_of,
    usable_attributes,
)
from icp_ml.features.conditions import Condition
from icp_ml.features.statistics import (
    Codes,
    Floats,
    Items,
    folds_of,
    item_summary,
    overall_share,
    target_statistic,
)
from icp_ml.schema import Field
from icp_ml.settings import FeaturesSettings

ENCODER_VERSION = 2


@dataclass(frozen=True)
class Encoder:
    """The fitted encoder: attributes in matrix order.

    A row's encoding depends on that row and `as_of` alone.
    """

    attributes: tuple[Attribute, ...]

    @property
    def columns(self) -> list[str]:
        """Name the matrix columns, in order."""
        return [column for attribute in self.attributes for column in attribute.columns]

    @property
    def attribute_of_column(self) -> Codes:
        """Give each matrix column the position of its attribute."""
        return np.repeat(np.arange(len(self.attributes)), [len(one.columns) for one in self.attributes])

    def transform(self, accounts: pd.DataFrame, as_of: pd.Series[Any] | pd.Timestamp) -> Floats:
        """Encode accounts.

        Parameters
        ----------
        accounts : pandas.DataFrame
            Our columns; one that is lacking counts as missing.
        as_of : Series or Timestamp
            The day each row's ages and recency are counted to.

        Returns
        -------
        ndarray of float64, shape (n_rows, n_columns)
            NaN where a value is missing; never infinite.
        """
        parts = [encode(one, accounts, as_of) for one in self.attributes]
        return np.column_stack(parts) if parts else np.empty((len(accounts), 0))

    def known(self, accounts: pd.DataFrame, as_of: pd.Series[Any] | pd.Timestamp) -> Known:
        """Say which attributes each row has a value for, shape (n_rows, n_attributes)."""
        parts = [is_known(one, accounts, as_of) for one in self.attributes]
        return np.column_stack(parts) if parts else np.empty((len(accounts), 0), dtype=bool)

    def to_json(self) -> str:
        """Write all that was learnt."""
        content = {"version": ENCODER_VERSION, "attributes": [asdict(one) for one in self.attributes]}
        return json.dumps(content, ensure_ascii=False, indent=1)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote.

        Raises
        ------
        DataError
            Another version of this package wrote it.
        """
        content = json.loads(text)
        if content["version"] != ENCODER_VERSION:
            what = f"the model's encoder has version {content['version']}; this code knows {ENCODER_VERSION}."
            raise DataError(
                what, fix="Train again with this version, or score with the version that trained it."
            )
        return cls(tuple(_attribute(one) for one in content["attributes"]))


def _attribute(stored: Mapping[str, Any]) -> Attribute:
    conditions = tuple(Condition(**{**one, "one_of": tuple(one["one_of"])}) for one in stored["conditions"])
    return Attribute(**{**stored, "frequent": tuple(stored["frequent"]), "conditions": conditions})


def fit_encoder(
    accounts: pd.DataFrame,
    rows: pd.DataFrame,
    fields: Mapping[str, Field],
    settings: FeaturesSettings,
    seed: int,
) -> tuple[Encoder, Floats]:
    """Fit the encoder on training rows and give their cross-fitted matrix.

    The encoder learns its statistics from all rows given; in the matrix that comes with it, each row's
    statistics come from the other folds, so that no row sees its own label.

    Parameters
    ----------
    accounts : pandas.DataFrame
        Firmographics, one row per label row.
    rows : pandas.DataFrame
        Label rows: as_of, group and is_best are used.
    fields : mapping of str to Field
        Meaning of the columns of `accounts`.
    settings : FeaturesSettings
        Smoothing, frequent levels, exclusions.
    seed : int
        Draws the folds.

    Returns
    -------
    encoder : Encoder
    matrix : ndarray of float64, shape (n_rows, n_columns)

    Raises
    ------
    DataError
        No column can be a feature.
    """
    is_best = rows["is_best"].to_numpy(dtype=np.float64)
    folds = folds_of(rows["group"].to_numpy(dtype=object), is_best, settings.n_crossfit_folds, seed)
    attributes, parts = [], []
    for attribute in learnable_attributes(accounts, rows, fields, settings):
        if attribute.form in get_args(StatisticForm):
            items = items_of(attribute, accounts)
            learnt = learn(attribute, items, is_best, settings)
            part = cross_fitted(learnt, items, is_best, folds, settings)
        else:
            learnt, part = attribute, encode(attribute, accounts, rows["as_of"])
        attributes.append(learnt)
        parts.append(part)
    if not attributes:
        raise DataError(
            "no column can be a feature.", fix="Map firmographic columns in conf/data, or exclude fewer."
        )
    return Encoder(tuple(attributes)), np.column_stack(parts)


def learnable_attributes(
    accounts: pd.DataFrame, rows: pd.DataFrame, fields: Mapping[str, Field], settings: FeaturesSettings
) -> list[Attribute]:
    """List what a model may learn from: any value known, not excluded, not written mostly after `as_of`."""
    usable = usable_attributes(accounts, fields, settings.exclude)
    return [one for one in usable if not is_mostly_ahead(one, accounts, rows["as_of"])]


def learn(attribute: Attribute, items: Items, is_best: Floats, settings: FeaturesSettings) -> Attribute:
    """Learn an attribute's statistics, counts and frequent levels from all rows."""
    n = _counted(items, np.ones(len(is_best)))
    statistic = _statistic(attribute, items, is_best, np.ones(len(is_best)), settings)
    kept = np.flatnonzero(n >= _rows_to_keep(attribute, settings))
    is_frequent = n >= settings.min_count
    by_count = sorted(np.flatnonzero(is_frequent), key=lambda at: (-n[at], items.names[at]))
    return replace(
        attribute,
        statistics={str(items.names[at]): float(statistic[at]) for at in kept},
        counts={str(items.names[at]): int(n[at]) for at in kept},
        frequent=tuple(str(items.names[at]) for at in by_count[: settings.n_frequent]),
    )


def cross_fitted(
    learnt: Attribute, items: Items, is_best: Floats, folds: Codes, settings: FeaturesSettings
) -> Floats:
    """Encode each row by the statistics of the other folds."""
    part = encode_items(learnt, items)
    n_statistics = 1 if learnt.form == "levels" else 2
    for fold in range(folds.max() + 1):
        is_held = folds == fold
        statistic = _statistic(learnt, items, is_best, (~is_held).astype(np.float64), settings)
        part[is_held, :n_statistics] = item_summary(items.part(is_held), statistic)[:, :n_statistics]
    return part


def _statistic(
    attribute: Attribute, items: Items, is_best: Floats, is_seen: Floats, settings: FeaturesSettings
) -> Floats:
    """Give each item's target statistic over the rows that are seen, 0 where those are too few."""
    n = _counted(items, is_seen)
    n_best = _counted(items, is_seen * is_best)
    overall = overall_share(is_best[is_seen > 0])
    statistic = target_statistic(n, n_best, overall, settings.smoothing)
    return np.where(n >= _rows_to_keep(attribute, settings), statistic, 0.0)


def _counted(items: Items, weight: Floats) -> Floats:
    return np.asarray(items.matrix.T @ weight, dtype=np.float64)


def _rows_to_keep(attribute: Attribute, settings: FeaturesSettings) -> int:
    """Say how many rows an item must have to be kept: what is in no two rows was never seen by another fold.

    Lists and texts hold far more distinct items than rows that could tell them apart, so they need more.
    """
    return 2 if attribute.form == "levels" else max(settings.min_count, 2)
