"""Place each scored row within the whole list, which is known only once all of it has streamed by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import ipc

from icp_ml.data.first_pass import FirstPass
from icp_ml.data.scored import SCHEMA
from icp_ml.features.statistics import Floats
from icp_ml.scoring import SCORED_COLUMNS, midrank_percentile


@dataclass(frozen=True)
class Placing:
    """What a row's place depends on: the sorted scores of each segment's eligible rows, as files.

    Memory-mapped by whoever places a part, so that processes share them.
    """

    eligible: tuple[Path, ...]


def write_placing(first: FirstPass, repeats: Iterable[int], folder: Path) -> Placing:
    """Sort the scores of new accounts: percentiles are over these, neither customers nor repeats."""
    is_eligible = first.eligible.copy()
    is_eligible[list(repeats)] = False
    is_eligible &= ~np.isnan(first.scores)
    paths = []
    for code in range(len(first.segments)):
        paths.append(folder / f"eligible_{code}.npy")
        np.save(paths[-1], np.sort(first.scores[is_eligible & (first.codes == code)]))
    return Placing(tuple(paths))


def repeats_by_part(first: FirstPass, originals: Mapping[int, int]) -> list[dict[int, str]]:
    """Give each part the rows that repeat another, by their place within it, with the other's id."""
    ids: dict[int, str] = {}
    wanted = np.array(sorted(set(originals.values())), dtype=np.int64)
    for path, start, stop in zip(first.paths, first.starts, first.starts[1:], strict=False):
        inside = wanted[np.searchsorted(wanted, start) : np.searchsorted(wanted, stop)]
        if len(inside):
            taken = read_part(path)["account_id"].take(pa.array(inside - start)).to_pylist()
            ids |= dict(zip(inside.tolist(), taken, strict=True))
    found: list[dict[int, str]] = [{} for _ in first.paths]
    for at, original in originals.items():
        part = int(np.searchsorted(first.starts, at, side="right")) - 1
        found[part][at - int(first.starts[part])] = ids[original]
    return found


def place_part(placing: Placing, path: Path, repeats: Mapping[int, str]) -> pa.Table:
    """Give the stored rows of a part with percentile and duplicates, which need the whole list.

    Both are within the row's segment.

    Parameters
    ----------
    placing : Placing
    path : Path
        Of the part.
    repeats : mapping of int to str
        As of `repeats_by_part`.
    """
    rows = read_part(path)
    scores, codes = rows["rank_score"].to_numpy(), rows["segment_code"].to_numpy()
    duplicate_of = [repeats.get(at) for at in range(rows.num_rows)] if repeats else [None] * rows.num_rows
    percentile = _percentiles(scores, codes, placing.eligible)
    rows = rows.append_column("fit_percentile", pa.array(percentile, pa.float64(), from_pandas=True))
    rows = rows.append_column("duplicate_of", pa.array(duplicate_of, pa.string()))
    for name in ("fit_rank", "list_tier", "worth_finding"):
        rows = rows.append_column(name, pa.nulls(rows.num_rows, SCHEMA.field(name).type))
    return rows.select(list(SCORED_COLUMNS)).cast(SCHEMA)


def read_part(path: Path) -> pa.Table:
    """Read a part's stored rows."""
    with pa.OSFile(str(path)) as source:
        return ipc.open_file(source).read_all()


def _percentiles(scores: Floats, codes: Any, eligible: Sequence[Path]) -> Floats:
    """Place each score among those of its segment."""
    percentile = np.full(len(scores), np.nan)
    for code in np.unique(codes).tolist():
        is_here = codes == code
        percentile[is_here] = midrank_percentile(scores[is_here], np.load(eligible[code], mmap_mode="r"))
    return percentile
