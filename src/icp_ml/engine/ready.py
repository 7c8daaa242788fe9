"""Score the batches of a list in a worker, in the order of their rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from icp_ml.data.first_pass import Scored
from icp_ml.data.layers import Layers, Places, Recalled, first_place
from icp_ml.data.part_counts import PartCounts
from icp_ml.data.rows_read import INPUT, RowsRead, halves, read_rows, rows_at
from icp_ml.data.scored import RefusedRows
from icp_ml.data.segments import Mask, covers
from icp_ml.data.sources import Piece
from icp_ml.data.state import State
from icp_ml.data.tables import TableReader
from icp_ml.engine.told import Teller
from icp_ml.engine.work import Work
from icp_ml.holdout import with_holdout
from icp_ml.matching.keys import Keys
from icp_ml.scoring import with_exploration


@dataclass(frozen=True)
class Gathered:
    """What grows while a part is scored."""

    counts: PartCounts
    refused: RefusedRows


class Ready:
    """A worker's own: what is made once of the work, and used for each of its parts."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.files = work.files
        self._reader = TableReader("prospects", work.mapping, work.beside)
        self._last_state = last = None if work.before is None else work.before.state
        self._memory = last if last is not None and _may_take_over(work, last) else None
        self._tellers = {name: self._teller(name) for name in work.models}

    def _teller(self, name: str) -> Teller:
        work, last = self.work, self._last_state
        is_same = last is not None and last.facts.scoring.get(name) == work.facts.scoring[name]
        takes_over = is_same and work.before is not None and work.before.is_taken_over
        last = last if takes_over else None
        return Teller(work.models[name], work.today, work.scoring.n_reasons, last, work.part_form == "csv")

    def layers(self, kind: str, number: int) -> Layers:
        """Give what the rows of a part name by place: what the last list left, and the part's own."""
        last, path = self._last_state, getattr(self.files, kind)(number)
        return (Layers() if last is None else last.layers(kind)).plus(
            first_place(self.files.layer, number), path
        )

    def scored(self, piece: Piece, gathered: Gathered) -> Iterator[Scored]:
        """Score a piece batch by batch; `gathered` grows by what is met."""
        work, counts = self.work, gathered.counts
        for raw in piece.batches(work.rows_at_once):
            read = read_rows(self._reader, raw, self._memory, counts.findings)
            covered = covers(read.accounts, "prospects", work.segments, work.mapping)
            reasons = counts.coverage.add(read.accounts["account_id"], covered)
            refused = [*read.batch.refused, *read.batch.refusals(read.at_fresh(reasons))]
            gathered.refused.write(sorted(refused, key=lambda one: one.row))
            if len(reasons) < len(read.accounts):
                yield self._scored_batch(read, covered, gathered)

    def _scored_batch(self, read: RowsRead, covered: Mapping[str, Mask], gathered: Gathered) -> Scored:
        """Score each row by the model of every segment that covers it, in the order of the rows."""
        work, keys = self.work, read.keys
        parts, told, reasons = [], [], []
        for name in work.models:
            places = np.flatnonzero(covered[name])
            if len(places):
                last = self._last(name, keys["id"].to_numpy()[places])
                found = self._tellers[name].told(read, places, last)
                told.append(found[0])
                reasons.append(found[1])
                parts.append(self._row_facts(name, read, places, told[-1]))
        rows, order = in_order(parts)
        at = rows["place"].to_numpy()
        own, accounts = rows_at(keys, at), rows_at(read.accounts, at)
        by = work.customers.recognise(keys)[at]
        known = rows.assign(is_customer=by != "", recognised_by=by)
        ruled = work.rules.apply(accounts, own, known)
        gathered.counts.add_effects(ruled.effects)
        kept = with_holdout(ruled.rows, work.holdout, work.today)
        drawn = with_exploration(kept, work.scoring.exploration_share, work.seed)
        used, input_row = np.unique(at, return_inverse=True)
        first, second = halves(read.kept, INPUT)[at].T
        return Scored(
            drawn.assign(input_row=input_row, input_first=first, input_second=second),
            told[0] if order is None else pa.concat_tables(told).take(pa.array(order)),
            reasons[0] if order is None else Recalled.together(reasons).take(order),
            own,
            self._recalled(read).take(used),
        )

    def _recalled(self, read: RowsRead) -> Recalled:
        """Say which rows were read anew: all, where the layers hold many that no row is of any more."""
        if self._memory is None or self._memory.is_sparse("inputs"):
            return Recalled.of(read.kept)
        return Recalled(read.places, read.kept.filter(pa.array(read.places < 0)))

    def _last(self, name: str, ids: Keys) -> Places:
        if self._last_state is None:
            return np.full(len(ids), -1, dtype=np.int64)
        return self._last_state.find_accounts(name, ids)

    def _row_facts(self, name: str, read: RowsRead, places: Places, told: pa.Table) -> pd.DataFrame:
        """Say of scored rows whose they are, with what rules look at."""
        accounts, model = read.accounts, self.work.models[name]
        nameless: Any = pd.array([None] * len(places), "str")
        return pd.DataFrame(
            {
                "account_id": accounts["account_id"].to_numpy()[places],
                "name": accounts["name"].iloc[places].array if "name" in accounts else nameless,
                "segment": name,
                "rank_score": told["rank_score"].to_pandas().to_numpy(dtype=np.float64),
                "tier": told["model_tier"].to_pandas().array,
                "model_version": model.version,
                "scored_at": self.work.today,
                "place": places,
            }
        )


def _may_take_over(work: Work, last: State) -> bool:
    """Say whether rows that stand as they stood are understood as they were."""
    before = work.before
    return before is not None and before.is_taken_over and last.facts.reading == work.facts.reading


def in_order(parts: list[pd.DataFrame]) -> tuple[pd.DataFrame, Places | None]:
    """Put the rows of all segments in the order of the list; give that order, None for those of one."""
    if len(parts) == 1:
        return parts[0], None
    rows = pd.concat(parts, ignore_index=True)
    order = np.argsort(rows["place"].to_numpy(), kind="stable")
    return rows.iloc[order].reset_index(drop=True), order
