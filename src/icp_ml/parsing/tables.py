"""Parse the columns of a table together: a currency speaks of its row's amounts, a country of its regions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from icp_ml.parsing.columns import Parsed
from icp_ml.parsing.currencies import currency_code
from icp_ml.parsing.mapped import Raw, parse_mapped
from icp_ml.parsing.notation import Notation
from icp_ml.parsing.regions import region_codes
from icp_ml.schema import Kind
from icp_ml.settings import ColumnSettings


def parse_table(
    raw: Raw,
    index: pd.Index[Any],
    columns: Mapping[str, ColumnSettings],
    kinds: Mapping[str, Kind],
    written: Notation,
) -> dict[str, Parsed]:
    """Parse the mapped columns of a table.

    Two columns speak of others: `currency` of the amounts in its row, and `country` of the regions.

    Parameters
    ----------
    raw : callable
        Gives one of the user's columns by its heading, over `index`.
    index : pandas.Index
        Of the rows.
    columns : dict of str to ColumnSettings
        Where each column of ours comes from.
    kinds : dict of str to Kind
        What the values of each column of ours mean.
    written : Notation
        What holds for all of them.
    """
    found: dict[str, Parsed] = {}
    currencies = _currencies(raw, index, columns, written)
    for name, column in columns.items():
        if kinds[name] == "money" and currencies is not None:
            found[name] = _by_currency(raw, column, currencies, written)
        else:
            found[name] = parse_mapped(raw, index, kinds[name], column, written)
    is_there = "country" in found and kinds["country"] == "country"
    countries = found["country"].values if is_there else None
    for name, kind in kinds.items():
        if kind == "region" and name in found:
            found[name] = replace(found[name], values=region_codes(found[name].values, countries))
    if currencies is not None and written.rates is not None:
        values = found["currency"].values
        found["currency"] = replace(
            found["currency"], values=values.where(values.isna(), written.rates.currency)
        )
    return found


def _currencies(
    raw: Raw, index: pd.Index[Any], columns: Mapping[str, ColumnSettings], written: Notation
) -> pd.Series[Any] | None:
    """Give the currency that each row names for its amounts, "" for none; None where no column does."""
    if written.rates is None or "currency" not in columns:
        return None
    named = parse_mapped(raw, index, "text", columns["currency"], written).values
    codes, distinct = pd.factorize(named)
    default = columns["currency"].currency or written.rates.currency
    known = [currency_code(str(one), default) for one in distinct.tolist()]
    return pd.Series([known[code] if code >= 0 else "" for code in codes], index, dtype=object)


def _by_currency(raw: Raw, column: ColumnSettings, currencies: pd.Series[Any], written: Notation) -> Parsed:
    """Parse amounts apart by the currency of their rows."""
    strange: Counter[str] = Counter()
    amounts = np.full(len(currencies), np.nan)
    for code in sorted(set(currencies)):
        is_meant = (currencies == code).to_numpy()
        own = column.model_copy(update={"currency": code}) if code else column

        def given(heading: str, is_meant: Any = is_meant) -> pd.Series[Any]:
            own_rows: pd.Series[Any] = raw(heading).loc[is_meant]
            return own_rows

        parsed = parse_mapped(given, currencies.index[is_meant], "money", own, written)
        strange.update(parsed.not_understood)
        amounts[is_meant] = parsed.values.to_numpy()
    values = pd.Series(amounts, currencies.index)
    return Parsed(values, int(values.notna().sum()), dict(strange))
