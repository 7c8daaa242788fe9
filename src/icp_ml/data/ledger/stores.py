"""Where the ledger is: Parquet in a folder, or the user's database; and what it lacks of the published."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Protocol

import pandas as pd
import pyarrow as pa

from icp_ml.data.ledger.cycles import Cycle, Damage, published_cycles, read_cycle
from icp_ml.data.ledger.database import DatabaseLedger
from icp_ml.data.ledger.folder import FolderLedger
from icp_ml.errors import DataError
from icp_ml.settings import RescoreSettings

LEDGER = "ledger"


class Ledger(Protocol):
    """Every score ever given: an entry each time that anything about one changed."""

    folder: Path

    def cycles(self) -> list[Cycle]:
        """List the cycles in order of their numbers."""

    def record(self, published: Path) -> None:
        """Take a cycle over from its published folder's `cycle/`; one that is there is left."""

    def entries(self, accounts: set[str] | None = None, since: str | None = None) -> Iterator[pa.Table]:
        """Give the entries, or those of some accounts, from a cycle on, in order of cycles."""

    def standing(self, at: str | None = None) -> pa.Table:
        """Give the last entry of each account and segment at or before a cycle, without those gone."""

    def inputs(self, digests: Iterable[str]) -> pd.DataFrame:
        """Give the input rows of some digests, as parsed."""

    def check(self) -> list[Damage]:
        """Name what is damaged or lacking."""

    def erase(self, account: str, today: date) -> tuple[int, int]:
        """Take an account out; give the numbers of entries and input rows that went."""


def open_ledger(settings: RescoreSettings) -> Ledger:
    """Give the ledger of a scheduled run: its database where one is named, else its folder."""
    folder = Path(settings.folder) / LEDGER
    if settings.ledger_url is not None:
        return DatabaseLedger(folder, settings.ledger_url)
    return FolderLedger(folder)


def record_missing(folder: Path, ledger: Ledger) -> tuple[list[str], list[Damage]]:
    """Record the published cycles that a ledger lacks, in order of their numbers.

    Parameters
    ----------
    folder : Path
        Of published results.
    ledger : Ledger

    Returns
    -------
    list of str
        Names of the cycles that were recorded.
    list of Damage
        Published cycles that are not whole and not in the ledger: they are left out, the others recorded.
    """
    known = {one.name for one in ledger.cycles()}
    waiting, recorded, damaged = list[tuple[int, Path]](), list[str](), list[Damage]()
    for path in published_cycles(folder):
        try:
            cycle = read_cycle(path)
        except DataError as failure:
            is_lost = path.parent.name not in known
            what = f"cannot be read: {failure.what}"
            damaged += [Damage(path.parent.name, str(path), what)] if is_lost else []
        else:
            waiting += [] if cycle.name in known else [(cycle.number, path)]
    for _, path in sorted(waiting):
        try:
            ledger.record(path)
            recorded.append(read_cycle(path).name)
        except DataError as failure:
            damaged.append(Damage(path.parent.name, str(path), "; ".join(failure.details) or failure.what))
    return recorded, damaged
