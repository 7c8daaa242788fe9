"""Who takes part in an experiment, since when, and what came of each side."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import pandas as pd
import pyarrow as pa

from icp_ml.holdout.draw import RULE, is_left_alone
from icp_ml.settings import HoldoutSettings

ENTRY_COLUMNS = (
    *("scored_at", "account_id", "segment", "event"),
    *("tier", "is_customer", "is_excluded", "rule"),
)
"""What of the ledger's entries is read."""
DAY = "datetime64[s]"
ACCOUNT = ["account_id", "segment"]


@dataclass(frozen=True)
class Population:
    """The accounts of an experiment.

    Attributes
    ----------
    rows : pandas.DataFrame
        account_id, entered (day from which its deals count), is_left_alone (by the draw), was_marked (the
        list said so).
    """

    rows: pd.DataFrame


@dataclass(frozen=True)
class Arm:
    """One side of an experiment, in accounts.

    Attributes
    ----------
    n : int
    n_with_deals : int
        With a deal created since they entered.
    n_won : int
        With one of these won.
    n_open : int
        With none won yet and one still open.
    """

    n: int
    n_with_deals: int
    n_won: int
    n_open: int

    @property
    def share(self) -> float:
        """Give the share that bought; of nobody 0."""
        return self.n_won / self.n if self.n else 0.0


def entry_rows(tables: Iterable[pa.Table]) -> pd.DataFrame:
    """Put the ledger's entries, in the order of their cycles, into one table of what is read here."""
    parts = [one.select(list(ENTRY_COLUMNS)) for one in tables]
    if not parts:
        return pd.DataFrame({name: pd.Series(dtype=object) for name in ENTRY_COLUMNS})
    rows: pd.DataFrame = pa.concat_tables(parts).to_pandas(date_as_object=False)
    return rows.astype({"scored_at": DAY})


def population(entries: pd.DataFrame, holdout: HoldoutSettings, today: date) -> Population:
    """Give the accounts that could be worked on a day since the start, and the first such day.

    Whoever took part stays in: what becomes of the tier later may be the work's own doing. The draw says who
    belongs to which side, not what was done (intention to treat).

    Parameters
    ----------
    entries : pandas.DataFrame
        Of `ENTRY_COLUMNS`, in the order of cycles; each holds until the next of its account and segment.
    holdout : HoldoutSettings
        With a start.
    today : date
        Later entries are not looked at.
    """
    start = pd.Timestamp(holdout.starts or today)
    known = entries.loc[entries["scored_at"] <= pd.Timestamp(today)]
    until = known.groupby(ACCOUNT, sort=False)["scored_at"].shift(-1)
    counts = known.loc[could_be_worked(known, holdout) & ~(until <= start)]
    entered = counts["scored_at"].where(counts["scored_at"] > start, start)
    rows = (
        counts.assign(entered=entered, was_marked=counts["rule"] == RULE)
        .groupby("account_id", as_index=False)
        .agg(entered=("entered", "min"), was_marked=("was_marked", "any"))
    )
    return Population(rows.assign(is_left_alone=is_left_alone(rows["account_id"], holdout)))


def could_be_worked(entries: pd.DataFrame, holdout: HoldoutSettings) -> pd.Series[bool]:
    """Say of which entries the account may take part: in a tier, no customer, excluded by nothing else."""
    is_barred = entries["is_excluded"].eq(True) & entries["rule"].ne(RULE)
    is_there = entries["event"].ne("gone") & entries["tier"].isin(holdout.tiers)
    return is_there & ~entries["is_customer"].eq(True) & ~is_barred


def arms(taking_part: Population, deals: pd.DataFrame, today: date) -> tuple[Arm, Arm]:
    """Count what came of those who are worked, and of those who are left alone.

    Parameters
    ----------
    taking_part : Population
    deals : pandas.DataFrame
        account_id, created_at, closed_at, is_won (1, 0 or missing); those created since the account entered
        count, and are won if they closed by today.
    today : date
    """
    rows = taking_part.rows
    found = deals.merge(rows[["account_id", "entered"]], on="account_id")
    last = pd.Timestamp(today)
    created = found["created_at"].dt.normalize()
    found = found.loc[(created >= found["entered"]) & (created <= last)]
    is_closed = found["is_won"].notna() & (found["closed_at"].dt.normalize() <= last)
    won = set(found.loc[is_closed & (found["is_won"] == 1), "account_id"])
    with_deals, still_open = set(found["account_id"]), set(found.loc[~is_closed, "account_id"]) - won
    sides = []
    for is_alone in (False, True):
        ids = rows.loc[rows["is_left_alone"] == is_alone, "account_id"]
        counted = (int(ids.isin(some).sum()) for some in (with_deals, won, still_open))
        sides.append(Arm(len(ids), *counted))
    return sides[0], sides[1]
