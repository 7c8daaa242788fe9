"""Pick each row's strongest contributions of one sign."""

from __future__ import annotations

import numpy as np

from icp_ml.features.statistics import Codes, Floats
from icp_ml.forest.jit import compiled


@compiled
def strongest(contributions: Floats, n: int, is_for: bool) -> Codes:
    """Give the places of each row's strongest contributions for (or against), strongest first.

    Parameters
    ----------
    contributions : ndarray of float64, shape (n_rows, n_attributes)
    n : int
        Most of one row.
    is_for : bool
        Whether those above 0 are looked for, or those below.

    Returns
    -------
    ndarray of int, shape (n_rows, n)
        Filled up with -1; of equals, the first comes first.
    """
    n_rows, n_attributes = contributions.shape
    chosen = np.full((n_rows, n), -1, np.int64)
    amounts = np.zeros(n + 1)
    for row in range(n_rows):
        n_found = 0
        for at in range(n_attributes):
            amount = contributions[row, at] if is_for else -contributions[row, at]
            if not amount > 0.0 or (n_found == n and (n == 0 or amount <= amounts[n - 1])):
                continue
            place = min(n_found, n - 1)
            while place > 0 and amount > amounts[place - 1]:
                amounts[place] = amounts[place - 1]
                chosen[row, place] = chosen[row, place - 1]
                place -= 1
            amounts[place] = amount
            chosen[row, place] = at
            n_found = min(n_found + 1, n)
    return chosen
