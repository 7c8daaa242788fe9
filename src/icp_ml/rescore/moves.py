"""Who moved between two lists: which accounts changed tier, came or went, and which models scored them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from icp_ml.features.statistics import Codes
from icp_ml.rescore.entries import ENTRY

MOVES = ("entered", "left", "up", "down", "same tier")
NOT_LISTED = "not in the list"
LISTED = (
    *("account_id", "name", "segment", "move", "previous_tier", "tier", "previous_list_tier", "list_tier"),
    *("previous_probability", "fit_probability", "change", "change_time", "change_data", "change_model"),
    *("moved_by", "why", "previous_points", "rubric_points", "previous_scored_at"),
)
OWN = {"move": pa.string(), "change": pa.float64()}
MOVER = pa.schema([pa.field(one, OWN[one]) if one in OWN else ENTRY.field(one) for one in LISTED])
"""One mover: `ENTRY` with move, one of MOVES, and change, in probability; missing where one side has none."""
SORTED_BY = (
    *("change", "fit_probability", "previous_probability", "rubric_points", "previous_points"),
    *("account_id", "segment"),
)
ROUNDING = 1e-12  # 0.35 - 0.30 is a hair below 0.05


@dataclass(frozen=True)
class Changes:
    """What moved between two lists; an account counts once for each of its segments.

    Attributes
    ----------
    movers : pyarrow.Table
        Of MOVER, largest change first; who came or went follows, the highest score first.
    counts : pandas.DataFrame
        Entries from tier (index) to tier (columns), in the order of the tiers, then NOT_LISTED. Who stands
        where he stood is counted only where his score is another one.
    n_compared, n_entered, n_left, n_moved : int
        Accounts in both lists, new ones, gone ones, and those that changed tier.
    has_segments : bool
        Whether there are several, so that these are scores: an account may have more than one.
    """

    movers: pa.Table
    counts: pd.DataFrame
    n_compared: int
    n_entered: int
    n_left: int
    n_moved: int
    has_segments: bool = False

    @property
    def counted(self) -> str:
        """Name what is counted."""
        return "score" if self.has_segments else "account"

    def summary(self) -> str:
        """Say the counts in one line."""
        what = "scores (one for each segment of an account)" if self.has_segments else "accounts"
        return (
            f"{self.n_moved:,} of {self.n_compared:,} {what} changed tier, "
            f"{self.n_entered:,} are new, {self.n_left:,} are gone"
        )


def movers(
    entries: pa.Table, tiers: Sequence[str], min_change: float, n_compared: int, n_segments: int = 1
) -> Changes:
    """List the accounts that changed tier, came or went, or moved by at least `min_change` within a tier.

    An account is compared within its segment: one that another segment covers now has left and entered. No
    Python object is made of a row: on the day that a model changes, all of them are here.

    Parameters
    ----------
    entries : pyarrow.Table
        Of `ENTRY`: one cycle's.
    tiers : sequence of str
        From best to worst.
    min_change : float
        In probability.
    n_compared : int
        Accounts in both lists, most of which have no entry.
    n_segments : int
        Of the list; those of the entries may be others, which are gone.
    """
    before, after = (_places(entries, name, tiers) for name in ("previous_tier", "tier"))
    move = _moves(entries["event"], before, after)
    change = _number(pc.subtract(entries["fit_probability"], entries["previous_probability"]))
    is_large = np.abs(change.to_numpy(zero_copy_only=False)) >= min_change - ROUNDING
    listed = np.flatnonzero((move != MOVES.index("same tier")) | is_large)
    named = pa.DictionaryArray.from_arrays(pa.array(move), pa.array(MOVES)).cast(pa.string())
    whole = entries.append_column("move", named).append_column("change", change)
    n_of = dict(zip(MOVES, np.bincount(move, minlength=len(MOVES)).tolist(), strict=True))
    return Changes(
        _by_size(whole, listed).cast(MOVER),
        _counts(before, after, tiers),
        n_compared,
        n_of["entered"],
        n_of["left"],
        n_of["up"] + n_of["down"],
        max(n_segments, len(pc.unique(entries["segment"]))) > 1,
    )


def model_changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Say of each segment whether another model scored it, and what that changes of the meaning.

    Parameters
    ----------
    before, now : mapping of segment to facts
        Two manifests' segments: model_version, and kind, estimates and best in words.
    """
    said = []
    for name in (one for one in now if one in before):
        if now[name]["model_version"] == before[name]["model_version"]:
            continue
        line = f"the model changed from {_named(before[name])} to {_named(now[name])}"
        for fact, words in (("estimates", "it now estimates"), ("best", "best is now")):
            if now[name][fact] != before[name][fact]:
                line += f"; {words} {now[name][fact]}, before {before[name][fact]}"
        said.append(line if len(now) == 1 else f"{name}: {line}")
    said += [f"{name}: new in this list, by {_named(now[name])}" for name in now if name not in before]
    return said + [f"{name}: in the last list, not in this one" for name in before if name not in now]


def _named(facts: Mapping[str, Any]) -> str:
    return f"{facts['model_version']} ({facts['kind'].replace('_', ' ')})"


def _places(entries: pa.Table, name: str, tiers: Sequence[str]) -> Codes:
    """Give the place of each row's tier among the tiers, behind them where it has none."""
    found = pc.fill_null(pc.index_in(entries[name], value_set=pa.array(tiers)), len(tiers))
    return np.asarray(found.to_numpy(), dtype=np.intp)


def _moves(event: Any, before: Codes, after: Codes) -> Codes:
    """Give each row's move as its place in MOVES."""
    is_new, is_gone = (pc.equal(event, one).to_numpy().astype(bool) for one in ("new", "gone"))
    return np.select([is_new, is_gone, after < before, after > before], [0, 1, 2, 3], 4).astype(np.int8)


def _counts(before: Codes, after: Codes, tiers: Sequence[str]) -> pd.DataFrame:
    names, n = [*tiers, NOT_LISTED], len(tiers) + 1
    found = np.bincount(before * n + after, minlength=n * n).reshape(n, n)
    return pd.DataFrame(found, index=names, columns=names)


def _number(values: Any) -> Any:
    """Give numbers in one piece, a gap for what is none."""
    whole = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
    return pc.if_else(pc.is_nan(whole), pa.scalar(None, pa.float64()), whole)


def _by_size(whole: pa.Table, listed: Codes) -> pa.Table:
    """Give the listed rows, the largest change first: in points where there is no probability.

    The other columns are copied once, in their final order: they are large.
    """
    rows = whole.select([*SORTED_BY]).take(pa.array(listed))
    points = _number(pc.abs(pc.subtract(rows["rubric_points"], rows["previous_points"])))
    held = [_number(rows[name]) for name in ("fit_probability", "previous_probability")]
    keys = {"size": pc.abs(rows["change"]), "points": points, "held": pc.coalesce(*held)}
    has_size = pc.is_valid(pc.coalesce(keys["size"], points))
    keys["held"] = pc.if_else(has_size, pa.scalar(None, pa.float64()), keys["held"])
    sorted_by = pa.table({**keys, "account_id": rows["account_id"], "segment": rows["segment"]})
    order = [*((name, "descending") for name in keys), ("account_id", "ascending"), ("segment", "ascending")]
    places = listed[pc.sort_indices(sorted_by, sort_keys=order).to_numpy()]
    return whole.select(LISTED).take(pa.array(places))
