"""What is done with one part of a list: score its rows, and later place them within the whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa

from icp_ml.data.first_pass import PartCounts, Scored, write_part
from icp_ml.data.parts import PartFiles, finished
from icp_ml.data.placing import Part, Placed, SegmentList, place_part
from icp_ml.data.rules import PreparedRules
from icp_ml.data.scored import RefusedRows, write_scored
from icp_ml.data.segments import Mask, covers
from icp_ml.data.sources import RawBatch, RowGroup
from icp_ml.data.tables import Batch, Beside, TableReader
from icp_ml.engine.candidates import Candidates, Floors, worth_of
from icp_ml.matching import KnownAccounts, match_keys
from icp_ml.model.candidate import Model
from icp_ml.scoring import Encoded, encode, score_encoded, with_exploration
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
    rules : PreparedRules
    scoring : ScoringSettings
    today : date
    seed : int
        Of the exploration.
    """

    key: str
    folder: Path
    mapping: DataSettings
    beside: Beside
    segments: Mapping[str, SegmentSettings]
    models: Mapping[str, Model]
    customers: KnownAccounts
    rules: PreparedRules
    scoring: ScoringSettings
    today: date
    seed: int

    def warm_up(self) -> None:
        """Compile what is compiled when it is first used, so that processes started later share it."""
        for model in self.models.values():
            model.explain(np.zeros((1, len(model.encoder.columns))), 1)


class PieceTask(NamedTuple):
    """A piece of the list to score: its number, its rows or where they are, and what the top has reached."""

    number: int
    piece: RawBatch | RowGroup
    floors: Floors


class PlaceTask(NamedTuple):
    """A scored part to place in the lists of its segments."""

    number: int
    part: Part
    lists: tuple[SegmentList, ...]


class PartDone(NamedTuple):
    """A part that was scored, and what was counted in it."""

    number: int
    counts: PartCounts


@dataclass(frozen=True)
class Gathered:
    """What grows while a part is scored."""

    counts: PartCounts
    refused: RefusedRows
    candidates: Candidates


class Ready:
    """A worker's own: what is made once of the work, and used for each of its parts."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.files = PartFiles(work.folder)
        self._reader = TableReader("prospects", work.mapping, work.beside)

    def scored(self, piece: RawBatch | RowGroup, gathered: Gathered) -> Iterator[Scored]:
        """Score a piece batch by batch; `gathered` grows by what is met."""
        work, counts = self.work, gathered.counts
        for raw in piece.batches(work.scoring.batch_rows):
            batch = self._reader.read(raw, counts.findings)
            covered = covers(batch.rows, "prospects", work.segments, work.mapping)
            reasons = counts.coverage.add(batch.rows["account_id"], covered)
            gathered.refused.write(
                sorted([*batch.refused, *batch.refusals(reasons)], key=lambda one: one.row)
            )
            if len(reasons) < len(batch.rows):
                yield self._scored_batch(batch, covered, gathered)

    def _scored_batch(self, batch: Batch, covered: Mapping[str, Mask], gathered: Gathered) -> Scored:
        """Score each row by the model of every segment that covers it, in the order of the rows."""
        encoded: dict[str, Encoded] = {}
        parts = []
        for name, model in self.work.models.items():
            places = np.flatnonzero(covered[name])
            if len(places):
                accounts = batch.rows.iloc[places].reset_index(drop=True)
                encoded[name] = encode(model, accounts, pd.Timestamp(self.work.today))
                parts.append(self._by_model(name, encoded[name]).assign(place=places))
        rows = pd.concat(parts, ignore_index=True).sort_values("place", kind="stable", ignore_index=True)
        keys, places = match_keys(batch.rows), rows["place"].to_numpy()
        by = self.work.customers.recognise(keys)[places]
        known = rows.assign(is_customer=by != "", recognised_by=by)
        ruled = self.work.rules.apply(batch.rows.iloc[places], keys.iloc[places], known)
        gathered.counts.add_effects(ruled.effects)
        _keep_candidates(ruled.rows, encoded, gathered.candidates)
        share, seed = self.work.scoring.exploration_share, self.work.seed
        return Scored(with_exploration(ruled.rows, share, seed), keys.iloc[places])

    def _by_model(self, name: str, encoded: Encoded) -> pd.DataFrame:
        model = self.work.models[name]
        scored = score_encoded(model, encoded, self.work.scoring.n_reasons)
        return scored.assign(
            segment=name,
            in_segment=np.arange(len(scored)),
            model_version=model.version,
            scored_at=self.work.today,
        )


def _keep_candidates(rows: pd.DataFrame, encoded: Mapping[str, Encoded], candidates: Candidates) -> None:
    segments, is_excluded = rows["segment"].to_numpy(), rows["is_excluded"].to_numpy(dtype=bool)
    for name, one in encoded.items():
        here = np.flatnonzero((segments == name) & ~is_excluded & rows["rank_score"].notna().to_numpy())
        at = np.column_stack([rows["in_segment"].to_numpy()[here], here])
        candidates.add(name, one, at, rows["rank_score"].to_numpy()[here])
    candidates.end_batch(len(rows))


def score_piece(ready: Ready, task: PieceTask) -> PartDone:
    """Score a piece of the list into its part's files; the counts come last and say that it is done."""
    files, counts = ready.files, PartCounts.of(tuple(ready.work.models))
    candidates = Candidates(ready.work.scoring.n_worth_finding, task.floors)
    with (
        finished(files.scored(task.number)) as rows,
        finished(files.refused(task.number)) as lines,
        RefusedRows(lines) as refused,
    ):
        gathered = Gathered(counts, refused, candidates)
        write_part(ready.scored(task.piece, gathered), counts, rows)
    with finished(files.candidates(task.number)) as kept:
        candidates.write(kept)
    counts.refused_by_reason.update(refused.by_reason)
    counts.n_bytes = task.piece.n_bytes
    files.write_counts(task.number, counts)
    return PartDone(task.number, counts)


def place(ready: Ready, task: PlaceTask) -> Placed:
    """Write a part of the scored list; give what was counted."""
    files = ready.files
    rows, is_top = place_part(task.part, task.lists)
    if is_top.any():
        segments = rows["segment"].to_pylist()
        said = worth_of(files.candidates(task.number), ready.work.models, segments, is_top)
        at = rows.column_names.index("worth_finding")
        rows = rows.set_column(at, "worth_finding", pa.array(said, pa.string()))
    with finished(files.placed(task.number)) as path:
        write_scored(rows, path, ready.work.scoring.part_form)
    return _counted(rows)


def _counted(rows: Any) -> Placed:
    tiers = rows["list_tier"].drop_null().value_counts().to_pylist()
    counted = Placed(rows.num_rows, n_exploration=sum(rows["is_exploration"].to_pylist()))
    counted.list_tiers.update({one["values"]: one["counts"] for one in tiers})
    return counted
