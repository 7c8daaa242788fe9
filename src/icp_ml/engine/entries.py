"""Make the ledger's entries of a part: whose score is new, whose changed, and by what."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from icp_ml.data.first_pass import KEY
from icp_ml.data.layers import Places, mapped
from icp_ml.data.placing import SegmentList
from icp_ml.data.state import State
from icp_ml.engine.ready import Ready
from icp_ml.engine.splits import INPUTS, Part, input_digests, scores_of, split_part
from icp_ml.matching.keys import SPREAD
from icp_ml.rescore.entries import ENTRY

HELD = (
    "fit_probability",
    "rubric_points",
    "tier",
    "model_tier",
    "rule",
    "is_customer",
    "is_excluded",
    "name",
)
"""What of a row is as good as its score: a change of it is an entry."""
COMPARED = [*HELD, "model_version"]
OLD = [*COMPARED, *INPUTS]
CURRENT = (
    "account_id",
    "name",
    "segment",
    "fit_probability",
    "rubric_points",
    "tier",
    "model_tier",
    "list_tier",
)
FURTHER = ("rule", "is_customer", "is_excluded", "model_version", "scored_at")


def placed_part(ready: Ready, start: int, rows: pa.Table, told: tuple[int, Any]) -> Part:
    """Find the accounts of a part in the last list.

    Parameters
    ----------
    ready : Ready
    start : int
        The place of its first row in the list.
    rows : pyarrow.Table
        As they will be published.
    told : (int, collection of int)
        The part's number, and which of its rows repeat an earlier row's id.
    """
    number, repeated = told
    is_own = np.ones(len(rows), dtype=bool)
    is_own[list(repeated)] = False
    stored = mapped(ready.files.scored(number))
    codes = stored["segment_code"].to_numpy()
    ids = stored[f"{KEY}id"].to_numpy() - codes.astype(np.uint64) * SPREAD
    last = np.full(len(rows), -1, dtype=np.int64)
    state = ready.work.before.state if ready.work.before is not None else None
    for code, name in enumerate(ready.work.models):
        here = np.flatnonzero(codes == code)
        if state is not None and len(here):
            last[here] = state.find_accounts(name, ids[here])
    if state is not None:
        known = np.flatnonzero(last >= 0)
        then = state.rows(last[known], ["account_id"])["account_id"]
        is_other = pc.not_equal(then, rows["account_id"].take(pa.array(known))).to_numpy()
        last[known[is_other]] = -1
    return Part(number, rows, stored, start + np.arange(len(rows)), last, is_own)


def part_entries(ready: Ready, part: Part, lists: tuple[SegmentList, ...]) -> tuple[pa.Table, Places]:
    """Give the entries of a part, and the rows whose inputs the ledger has not.

    Returns
    -------
    entries : pyarrow.Table
        Of ENTRY, in the order of the list.
    inputs : ndarray of int64
        Places of their rows within the part.
    """
    before = ready.work.before
    assert before is not None
    is_new = part.is_own & (part.last < 0)
    is_changed, has_new_input = _changed(part, before.state)
    chosen = np.flatnonzero(is_new | is_changed)
    columns = _current(ready, part, chosen)
    columns["event"] = pa.array(np.where(is_new[chosen], "new", "changed"), pa.string())
    changed = np.flatnonzero(is_changed)
    if before.state is not None and len(changed):
        known = split_part(ready, part, changed, lists)
        place = np.cumsum(is_changed)[chosen] - 1
        at = pa.array(place, mask=~is_changed[chosen])
        columns |= {name: known[name].take(at) for name in known.column_names}
    inputs = np.flatnonzero(is_new | (is_changed & has_new_input))
    return entry_table(columns, len(chosen)), inputs


def _changed(part: Part, state: State | None) -> tuple[Any, Any]:
    """Say which known accounts have anything new to tell, and which of them another input."""
    is_changed, has_new_input = np.zeros(len(part.rows), dtype=bool), np.zeros(len(part.rows), dtype=bool)
    known = np.flatnonzero(part.is_own & (part.last >= 0))
    if state is None or not len(known):
        return is_changed, has_new_input
    then = state.rows(part.last[known], OLD)
    now = {name: part.stored[name].to_numpy()[known] for name in INPUTS}
    other_input = np.logical_or.reduce([then[name].to_numpy() != now[name] for name in INPUTS])
    differs = other_input | (state.list_tiers[part.last[known]] != part.list_tiers[known])
    published = part.rows.select(COMPARED)
    rows = published if len(known) == len(published) else published.take(pa.array(known))
    for name in COMPARED:
        differs |= _differs(then[name], rows[name])
    is_changed[known], has_new_input[known] = differs, other_input
    return is_changed, has_new_input


def _differs(then: Any, now: Any) -> Any:
    one_lacks = pc.xor(pc.is_null(then), pc.is_null(now))
    return pc.or_(one_lacks, pc.fill_null(pc.not_equal(then, now), False)).to_numpy()


def _current(ready: Ready, part: Part, chosen: Places) -> dict[str, Any]:
    """Give the columns of some rows' entries that speak of now."""
    before, n_rows = ready.work.before, len(chosen)
    assert before is not None
    rows, stored = part.rows.take(pa.array(chosen)), part.stored.take(pa.array(chosen))
    segments, models = rows["segment"].to_pylist(), ready.work.models
    return {name: rows[name] for name in (*CURRENT, *FURTHER)} | {
        "cycle": pa.repeat(before.cycle, n_rows),
        "score": scores_of(rows),
        "best_fit": pa.array([models[one].tiers.best_fit for one in segments], pa.float64()),
        "good_fit": pa.array([models[one].tiers.good_fit for one in segments], pa.float64()),
        "label_digest": pa.array([models[one].facts.get("label_digest") for one in segments], pa.string()),
        "rules_digest": pa.repeat(before.rules_digest, n_rows),
        "input_digest": input_digests(stored),
    }


def entry_table(columns: dict[str, Any], n_rows: int) -> pa.Table:
    """Put columns in the order of ENTRY; what is not given is missing."""
    return pa.table(
        [columns[one.name] if one.name in columns else pa.nulls(n_rows, one.type) for one in ENTRY],
        schema=ENTRY,
    )
