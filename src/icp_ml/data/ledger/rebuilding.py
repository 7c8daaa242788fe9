"""Make the state of the last list again of what the ledger keeps, where the list's own is lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from icp_ml.data.digests import Digests, named_digests
from icp_ml.data.first_pass import FIRST_PASS, KEY
from icp_ml.data.layers import first_place, write_arrow
from icp_ml.data.ledger.cycles import Cycle
from icp_ml.data.ledger.rows import DIGEST
from icp_ml.data.ledger.stores import Ledger
from icp_ml.data.parts import PartFiles
from icp_ml.data.rows_read import HALVES, RAW
from icp_ml.data.state import State
from icp_ml.data.state_facts import StateFacts
from icp_ml.data.state_files import keep_state
from icp_ml.matching.keys import SPREAD, hashed
from icp_ml.rescore.entries import ENTRY
from icp_ml.scoring import LIST_TIERS

ROWS_OF_A_PART = 500_000
"""For each part the ledger's input rows are gone through once."""
KNOWN = [one.name for one in ENTRY if one.name in FIRST_PASS.names]


def rebuild_state(folder: Path, ledger: Ledger, last: Cycle) -> tuple[State, int]:
    """Write the state that a cycle's list left, as far as the ledger knows it.

    Accounts can be compared with it; no row can be taken over from it, for entries hold no reasons and inputs
    no raw rows. Memory holds the standing entries once, and the input rows of a part.

    Parameters
    ----------
    folder : Path
        Empty.
    ledger : Ledger
    last : Cycle
        Entries that stood when it was made are the rows.

    Returns
    -------
    State
    int
        Accounts that are left out: the ledger lacks their input rows.
    """
    segments = last.facts["segments"]
    standing = ledger.standing(last.name)
    standing = standing.filter(pc.is_in(standing["segment"], pa.array(list(segments), pa.string())))
    starts = range(0, max(len(standing), 1), ROWS_OF_A_PART)
    numbers, n_left = range(len(starts)), 0
    for number, start in enumerate(starts):
        rows = standing.slice(start, ROWS_OF_A_PART)
        inputs = ledger.inputs(rows[DIGEST].to_pylist())
        kept = rows.filter(pc.is_in(rows[DIGEST], pa.array(inputs[DIGEST].tolist(), pa.string())))
        n_left += len(rows) - len(kept)
        _write_part((PartFiles(folder), number), kept, inputs, (list(segments), last))
    facts = StateFacts("", dict.fromkeys(segments, ""), _list_cuts(segments))
    keep_state(PartFiles(folder), facts, numbers)
    return State(folder, StateFacts.read(folder)), n_left


def _list_cuts(segments: Mapping[str, Mapping[str, Any]]) -> dict[str, Sequence[float]]:
    return {name: one["list_cuts"] for name, one in segments.items()}


def _write_part(
    place: tuple[PartFiles, int], rows: pa.Table, inputs: pd.DataFrame, of: tuple[list[str], Cycle]
) -> None:
    """Write a part of a state: its rows, what was read of them, and their tiers within the list."""
    (files, number), (segments, last) = place, of
    codes = pc.index_in(rows["segment"], pa.array(segments, pa.string())).to_numpy().astype(np.uint16)
    keys = hashed(rows["account_id"].to_pandas()) + codes * SPREAD
    at = pc.index_in(rows[DIGEST], pa.array(inputs[DIGEST].tolist(), pa.string()))
    columns = {name: rows[name] for name in KNOWN}
    columns |= {
        "segment_code": pa.array(codes),
        "inputs_at": pc.add(at.cast(pa.int64()), first_place(files.layer, number)),
        "reasons_at": pa.repeat(pa.scalar(-1, pa.int64()), len(rows)),
        f"{KEY}id": pa.array(keys),
    }
    columns |= _halves("input_", named_digests(rows[DIGEST]))
    columns["scored_at"] = pa.array([last.today] * len(rows), pa.date32())  # each score was given again then
    write_arrow(files.scored(number), _first_pass(columns, len(rows)))
    kept = pa.Table.from_pandas(inputs.drop(columns=DIGEST), preserve_index=False)
    for name, values in _halves(RAW, np.zeros((len(inputs), 2), dtype=np.uint64)).items():
        kept = kept.append_column(name, values)
    write_arrow(files.inputs(number), kept)
    tiers = pc.fill_null(pc.index_in(rows["list_tier"], pa.array(LIST_TIERS)), -1).to_numpy()
    np.save(files.list_tiers(number), (tiers + 1).astype(np.uint8))


def _first_pass(columns: Mapping[str, Any], n_rows: int) -> pa.Table:
    given = [columns[one.name] if one.name in columns else pa.nulls(n_rows, one.type) for one in FIRST_PASS]
    return pa.table(given, schema=FIRST_PASS).combine_chunks()


def _halves(name: str, digests: Digests) -> dict[str, pa.Array]:
    return {name + half: pa.array(digests[:, at].copy()) for at, half in enumerate(HALVES)}
