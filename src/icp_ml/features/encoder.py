"""Turn firmographics into one numeric matrix; everything learnt sits in one fitted encoder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

import numpy as np
import pandas as pd

from icp_ml.errors import DataError
from icp_ml.features.attributes import ITEM_FORMS, LEVEL_FORMS, Attribute, Reduction
from icp_ml.features.cells import Learnt
from icp_ml.features.columns import Columns, Day
from icp_ml.features.conditions import Condition
from icp_ml.features.encoding import encode, is_known, is_mostly_ahead, with_dimensions
from icp_ml.features.items import items_of, learn_items, tokens_of
from icp_ml.features.levels import PathStatistics, learn_path
from icp_ml.features.pairs import encode_pair, learn_pairs
from icp_ml.features.paths import path_of
from icp_ml.features.statistics import Codes, Floats, Known, Labelled, folds_of
from icp_ml.features.texts import fit_reduction
from icp_ml.features.usable import usable_attributes
from icp_ml.schema import Field
from icp_ml.settings import FeaturesSettings

ENCODER_VERSION = 4


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

    def transform(self, accounts: pd.DataFrame, as_of: Day) -> Floats:
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
        return self.encode(Columns(accounts, as_of))

    def encode(self, columns: Columns) -> Floats:
        """Encode accounts whose columns are shared with others that read them: see `transform`."""
        parts: list[Floats] = []
        for one in self.attributes:
            both = self.parts_of(one)
            parts.append(encode_pair(one, both, columns) if both else encode(one, columns))
        return np.column_stack(parts) if parts else np.empty((len(columns), 0))

    def known(self, accounts: pd.DataFrame, as_of: Day) -> Known:
        """Say which attributes each row has a value for, shape (n_rows, n_attributes)."""
        return self.known_in(Columns(accounts, as_of))

    def known_in(self, columns: Columns) -> Known:
        """Say what is known of accounts whose columns are shared: see `known`."""
        parts = [is_known(one, columns) for one in self.attributes]
        return np.column_stack(parts) if parts else np.empty((len(columns), 0), dtype=bool)

    def completeness(self, known: Known) -> Floats:
        """Give the share of each row's attributes that are known; what is derived from others counts once."""
        is_own = [not one.is_derived for one in self.attributes]
        return np.asarray(known[:, is_own].mean(axis=1))

    def to_json(self) -> str:
        """Write all that was learnt, one attribute a line."""
        lines = [json.dumps(asdict(one), ensure_ascii=False) for one in self.attributes]
        return f'{{"version": {ENCODER_VERSION}, "attributes": [\n' + ",\n".join(lines) + "\n]}"

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

    def parts_of(self, pair: Attribute) -> tuple[Attribute, Attribute] | tuple[()]:
        """Give the two attributes of a pair; none of any other attribute."""
        if pair.form != "pair":
            return ()
        by_source = {one.sources: one for one in self.attributes if one.form in LEVEL_FORMS}
        first, second = pair.sources
        return by_source[(first,)], by_source[(second,)]


def _attribute(stored: Mapping[str, Any]) -> Attribute:
    conditions = tuple(Condition(**{**one, "one_of": tuple(one["one_of"])}) for one in stored["conditions"])
    text = stored["text"] and Reduction(
        tuple(stored["text"]["terms"]),
        tuple(stored["text"]["weights"]),
        tuple(tuple(one) for one in stored["text"]["loadings"]),
    )
    lists = {name: tuple(stored[name]) for name in ("sources", "above", "frequent", "shares", "families")}
    return Attribute(**{**stored, **lists, "conditions": conditions, "text": text})


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
        Smoothing, frequent levels, exclusions; pairs are encoded where they are "always".
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
    attributes = learnable_attributes(accounts, rows, fields, settings)
    if not attributes:
        raise DataError(
            "no column can be a feature.", fix="Map firmographic columns in conf/data, or exclude fewer."
        )
    is_best, groups = rows["is_best"].to_numpy(dtype=np.float64), rows["group"].to_numpy(dtype=object)
    labelled = Labelled(is_best, folds_of(groups, is_best, settings.n_crossfit_folds, seed), settings)
    columns = Columns(accounts, rows["as_of"])
    learnt = [learnt_and_encoded(one, columns, labelled) for one in attributes]
    if settings.pairs == "always":
        leveled = [Learnt(one, path_of(one, columns), found) for one, _, found in learnt if found is not None]
        learnt += [(*one, None) for one in learn_pairs(leveled, labelled, len(rows) / len(pd.unique(groups)))]
    return Encoder(tuple(one for one, _, _ in learnt)), np.column_stack([part for _, part, _ in learnt])


def learnt_and_encoded(
    attribute: Attribute, columns: Columns, labelled: Labelled
) -> tuple[Attribute, Floats, PathStatistics | None]:
    """Learn an attribute, and encode each row by the other folds.

    Returns
    -------
    Attribute
    ndarray of float64, shape (n_rows, n_columns)
    PathStatistics or None
        Of levels.
    """
    if attribute.form in LEVEL_FORMS:
        return learn_path(attribute, path_of(attribute, columns), labelled)
    if attribute.form in ITEM_FORMS:
        return (*_learn_items(attribute, columns, labelled), None)
    return attribute, encode(attribute, columns), None


def _learn_items(attribute: Attribute, columns: Columns, labelled: Labelled) -> tuple[Attribute, Floats]:
    """Learn the items of a list or the words of a text, and the dimensions that they are reduced to.

    A list whose items all have a column of their own has nothing left to reduce.
    """
    tokens = tokens_of(attribute, columns)
    learnt, part = learn_items(attribute, items_of(tokens), labelled)
    if len(learnt.statistics) > len(learnt.frequent):
        text = fit_reduction(tokens, columns.texts(attribute.name)[1], labelled.settings)
        learnt = replace(learnt, text=text)
    return learnt, with_dimensions(learnt, part, columns)


def learnable_attributes(
    accounts: pd.DataFrame, rows: pd.DataFrame, fields: Mapping[str, Field], settings: FeaturesSettings
) -> list[Attribute]:
    """List what a model may learn from: any value known, not excluded, not written mostly after `as_of`."""
    columns = Columns(accounts, rows["as_of"])
    usable = usable_attributes(accounts, fields, settings.exclude, settings.include)
    return [one for one in usable if not is_mostly_ahead(one, columns) and _tells_apart(one, columns)]


def _tells_apart(attribute: Attribute, columns: Columns) -> bool:
    """Say whether a time zone differs between any two rows: within one it says nothing."""
    return attribute.form != "time_zone" or len(np.unique(encode(attribute, columns))) > 1
