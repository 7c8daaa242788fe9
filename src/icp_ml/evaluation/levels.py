"""The levels that rows are compared by: region, size, source and amount of missing data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from icp_ml.evaluation.backtest import Sample
from icp_ml.evaluation.held_out import HeldOut
from icp_ml.evaluation.ranking import Numbers
from icp_ml.evaluation.rates import Codes
from icp_ml.schema import LEVEL_KINDS

Names = NDArray[Any]

PLACES_AND_SOURCES = (
    *("country", "region"),
    *("lead_source", "source", "origin", "channel", "marketing_channel", "acquisition_channel"),
)
SIZE, COMPLETENESS = "employees", "share of attributes known"
SIZE_EDGES, SIZE_BANDS = (
    (11, 51, 201, 1_001, 5_001),
    ("1 to 10", "11 to 50", "51 to 200", "201 to 1,000", "1,001 to 5,000", "5,001 or more"),
)
SHARE_EDGES, SHARE_BANDS = (0.25, 0.5, 0.75), ("under 25 %", "25 to 50 %", "50 to 75 %", "75 to 100 %")
UNKNOWN, OTHERS = "unknown", "others"
MAX_LEVELS = 12  # of a column; the rest are summed up


@dataclass(frozen=True)
class Levelled:
    """The level of each test row, and of each prospect, in one column.

    Attributes
    ----------
    words : str
        The column's.
    levels : list of str
        In the order of the table.
    test, sample : arrays of int
        Each row's place in `levels`.
    """

    words: str
    levels: list[str]
    test: Codes
    sample: Codes


def levelled_columns(test: HeldOut, sample: Sample | None, min_rows: int) -> list[Levelled]:
    """Give the columns that matter here with their levels; one of a single level says nothing.

    Parameters
    ----------
    test : HeldOut
    sample : Sample, optional
    min_rows : int
        A level with fewer, in the test and among prospects, is summed up with others.
    """
    ours, theirs = test.part.accounts, None if sample is None else sample.accounts
    found = []
    for name, field in test.part.fields.items():
        if name in PLACES_AND_SOURCES and field.kind in LEVEL_KINDS:
            parts = [_texts(ours, name), _texts(theirs, name)]
            found.append(_levelled(field.words, parts, _by_count(parts), min_rows))
        elif name == SIZE:
            parts = [_bands(_numbers(part, name), SIZE_EDGES, SIZE_BANDS) for part in (ours, theirs)]
            found.append(_levelled(field.words, parts, SIZE_BANDS, min_rows))
    known = (test.completeness, np.empty(0) if sample is None else sample.completeness)
    parts = [_bands(part, SHARE_EDGES, SHARE_BANDS) for part in known]
    by_completeness = _levelled(COMPLETENESS, parts, SHARE_BANDS, min_rows)
    return [*(one for one in found if len(one.levels) > 1), by_completeness]


def largest_level(levels: Sequence[str], n: Numbers) -> int:
    """Give the place of the level with most rows; a named one where there is any."""
    is_named = np.array([level not in (UNKNOWN, OTHERS) for level in levels])
    return int(np.argmax(np.where(is_named, n, -1) if is_named.any() else n))


def _levelled(words: str, parts: Sequence[Names], order: Sequence[str], min_rows: int) -> Levelled:
    kept = [level for level in order if any((part == level).sum() >= min_rows for part in parts)]
    levels = [*kept[:MAX_LEVELS], *_sums(parts, kept[:MAX_LEVELS])]
    place = {level: at for at, level in enumerate(levels)}
    test, sample = (
        np.array([place.get(level, place.get(OTHERS, 0)) for level in part.tolist()], dtype=np.intp)
        for part in parts
    )
    return Levelled(words, levels, test, sample)


def _sums(parts: Sequence[Names], kept: Sequence[str]) -> Iterator[str]:
    """Name the lines for what has none of its own."""
    left = [level for part in parts for level in part.tolist() if level not in kept]
    if any(level != UNKNOWN for level in left):
        yield OTHERS
    if any(level == UNKNOWN for level in left):
        yield UNKNOWN


def _by_count(parts: Sequence[Names]) -> list[str]:
    """Order the levels of a column, those of most test rows first."""
    ours, theirs = (Counter(part[part != UNKNOWN].tolist()) for part in parts)
    return sorted({*ours, *theirs}, key=lambda level: (-ours[level], -theirs[level], level))


def _texts(accounts: pd.DataFrame | None, name: str) -> Names:
    if accounts is None or name not in accounts:
        return np.full(0 if accounts is None else len(accounts), UNKNOWN, dtype=object)
    values = accounts[name]
    return np.where(values.notna(), values.astype(object), UNKNOWN)


def _numbers(accounts: pd.DataFrame | None, name: str) -> Numbers:
    if accounts is None or name not in accounts:
        return np.full(0 if accounts is None else len(accounts), np.nan)
    return accounts[name].to_numpy(dtype=np.float64)


def _bands(values: Numbers, edges: Sequence[float], words: Sequence[str]) -> Names:
    banded = np.array(words, dtype=object)[np.searchsorted(edges, values, side="right")]
    return np.where(np.isnan(values), UNKNOWN, banded)
