"""Encode one attribute by what was learnt of it, say where it is known and what a reader knows it as."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from icp_ml.features.attributes import ITEM_FORMS, LEVEL_FORMS, Attribute
from icp_ml.features.bands import bands_of
from icp_ml.features.columns import Columns, Day
from icp_ml.features.conditions import what_was_met
from icp_ml.features.items import ITEM_SEPARATOR as ITEM_SEPARATOR
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


def shown_value(attribute: Attribute, accounts: pd.DataFrame, as_of: Day) -> list[Any]:
    """Give each row's value as a reader knows it, None where there is none; of a point, what was met."""
    if attribute.form == "rubric":
        return list(what_was_met(attribute.conditions, accounts, as_of))
    if attribute.form == "pair":
        return list(zip(*(_level(accounts, name, as_of) for name in attribute.sources), strict=True))
    if attribute.form == "band":
        return _band(accounts, attribute.sources[0], as_of)
    if attribute.is_derived:
        return list(encode_value(attribute, Columns(accounts, as_of)).tolist())
    return _given(accounts, attribute.name)


def _given(accounts: pd.DataFrame, name: str) -> list[Any]:
    return list(accounts[name].tolist()) if name in accounts else [None] * len(accounts)


def _level(accounts: pd.DataFrame, name: str, as_of: Day) -> list[Any]:
    """Give the levels of a pair's part; of a number, its band is the level."""
    is_number = name in accounts and pd.api.types.is_numeric_dtype(accounts[name])
    return _band(accounts, name, as_of) if is_number else _given(accounts, name)


def _band(accounts: pd.DataFrame, name: str, as_of: Day) -> list[Any]:
    bands = bands_of(Attribute(name, name, "band", (name,)), Columns(accounts, as_of))
    return [bands.names[at] if at >= 0 else None for at in bands.codes.tolist()]


def shown_items(attribute: Attribute, value: str, is_for: bool, n: int) -> list[str]:
    """Name the items of a list that speak most for (or against) best, by their statistics.

    Where none of them does, as when their number speaks, the first ones stand for the list.
    """
    sign = -1 if is_for else 1
    ranked = sorted(
        (sign * attribute.statistics.get(item.casefold(), 0.0), item) for item in value.split(ITEM_SEPARATOR)
    )
    speaking = [item for strength, item in ranked if strength < 0]
    return (speaking or [item for _, item in ranked])[:n]
