"""Label the customers by the definition that the user chose."""

from __future__ import annotations

from datetime import date

import pandas as pd

from icp_ml.errors import DataError
from icp_ml.label.flag import label_by_flag
from icp_ml.label.groups import grouped
from icp_ml.label.labels import Labels, Tables
from icp_ml.label.value import label_by_value
from icp_ml.label.won import label_by_deals
from icp_ml.settings import LabelSettings, ValueSettings, WonSettings

NEEDS: dict[str, tuple[str, ...]] = {"value": ("orders",), "won": ("deals",), "flag": ("signals",)}
USES: dict[str, tuple[str, ...]] = {
    "value": ("orders", "deals"),
    "won": ("deals",),
    "flag": ("signals", "orders"),
}
"""The outcome tables that a definition must have, and those it reads where they are mapped."""


def label_rows(tables: Tables, settings: LabelSettings, today: date) -> Labels:
    """Label the customers by the chosen definition.

    Parameters
    ----------
    tables : mapping of str to pandas.DataFrame
        The outcome tables that are mapped, and customers (for the groups) where there are any.
    settings : LabelSettings
        The definition.
    today : datetime.date
        The day the outcomes were exported: what happened later is not known.

    Raises
    ------
    DataError
        The outcomes cannot carry this definition: nothing to judge, or all alike.
    """
    now = pd.Timestamp(today)
    if isinstance(settings, ValueSettings):
        labels = label_by_value(tables, settings, now)
    elif isinstance(settings, WonSettings):
        labels = label_by_deals(tables["deals"], now)
    else:
        labels = label_by_flag(tables, now)
    return _checked(grouped(labels, tables.get("customers")))


def _checked(labels: Labels) -> Labels:
    n, n_best = len(labels.rows), int(labels.rows["is_best"].sum())
    if n == 0:
        details = [f"too young to judge: {labels.n_young:,}", *labels.notes]
        raise DataError("no customer can be judged.", details, "Shorten label.horizon_days, or export more.")
    if n_best in (0, n):
        what = f"all {n:,} label rows are {'best' if n_best else 'rest'}; there is nothing to tell apart."
        raise DataError(what, labels.notes, "Choose another label, or correct the mapping of the outcomes.")
    return labels
