"""One split: what to learn from and what to test on, parted in time and by group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from icp_ml.errors import DataError, count
from icp_ml.settings import SplitSettings

Rows = np.ndarray[Any, np.dtype[np.intp]]
Names = np.ndarray[Any, np.dtype[Any]]

MIN_TEST_GROUPS = 10  # fewer say little of accounts in general
NO_NAMES: Names = np.empty(0, dtype=str)


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
    until : pandas.Timestamp, optional
        The first day after the test part; None where it has no end.
    n_held_out : int
        Groups with rows on both sides of the cut that were drawn to be tested on.
    """

    train: Rows
    test: Rows
    cut: pd.Timestamp | None
    n_embargoed: int
    notes: tuple[str, ...]
    until: pd.Timestamp | None = None
    n_held_out: int = 0

    @property
    def window(self) -> str:
        """Say which rows are tested on."""
        if self.cut is None:
            return "a random part"
        if self.until is None:
            return f"from {self.cut.date()} on"
        return f"from {self.cut.date()} to {(self.until - pd.Timedelta(days=1)).date()}"

    def summary(self) -> str:
        """Say the counts in one line."""
        held_out = (
            f", {count(self.n_held_out, 'group')} of accounts held out whole" if self.n_held_out else ""
        )
        embargo = f", {self.n_embargoed:,} left out by the embargo" if self.n_embargoed else ""
        counts = f"{len(self.train):,} rows to learn from, {len(self.test):,} to test on ({self.window})"
        return f"{counts}{held_out}{embargo}"


def split_rows(labels: pd.DataFrame, settings: SplitSettings, seed: int) -> Split:
    """Split label rows in time: the oldest to learn from, the newest to test on.

    A group that straddles the cut is never tested on; of its rows, those from the cut on are not learnt from
    either. Rows whose outcome was not complete at the cut are left out of training (embargo).

    Where most groups straddle the cut, so that too little would be left to test on (deals of few accounts,
    all of them active all the time), a share of those groups is drawn instead: their rows from the cut on are
    tested on, their older rows stand on neither side. Where no row has a date, whole groups are drawn at
    random.

    Parameters
    ----------
    labels : pandas.DataFrame
        Label rows: as_of, complete_at, group, is_best.
    settings : SplitSettings
    seed : int
        Of the draws of groups.

    Raises
    ------
    DataError
        A side is empty, or holds only best or only rest.
    """
    cut = _newest_cut(labels["as_of"], settings)
    if cut is None:
        split = random_split(labels, settings.test_share, seed, 0)
    else:
        split = time_split(labels, (cut, None), settings, np.random.default_rng(seed))
    for part, rows in (("training", split.train), ("test", split.test)):
        n = n_best(labels, rows)
        if n in (0, len(rows)):
            what = f"the {part} part of the split has {n:,} best of {len(rows):,} rows."
            details = [split.summary()]
            raise DataError(what, details, "Move the cut with split.test_from or split.test_share.")
    return split


def _newest_cut(as_of: pd.Series[Any], settings: SplitSettings) -> pd.Timestamp | None:
    """Give the first day of the newest test part; None where no row has a date."""
    days = as_of.dropna().sort_values()
    if not len(days):
        return None
    if settings.test_from is not None:
        return pd.Timestamp(settings.test_from)
    cut: pd.Timestamp = days.iloc[int(len(days) * (1 - settings.test_share))]
    return cut


def time_split(
    labels: pd.DataFrame,
    window: tuple[pd.Timestamp, pd.Timestamp | None],
    settings: SplitSettings,
    generator: np.random.Generator,
    tested: Names = NO_NAMES,
) -> Split:
    """Split at the first day of the window; groups that another split tested are not tested again."""
    cut, until = window
    as_of, group = labels["as_of"], labels["group"]
    is_older = (as_of < cut).to_numpy()
    is_newer = (as_of >= cut).to_numpy() & (until is None or (as_of < until).to_numpy())
    sides = pd.DataFrame({"is_older": is_older, "is_newer": is_newer, "group": group.to_numpy()})
    sides["has_older"] = sides.groupby("group")["is_older"].transform("any").to_numpy()
    sides["is_testable"] = is_newer & ~group.isin(tested).to_numpy()
    held_out = _held_out_groups(sides, labels["is_best"].to_numpy(), settings, generator)
    is_held_out = group.isin(held_out).to_numpy()
    has_older, is_testable = sides["has_older"].to_numpy(), sides["is_testable"].to_numpy()
    is_late = (labels["complete_at"] > cut).to_numpy()
    is_learnt = is_older & ~is_held_out
    n_left_out = int((is_newer & has_older & ~is_held_out).sum())
    notes = [*_undated_notes(as_of), *_group_notes(n_left_out, held_out), *_embargo_notes(labels, is_learnt)]
    train = np.flatnonzero(is_learnt & ~is_late)
    test = np.flatnonzero(is_testable & (is_held_out | ~has_older))
    return Split(train, test, cut, int((is_learnt & is_late).sum()), tuple(notes), until, len(held_out))


def _held_out_groups(
    sides: pd.DataFrame, is_best: Any, settings: SplitSettings, generator: np.random.Generator
) -> Names:
    """Draw groups to test on where most have rows on both sides and the new ones alone are too few."""
    names = sides["group"]
    n_groups = names[sides["is_older"] | sides["is_newer"]].nunique()
    n_on_both_sides = names[sides["is_newer"] & sides["has_older"]].nunique()
    is_new = (sides["is_testable"] & ~sides["has_older"]).to_numpy()
    is_enough = names[is_new].nunique() >= MIN_TEST_GROUPS and is_best[is_new].sum() >= settings.min_test_best
    straddling = np.unique(names[sides["is_testable"] & sides["has_older"]].to_numpy(dtype=str))
    if is_enough or 2 * n_on_both_sides <= n_groups or len(straddling) < 2:
        return NO_NAMES
    n_drawn = min(max(round(settings.test_share * len(straddling)), 1), len(straddling) - 1)
    return np.sort(generator.choice(straddling, n_drawn, replace=False))


def random_split(labels: pd.DataFrame, test_share: float, seed: int, number: int) -> Split:
    """Test on a random part of the groups; another number gives a part that shares none with the first."""
    groups = np.unique(labels["group"].to_numpy(dtype=str))
    shuffled = np.random.default_rng(seed).permutation(groups)
    n = round(len(groups) * test_share)
    is_test = labels["group"].isin(shuffled[number * n : (number + 1) * n]).to_numpy()
    note = "the split is random, because no label row has a date: figures may flatter"
    return Split(np.flatnonzero(~is_test), np.flatnonzero(is_test), None, 0, (note,))


def _undated_notes(as_of: pd.Series[Any]) -> list[str]:
    n = int(as_of.isna().sum())
    return [f"{n:,} label rows without a date are left out"] if n else []


def _group_notes(n_left_out: int, held_out: Names) -> list[str]:
    notes = []
    if len(held_out):
        drawn = count(len(held_out), "group")
        notes.append(
            f"most accounts have label rows on both sides of the cut, so {drawn} of them drawn at random "
            "are tested on: on their rows from the cut on; their older rows are on neither side"
        )
    if n_left_out:
        notes.append(
            f"{n_left_out:,} newer label rows belong to groups of older ones and are on neither side"
        )
    return notes


def _embargo_notes(labels: pd.DataFrame, is_learnt: Any) -> list[str]:
    is_unrecorded = labels["complete_at"].isna().to_numpy()
    if is_unrecorded.all():
        return ["no embargo: nobody recorded when the outcomes were complete"]
    n = int((is_unrecorded & is_learnt).sum())
    return [f"no embargo on {n:,} rows: nobody recorded when their outcomes were complete"] if n else []


def n_best(labels: pd.DataFrame, rows: Rows) -> int:
    """Count the best among some label rows."""
    return int(labels["is_best"].to_numpy()[rows].sum())
