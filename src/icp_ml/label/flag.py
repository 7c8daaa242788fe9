"""Best = a column of the user's own, mapped to `is_best` in the signals table."""

from __future__ import annotations

from typing import Any

import pandas as pd

from icp_ml.errors import ConfigError
from icp_ml.label.labels import Labels, Tables, days, rows_of
from icp_ml.label.value import first_days

MEANING = "the customers that are flagged as best"


def label_by_flag(tables: Tables, now: pd.Timestamp) -> Labels:
    """Label each customer that is flagged, as of the day its description speaks of.

    That day is `as_of`, else that of the first order, else that of the flag. Of an account's several flags
    the latest known today counts, and among those of one day a yes.

    Raises
    ------
    ConfigError
        The signals hold no flag.
    """
    signals = tables["signals"]
    if "is_best" not in signals:
        raise ConfigError(
            "label=flag needs is_best.", fix="Map your column to is_best in data.signals.columns."
        )
    flags = signals.loc[signals["is_best"].notna()].assign(flagged_at=_dates(signals, "flagged_at"))
    is_known = ~(flags["flagged_at"] > now)
    known = flags.loc[is_known].sort_values(["flagged_at", "is_best"], na_position="first")
    latest = known.drop_duplicates("account_id", keep="last").set_index("account_id")
    n_young = flags.loc[~flags["account_id"].isin(latest.index), "account_id"].nunique()
    notes = _notes(signals, flags, known)
    rows = rows_of(_described_on(latest, tables.get("orders")), latest["flagged_at"], latest["is_best"] == 1)
    return Labels(rows, MEANING, n_young, tuple(notes))


def _dates(signals: pd.DataFrame, name: str) -> pd.Series[Any]:
    """Give a column's days, or as many missing ones."""
    if name in signals:
        return days(signals[name])
    return pd.Series(pd.NaT, index=signals.index, dtype="datetime64[s]")


def _described_on(latest: pd.DataFrame, orders: pd.DataFrame | None) -> pd.Series[Any]:
    described_on = _dates(latest, "as_of")
    if orders is not None:
        described_on = described_on.fillna(first_days(orders, None).reindex(latest.index))
    return described_on.fillna(latest["flagged_at"])


def _notes(signals: pd.DataFrame, flags: pd.DataFrame, known: pd.DataFrame) -> list[str]:
    notes = []
    n_unflagged = signals.loc[~signals["account_id"].isin(flags["account_id"]), "account_id"].nunique()
    if n_unflagged:
        notes.append(f"{n_unflagged:,} customers have no flag and are left out")
    n_repeated = known.loc[known["account_id"].duplicated(), "account_id"].nunique()
    if n_repeated:
        notes.append(f"{n_repeated:,} customers have several flags; the latest counts")
    return notes
