"""Sum the terms of a linear model over groups of columns, row by row."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from icp_ml.features.statistics import Codes, Floats
from icp_ml.forest.jit import compiled


class Terms(NamedTuple):
    """Of each column: what stands for a gap, centre and coefficient, those of being a gap, and its group."""

    fill: Floats
    centre: Floats
    coefficient: Floats
    gap_centre: Floats
    gap_coefficient: Floats
    groups: Codes


def summed(matrix: Floats, terms: Terms, is_log: bool) -> Floats:
    """Sum each row's centred linear terms over the groups of columns.

    Parameters
    ----------
    matrix : ndarray of float64, shape (n_rows, n_columns)
        NaN where a value is missing.
    terms : Terms
    is_log : bool
        Whether values count on a signed log scale.

    Returns
    -------
    ndarray of float64, shape (n_rows, n_groups)
        Terms are added in the order of the columns.
    """
    n_groups = int(terms.groups.max()) + 1 if len(terms.groups) else 0
    found = np.zeros((len(matrix), n_groups))
    add_terms(matrix, terms, is_log, found)
    return found


@compiled
def add_terms(matrix: Floats, terms: Terms, is_log: bool, found: Floats) -> None:
    """Add the terms of each row to its groups."""
    for row in range(len(matrix)):
        for column in range(matrix.shape[1]):
            value = matrix[row, column]
            gap = 0.0
            if math.isnan(value):
                value, gap = terms.fill[column], 1.0
            elif is_log and value != 0.0:
                value = math.copysign(math.log1p(abs(value)), value)
            own = terms.coefficient[column] * (value - terms.centre[column])
            missing = terms.gap_coefficient[column] * (gap - terms.gap_centre[column])
            found[row, terms.groups[column]] += own + missing
