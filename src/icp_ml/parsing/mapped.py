"""Make one of our columns out of the user's: read one, multiply several, join several, or repeat a value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from typing import Any

import pandas as pd

from icp_ml.parsing.columns import Parsed, parse_column
from icp_ml.schema import Kind
from icp_ml.settings import ColumnSettings

Raw = Callable[[str], "pd.Series[Any]"]


def parse_mapped(
    raw: Raw, index: pd.Index[Any], kind: Kind, column: ColumnSettings, missing: Collection[str]
) -> Parsed:
    """Parse a column of ours as its mapping says.

    Parameters
    ----------
    raw : callable
        Gives one of the user's columns by its heading, over `index`.
    index : pandas.Index
        Of the rows.
    kind : Kind
        What the values mean.
    column : ColumnSettings
        Where they come from, and their form.
    missing : collection of str
        Tokens that mean "not known".
    """
    if column.product_of:
        return _product(raw, index, column, missing)
    if column.text_of:
        return parse_column(_joined(raw, column, missing), kind, column, missing)
    if column.source is not None:
        return parse_column(raw(column.source), kind, column, missing)
    return parse_column(pd.Series([column.value] * len(index), index, dtype=object), kind, column, missing)


def _product(raw: Raw, index: pd.Index[Any], column: ColumnSettings, missing: Collection[str]) -> Parsed:
    """Multiply columns; the unit counts once, and a product is never a token for "not known"."""
    strange: Counter[str] = Counter()
    factor = column.model_copy(update={"unit": 1.0})
    product = pd.Series(column.unit, index=index)
    for source in column.product_of:
        parsed = parse_column(raw(source), "number", factor, missing)
        strange.update(parsed.not_understood)
        product = product * parsed.values
    return Parsed(product, int(product.notna().sum()), dict(strange))


def _joined(raw: Raw, column: ColumnSettings, missing: Collection[str]) -> pd.Series[Any]:
    """Put texts together with a space; where a part is missing, so is the whole."""
    parts = [parse_column(raw(source), "text", column, missing).values for source in column.text_of]
    joined: pd.Series[Any] = parts[0]
    for part in parts[1:]:
        joined = joined + " " + part
    return joined
