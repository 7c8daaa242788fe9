"""What is done with one part of a list: score its rows, and later place them within the whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from icp_ml.data.first_pass import PartCounts, Scored, write_part
from icp_ml.data.parts import PartFiles
from icp_ml.data.placing import Placing, place_part
from icp_ml.data.scored import RefusedRows, write_scored
from icp_ml.data.segments import Mask, covers
from icp_ml.data.sources import RawBatch, RowGroup
from icp_ml.data.tables import Batch, Beside, TableReader
from icp_ml.matching import KnownAccounts, match_keys
from icp_ml.model.candidate import Model
from icp_ml.scoring import score
from icp_ml.settings import DataSettings, ScoringSettings, SegmentSettings


@dataclass(frozen=True)
class Work:
    """All that the parts of a list need; each worker gets it once.

    Attributes
    ----------
    key : str
        Of the inputs, models, settings and day.
    folder : Path
        Where the parts are kept, absolute: workers on other machines see it by the same name.
    mapping : DataSettings
    beside : Beside
        What the prospects' rows meet while they are read.
    segments : mapping of str to SegmentSettings
    models : mapping of str to Model
        By segment.
    customers : KnownAccounts
    scoring : ScoringSettings
    today : date
    """

    key: str
    folder: Path
    mapping: DataSettings
    beside: Beside
    segments: Mapping[str, SegmentSettings]
    models: Mapping[str, Model]
    customers: KnownAccounts
    scoring: ScoringSettings
    today: date


class PieceTask(NamedTuple):
    """A piece of the list to score: its number, and its rows or where they are."""

    number: int
    piece: RawBatch | RowGroup


class PlaceTask(NamedTuple):
    """A scored part to place: its number, and the original's id of each row that repeats another."""

    number: int
    repeats: Mapping[int, str]
    placing: Placing


class Ready:
    """A worker's own: what is made once of the work, and used for each of its parts."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.files = PartFiles(work.folder)
        self._reader = TableReader("prospects", work.mapping, work.beside)

    def scored(
        self, piece: RawBatch | RowGroup, counts: PartCounts, refused: RefusedRows
    ) -> Iterator[Scored]:
        """Score a piece batch by batch; `counts` and `refused` grow by what is met."""
        work = self.work
        for raw in piece.batches(work.scoring.batch_rows):
            batch = self._reader.read(raw, counts.findings)
            covered = covers(batch.rows, "prospects", work.segments, work.mapping)
            reasons = counts.coverage.add(batch.rows["account_id"], covered)
            refused.write(sorted([*batch.refused, *batch.refusals(reasons)], key=lambda one: one.row))
            if len(reasons) < len(batch.rows):
                yield self._scored_batch(batch, covered)

    def _scored_batch(self, batch: Batch, covered: Mapping[str, Mask]) -> Scored:
        """Score each row by the model of every segment that covers it, in the order of the rows."""
        work = self.work
        parts = [
            self._by_model(batch.rows, name, np.flatnonzero(covered[name]))
            for name in work.models
            if covered[name].any()
        ]
        rows = pd.concat(parts, ignore_index=True).sort_values("place", kind="stable", ignore_index=True)
        keys, places = match_keys(batch.rows), rows["place"].to_numpy()
        by = work.customers.recognise(keys)[places]
        return Scored(rows.assign(is_customer=by != "", recognised_by=by), keys.iloc[places])

    def _by_model(self, rows: pd.DataFrame, name: str, places: Any) -> pd.DataFrame:
        work, model = self.work, self.work.models[name]
        accounts = rows.iloc[places].reset_index(drop=True)
        scored = score(model, accounts, pd.Timestamp(work.today), work.scoring.n_reasons)
        return scored.assign(segment=name, place=places, model_version=model.version, scored_at=work.today)


def score_piece(ready: Ready, task: PieceTask) -> PartCounts:
    """Score a piece of the list into its part's files; the counts come last and say that it is done."""
    files, counts = ready.files, PartCounts.of(tuple(ready.work.models))
    with RefusedRows(files.refused(task.number)) as refused:
        write_part(ready.scored(task.piece, counts, refused), counts, files.scored(task.number))
    counts.refused_by_reason.update(refused.by_reason)
    counts.n_bytes = task.piece.n_bytes
    files.write_counts(task.number, counts)
    return counts


def place(ready: Ready, task: PlaceTask) -> int:
    """Write a part of the scored list; give its number of rows."""
    files = ready.files
    table = place_part(task.placing, files.scored(task.number), task.repeats)
    write_scored(table, files.placed(task.number), ready.work.scoring.format)
    return int(table.num_rows)
