"""Find the accounts of the last list that are not in this one."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from icp_ml.data.layers import Places
from icp_ml.data.state import State
from icp_ml.engine.entries import entry_table
from icp_ml.engine.splits import NAMES, PREVIOUS, SIDE, side_rows
from icp_ml.engine.work import Work
from icp_ml.rescore.entries import ENTRY

ROWS_AT_ONCE = 100_000


def gone_entries(work: Work) -> Iterator[pa.Table]:
    """Give the entries of the accounts that are gone, by account, as tables of ENTRY.

    Call it when all parts are placed.
    """
    before = work.before
    if before is None or before.state is None:
        return
    state, files = before.state, work.files
    is_here = np.zeros(state.n_rows, dtype=bool)
    for number in files.done():
        is_here[np.load(files.met(number))] = True
    held = state.accounts
    gone = _by_account(state, np.sort(held[~is_here[held]]))
    for start in range(0, len(gone), ROWS_AT_ONCE):
        places = gone[start : start + ROWS_AT_ONCE]
        then = state.rows(places, ["account_id", "name", "segment", *SIDE])
        rows = side_rows(then).assign(list_tier=NAMES[state.list_tiers[places]])
        n_rows = len(places)
        columns = {name: then[name] for name in ("account_id", "name", "segment")}
        columns |= {
            old: pa.array(rows[name], ENTRY.field(old).type, from_pandas=True)
            for name, old in PREVIOUS.items()
        }
        columns |= {
            "cycle": pa.repeat(before.cycle, n_rows),
            "scored_at": pa.array([work.today] * n_rows, pa.date32()),
            "event": pa.repeat("gone", n_rows),
            "previous_cycle": pa.repeat(before.last_cycle, n_rows),
        }
        yield entry_table(columns, n_rows)


def _by_account(state: State, places: Places) -> Places:
    """Sort by id and segment: a state that was made again of the ledger knows no other order."""
    named = state.rows(places, ["account_id", "segment"])
    order = pc.sort_indices(named, sort_keys=[("account_id", "ascending"), ("segment", "ascending")])
    return np.asarray(places[order.to_numpy()])
