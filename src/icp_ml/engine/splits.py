"""Split what changed of the accounts of a part since the last list."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from icp_ml.data.digests import digest_names
from icp_ml.data.layers import Places
from icp_ml.data.placing import SegmentList
from icp_ml.engine.ready import Ready
from icp_ml.features.statistics import log_odds
from icp_ml.rescore.entries import ENTRY
from icp_ml.rescore.splitting import Side, split
from icp_ml.scoring import LIST_TIERS, Cut, ListCuts

INPUTS = ("input_first", "input_second")
SIDE = [
    "fit_probability",
    "rubric_points",
    "tier",
    "model_tier",
    "rule",
    "scored_at",
    "data_completeness",
    *INPUTS,
]
PREVIOUS = {
    "fit_probability": "previous_probability",
    "rubric_points": "previous_points",
    "score": "previous_score",
    "tier": "previous_tier",
    "list_tier": "previous_list_tier",
    "scored_at": "previous_scored_at",
}
SPLIT = ENTRY.names[ENTRY.names.index("change_time") :]
LOST = "not known: the model that scored the last list is lost"
NAMES: Any = np.array([None, *LIST_TIERS], dtype=object)
"""List tiers by their codes."""


@dataclass(frozen=True)
class Part:
    """A part whose rows are placed, beside what the last list held of the same accounts.

    Attributes
    ----------
    number : int
    rows : pyarrow.Table
        As they will be published.
    stored : pyarrow.Table
        As they were scored.
    places : ndarray of int64, shape (n_rows,)
        In the list.
    last : ndarray of int64, shape (n_rows,)
        In the last list; -1 for a new account.
    is_own : ndarray of bool, shape (n_rows,)
        Whether a row is the first of its account and segment.
    """

    number: int
    rows: pa.Table
    stored: pa.Table
    places: Places
    last: Places
    is_own: Any

    @cached_property
    def list_tiers(self) -> npt.NDArray[np.uint8]:
        """Give the code of each row's list tier: its place in LIST_TIERS plus 1, 0 for none."""
        at = pc.index_in(self.rows["list_tier"], pa.array(LIST_TIERS))
        return np.asarray(pc.fill_null(at, -1).to_numpy() + 1, dtype=np.uint8)


def split_part(ready: Ready, part: Part, changed: Places, lists: tuple[SegmentList, ...]) -> pa.Table:
    """Give the columns of changed rows' entries that speak of what was before, and of the change."""
    before, today = ready.work.before, pd.Timestamp(ready.work.today)
    assert before is not None and before.state is not None
    then = side_rows(before.state.rows(part.last[changed], SIDE))
    then = then.assign(list_tier=NAMES[before.state.list_tiers[part.last[changed]]])
    rows, stored = part.rows.take(pa.array(changed)), part.stored.take(pa.array(changed))
    now = side_rows(stored.select(SIDE)).assign(
        tier=rows["tier"].to_pandas().to_numpy(),
        list_tier=rows["list_tier"].to_pandas().to_numpy(),
        place=part.places[changed],
    )
    found: list[pd.DataFrame] = []
    for code, name in enumerate(ready.work.models):
        here = np.flatnonzero(stored["segment_code"].to_numpy() == code)
        if len(here) and before.models.get(name, "none") is None:
            found.append(unsplit(here))
        elif len(here):
            sides = _sides(ready, part, changed[here], (name, lists[code].cuts))
            pair = [replace(one, rows=each.iloc[here]) for one, each in zip(sides, (then, now), strict=True)]
            found.append(split(pair[0], pair[1], today))
    parts = pd.concat(found).sort_index()
    known = pd.DataFrame({old: then[name] for name, old in PREVIOUS.items()}).assign(
        previous_cycle=before.last_cycle
    )
    return pa.table(
        {
            name: pa.array(values, ENTRY.field(name).type, from_pandas=True)
            for name, values in {**known, **parts}.items()
        }
    )


def unsplit(rows: Places) -> pd.DataFrame:
    """Say of rows that what brought their change is not known."""
    return pd.DataFrame({name: None for name in SPLIT} | {"why": LOST}, index=pd.Index(rows))


def side_rows(rows: pa.Table) -> pd.DataFrame:
    """Give scored rows as one side of a comparison: with score and input_digest."""
    digests = np.asarray(input_digests(rows).to_pylist(), dtype=object)
    frame: pd.DataFrame = rows.to_pandas()
    return frame.assign(score=scores_of(rows).to_pandas(), input_digest=digests)


def _sides(ready: Ready, part: Part, rows: Places, segment: tuple[str, ListCuts]) -> tuple[Side, Side]:
    """Give both sides of some rows of a segment, with their accounts; their rows are for the caller."""
    before, (name, cuts) = ready.work.before, segment
    assert before is not None and before.state is not None
    state = before.state
    old = own_columns(state.inputs(state.inputs_of(part.last[rows])))
    at = part.stored["inputs_at"].to_numpy()[rows]
    new = own_columns(ready.layers("inputs", part.number).rows(at))
    a, a_place, b, b_place = state.facts.list_cuts[name]
    nobody, last = pd.DataFrame(), before.models.get(name) or ready.work.models[name]
    then = Side(nobody, old, last, ListCuts(Cut(a, a_place), Cut(b, b_place)))
    return then, Side(nobody, new, ready.work.models[name], cuts)


def scores_of(rows: pa.Table) -> Any:
    """Give what is split: the log-odds of a probability, or a rubric's points."""
    fit = rows["fit_probability"].to_pandas().to_numpy(dtype=np.float64)
    points = rows["rubric_points"].to_pandas().to_numpy(dtype=np.float64)
    with np.errstate(divide="ignore"):
        return pa.array(np.where(np.isnan(fit), points, log_odds(fit)), pa.float64(), from_pandas=True)


def input_digests(rows: pa.Table) -> pa.Array:
    """Name the inputs of scored rows by their digests."""
    return digest_names(np.column_stack([rows[name].to_numpy() for name in INPUTS]))


def own_columns(inputs: pa.Table) -> pd.DataFrame:
    """Give our columns of rows as they were read."""
    rows: pd.DataFrame = own_table(inputs).to_pandas()
    return rows


def own_table(inputs: pa.Table) -> pa.Table:
    """Leave out what was kept beside our columns."""
    return inputs.select([name for name in inputs.column_names if ":" not in name])
