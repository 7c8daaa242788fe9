"""Which values of an account training never saw, and how much of the model speaks of them."""

from __future__ import annotations

import numpy as np

from icp_ml.features.attributes import ITEM_FORMS, LEVEL_FORMS, Attribute
from icp_ml.features.encoder import Encoder
from icp_ml.features.statistics import Floats, Known
from icp_ml.model.exemplars import Exemplars


def unseen(encoder: Encoder, exemplars: Exemplars, matrix: Floats, known: Known) -> Known:
    """Say which attributes of each row have a value that training never saw.

    A number beyond the range of the training rows and its margin; a level that was never seen, nor any above
    it: a new city of a known country is none; a list or a text none of whose items was seen. What is derived
    of other columns is theirs to say.

    Returns
    -------
    ndarray of bool, shape (n_rows, n_attributes)
    """
    starts = np.cumsum([0, *(len(one.columns) for one in encoder.attributes)]).tolist()
    place = {one.sources: at for at, one in enumerate(encoder.attributes) if not one.is_derived}
    fresh = np.zeros((len(matrix), len(encoder.attributes)), dtype=bool)
    for at, attribute in enumerate(encoder.attributes):
        part = matrix[:, starts[at] : starts[at + 1]]
        low, high = exemplars.low[at], exemplars.high[at]
        if low is not None and high is not None:
            fresh[:, at] = (part[:, 0] < low) | (part[:, 0] > high)
        elif not attribute.is_derived:
            fresh[:, at] = known[:, at] & _is_new(attribute, part)
    found = fresh.copy()
    for at, attribute in enumerate(encoder.attributes):
        for above in (place[(name,)] for name in attribute.above if (name,) in place):
            found[:, at] &= ~known[:, above] | fresh[:, above]
    return found


def carried(encoder: Encoder, exemplars: Exemplars, strange: Known) -> Floats:
    """Give the share of importance, 0 to 1, that lies with unseen values and what is derived of them."""
    found = np.zeros(len(strange))
    rows = np.flatnonzero(strange.any(axis=1))
    place = {one.sources: at for at, one in enumerate(encoder.attributes) if not one.is_derived}
    for at, (attribute, share) in enumerate(zip(encoder.attributes, exemplars.importance, strict=True)):
        touching = [at, *(place[(name,)] for name in attribute.sources if (name,) in place)]
        found[rows] += share * strange[rows][:, touching].any(axis=1)
    return found


def _is_new(attribute: Attribute, part: Floats) -> Known:
    """Say whose levels or items were all unseen; by what the encoder says of them."""
    column = {name.removeprefix(attribute.name): at for at, name in enumerate(attribute.columns)}
    if attribute.form in LEVEL_FORMS:
        return np.asarray(part[:, column[":rows"]] == 0)
    if attribute.form not in ITEM_FORMS:
        return np.zeros(len(part), dtype=bool)
    if ":rare" in column:
        return np.asarray((part[:, column[":n"]] > 0) & (part[:, column[":rare"]] == part[:, column[":n"]]))
    is_nothing = (part[:, column[":mean"]] == 0) & (part[:, column[":max"]] == 0)
    return np.asarray(is_nothing & (part[:, column[":n"]] > 0))
