"""Whom an account resembles among the customers, and whether the model has seen its like at all."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from icp_ml.features.columns import Columns
from icp_ml.features.statistics import Floats, Known
from icp_ml.forest.nearest import Nearest
from icp_ml.model.candidate import Model
from icp_ml.model.exemplars import Exemplars, Side
from icp_ml.scoring.reasons import Told, joined, value_words
from icp_ml.scoring.unseen import carried, unseen

COMBINATION = "this combination"
"""What is unfamiliar where each value alone was seen."""


def similar(model: Model, columns: Columns, encoded: tuple[Floats, Known], heard: Floats) -> dict[str, Any]:
    """Say of each account whom it resembles, and whether it is familiar.

    Parameters
    ----------
    model : Model
    columns : Columns
        Of the accounts.
    encoded : tuple of ndarray
        Matrix, shape (n_rows, n_columns), and what is known, shape (n_rows, n_attributes).
    heard : ndarray of float64, shape (n_rows, n_attributes)
        Contributions; 0 where an attribute is not known.

    Returns
    -------
    dict
        similar_best and similar_poor (Arrow lists of account_id, name and distance in log-odds, nearest
        first), is_familiar, and unfamiliar: the values that training never saw, where they carry more than
        a familiar account's may; or that it lies far from every customer. All missing without exemplars.
    """
    exemplars, n_rows = model.exemplars, len(columns.accounts)
    if exemplars is None:
        return _nothing(n_rows)
    best, poor = exemplars.neighbours(columns.accounts, heard, encoded[1])
    said = _unfamiliar(model, columns, encoded, _is_far(exemplars, best, poor))
    return {
        "similar_best": _listed(exemplars.best, best),
        "similar_poor": _listed(exemplars.poor, poor),
        "is_familiar": pd.array([one is None for one in said], "boolean"),
        "unfamiliar": pd.array(said, "str"),
    }


def similar_lines(found: Any) -> Any:
    """Join each row's neighbours, by name or else by id, into the one line that a CSV cell holds."""
    import pyarrow as pa
    import pyarrow.compute as pc

    whole = found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found
    accounts = whole.flatten()
    name = pc.if_else(pc.equal(accounts.field("name"), ""), None, accounts.field("name"))
    return joined(whole, pc.coalesce(name, accounts.field("account_id")))


def _is_far(exemplars: Exemplars, best: Nearest, poor: Nearest) -> Known:
    """Say who lies farther from every exemplar than customers do; nobody of whom nothing is known."""
    squares = np.minimum(best.squares[:, 0], poor.squares[:, 0]).astype(np.float64)
    return np.asarray(np.isfinite(squares) & (np.sqrt(squares) > exemplars.farthest))


def _unfamiliar(
    model: Model, columns: Columns, encoded: tuple[Floats, Known], is_far: Known
) -> list[str | None]:
    """Say what is unfamiliar of each account, None where nothing is."""
    exemplars, encoder = model.exemplars, model.encoder
    assert exemplars is not None
    strange = unseen(encoder, exemplars, *encoded)
    is_strange = carried(encoder, exemplars, strange) > exemplars.most_unseen
    said: list[str | None] = [None] * len(is_far)
    rows = np.flatnonzero(is_strange | is_far)
    parts: dict[int, list[str]] = {row: [] for row in rows.tolist()}
    told = Told(encoder, model.observed, columns)
    for at in np.argsort(-np.asarray(exemplars.importance), kind="stable").tolist():
        here = rows[strange[rows, at]]
        words = value_words(told, encoder.attributes[at], here) if len(here) else []
        for row, value in zip(here.tolist(), words, strict=True):
            parts[row].append(value)
    for row, values in parts.items():
        said[row] = "; ".join(values) or COMBINATION
    return said


def _nothing(n_rows: int) -> dict[str, Any]:
    """Say nothing of any row, in the types of what could be said."""
    import pyarrow as pa

    fields = [("account_id", pa.string()), ("name", pa.string()), ("distance", pa.float64())]
    kinds: dict[str, Any] = {
        **dict.fromkeys(("similar_best", "similar_poor"), pd.ArrowDtype(pa.list_(pa.struct(fields)))),
        "is_familiar": "boolean",
        "unfamiliar": "str",
    }
    return {name: pd.array([None] * n_rows, kind) for name, kind in kinds.items()}


def _listed(side: Side, found: Nearest) -> Any:
    """List who was found, as an Arrow array: no object is made of any row."""
    import pyarrow as pa

    is_there = found.places >= 0
    places = found.places[is_there]
    ids, names = pa.array(side.account_id, pa.string()), pa.array(side.name, pa.string())
    distances = pa.array(np.sqrt(found.squares[is_there].astype(np.float64)))
    parts = [ids.take(places), names.take(places), distances]
    ends = np.concatenate([[0], np.cumsum(is_there.sum(axis=1))]).astype(np.int32)
    structs = pa.StructArray.from_arrays(parts, names=["account_id", "name", "distance"])
    return pd.arrays.ArrowExtensionArray(pa.ListArray.from_arrays(pa.array(ends), structs))
