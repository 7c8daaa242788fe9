"""What is done with one part of a list: score its rows, and later place them within the whole."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from icp_ml.data.digests import digest_names
from icp_ml.data.first_pass import PartPaths, part_column, write_part
from icp_ml.data.layers import first_place, write_arrow
from icp_ml.data.part_counts import PartCounts
from icp_ml.data.parts import finished
from icp_ml.data.placing import Placed, place_part
from icp_ml.data.rows_read import INPUT, halves
from icp_ml.data.scored import RefusedRows, write_scored
from icp_ml.drift import Counts, counted, watched
from icp_ml.engine.entries import part_entries, placed_part
from icp_ml.engine.ready import Gathered, Ready
from icp_ml.engine.splits import Part as Placement
from icp_ml.engine.splits import own_columns, own_table, scores_of
from icp_ml.engine.told import as_codes
from icp_ml.engine.work import PartDone, PieceTask, PlaceTask
from icp_ml.scoring import encode
from icp_ml.scoring.worth import worth_finding

POINTS = ("fit_probability", "rubric_points")


def score_piece(ready: Ready, task: PieceTask) -> PartDone:
    """Score a piece of the list into its part's files; the counts come last and say that it is done."""
    files, counts = ready.files, PartCounts.of(tuple(ready.work.models))
    first = first_place(files.layer, task.number)
    with (
        finished(files.scored(task.number)) as rows,
        finished(files.inputs(task.number)) as inputs,
        finished(files.reasons(task.number)) as reasons,
        finished(files.refused(task.number)) as lines,
        RefusedRows(lines) as refused,
    ):
        paths = PartPaths(rows, inputs, reasons, first)
        write_part(ready.scored(task.piece, Gathered(counts, refused)), counts, paths)
    counts.refused_by_reason.update(refused.by_reason)
    counts.n_bytes = task.piece.n_bytes
    files.write_counts(task.number, counts)
    return PartDone(task.number, counts)


def place(ready: Ready, task: PlaceTask) -> Placed:
    """Write a part of the scored list; give what was counted."""
    files = ready.files
    rows, is_top = place_part(task.part, task.lists, ready.layers("reasons", task.number))
    if is_top.any():
        said = _worth_of(ready, task.number, rows["segment"], is_top)
        at = rows.column_names.index("worth_finding")
        rows = rows.set_column(at, "worth_finding", pa.array(said, pa.string()))
    found = _counted(rows)
    if ready.work.before is not None:
        found.counts.update(_write_entries(ready, task, rows))
    with finished(files.placed(task.number)) as path:
        write_scored(rows, path, ready.work.part_form)
    return found


def _write_entries(ready: Ready, task: PlaceTask, rows: pa.Table) -> dict[str, Counts]:
    """Write what the ledger keeps of a part, and what the next list is compared with; count its codes."""
    files, number = ready.files, task.number
    part = placed_part(ready, task.part.start, rows, (number, task.part.repeated))
    entries, at = part_entries(ready, part, task.lists)
    used = part.stored["inputs_at"].to_numpy()[at]
    _, firsts = np.unique(used, return_index=True)
    inputs = ready.layers("inputs", number).rows(used[np.sort(firsts)])
    named = own_table(inputs).append_column("input_digest", digest_names(halves(inputs, INPUT)))
    for path, table in ((files.entries(number), entries), (files.entered(number), named)):
        with finished(path) as half:
            write_arrow(half, table)
    with finished(files.list_tiers(number)) as half, half.open("wb") as stream:
        np.save(stream, part.list_tiers)
    with finished(files.met(number)) as half, half.open("wb") as stream:
        np.save(stream, part.last[part.is_own & (part.last >= 0)])
    return {name: _drift_counts(ready, part, name) for name in rows["segment"].unique().to_pylist()}


def _drift_counts(ready: Ready, part: Placement, name: str) -> Counts:
    """Count the codes, scores and tiers of a segment's accounts in a part."""
    is_here = pc.equal(part.rows["segment"], name).to_numpy() & part.is_own
    here = pa.array(np.flatnonzero(is_here))
    stored = part.stored.select([*POINTS, "model_tier", "drift"]).take(here)
    names = [one.name for one in watched(ready.work.models[name].encoder)]
    scores = scores_of(stored).to_numpy(zero_copy_only=False)
    codes = as_codes(stored["drift"], len(names))
    return counted(names, codes, scores, stored["model_tier"].to_pandas().to_numpy())


def _counted(rows: Any) -> Placed:
    tiers = rows["list_tier"].drop_null().value_counts().to_pylist()
    counted = Placed(rows.num_rows, n_exploration=pc.sum(rows["is_exploration"]).as_py() or 0)
    counted.list_tiers.update({one["values"]: one["counts"] for one in tiers})
    return counted


def _worth_of(ready: Ready, number: int, segments: pa.ChunkedArray, is_top: Any) -> list[str | None]:
    """Say of a part's rows at the top of their lists what is worth finding out; None of the others."""
    said: list[str | None] = [None] * len(is_top)
    inputs_at = part_column(ready.files.scored(number), "inputs_at")
    inputs = ready.layers("inputs", number)
    for name, model in ready.work.models.items():
        here = np.flatnonzero(is_top & pc.equal(segments, name).to_numpy())
        if len(here):
            accounts = own_columns(inputs.rows(inputs_at[here]))
            encoded = encode(model, accounts, pd.Timestamp(ready.work.today))
            found = worth_finding(model, encoded.matrix, encoded.known)
            for row, words in zip(here.tolist(), found, strict=True):
                said[row] = words
    return said
