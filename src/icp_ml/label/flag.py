"""Best = a column of the user's own, mapped to `is_best` in the signals table."""

from __future__ import annotations

from typing import Any

import pandas as pd

from icp_ml.errors import ConfigError, count
from icp_ml.label.labels import Judged, Tables, days_of
from icp_ml.label.worth import first_days
from icp_ml.settings import FlagSettings

MEANING = "the customers that are flagged as best"


def label_by_flag(tables: Tables, settings: FlagSettings, now: pd.Timestamp) -> Judged:
    """Label each customer that is flagged, as of the day its description speaks of.

    That day is `as_of`, else that of the first order, else that of the flag. Of an account's several flags
    the latest known today counts, and among those of one day a yes. Where never_best looks at the days after
    becoming a customer, those days must be over.

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
    flags = signals.loc[signals["is_best"].notna()].assign(flagged_at=days_of(signals, "flagged_at"))
    is_known = ~(flags["flagged_at"] > now)
    known = flags.loc[is_known].sort_values(["flagged_at", "is_best"], na_position="first")
    latest = known.drop_duplicates("account_id", keep="last").set_index("account_id")
    starts = first_days(tables).reindex(latest.index)
    wait = pd.Timedelta(days=settings.never_best.wait_days)
    mature = latest.loc[~(starts + wait > now)]
    rows = _rows(tables, mature, starts.reindex(mature.index), wait)
    n_young = flags["account_id"].nunique() - len(mature)
    notes = _notes(signals, flags, known)
    n_undated = int(mature["flagged_at"].isna().sum())
    if wait and n_undated:
        undated = count(n_undated, "flag has", "flags have")
        notes.append(f"{undated} no date, taken as known when never_best is decided")
    return Judged(rows, MEANING, n_young, notes)


def _rows(tables: Tables, flagged: pd.DataFrame, starts: pd.Series[Any], wait: pd.Timedelta) -> pd.DataFrame:
    described_on = days_of(flagged, "as_of")
    if "orders" in tables:
        described_on = described_on.fillna(first_days({"orders": tables["orders"]}).reindex(flagged.index))
    complete_at = flagged["flagged_at"]
    if wait:
        ends = starts + wait
        complete_at = complete_at.where(complete_at >= ends, ends).fillna(complete_at)
    return pd.DataFrame(
        {
            "account_id": flagged.index.astype("str"),
            "as_of": described_on.fillna(flagged["flagged_at"]).to_numpy(),
            "complete_at": complete_at.to_numpy(),
            "is_best": (flagged["is_best"] == 1).to_numpy(),
            "started_at": starts.to_numpy(),
            "is_customer": True,
        }
    )


def _notes(signals: pd.DataFrame, flags: pd.DataFrame, known: pd.DataFrame) -> list[str]:
    notes = []
    n_unflagged = signals.loc[~signals["account_id"].isin(flags["account_id"]), "account_id"].nunique()
    if n_unflagged:
        unflagged = count(n_unflagged, "customer has", "customers have")
        notes.append(f"{unflagged} no flag: left out")
    n_repeated = known.loc[known["account_id"].duplicated(), "account_id"].nunique()
    if n_repeated:
        repeated = count(n_repeated, "customer has", "customers have")
        notes.append(f"{repeated} several flags; the latest counts")
    return notes
