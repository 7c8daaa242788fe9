"""Cycles made up for the tests of the ledger: published folders as the scheduled run leaves them."""

from __future__ import annotations

import hashlib
import json
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from icp_ml.data.ledger.cycles import write_facts
from icp_ml.data.publish import point_latest, results
from icp_ml.rescore.entries import ENTRY

FIRST = date(2026, 1, 1)


def name_of(number: int) -> str:
    """Name the cycle of a number: one a day."""
    day = FIRST + timedelta(days=number - 1)
    return f"{day}_{number:08x}"


def entry(account: str, probability: float | None = 0.5, **columns: Any) -> dict[str, Any]:
    """Make an entry; its cycle and day are those of the folder it is written to."""
    score = None if probability is None else float(np.log(probability / (1 - probability)))
    tier = None if probability is None else "Best fit" if probability >= 0.5 else "Bad fit"
    made = {
        "account_id": account,
        "name": f"Firm {account}",
        "segment": "default",
        "event": "new",
        "fit_probability": probability,
        "score": score,
        "tier": tier,
        "model_tier": tier,
        "list_tier": None if tier is None else "A",
        "best_fit": 0.5,
        "good_fit": 0.25,
        "is_customer": False,
        "is_excluded": False,
        "model_version": "0123456789ab",
        "label_digest": "1" * 12,
        "rules_digest": "2" * 12,
        "input_digest": None if probability is None else digest_of(f"{account} {probability}"),
        "why": "new in the list",
    }
    return made | columns


def gone(account: str, **columns: Any) -> dict[str, Any]:
    """Make the entry of an account that left the list."""
    nothing = dict.fromkeys(
        ("model_version", "label_digest", "best_fit", "good_fit", "is_customer", "is_excluded")
    )
    return entry(account, None, event="gone", why="no longer in the list", **(nothing | columns))


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def inputs_of(entries: list[dict[str, Any]]) -> pd.DataFrame:
    """Make the input rows that entries name: one text, one number, one day each, with gaps."""
    rows = [one for one in entries if one["input_digest"]]
    n = len(rows)
    return pd.DataFrame(
        {
            "input_digest": pd.Series([one["input_digest"] for one in rows], dtype="str"),
            "account_id": pd.Series([one["account_id"] for one in rows], dtype="str"),
            "name": pd.Series([one["name"] for one in rows], dtype="str"),
            "industry": pd.Series([None if at % 3 == 0 else 'Größe, "株"\n' for at in range(n)], dtype="str"),
            "employees": np.array([np.nan if at % 2 else 0.1 + 0.2 * at for at in range(n)]),
            "known_on": np.array(
                ["2020-02-29" if at % 2 else "NaT" for at in range(n)], dtype="datetime64[s]"
            ),
        }
    )


def written_cycle(folder, name=None, entries=(), inputs=None, models=None):
    """Write a published folder with its cycle, and point `latest` to it; give the folder of the cycle.

    Parameters
    ----------
    folder : Path
        Of published results; the cycle's number and the one before follow from what lies there.
    name : str, optional
        By default one day after the other.
    entries : iterable of dict
        As `entry` makes them.
    inputs : pandas.DataFrame, optional
        By default made for the entries.
    models : mapping of str to Model, optional
        By segment; their versions stand in the facts.
    """
    before = [json.loads((one / "cycle/cycle.json").read_text()) for one in results(folder)]
    last = max(before, key=lambda one: one["number"], default={"number": 0, "cycle": None})
    number = last["number"] + 1
    name, entries = name or name_of(number), list(entries)
    target = folder / name / "cycle"
    target.mkdir(parents=True)
    rows = [{"cycle": name, "scored_at": date.fromisoformat(name[:10])} | one for one in entries]
    parquet.write_table(pa.Table.from_pylist(rows, ENTRY), target / "entries.parquet")
    parsed = inputs_of(entries) if inputs is None else inputs
    parquet.write_table(pa.Table.from_pandas(parsed, preserve_index=False), target / "inputs.parquet")
    (target / "drift.json").write_text('{"alarms": []}\n')
    events = {kind: sum(one["event"] == kind for one in entries) for kind in ("new", "changed", "gone")}
    segments = {key: {"model_version": one.version} for key, one in (models or {}).items()}
    facts = {
        "cycle": name,
        "number": number,
        "previous": last["cycle"],
        "today": name[:10],
        "key": name.rpartition("_")[2],
        "n_accounts": len(entries),
        "events": events,
        "segments": segments,
        "n_reasons": 3,
    }
    write_facts(target, facts)
    (folder / name / "manifest.json").write_text("{}\n")
    point_latest(folder, name)
    return target
