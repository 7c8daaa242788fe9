"""Encode one attribute by what was learnt of it, and say where it is known."""

from __future__ import annotations

import numpy as np

from icp_ml.features.attributes import ITEM_FORMS, LEVEL_FORMS, Attribute
from icp_ml.features.bands import bands_of
from icp_ml.features.columns import Columns
from icp_ml.features.items import encode_items, items_of_texts, tokens_of
from icp_ml.features.levels import encode_path
from icp_ml.features.paths import path_of
from icp_ml.features.statistics import Floats, Known
from icp_ml.features.texts import reduced
from icp_ml.features.values import encode_value, is_value_known


def encode(attribute: Attribute, columns: Columns) -> Floats:
    """Give an attribute's columns for each row, from that row alone; NaN where missing, never infinite.

    A pair needs its two parts: see `encode_pair`.
    """
    if attribute.form in LEVEL_FORMS:
        return encode_path(attribute, path_of(attribute, columns))
    if attribute.form in ITEM_FORMS:
        tokens = tokens_of(attribute, columns)
        return with_dimensions(
            attribute, encode_items(attribute, items_of_texts(tokens))[tokens.rows], columns
        )
    return encode_value(attribute, columns)


def with_dimensions(attribute: Attribute, part: Floats, columns: Columns) -> Floats:
    """Put the dimensions of a text beside its other columns."""
    if attribute.text is None:
        return part
    return np.hstack([part, reduced(attribute.text, tokens_of(attribute, columns))])


def is_known(attribute: Attribute, columns: Columns) -> Known:
    """Say which rows have a value of an attribute; what lies ahead of the row's day is not known."""
    if attribute.form == "band":
        return np.asarray(bands_of(attribute, columns).codes >= 0)
    if attribute.form in (*LEVEL_FORMS, *ITEM_FORMS, "pair"):
        given = [columns.is_given(name) for name in attribute.sources]
        return np.asarray(np.all(given, axis=0))
    return is_value_known(attribute, columns)


def is_mostly_ahead(attribute: Attribute, columns: Columns) -> bool:
    """Say whether most known values of a date lie after the day the row speaks of.

    Such a column was written after the outcome: what it says of customers, no prospect can show.
    """
    if attribute.form not in ("age", "recency"):
        return False
    n_given = int(columns.is_given(attribute.sources[0]).sum())
    return 2 * int(is_known(attribute, columns).sum()) < n_given
