"""Which accounts are alike in one attribute: the groups that an observed rate is counted over."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from icp_ml.features.attributes import ITEM_FORMS, LEVEL_FORMS, TIMES, Attribute, Form
from icp_ml.features.columns import MONTHS, Columns
from icp_ml.features.items import tokens_of
from icp_ml.features.paths import Path, path_of
from icp_ml.features.statistics import Codes, Floats
from icp_ml.features.values import encode_value

MEASURED_FORMS: tuple[Form, ...] = ("number", "ratio", "share", "growth", "age", "recency", "completeness")
"""Forms whose groups are bands of a number."""
N_BANDS = 8
"""Bands at most that the training rows' numbers are cut into."""
BAND_DIGITS = 2
"""Significant digits of where a band begins: people say 80 to 150, not 83 to 147."""


@dataclass(frozen=True)
class Groups:
    """The groups that each row is in.

    Attributes
    ----------
    codes : ndarray of int, shape (n_rows,)
        Which distinct value a row has; -1 where it has none.
    n_distinct : int
    names : callable
        Give the groups of a distinct value, finest first; of a list or a text, its items by the alphabet.
    """

    codes: Codes
    n_distinct: int
    names: Callable[[int], Sequence[str]]


def groups_of(
    attribute: Attribute, columns: Columns, edges: Sequence[float], parts: Iterable[Attribute]
) -> Groups:
    """Give the groups of each row, from that row alone.

    Parameters
    ----------
    attribute : Attribute
    columns : Columns
    edges : sequence of float
        Where the bands of a number begin, but the first.
    parts : iterable of Attribute
        Of a pair, its two.
    """
    if attribute.form in MEASURED_FORMS:
        return _bands(measured(attribute, columns), edges)
    if attribute.form in LEVEL_FORMS:
        return _levels(path_of(attribute, columns))
    if attribute.form in ITEM_FORMS:
        return _items(attribute, columns)
    if attribute.form == "pair":
        return _cells(attribute, [path_of(one, columns) for one in parts])
    return _values(encode_value(attribute, columns))


def measured(attribute: Attribute, columns: Columns) -> Floats:
    """Give the number whose bands are groups: of a date the whole months since, else what is encoded."""
    values = encode_value(attribute, columns)
    return np.round(MONTHS * values) if attribute.form == "recency" else values


def band_edges(values: Floats, min_rows: int) -> tuple[float, ...]:
    """Cut numbers at their quantiles, rounded as people say them, into bands of so many rows at least.

    Returns
    -------
    tuple of float
        Where each band but the first begins; none where there are too few numbers, or only one.
    """
    known = values[np.isfinite(values)]
    n_bands = min(N_BANDS, len(known) // min_rows)
    if n_bands < 2:
        return ()
    cuts = np.quantile(known, np.arange(1, n_bands) / n_bands, method="higher")
    rounded = {float(f"{one:.{BAND_DIGITS}g}") for one in cuts.tolist()}
    return tuple(sorted(one for one in rounded if known.min() < one <= known.max()))


def _bands(values: Floats, edges: Sequence[float]) -> Groups:
    band = np.searchsorted(np.asarray(edges, dtype=np.float64), values, side="right")
    return Groups(np.where(np.isfinite(values), band, -1), len(edges) + 1, lambda at: (str(at),))


def _levels(path: Path) -> Groups:
    def names(at: int) -> list[str]:
        return [path.names[node] for node in path.nodes[at, ::-1].tolist() if node >= 0]

    return Groups(path.codes, len(path.nodes), names)


def _items(attribute: Attribute, columns: Columns) -> Groups:
    tokens = tokens_of(attribute, columns)

    def names(at: int) -> list[str]:
        held = np.unique(tokens.tokens[tokens.starts[at] : tokens.starts[at + 1]])
        return [str(one) for one in tokens.names[held]]

    return Groups(tokens.rows, len(tokens.starts) - 1, names)


def _cells(pair: Attribute, paths: Sequence[Path]) -> Groups:
    """Give the one cell of each row, at the depths that the pair was learnt at."""
    first, second = (
        path.nodes[path.codes, min(depth, path.n_depths - 1)]
        for path, depth in zip(paths, pair.shares, strict=True)
    )
    width = len(paths[1].names) + 1
    codes, distinct = pd.factorize(np.where((first >= 0) & (second >= 0), first * width + second, -1))
    cells = distinct.tolist()

    def names(at: int) -> tuple[str, ...]:
        one, other = divmod(cells[at], width)
        return () if cells[at] < 0 else (f"{paths[0].names[one]}{TIMES}{paths[1].names[other]}",)

    return Groups(codes, len(cells), names)


def _values(values: Floats) -> Groups:
    codes, distinct = pd.factorize(values)
    known = distinct.tolist()
    return Groups(codes, len(known), lambda at: (f"{known[at]:g}",))
