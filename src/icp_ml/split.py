"""Hold out the newest label rows; nothing that the test part could know leaks into training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from icp_ml.errors import DataError
from icp_ml.settings import SplitSettings

Rows = np.ndarray[Any, np.dtype[np.intp]]


@dataclass(frozen=True)
class Split:
    """Positions of label rows to learn from and to test on.

    Attributes
    ----------
    train, test : ndarray of int
        Positions into the label rows.
    cut : pandas.Timestamp, optional
        The first day of the test part; None where the split is random.
    n_embargoed : int
        Older rows left out because their outcome was not complete by `cut`.
    notes : tuple of str
        What the reader must know of the split.
    """

    train: Rows
    test: Rows
    cut: pd.Timestamp | None
    n_embargoed: int
    notes: tuple[str, ...]

    def summary(self) -> str:
        """Say the counts in one line."""
        since = "a random part" if self.cut is None else f"from {self.cut.date()} on"
        embargo = f", {self.n_embargoed:,} left out by the embargo" if self.n_embargoed else ""
        return f"{len(self.train):,} rows to learn from, {len(self.test):,} to test on ({since}){embargo}"


def split_rows(labels: pd.DataFrame, settings: SplitSettings, seed: int) -> Split:
    """Split label rows in time: the oldest to learn from, the newest to test on.

    A group that straddles the cut is never tested on; of its rows, those from the cut on are not learnt from
    either. Rows whose outcome was not complete at the cut are left out of training (embargo). Where no row
    has a date, whole groups are drawn at random instead.

    Raises
    ------
    DataError
        A side is empty, or holds only best or only rest.
    """
    dated = labels["as_of"].notna()
    if not dated.any():
        split = _random_split(labels, settings.test_share, seed)
    else:
        split = _time_split(labels, dated, settings)
    for part, rows in (("training", split.train), ("test", split.test)):
        n_best = int(labels["is_best"].to_numpy()[rows].sum())
        if n_best in (0, len(rows)):
            what = f"the {part} part of the split has {n_best:,} best of {len(rows):,} rows."
            details = [split.summary()]
            raise DataError(what, details, "Move the cut with split.test_from or split.test_share.")
    return split


def _time_split(labels: pd.DataFrame, dated: pd.Series[bool], settings: SplitSettings) -> Split:
    as_of = labels["as_of"]
    if settings.test_from is not None:
        cut = pd.Timestamp(settings.test_from)
    else:
        cut = as_of[dated].sort_values().iloc[int(dated.sum() * (1 - settings.test_share))]
    first_day = as_of.groupby(labels["group"]).transform("min")
    is_test = (dated & (first_day >= cut)).to_numpy()
    is_straddling = (dated & (first_day < cut) & (as_of >= cut)).to_numpy()
    is_older = (dated & (as_of < cut)).to_numpy()
    is_late = (labels["complete_at"] > cut).to_numpy()
    notes = []
    if (~dated).any():
        notes.append(f"{int((~dated).sum()):,} label rows without a date are left out")
    if is_straddling.any():
        n = int(is_straddling.sum())
        notes.append(f"{n:,} newer label rows belong to groups of older ones and are on neither side")
    is_unrecorded = labels["complete_at"].isna().to_numpy()
    if is_unrecorded.all():
        notes.append("no embargo: nobody recorded when the outcomes were complete")
    elif (is_unrecorded & is_older).any():
        n = int((is_unrecorded & is_older).sum())
        notes.append(f"no embargo on {n:,} rows: nobody recorded when their outcomes were complete")
    return Split(
        np.flatnonzero(is_older & ~is_late),
        np.flatnonzero(is_test),
        cut,
        int((is_older & is_late).sum()),
        tuple(notes),
    )


def _random_split(labels: pd.DataFrame, test_share: float, seed: int) -> Split:
    groups = np.unique(labels["group"].to_numpy(dtype=str))
    shuffled = np.random.default_rng(seed).permutation(groups)
    is_test = labels["group"].isin(shuffled[: round(len(groups) * test_share)]).to_numpy()
    note = "the split is random, because no label row has a date: figures may flatter"
    return Split(np.flatnonzero(~is_test), np.flatnonzero(is_test), None, 0, (note,))
