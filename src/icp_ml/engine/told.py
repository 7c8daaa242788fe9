"""Score rows: anew, or as the same rows of the last list were scored on a day that reads them the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from icp_ml.data.digests import add_words
from icp_ml.data.first_pass import REASONS, TOLD
from icp_ml.data.layers import Places, Recalled
from icp_ml.data.rows_read import INPUT, RowsRead, halves, rows_at
from icp_ml.data.scored_text import csv_cells
from icp_ml.data.state import State
from icp_ml.drift import codes_of
from icp_ml.features.conditions import earned_by_condition
from icp_ml.features.encoder import Encoder
from icp_ml.model.candidate import Model
from icp_ml.scoring import encode, score_encoded

TIMED = ("age", "recency")
"""Forms of attributes whose encoding moves with the day; a rubric's conditions may, too."""
Bytes = npt.NDArray[np.uint8]
COMPARED = ["input_first", "input_second", "moment"]
MODEL_TIER, REASONS_AT = "model_tier", "reasons_at"
ANEW = pa.schema([*TOLD, *REASONS])


@dataclass(frozen=True)
class Teller:
    """Scores the rows of a segment.

    Attributes
    ----------
    model : Model
    today : date
    n_reasons : int
    last : State, optional
        Of the last list, where this very model scored it; None: all rows are scored anew.
    is_for_csv : bool
        Whether reasons are kept as the cells of CSV that they will be, night after night.
    """

    model: Model
    today: date
    n_reasons: int
    last: State | None
    is_for_csv: bool

    def told(self, rows: RowsRead, chosen: Places, last: Places) -> tuple[pa.Table, Recalled]:
        """Give what the model tells of some of the rows, and its reasons.

        Parameters
        ----------
        rows : RowsRead
        chosen : ndarray of int64
            Places of the rows.
        last : ndarray of int64, one of each
            Where the account's row stands in the last list, -1 where it has none.

        Returns
        -------
        pyarrow.Table
            Of TOLD.
        Recalled
            Of REASONS, or cells.
        """
        accounts = rows_at(rows.accounts, chosen)
        moments = self._moments(accounts)
        inputs = halves(rows.kept, INPUT)[chosen]
        is_same, at = np.zeros(len(chosen), dtype=bool), np.full(len(chosen), -1, dtype=np.int64)
        if self.last is not None:
            known = np.flatnonzero(last >= 0)
            held = self.last.rows(last[known], [*COMPARED, REASONS_AT])
            at[known] = held[REASONS_AT].to_numpy()
            then = np.column_stack([held[name].to_numpy() for name in COMPARED])
            now = np.column_stack([inputs[known], moments[known]])
            is_same[known] = (then == now).all(axis=1)
        other = np.flatnonzero(~is_same)
        anew = self._anew(rows_at(accounts, other), moments[other]) if len(other) else ANEW.empty_table()
        facts = anew.select(TOLD.names)
        why = anew.select(REASONS.names)
        reasons = Recalled(np.where(is_same, at, -1), csv_cells(why) if self.is_for_csv else why)
        if self.last is None or not is_same.any():
            return facts, reasons
        return self.last.rows(np.where(is_same, last, -1), TOLD.names, facts), self._together(reasons)

    def _together(self, reasons: Recalled) -> Recalled:
        """Let all be stored anew, where the layers hold many that no row has any more."""
        if self.last is None or not self.last.is_sparse("reasons"):
            return reasons
        return Recalled.of(self.last.layers("reasons").rows(reasons.places, fresh=reasons.fresh))

    def _anew(self, accounts: pd.DataFrame, moments: npt.NDArray[np.uint64]) -> pa.Table:
        encoded = encode(self.model, accounts, pd.Timestamp(self.today))
        scored = score_encoded(self.model, encoded, self.n_reasons)
        told: dict[str, Any] = {str(name): values for name, values in scored.items()}
        told |= {
            MODEL_TIER: scored["tier"],
            "moment": moments,
            "drift": as_bytes(codes_of(self.model, encoded.columns)),
        }
        columns = [pa.array(told[one.name], one.type, from_pandas=True) for one in ANEW]
        return pa.table(columns, schema=ANEW)

    def _moments(self, accounts: pd.DataFrame) -> npt.NDArray[np.uint64]:
        """Digest what the day has a part in: the rest of a row's encoding follows from the row."""
        day, attributes = pd.Timestamp(self.today), self.model.encoder.attributes
        timed = Encoder(tuple(one for one in attributes if one.form in TIMED))
        matrix = [timed.transform(accounts, day)]
        matrix += [earned_by_condition(one.conditions, accounts, day) for one in attributes if one.conditions]
        digests = np.zeros((len(accounts), 2), dtype=np.uint64)
        for column in np.hstack(matrix).T:
            is_missing = np.isnan(column)
            words = np.ascontiguousarray(np.where(is_missing, 0.0, column)).view(np.uint64)
            add_words(digests, words, is_missing)
        return digests[:, 0]


def as_bytes(codes: Bytes) -> pa.Array:
    """Give each row's codes as one value."""
    n_rows, width = codes.shape
    ends = pa.py_buffer((np.arange(n_rows + 1) * width).astype(np.int32).tobytes())
    return pa.Array.from_buffers(pa.binary(), n_rows, [None, ends, pa.py_buffer(codes.tobytes())])


def as_codes(values: pa.Array, width: int) -> Bytes:
    """Give the codes of rows, which may be none, that all have as many."""
    if not len(values):
        return np.empty((0, width), dtype=np.uint8)
    whole = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    _, ends, content = whole.buffers()
    start = int(np.frombuffer(ends, dtype=np.int32)[whole.offset])
    held = np.frombuffer(content, dtype=np.uint8)[start : start + len(whole) * width]
    return held.reshape(len(whole), width)
