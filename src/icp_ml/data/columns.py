"""Parse the user's columns as their mapping says, and count what was understood."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from icp_ml.data.checks import Findings, most_common
from icp_ml.errors import count, examples
from icp_ml.parsing import notation_of, parse_table
from icp_ml.schema import Field
from icp_ml.settings import ColumnSettings, DataSettings


def parsed_columns(
    raw: pd.DataFrame,
    columns: Mapping[str, ColumnSettings],
    fields: Mapping[str, Field],
    mapping: DataSettings,
    findings: Findings,
) -> pd.DataFrame:
    """Give our columns out of the user's, indexed as these are; `findings` grows by what was seen."""
    kinds = {name: fields[name].kind for name in columns}
    parsed = parse_table(raw.__getitem__, raw.index, columns, kinds, notation_of(mapping))
    for name, found in parsed.items():
        findings.add_strange(name, found.not_understood)
        findings.n_known[name] += found.n_known
    return pd.DataFrame({name: found.values for name, found in parsed.items()}, index=raw.index)


def foreign_columns(findings: Findings) -> list[str]:
    """Name columns of which nothing was understood: another column or another format is meant."""
    return [
        f"{column}: none of {count(sum(forms.values()), 'value')} was understood, "
        f"for example {examples(most_common(forms))}"
        for column, forms in findings.not_understood.items()
        if forms and not findings.n_known[column]
    ]
