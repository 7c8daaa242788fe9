"""Make one of our columns out of the user's: read one, multiply several, join several, or repeat a value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection
from typing import Any

import pandas as pd

from icp_ml.parsing.columns import Parsed, parse_column
from icp_ml.parsing.notation import Notation
from icp_ml.schema import Kind
from icp_ml.settings import ColumnSettings

Raw = Callable[[str], "pd.Series[Any]"]


def parse_mapped(
    raw: Raw, index: pd.Index[Any], kind: Kind, column: ColumnSettings, written: Notation
) -> Parsed:
    """Parse one column of ours as its mapping says.

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
    written : Notation
        What holds for all columns of the mapping.
    """
    if column.product_of:
        return _product(raw, index, kind, column, written)
    if column.text_of:
        given = _joined(raw, column, written.missing)
    elif column.source is not None:
        given = raw(column.source)
    else:
        given = pd.Series([column.value] * len(index), index, dtype=object)
    return parse_column(given, kind, column, written.missing, written.rates)


def _product(raw: Raw, index: pd.Index[Any], kind: Kind, column: ColumnSettings, written: Notation) -> Parsed:
    """Multiply columns; unit and exchange rate count once, and a product is no token for "not known"."""
    strange: Counter[str] = Counter()
    rates = written.rates if kind == "money" else None
    factor = column.model_copy(update={"unit": 1.0})
    same = None if rates is None else rates.among(column.currency)
    product = pd.Series(column.unit, index=index)
    for source in column.product_of:
        parsed = parse_column(raw(source), "money", factor, written.missing, same)
        strange.update(parsed.not_understood)
        product = product * parsed.values
    if rates is not None:
        product = product * rates.per_unit.get(column.currency or rates.currency, float("nan"))
    return Parsed(product, int(product.notna().sum()), dict(strange))


def _joined(raw: Raw, column: ColumnSettings, missing: Collection[str]) -> pd.Series[Any]:
    """Put texts together with a space; where a part is missing, so is the whole."""
    parts = [parse_column(raw(source), "text", column, missing).values for source in column.text_of]
    joined: pd.Series[Any] = parts[0]
    for part in parts[1:]:
        joined = joined + " " + part
    return joined
