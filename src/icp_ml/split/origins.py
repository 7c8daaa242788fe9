"""Rolling origins: the same split at earlier cuts, where the newest test holds too few best."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from icp_ml.settings import SplitSettings
from icp_ml.split.sides import Split, n_best, random_split, split_rows, time_split

MIN_LEARNT = 20  # best, and rest, that an earlier training part needs to say anything of the recipe
MIN_CLASS_GROUPS = 2  # that best, and rest, must be in, to be learnt from and checked


def rolling_origins(labels: pd.DataFrame, settings: SplitSettings, seed: int) -> list[Split]:
    """Split in time as often as it takes to test on enough best, the newest first.

    The first is the ordinary split. While the test parts together hold fewer than `min_test_best` best, an
    earlier cut is added, at most `max_origins` in all: its test part ends where that of the cut after it
    begins and spans as many label rows as the newest; it has an embargo and groups of its own. No row and no
    group is tested twice. It ends where fewer than 20 best or rest would be left to learn from; where the
    best are still too few then, the newest split's notes say so. Undated rows give other random groups
    instead. Source: Tashman, "Out-of-sample tests of forecasting accuracy", International Journal of
    Forecasting 2000 (rolling-origin evaluation).

    Raises
    ------
    DataError
        As `split_rows` does of the newest split; earlier ones are left out instead.
    """
    splits = [split_rows(labels, settings, seed)]
    n = n_best(labels, splits[0].test)
    while n < settings.min_test_best and len(splits) < settings.max_origins:
        earlier = _earlier_split(labels, settings, seed, splits)
        if earlier is None or not _is_enough(labels, earlier):
            break
        splits.append(earlier)
        n += n_best(labels, earlier.test)
    if n < settings.min_test_best:
        where = "the test holds" if len(splits) == 1 else f"{len(splits)} tests together hold"
        note = f"{where} only {n:,} best, fewer than split.min_test_best ({settings.min_test_best:,})"
        splits[0] = replace(splits[0], notes=(*splits[0].notes, f"{note}: figures are unsure"))
    return splits


def _earlier_split(
    labels: pd.DataFrame, settings: SplitSettings, seed: int, later: Sequence[Split]
) -> Split | None:
    """Split at the cut before, or draw other groups; None where nothing is left."""
    until = later[-1].cut
    if until is None or later[0].cut is None:
        return random_split(labels, settings.test_share, seed, len(later))
    as_of = labels["as_of"]
    before = as_of[as_of < until].sort_values()
    position = len(before) - int((as_of >= later[0].cut).sum())
    if position <= 0:
        return None
    tested = labels["group"].to_numpy()[np.concatenate([split.test for split in later])]
    generator = np.random.default_rng([seed, len(later)])
    return time_split(labels, (before.iloc[position], until), settings, generator, tested)


def _is_enough(labels: pd.DataFrame, split: Split) -> bool:
    """Say whether there is something to test on, and enough of both classes to learn from and check."""
    learnt = labels.iloc[split.train]
    by_class = learnt.groupby("is_best")["group"].agg(["size", "nunique"])
    is_learnable = len(by_class) == 2 and by_class["size"].min() >= MIN_LEARNT
    return bool(len(split.test) and is_learnable and by_class["nunique"].min() >= MIN_CLASS_GROUPS)
