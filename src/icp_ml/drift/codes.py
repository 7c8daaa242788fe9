"""A byte for each value of an account: which of the model's own bands, levels or items it is in."""

from __future__ import annotations

from collections.abc import Mapping
from heapq import nsmallest
from typing import Any

import numpy as np

from icp_ml.features.attributes import ITEM_FORMS, LEVEL_FORMS, STEP, Attribute
from icp_ml.features.columns import MONTHS, Columns
from icp_ml.features.encoder import Encoder
from icp_ml.features.groups import MEASURED_FORMS
from icp_ml.features.items import tokens_of
from icp_ml.features.paths import path_of
from icp_ml.features.statistics import Floats
from icp_ml.features.values import encode_value
from icp_ml.model.candidate import Model

Bytes = np.ndarray[Any, np.dtype[np.uint8]]

CODES_VERSION = 1
"""Counts of other codes are not compared with these."""
MISSING, BELOW, ABOVE, UNSEEN, OTHER, FIRST = range(6)
"""No value; a number beyond the range of training and its margin; a level, or items all of them, that fewer
than two rows of training had; a level that is known but not among the frequent ones; the first band, level or
item."""
N_LEVELS, N_ITEMS = 100, 30
"""Of an attribute, that have a code of their own: those with most rows of training."""
LAST = 255
"""Of a byte."""


def watched(encoder: Encoder) -> tuple[Attribute, ...]:
    """List the attributes that have a code: those not derived, or derived of columns that have none."""
    own = {name for one in encoder.attributes if not one.is_derived for name in one.sources}
    return tuple(one for one in encoder.attributes if not one.is_derived or own.isdisjoint(one.sources))


def codes_of(model: Model, columns: Columns) -> Bytes:
    """Give each row the code of each watched attribute's value, from that row alone.

    The vocabulary is the model's, so that codes of any list, day and process can be counted together. A
    number's code is its band; a level's the level, of an industry code the finest frequent one above it; a
    list's or a text's the frequent item it holds that tells the model most.

    Parameters
    ----------
    model : Model
    columns : Columns
        The accounts as they were encoded: what that has read is not read again.

    Returns
    -------
    ndarray of uint8, shape (n_rows, n_watched)
        In the order of `watched`.
    """
    place = {one.name: at for at, one in enumerate(model.encoder.attributes)}
    found = np.empty((len(columns), len(watched(model.encoder))), dtype=np.uint8, order="F")
    for at, attribute in enumerate(watched(model.encoder)):
        found[:, at] = _codes(model, place[attribute.name], columns)
    return np.ascontiguousarray(found)


def vocabulary(attribute: Attribute) -> Mapping[str, int]:
    """Give the code of each level or item that has one of its own.

    Levels by their training rows, most first; items by how much they tell, so that the lowest code a row
    holds is the most telling.
    """
    counts, depth, said = attribute.counts, _own_depth(attribute), attribute.statistics
    is_list = attribute.form in ITEM_FORMS
    own = (name for name in counts if depth == 0 or name.count(STEP) >= depth)
    names = nsmallest(N_ITEMS if is_list else N_LEVELS, own, key=lambda one: (-counts[one], one))
    if is_list:
        names.sort(key=lambda one: (-abs(said.get(one, 0.0)), one))
    return {name: FIRST + at for at, name in enumerate(names)}


def _codes(model: Model, at: int, columns: Columns) -> Bytes:
    attribute = model.encoder.attributes[at]
    if attribute.form in LEVEL_FORMS:
        return _levels(attribute, columns)
    if attribute.form in ITEM_FORMS:
        return _items(attribute, columns)
    values = encode_value(attribute, columns)
    if attribute.form not in MEASURED_FORMS:
        return np.where(np.isfinite(values), FIRST + (values > 0), MISSING).astype(np.uint8)
    low, high = (model.exemplars.low[at], model.exemplars.high[at]) if model.exemplars else (None, None)
    banded = np.round(MONTHS * values) if attribute.form == "recency" else values
    edges = np.asarray(model.observed.of(attribute).edges, dtype=np.float64)
    return _in_range(values, (low, high), FIRST + np.searchsorted(edges, banded, side="right"))


def _in_range(values: Floats, bounds: tuple[float | None, float | None], bands: Any) -> Bytes:
    low, high = bounds
    found = np.where(np.isfinite(values), bands, MISSING).astype(np.uint8)
    if low is not None and high is not None:
        found[values < low] = BELOW
        found[values > high] = ABOVE
    return found


def _own_depth(attribute: Attribute) -> int:
    """Give the depth that a level's own name stands at; an industry code's name may stand at any."""
    return 0 if attribute.form == "industry_code" else max(attribute.shares, default=0)


def _levels(attribute: Attribute, columns: Columns) -> Bytes:
    """Give each row its finest frequent own level; a node's code counts the more the more is known of it."""
    path, codes, counts = path_of(attribute, columns), vocabulary(attribute), attribute.counts
    by_node = [codes.get(name, OTHER if name in counts else UNSEEN) for name in path.names]
    own = path.nodes if attribute.form == "industry_code" else path.nodes[:, -1:]
    found = np.full(len(path.nodes), MISSING)
    for here in np.array([*by_node, MISSING])[own].T:
        found = np.where(here >= FIRST, here, np.maximum(found, here))
    return found.astype(np.uint8)[path.codes]


def _items(attribute: Attribute, columns: Columns) -> Bytes:
    """Give each row the lowest code it holds, then that of a known item, then that of an unseen one."""
    tokens, codes, counts = tokens_of(attribute, columns), vocabulary(attribute), attribute.counts
    order = [codes.get(name, LAST - 1 if name in counts else LAST) for name in tokens.names.tolist()]
    by_text = np.full(len(tokens.starts), MISSING)  # the last one is that of a row without a text
    holds = np.flatnonzero(np.diff(tokens.starts) > 0)
    if len(holds):
        by_text[holds] = np.minimum.reduceat(np.array(order)[tokens.tokens], tokens.starts[holds])
    known = np.select([by_text == LAST, by_text == LAST - 1], [UNSEEN, OTHER], by_text)
    return known.astype(np.uint8)[tokens.rows]
