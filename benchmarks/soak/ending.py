"""What is asked of the ledger at the end of the year."""

from __future__ import annotations

import io
from contextlib import redirect_stdout
from datetime import date
from pathlib import Path
from time import thread_time
from typing import Any

import numpy as np
import pandas as pd
from pyarrow import parquet

from benchmarks.soak.checking import LISTS, RESCORED, ledger_faults, same

N_CYCLES = 5  # whose standing is compared with the list of that day


def ended(seed: int, n_replayed: int = 10) -> dict[str, Any]:
    """Replay scores of random days, read the ledger at random cycles, tell one account's story."""
    from icp_ml.data.ledger.folder import FolderLedger

    rng, ledger = np.random.default_rng([seed, 9]), FolderLedger(RESCORED / "ledger")
    start = thread_time()
    found = {"faults": ledger_faults(), "check_and_standing_s": thread_time() - start}
    cycles = ledger.cycles()
    found["n_cycles"] = len(cycles)
    found["replays"] = [_replayed(rng, cycles[int(at)]) for at in rng.integers(len(cycles), size=n_replayed)]
    for at in rng.integers(len(cycles), size=N_CYCLES):
        found["faults"] += _standing_faults(cycles[int(at)].name)
    account = _busiest()
    start = thread_time()
    found |= {"account": account, "history": _history(account), "history_s": thread_time() - start}
    return found


def _replayed(rng: np.random.Generator, cycle: Any) -> dict[str, Any]:
    """Replay an account of a cycle's day, and hold it against the list of that night."""
    from icp_ml.data.ledger.folder import FolderLedger
    from icp_ml.data.ledger.replaying import replayed

    ledger = FolderLedger(RESCORED / "ledger")
    last = [one for one in ledger.cycles() if one.today == cycle.today][-1]  # of two lists on one day
    rows = parquet.read_table(LISTS / f"{last.name}.parquet").to_pandas()
    row = rows.iloc[int(rng.integers(len(rows)))]
    start = thread_time()
    found = replayed(ledger, row["account_id"], row["segment"], date.fromisoformat(str(cycle.today)))
    same_as_listed = (
        found.entry["fit_probability"] == row["fit_probability"] and found.entry["tier"] == row["tier"]
    )
    return {
        "account": row["account_id"],
        "day": str(cycle.today),
        "scored_at": str(found.entry["scored_at"]),
        "model": found.entry["model_version"],
        "is_exact": found.is_exact and bool(same_as_listed),
        "differences": list(found.differences),
        "seconds": thread_time() - start,
    }


def _standing_faults(cycle: str) -> list[str]:
    from icp_ml.data.ledger.folder import FolderLedger

    rows = parquet.read_table(LISTS / f"{cycle}.parquet").to_pandas()
    stood = FolderLedger(RESCORED / "ledger").standing(cycle).to_pandas()
    return (
        [] if same(stood[list(rows.columns)], rows) else [f"standing({cycle}) is not the list of that night"]
    )


def _busiest() -> str:
    """Name the account with most entries."""
    tables = [
        parquet.read_table(one, columns=["account_id"]) for one in RESCORED.glob("ledger/c*/entries.parquet")
    ]
    counts = pd.concat([one.to_pandas() for one in tables])["account_id"].value_counts()
    return str(counts.sort_index().idxmax())


def _history(account: str) -> str:
    from benchmarks.soak.commands import run

    out = io.StringIO()
    with redirect_stdout(out):
        status = run("history", [f"rescore.account={account}"])
    Path("history.txt").write_text(out.getvalue(), encoding="utf-8")
    return f"exit status {status}, {len(out.getvalue().splitlines())} lines"
