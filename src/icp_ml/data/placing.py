"""Place each scored row within the whole list, which is known only once all of it has streamed by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import ipc

from icp_ml.data.first_pass import KEY, REASONS, FirstPass
from icp_ml.data.layers import Layers
from icp_ml.data.scored import SCHEMA
from icp_ml.drift import Counts, merged
from icp_ml.features.statistics import Floats
from icp_ml.matching.repeats import repeats_of_earlier
from icp_ml.scoring import (
    SCORED_COLUMNS,
    Cut,
    ListCuts,
    fit_rank,
    list_cuts,
    list_tier,
    midrank_percentile,
    top_cut,
)
from icp_ml.settings import ScoringSettings


@dataclass(frozen=True)
class SegmentList:
    """The list of one segment.

    Attributes
    ----------
    eligible : Path
        Of its scores, sorted; memory-mapped by whoever places a part, so that processes share them.
    cuts : ListCuts
        Where its tiers end.
    top : Cut
        Where the rows end of which it is said what is worth finding out.
    """

    eligible: Path
    cuts: ListCuts
    top: Cut


@dataclass
class Placed:
    """What was counted while the rows were placed; by segment where the list's tiers end, and its drift."""

    n_rows: int = 0
    list_tiers: Counter[str] = field(default_factory=Counter)
    n_exploration: int = 0
    list_cuts: dict[str, list[float]] = field(default_factory=dict)
    counts: dict[str, Counts] = field(default_factory=dict)

    def merge(self, other: Placed) -> None:
        """Add the counts of another part."""
        self.n_rows += other.n_rows
        self.list_tiers.update(other.list_tiers)
        self.n_exploration += other.n_exploration
        for name, counts in other.counts.items():
            self.counts[name] = merged([self.counts[name], counts]) if name in self.counts else counts


def cut_values(lists: Iterable[SegmentList]) -> list[list[float]]:
    """Give score and last place of where A ends, and of where B ends, in each list."""
    return [[*astuple(one.cuts.a), *astuple(one.cuts.b)] for one in lists]


@dataclass(frozen=True)
class Part:
    """A part of the list to be placed.

    Attributes
    ----------
    path : Path
        Of its stored rows.
    start : int
        The place of its first row in the list.
    repeats : mapping of int to str
        The rows that repeat an earlier one, by their place within the part, with the id of that one.
    repeated : frozenset of int
        Of these, those that repeat its very id.
    """

    path: Path
    start: int
    repeats: Mapping[int, str]
    repeated: frozenset[int] = frozenset()


def write_lists(
    first: FirstPass, repeats: Iterable[int], settings: ScoringSettings, folder: Path
) -> tuple[SegmentList, ...]:
    """Sort the scores of each segment's list: of its rows that are neither excluded nor repeats.

    The top counts repeats too: who repeats whom is not known while the rows that may be among it are kept.
    """
    is_allowed = first.eligible & ~np.isnan(first.scores)
    is_eligible = is_allowed.copy()
    is_eligible[list(repeats)] = False
    found = []
    for code in range(len(first.segments)):
        is_here = first.codes == code
        in_list = is_eligible & is_here
        eligible = np.sort(first.scores[in_list])
        place_of = partial(_place_of, first.scores, in_list)
        path = folder / f"eligible_{code}.npy"
        np.save(path, eligible)
        cuts = list_cuts(eligible, settings.list_tiers, place_of)
        top = _top(first.scores, is_allowed & is_here, settings.n_worth_finding)
        found.append(SegmentList(path, cuts, top))
    return tuple(found)


def _top(scores: Floats, in_list: Any, n: int) -> Cut:
    return top_cut(np.sort(scores[in_list]), n, partial(_place_of, scores, in_list))


def _place_of(scores: Floats, in_list: Any, score: float, nth: int) -> int:
    """Give the place of the so manieth row of a score in a list, counted from 1."""
    return int(np.flatnonzero(in_list & (scores == score))[nth - 1])


def parts_of(first: FirstPass, originals: Mapping[int, int]) -> list[Part]:
    """Give the parts with the rows that repeat another."""
    ids: dict[int, str] = {}
    wanted = np.array(sorted(set(originals.values())), dtype=np.int64)
    for path, start, stop in zip(first.paths, first.starts, first.starts[1:], strict=False):
        inside = wanted[np.searchsorted(wanted, start) : np.searchsorted(wanted, stop)]
        if len(inside):
            taken = read_part(path)["account_id"].take(pa.array(inside - start)).to_pylist()
            ids |= dict(zip(inside.tolist(), taken, strict=True))
    repeats: list[dict[int, str]] = [{} for _ in first.paths]
    for at, original in originals.items():
        part = int(np.searchsorted(first.starts, at, side="right")) - 1
        repeats[part][at - int(first.starts[part])] = ids[original]
    same_id = repeats_of_earlier(first.column(f"{KEY}id"))
    repeated = np.array(sorted(same_id), dtype=np.int64)
    cuts = np.searchsorted(repeated, first.starts)
    return [
        Part(path, int(start), found, frozenset((repeated[slice(*cuts[at : at + 2])] - start).tolist()))
        for at, (path, start, found) in enumerate(zip(first.paths, first.starts, repeats, strict=False))
    ]


def place_part(part: Part, lists: tuple[SegmentList, ...], reasons: Layers) -> tuple[pa.Table, Any]:
    """Give the stored rows of a part with ranks, list tiers and duplicates, which need the whole list.

    All are within the row's segment. Percentiles place every row among the eligible ones; ranks, list tiers
    and exploration are for these alone.

    Returns
    -------
    rows : pyarrow.Table
        Of SCHEMA, with the reasons as they are stored; worth_finding is still missing.
    is_top : ndarray of bool, shape (n_rows,)
        Of which rows it is to be said what is worth finding out.
    """
    rows = read_part(part.path)
    told = reasons.rows(rows["reasons_at"].to_numpy(), REASONS.names)
    repeated = [part.repeats.get(at) for at in range(rows.num_rows)] if part.repeats else [None] * len(rows)
    duplicate_of = pa.array(repeated, pa.string())
    is_new = pc.is_null(duplicate_of)
    is_kept = pc.and_(pc.invert(rows["is_excluded"]), pa.chunked_array([is_new], pa.bool_()))
    found, is_top = _placed(rows, part.start, is_kept.to_numpy(), lists)
    found |= {"duplicate_of": duplicate_of, "worth_finding": pa.nulls(rows.num_rows, pa.string())}
    for name, values in [*found.items(), *zip(REASONS.names, told.columns, strict=True)]:
        rows = rows.append_column(name, values)
    at = rows.column_names.index("is_exploration")
    rows = rows.set_column(at, "is_exploration", pc.and_(rows["is_exploration"], is_new))
    fields = [told.field(one) if one in REASONS.names else SCHEMA.field(one) for one in SCORED_COLUMNS]
    return rows.select(list(SCORED_COLUMNS)).cast(pa.schema(fields)), is_top


def _placed(
    rows: pa.Table, start: int, is_kept: Any, lists: tuple[SegmentList, ...]
) -> tuple[dict[str, pa.Array], Any]:
    """Place each row of a part in the list of its segment."""
    scores, codes = rows["rank_score"].to_numpy(), rows["segment_code"].to_numpy()
    places, is_ranked = np.arange(start, start + len(scores)), is_kept & ~np.isnan(scores)
    percentile, rank = np.full(len(scores), np.nan), np.zeros(len(scores), dtype=np.int64)
    tier, is_top = np.full(len(scores), None, dtype=object), np.zeros(len(scores), dtype=bool)
    for code in np.unique(codes).tolist():
        here, of = codes == code, lists[code]
        eligible = np.load(of.eligible, mmap_mode="r")
        percentile[here] = midrank_percentile(scores[here], eligible)
        rank[here] = fit_rank(scores[here], eligible)
        tier[here] = list_tier(scores[here], places[here], is_ranked[here], of.cuts)
        is_top[here] = is_ranked[here] & of.top.holds(scores[here], places[here])
    found = {
        "fit_percentile": pa.array(percentile, pa.float64(), from_pandas=True),
        "fit_rank": pa.array(rank, pa.int64(), mask=~is_ranked),
        "list_tier": pa.array(tier, pa.string()),
    }
    return found, is_top


def read_part(path: Path) -> pa.Table:
    """Read a part's stored rows."""
    with pa.OSFile(str(path)) as source:
        return ipc.open_file(source).read_all()
