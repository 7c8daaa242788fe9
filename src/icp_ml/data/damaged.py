"""Set rows of typed sources apart whose cells hold what no text may: NUL, or bytes in no encoding."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from icp_ml.data.raw import UNMAPPED, RawBatch, Refused

NUL = "\0"
HOLDS_NUL = "a NUL character"
NO_TEXT = "bytes that are no text in UTF-8"


def without_damaged(batch: RawBatch) -> RawBatch:
    """Refuse the rows that a text file would be refused for; bytes that are UTF-8 become text."""
    reasons: dict[int, str] = {}
    columns = {}
    for name, values in batch.rows.items():
        columns[name] = values
        if isinstance(values.dtype, pd.StringDtype):
            held = values.str.contains(NUL, regex=False).fillna(False).to_numpy(dtype=bool)
            reasons |= dict.fromkeys(np.flatnonzero(held).tolist(), HOLDS_NUL)
        elif values.dtype == object:
            cells = [_decoded(one) for one in values]
            columns[name] = pd.Series(cells, index=values.index, dtype=object)
            found = ((at, _fault(one)) for at, one in enumerate(cells))
            reasons |= {at: reason for at, reason in found if reason}
    rows = pd.DataFrame(columns, index=batch.rows.index)
    if not reasons:
        return replace(batch, rows=rows)
    refused = [Refused(batch.source, batch.places[at], reasons[at], UNMAPPED) for at in reasons]
    kept = [at for at in range(len(rows)) if at not in reasons]
    return replace(
        batch,
        rows=rows.iloc[kept].reset_index(drop=True),
        places=[batch.places[at] for at in kept],
        refused=sorted([*batch.refused, *refused], key=lambda one: one.row),
    )


def _decoded(cell: Any) -> Any:
    """Give bytes as the text that they are; as bytes where they are none."""
    if not isinstance(cell, bytes | bytearray | memoryview):
        return cell
    try:
        return bytes(cell).decode("utf-8")
    except UnicodeDecodeError:
        return bytes(cell)


def _fault(cell: Any) -> str:
    if isinstance(cell, str):
        return HOLDS_NUL if NUL in cell else ""
    if isinstance(cell, bytes):
        return NO_TEXT
    inside: Iterable[Any] = cell if isinstance(cell, list | np.ndarray) else ()
    return next(filter(None, (_fault(_decoded(one)) for one in inside)), "")
