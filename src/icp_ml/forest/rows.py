"""Rows through the forest: their bins, then for each part the cell they are in, and what stands there."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from icp_ml.forest.cuts import Bins, Cuts, put_into_bins
from icp_ml.forest.jit import compiled
from icp_ml.forest.paths import Paths, follow_paths
from icp_ml.forest.tables import Explained, Floats32, Tables
from icp_ml.forest.trees import Floats

BLOCK = 1024  # rows at a time: their bins and sums stay in the core's own cache
SUMMED = 256


class Compiled(NamedTuple):
    """All that a row needs.

    Attributes
    ----------
    cuts : Cuts
    tables : Tables
    paths : Paths
        Leaves without a table.
    """

    cuts: Cuts
    tables: Tables
    paths: Paths


@compiled
def explain(columns: Floats, forest: Compiled, first: int, explained: Explained) -> None:
    """Score and explain rows; each by itself, whatever its neighbours.

    Parameters
    ----------
    columns : ndarray of float64, shape (n_columns, n_rows)
    forest : Compiled
    first : int
        Where the rows stand in `explained`.
    explained : Explained
        Zeros; added to.
    """
    bins = np.empty((len(forest.cuts.feature), BLOCK), dtype=forest.tables.cut.dtype)
    for start in range(0, columns.shape[1], BLOCK):
        n_rows = min(BLOCK, columns.shape[1] - start)
        put_into_bins(columns, start, n_rows, forest.cuts, bins)
        look_up(bins, forest.tables, first + start, first + start + n_rows, explained)
        follow_paths(bins, forest.paths, first + start, first + start + n_rows, explained)


@compiled
def look_up(bins: Bins, tables: Tables, start: int, stop: int, explained: Explained) -> None:
    """Add what every table holds for the rows from start to before stop."""
    n_groups, n_rows = len(explained.contributions), stop - start
    sums, cell = np.zeros((n_groups, n_rows), dtype=np.float32), np.zeros(n_rows, dtype=np.uint16)
    totals = np.zeros((n_groups, n_rows))
    for part in range(len(tables.booster)):
        find_cells(bins, tables, part, cell)
        value = tables.value[tables.first_cell[part] : tables.first_cell[part + 1]]
        log_odds = explained.log_odds[tables.booster[part], start:stop]
        for row in range(n_rows):
            log_odds[row] += value[cell[row]]
        if n_groups == 0:
            continue
        entry = tables.first_entry[part]
        for column in range(tables.first_column[part], tables.first_column[part + 1]):
            entries, summed = tables.entry[entry : entry + len(value)], sums[tables.group[column]]
            entry += len(value)
            for row in range(n_rows):
                summed[row] += entries[cell[row]]
        if (part + 1) % SUMMED == 0:
            move(sums, totals)
    move(sums, totals)
    for group in range(n_groups):
        for row in range(n_rows):
            explained.contributions[group, start + row] += totals[group, row]


@compiled
def move(sums: Floats32, totals: Floats) -> None:
    """Add sums to totals, and begin them anew."""
    for group in range(len(sums)):
        for row in range(sums.shape[1]):
            totals[group, row] += sums[group, row]
            sums[group, row] = 0.0


@compiled
def find_cells(bins: Bins, tables: Tables, part: int, cell: Bins) -> None:
    """Find each row's cell in the grid of a part."""
    cell[:] = 0
    for step in range(tables.first_step[part], tables.first_step[part + 1]):
        found, cut, stride = bins[tables.feature[step]], tables.cut[step], tables.stride[step]
        for row in range(len(cell)):
            cell[row] += stride if found[row] > cut else np.uint16(0)
