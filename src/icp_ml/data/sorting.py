"""Sort a scored list of any length by fit: sorted runs on disk, merged range by range."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import ipc

from icp_ml.data.forms import gathered

CODE = "code_"
RUNS = ".runs"
CHUNK_ROWS = 2_000  # of a run, read at once
SAMPLED = 100  # one code in so many says where the ranges begin
SIGN = np.uint64(1 << 63)
UNKNOWN, LAST = np.uint64(2**64 - 2), np.uint64(2**64 - 1)
Codes = Any  # ndarray of uint64


def by_fit(tables: Iterable[pa.Table], folder: Path, sort_rows: int) -> Iterator[pa.Table]:
    """Give the rows of a scored list by fit, ties in the order of the list.

    New accounts come first, by probability (points, where a rubric gives none) from high to low, those
    without a score after them; customers, duplicates and excluded accounts are last, in the order of the
    list. Memory holds about twice `sort_rows` rows, and one score in a hundred.

    Parameters
    ----------
    tables : iterable of pyarrow.Table
        Placed rows in the order of the list, as `place_rows` gives them.
    folder : Path
        Where the runs are kept meanwhile; as large as the list, compressed.
    sort_rows : int
        Rows sorted in memory at once, and a batch more.
    """
    runs_folder = folder / RUNS
    runs_folder.mkdir(parents=True)
    try:
        runs, samples = [], []
        for number, table in enumerate(gathered(tables, sort_rows)):
            codes, rows = _sorted(table.append_column(CODE, pa.array(_codes(table))))
            runs.append(_Run(runs_folder / f"{number}.arrow", rows))
            samples.append(codes[SAMPLED // 2 :: SAMPLED])
        yield from _merged(runs, _splitters(samples, sort_rows))
    finally:
        shutil.rmtree(runs_folder, ignore_errors=True)


class _Run:
    """Sorted rows on disk, and how many of them were given."""

    def __init__(self, path: Path, rows: pa.Table) -> None:
        self._path = path
        self._n_given = 0
        with ipc.new_file(path, rows.schema, options=ipc.IpcWriteOptions(compression="lz4")) as stream:
            stream.write_table(rows, max_chunksize=CHUNK_ROWS)

    def up_to(self, bound: Any, side: Literal["left", "right"]) -> Iterator[pa.Table]:
        """Give the next rows with codes below a bound, or with it where the side is right."""
        with ipc.open_file(self._path) as stored:
            for number in range(self._n_given // CHUNK_ROWS, stored.num_record_batches):
                start = self._n_given - number * CHUNK_ROWS
                ahead = pa.Table.from_batches([stored.get_batch(number)]).slice(start)
                n = int(np.searchsorted(ahead[CODE].to_numpy(), bound, side))
                self._n_given += n
                if n:
                    yield ahead.slice(0, n)
                if n < len(ahead):
                    return


def _codes(table: pa.Table) -> Codes:
    """Turn what rows are sorted by into whole numbers of the same order: low is first."""
    score = pc.coalesce(table["fit_probability"], table["rubric_points"]).to_numpy().astype(np.float64) + 0.0
    bits = score.view(np.uint64)  # IEEE 754: positive numbers are ordered as their bits are
    rising = np.where(bits & SIGN, ~bits, bits | SIGN)
    codes = np.where(np.isnan(score), UNKNOWN, ~rising)
    flags = [pc.fill_null(table[name], False) for name in ("is_customer", "is_excluded")]
    is_other = pc.or_(pc.or_(*flags), pc.is_valid(table["duplicate_of"]))
    return np.where(is_other.to_numpy(), LAST, codes)


def _sorted(keyed: pa.Table) -> tuple[Codes, pa.Table]:
    codes = keyed[CODE].to_numpy()
    order = np.argsort(codes, kind="stable")
    return codes[order], keyed.take(pa.array(order))


def _splitters(samples: list[Codes], sort_rows: int) -> list[Any]:
    """Choose codes with about `sort_rows` rows from each to the next, and the last of all."""
    every = np.sort(np.concatenate([*samples, np.empty(0, np.uint64)]))
    step = max(sort_rows // SAMPLED, 1)
    return [*np.unique(every[step::step][every[step::step] < LAST]), LAST]


def _merged(runs: list[_Run], splitters: list[Any]) -> Iterator[pa.Table]:
    """Sort the rows between two splitters in memory; pass those of a splitter on as they lie.

    Runs follow each other in the list, so rows of one code are in order already: that a model gives half of
    the list one score costs no memory.
    """
    for splitter in splitters:
        yield from _between([part for run in runs for part in run.up_to(splitter, "left")])
        for run in runs:
            yield from (part.drop_columns([CODE]) for part in run.up_to(splitter, "right"))


def _between(parts: list[pa.Table]) -> Iterator[pa.Table]:
    if parts:
        _, rows = _sorted(pa.concat_tables(parts))
        whole = rows.drop_columns([CODE])
        for start in range(0, len(whole), CHUNK_ROWS):
            yield whole.slice(start, CHUNK_ROWS)
