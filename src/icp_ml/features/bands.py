"""Bands of a company's size, as directories list them."""

from __future__ import annotations

import numpy as np

from icp_ml.features.attributes import Attribute
from icp_ml.features.columns import Columns, Levels

SIZES = {
    "1": 0,
    "2-10": 2,
    "11-50": 11,
    "51-200": 51,
    "201-500": 201,
    "501-1,000": 501,
    "1,001-5,000": 1_001,
    "5,001-10,000": 5_001,
    "10,001+": 10_001,
}
"""Employees that each band begins with."""


def bands_of(attribute: Attribute, columns: Columns) -> Levels:
    """Give the band of each row's number; none for what is missing or below 0."""
    values = columns.numbers(attribute.sources[0])
    place = np.searchsorted(list(SIZES.values()), values, side="right") - 1
    return Levels(np.where(values >= 0, place, -1), list(SIZES))
