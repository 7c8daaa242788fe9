"""From LightGBM's text to the arrays that rows run through."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from icp_ml.forest.cuts import on_cuts
from icp_ml.forest.parts import Parts, cut_into_parts
from icp_ml.forest.paths import paths_of
from icp_ml.forest.rows import Compiled
from icp_ml.forest.shapley import rules
from icp_ml.forest.tables import empty_tables, fill_tables
from icp_ml.forest.trees import Codes, Floats, expected_log_odds, read_trees

MOST_CELLS = 1_024
"""Of a table: beyond, it no longer stays in a core's first cache, and costs more than it saves."""
MOST_BYTES = 128 * 2**20
"""Of all tables; with more or larger trees they hold fewer cells each."""


def compile_forest(
    texts: Sequence[str], groups: Codes, most_cells: int = MOST_CELLS, most_bytes: int = MOST_BYTES
) -> tuple[Compiled, Floats]:
    """Compile boosters.

    Parameters
    ----------
    texts : sequence of str
        LightGBM's, one a booster.
    groups : ndarray of int, shape (n_columns,)
        Of each column of the matrix, from 0: contributions are summed over a group.
    most_cells, most_bytes : int

    Returns
    -------
    Compiled
    base : ndarray of float64, shape (n_boosters,)
        Of each booster: a row's contributions plus this are its log-odds.

    Raises
    ------
    DataError, ValueError
        As `read_trees`.
    """
    trees = read_trees(texts)
    if trees.feature.max(initial=-1) >= len(groups):
        raise ValueError(f"the trees read column {trees.feature.max()} of a matrix with {len(groups)}")
    cuts, binned = on_cuts(trees, groups)
    parts = cut_into_parts(binned, most_cells)
    while table_bytes(parts, most_cells) > most_bytes and most_cells > 1:
        most_cells //= 2
        parts = cut_into_parts(binned, most_cells)
    in_tables = parts.n_cells <= most_cells
    tables = empty_tables(binned, _picked(parts, in_tables))
    fill_tables(binned, _picked(parts, in_tables), rules(most_cells.bit_length()), tables)
    compiled = Compiled(cuts, tables, paths_of(binned, _picked(parts, ~in_tables)))
    return compiled, expected_log_odds(trees, len(texts))


def table_bytes(parts: Parts, most_cells: int) -> int:
    """Count what the tables of parts take; parts beyond the limit have none."""
    has_table = parts.n_cells <= most_cells
    return int((parts.n_cells * (4 * parts.n_columns + 8))[has_table].sum())


def _picked(parts: Parts, is_picked: Any) -> Parts:
    return Parts(*(one[is_picked] for one in parts))
