"""The page that shows who moved between two lists, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from icp_ml.errors import count
from icp_ml.pages import render
from icp_ml.rescore.moves import MOVES, NOT_LISTED, Changes

KINDS = {"up": "good", "entered": "good", "down": "bad", "left": "bad", "same tier": "open"}
GAP = "–"


@dataclass(frozen=True)
class PageFacts:
    """What the page says beside the movers.

    Attributes
    ----------
    data : str
        Name of the data set.
    today, since : datetime.date
        Days of the two lists.
    notes : sequence of str
        Said above all else, such as that another model scored.
    n_shown : int
        Most movers on the page.
    """

    data: str
    today: date
    since: date
    notes: Sequence[str]
    n_shown: int


def movers_page(changes: Changes, facts: PageFacts) -> str:
    """Write the page: counts from tier to tier, and who moved, to be filtered by move and tier.

    It needs nothing but itself. Where there are more movers than it may show, each way from tier to tier has
    its share of the rows, and those within a tier come last.
    """
    shown = changes.movers.take(pa.array(_shown(changes.movers, facts.n_shown)))
    tiers = changes.counts.columns.to_list()
    has_segments = len(changes.movers["segment"].unique()) > 1
    n_more = len(changes.movers) - len(shown)
    return render(
        "movers.html.j2",
        facts=facts,
        summary=changes.summary(),
        table=_table(changes.counts),
        tiers=tiers,
        moves=[one for one in MOVES if one in set(shown["move"].to_pylist())],
        movers=list(_rows(shown, has_segments)),
        more=count(n_more, "more mover") if n_more else "",
    )


def _shown(rows: pa.Table, n: int) -> Any:
    """Choose rows: in turn the first of each way from tier to tier, then those that stay within one."""
    if len(rows) <= n:
        return np.arange(len(rows))
    ways = [rows[name].combine_chunks().dictionary_encode() for name in ("move", "previous_tier", "tier")]
    codes = pd.DataFrame({at: pc.fill_null(one.indices, -1).to_numpy() for at, one in enumerate(ways)})
    turn = codes.groupby(list(codes), sort=False).cumcount().to_numpy()
    stays = pc.equal(rows["move"], "same tier").to_numpy().astype(bool)
    return np.sort(np.lexsort((np.arange(len(rows)), turn, stays))[:n])


def _table(counts: pd.DataFrame) -> Iterator[Mapping[str, Any]]:
    """Give the rows of the table from tier to tier; who stays in a tier is no move."""
    moved = counts.to_numpy() * (1 - np.eye(len(counts), dtype=np.intp))
    for at, tier in enumerate(counts.index):
        cells = [(to, None if to == tier else int(n)) for to, n in zip(counts, moved[at], strict=True)]
        yield {"name": tier, "tier": tier, "cells": cells, "total": int(moved[at].sum())}
    came = [(to, int(n)) for to, n in zip(counts, moved.sum(axis=0), strict=True)]
    yield {"name": "all", "tier": "", "cells": came, "total": int(moved.sum())}


def _rows(shown: pa.Table, has_segments: bool) -> Iterator[Mapping[str, Any]]:
    for one in shown.to_pylist():
        about = [one["account_id"], *([one["segment"]] if has_segments else [])]
        yield {
            "name": one["name"] or one["account_id"],
            "about": ", ".join(filter(None, about)),
            "move": one["move"],
            "kind": KINDS[one["move"]],
            "before": one["previous_tier"] or NOT_LISTED,
            "after": one["tier"] or NOT_LISTED,
            "list_tiers": _from_to(one["previous_list_tier"], one["list_tier"]),
            "scores": _from_to(_score(one, "previous_"), _score(one, "")),
            "why": one["why"] or "",
        }


def _from_to(before: str | None, after: str | None) -> str:
    if before == after:
        return before or GAP
    return f"{before or GAP} → {after or GAP}"


def _score(mover: Mapping[str, Any], when: str) -> str | None:
    share = mover["previous_probability" if when else "fit_probability"]
    points = mover["previous_points" if when else "rubric_points"]
    if share is not None and not np.isnan(share):
        return f"{100 * share:.1f} %"
    is_missing = points is None or np.isnan(points)
    return None if is_missing else f"{points:.4g} {'point' if points == 1 else 'points'}"
