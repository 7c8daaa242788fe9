"""Place each scored row within the whole list, which is known only once all of it has streamed by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import ipc

from icp_ml.data.scored import REASONS, SCHEMA
from icp_ml.features.statistics import Floats
from icp_ml.matching.keys import ROW_KEYS, SPREAD, Keys
from icp_ml.scoring import OF_THE_LIST, SCORED_COLUMNS, midrank_percentile

KEY = "key_"
"""What the names of stored keys begin with; they differ between segments where rows are compared by them."""

COMPARED_BY = ("id", "domain", "registration_id", "name")
STORED = [one for one in SCHEMA if one.name not in OF_THE_LIST]
FIRST_PASS = pa.schema([*STORED, *(pa.field(KEY + name, pa.uint64()) for name in ROW_KEYS)])


@dataclass
class FirstPass:
    """The scored rows with their keys on disk, and 11 bytes of each in memory for what only the list knows.

    Attributes
    ----------
    scores, eligible, codes : list of ndarray
        One array a batch: what rows are ranked by, whether a row is of a new account, and the number of its
        segment.
    segments : dict of str to int
        The number of each segment.
    tiers : dict of str to Counter of str
        Rows of each tier, by segment.
    customers : Counter of str
        Rows of customers, by what these were recognised by.
    """

    path: Path
    scores: list[Floats] = field(default_factory=list)
    eligible: list[Any] = field(default_factory=list)
    codes: list[Any] = field(default_factory=list)
    segments: dict[str, int] = field(default_factory=dict)
    tiers: dict[str, Counter[str]] = field(default_factory=dict)
    customers: Counter[str] = field(default_factory=Counter)

    @property
    def n_rows(self) -> int:
        """How many rows were stored."""
        return sum(len(part) for part in self.scores)

    @property
    def n_customers(self) -> int:
        """How many rows are of customers."""
        return self.customers.total()

    def add(self, scored: pd.DataFrame) -> Any:
        """Keep what the whole list needs of a batch; give the numbers of its rows' segments."""
        for name, tiers in scored.groupby("segment", sort=False)["tier"]:
            self.segments.setdefault(str(name), len(self.segments))
            self.tiers.setdefault(str(name), Counter()).update(tiers)
        codes = scored["segment"].map(self.segments).to_numpy(dtype=np.uint16)

        self.scores.append(
            scored["rank_score"].to_numpy(dtype=np.float64, copy=True)
        )  # a view keeps the batch
        self.eligible.append(~scored["is_customer"].to_numpy(dtype=bool))
        self.codes.append(codes)
        self.customers.update(scored.loc[scored["is_customer"], "recognised_by"])
        return codes


def write_first_pass(batches: Iterable[tuple[pd.DataFrame, pd.DataFrame]], path: Path) -> FirstPass:
    """Store scored batches as they come.

    Parameters
    ----------
    batches : iterable of (scored, keys)
        Scored rows with segment, is_customer, recognised_by, model_version and scored_at, ranked by
        rank_score; and their keys, as `match_keys` gives them.
    path : Path
        An Arrow file to make.
    """
    found = FirstPass(path)
    with ipc.new_file(path, FIRST_PASS) as stream:
        for scored, keys in batches:
            codes = found.add(scored)
            stream.write_batch(_arrow(scored, keys, codes))
    return found


def place_rows(first: FirstPass, originals: Mapping[int, int]) -> Iterator[pa.Table]:
    """Give the stored batches again with percentile and duplicates, which need the whole list.

    Both are within the row's segment. Percentiles are over eligible rows: neither customers nor repeats of an
    earlier row.

    Parameters
    ----------
    originals : mapping of int to int
        The place of each repeat, and of the row that it repeats.
    """
    eligible = _eligible_scores(first, originals)
    wanted = set(originals.values())
    seen: dict[int, str] = {}
    start = 0
    with ipc.open_file(first.path) as stored:
        for number, (scores, codes) in enumerate(zip(first.scores, first.codes, strict=True)):
            rows = pa.Table.from_batches([stored.get_batch(number)])
            places = range(start, start + rows.num_rows)
            ids = rows["account_id"]
            seen |= {at: ids[at - start].as_py() for at in wanted.intersection(places)}
            duplicate_of = [seen[originals[at]] if at in originals else None for at in places]
            percentile = _percentiles(scores, codes, eligible)
            rows = rows.append_column("fit_percentile", pa.array(percentile, pa.float64(), from_pandas=True))
            rows = rows.append_column("duplicate_of", pa.array(duplicate_of, pa.string()))
            for name in ("fit_rank", "list_tier", "worth_finding"):
                rows = rows.append_column(name, pa.nulls(rows.num_rows, SCHEMA.field(name).type))
            yield rows.select(list(SCORED_COLUMNS)).cast(SCHEMA)
            start = places.stop


def _keys_within(keys: Keys, codes: Any) -> Keys:
    """Let the same account in two segments be two, and the unknown stay unknown."""
    return np.where(keys == 0, keys, keys + codes * SPREAD)


def _arrow(scored: pd.DataFrame, keys: pd.DataFrame, codes: Any) -> pa.RecordBatch:
    nothing = [None] * len(scored)
    columns = {one.name: scored.get(one.name, nothing) for one in STORED}
    columns |= {KEY + name: keys[name].to_numpy() for name in ROW_KEYS}
    columns |= {KEY + name: _keys_within(columns[KEY + name], codes) for name in COMPARED_BY}
    for name in ("reasons_for", "reasons_against"):
        columns[name] = pa.array(
            [[{"attribute": a, "words": w, "contribution": c} for a, w, c in row] for row in scored[name]],
            REASONS,
        )
    arrays = [pa.array(columns[one.name], one.type, from_pandas=True) for one in FIRST_PASS]
    whole = [one.combine_chunks() if isinstance(one, pa.ChunkedArray) else one for one in arrays]
    return pa.RecordBatch.from_arrays(whole, schema=FIRST_PASS)  # one batch in, one batch out


def _joined(parts: list[Any], dtype: Any) -> Any:
    return np.concatenate(parts) if parts else np.empty(0, dtype=dtype)


def _eligible_scores(first: FirstPass, repeats: Iterable[int]) -> list[Floats]:
    """Give the scores of new accounts, sorted, for each segment by its number."""
    is_eligible = _joined(first.eligible, np.bool_)
    is_eligible[list(repeats)] = False
    starts = np.cumsum([0, *(len(part) for part in first.scores)])
    found = []
    for code in first.segments.values():
        parts = [
            scores[is_eligible[start:][: len(scores)] & (codes == code) & ~np.isnan(scores)]
            for scores, codes, start in zip(first.scores, first.codes, starts, strict=False)
        ]
        eligible = _joined(parts, np.float64)
        eligible.sort()
        found.append(eligible)
    return found


def _percentiles(scores: Floats, codes: Any, eligible: list[Floats]) -> Floats:
    """Place each score among those of its segment."""
    percentile = np.full(len(scores), np.nan)
    for code in np.unique(codes).tolist():
        is_here = codes == code
        percentile[is_here] = midrank_percentile(scores[is_here], eligible[code])
    return percentile
