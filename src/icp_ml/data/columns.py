"""Parse the user's columns as their mapping says, and count what was understood."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from icp_ml.data.checks import Findings, most_common
from icp_ml.errors import count, examples
from icp_ml.parsing import notation_of, parse_table
from icp_ml.schema import Field
from icp_ml.settings import ColumnSettings, DataSettings

Mask = np.ndarray[Any, np.dtype[np.bool_]]
Strange = Mapping[str, Mapping[str, int]]
"""By column: each text that was not understood, and in how many rows it stands."""


def parsed_columns(
    raw: pd.DataFrame,
    columns: Mapping[str, ColumnSettings],
    fields: Mapping[str, Field],
    mapping: DataSettings,
    findings: Findings,
) -> tuple[pd.DataFrame, Strange]:
    """Give our columns out of the user's, indexed as these are, and the texts that were not understood.

    `findings` grows by what was seen.
    """
    kinds = {name: fields[name].kind for name in columns}
    parsed = parse_table(raw.__getitem__, raw.index, columns, kinds, notation_of(mapping))
    for name, found in parsed.items():
        findings.add_strange(name, found.not_understood)
        findings.n_known[name] += found.n_known
    rows = pd.DataFrame({name: found.values for name, found in parsed.items()}, index=raw.index)
    return rows, {name: found.not_understood for name, found in parsed.items() if found.not_understood}


def is_understood(raw: pd.DataFrame, columns: Mapping[str, ColumnSettings], strange: Strange) -> Mask:
    """Say of which rows all was understood, shape (n_rows,); of none with a text that cannot be traced."""
    is_fine = np.ones(len(raw), dtype=bool)
    for name, forms in strange.items():
        texts = [raw[source].astype("str").str.strip() for source in columns[name].sources]
        found = texts[0].isin(list(forms)).to_numpy(dtype=bool)
        if len(texts) > 1 or int(found.sum()) != sum(forms.values()):
            found = np.logical_or.reduce([(one.notna() & (one != "")).to_numpy(dtype=bool) for one in texts])
        is_fine &= ~found
    return is_fine


def foreign_columns(findings: Findings) -> list[str]:
    """Name columns of which nothing was understood: another column or another format is meant."""
    return [
        f"{column}: none of {count(sum(forms.values()), 'value')} was understood, "
        f"for example {examples(most_common(forms))}"
        for column, forms in findings.not_understood.items()
        if forms and not findings.n_known[column]
    ]
