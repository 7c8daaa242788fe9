"""Draw accounts that are worked whatever their score, so that what the model misses can be learnt."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

WHOLE = 2.0**64
KEY_LETTERS = 16  # that pandas' hash takes


def with_exploration(ruled: pd.DataFrame, share: float, seed: int) -> pd.DataFrame:
    """Mark who is drawn, of those that no rule excludes; whether a row repeats another is not known yet."""
    drawn = is_drawn(ruled["account_id"], share, seed)
    return ruled.assign(is_exploration=drawn & ~ruled["is_excluded"].to_numpy())


def is_drawn(account_ids: pd.Series[str], share: float, seed: int) -> Any:
    """Draw a share of accounts at random: the same ones every time, whatever else stands in the list.

    Parameters
    ----------
    account_ids : Series of str
    share : float
        0 to 1.
    seed : int

    Returns
    -------
    ndarray of bool, shape (n_rows,)
        A row's draw depends on the seed and its id alone.
    """
    if share == 0:
        return np.zeros(len(account_ids), dtype=bool)
    key = f"{seed % 16**KEY_LETTERS:0{KEY_LETTERS}x}"
    digests = pd.util.hash_array(account_ids.to_numpy(dtype=object), hash_key=key, categorize=False)
    return digests / WHOLE < share
