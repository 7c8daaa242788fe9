"""Say in one line for a salesperson why an account's score or tier is another one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from icp_ml.features.statistics import Known
from icp_ml.rescore.brought import LEAST_SAID, Looks, change_words
from icp_ml.rescore.entries import STEPS
from icp_ml.rescore.walking import Walk
from icp_ml.scoring import LIST_TIERS, TIERS, encode

if TYPE_CHECKING:
    from icp_ml.rescore.splitting import Compared, Side

OTHER_SCALE = {False: "points before, a probability now", True: "a probability before, points now"}
N_LETTERS = 4
"""Of a model's digest."""
MONTH, YEAR = 28, 365
"""In days, from which on an age is said in these."""


def why(compared: Compared, walk: Walk, n_threads: int) -> list[str | None]:
    """Say what each step did to each row, in the order of the steps; None where none did anything.

    Parameters
    ----------
    compared : Compared
    walk : Walk
    n_threads : int

    Returns
    -------
    list of (str or None)
        "Employees 120 to 340 (+0.35); technologies: now BigQuery (+0.21). Others rose."
    """
    moved = walk.moved()
    said = {
        "time": _time(compared, moved["time"], n_threads),
        "data": _data(compared, moved["data"], n_threads),
        "model": _model(compared, moved["model"]),
        "thresholds": _thresholds(compared, walk, moved["thresholds"]),
        "list": _list(walk, moved["list"]),
        "rules": _rules(walk, moved["rules"]),
    }
    return [_line(parts) for parts in zip(*(said[step] for step in STEPS), strict=True)]


def _line(parts: Iterable[str]) -> str | None:
    return ". ".join(f"{one[:1].upper()}{one[1:]}" for one in parts if one) or None


def _time(compared: Compared, moved: Known, n_threads: int) -> list[str]:
    """Say what grew older: "a month older: last funding (-0.04)"."""
    before, now = compared.before, compared.now
    told = np.abs(compared.time) >= LEAST_SAID
    days = pd.to_datetime(before.rows["scored_at"]).reset_index(drop=True)
    said, elapsed = [""] * len(moved), (compared.today - days).dt.days.tolist()
    for at in np.flatnonzero(moved | told).tolist():
        said[at] = _older(elapsed[at])
    is_same = before.texts("input_digest") == now.texts("input_digest")
    for side, rows in ((now, np.flatnonzero(told & is_same)), (before, np.flatnonzero(told & ~is_same))):
        if len(rows) == 0:
            continue
        accounts = side.accounts.iloc[rows].reset_index(drop=True)
        then = days.iloc[rows].reset_index(drop=True)
        seen = [encode(before.model, accounts, day) for day in (then, compared.today)]
        words = change_words(Looks(before.model, *seen), n_threads, False)
        for at, one in zip(rows.tolist(), words, strict=True):
            said[at] += f": {one}" if one else ""
    return said


def _older(days: int) -> str:
    for length, name in ((YEAR, "year"), (MONTH, "month"), (1, "day")):
        n = round(days / 30.4) if name == "month" else days // length
        if days >= length:
            return f"{n} {name}s older" if n > 1 else f"a {name} older"
    return "older"


def _data(compared: Compared, moved: Known, n_threads: int) -> list[str]:
    """Say what is known otherwise: "employees 120 to 340 (+0.35)"."""
    told = np.abs(compared.data) >= LEAST_SAID
    rows, said = np.flatnonzero(told), [""] * len(moved)
    for at in np.flatnonzero(moved | told).tolist():
        said[at] = "its data changed"
    if len(rows) == 0:
        return said
    model, sides = compared.before.model, (compared.before, compared.now)
    seen = [encode(model, side.accounts.iloc[rows].reset_index(drop=True), compared.today) for side in sides]
    for at, words in zip(rows.tolist(), change_words(Looks(model, *seen), n_threads, True), strict=True):
        said[at] = words or said[at]
    return said


def _model(compared: Compared, moved: Known) -> Iterator[str]:
    """Say that another model scored, where that changed anything."""
    before, now = compared.before, compared.now
    versions = [side.model.version for side in (before, now)]
    first, last = (f"{one[:N_LETTERS]}…" for one in versions)
    words = f"another model ({first} → {last})"
    if not compared.is_same_scale:
        words += f": {OTHER_SCALE[now.is_points]}, not to be compared"
        return (words for _ in moved)
    change = now.numbers("score") - compared.after_data.score
    did = (moved | (np.abs(change) >= LEAST_SAID)) & (versions[0] != versions[1])
    return (words if one else "" for one in did.tolist())


def _thresholds(compared: Compared, walk: Walk, moved: Known) -> Iterator[str]:
    """Say which cut-off put a row into another tier: "Best fit now begins at 0.41 (0.39)"."""
    said: dict[tuple[str, str], str] = {}
    pairs = zip(walk.tiers["model"], walk.tiers["thresholds"], strict=True)
    for pair, is_moved in zip(pairs, moved.tolist(), strict=True):
        if is_moved and pair not in said:
            said[pair] = _cut_words(compared.before, compared.now, pair)
        yield said[pair] if is_moved else ""


def _cut_words(before: Side, now: Side, pair: tuple[str, str]) -> str:
    old, new = before.model.tiers, now.model.tiers
    best, good, _, insufficient = TIERS
    if insufficient in pair:
        return f"{_share(new.min_completeness)} must be known now ({_share(old.min_completeness)})"
    tier = best if best in pair else good
    ends = (one.best_fit if tier == best else one.good_fit for one in (old, new))
    first, last = ("nowhere" if np.isinf(one) else f"{one:.3g}" for one in ends)
    return f"{tier} now begins at {last} ({first})"


def _share(share: float) -> str:
    return f"{100 * share:.0f} %"


def _list(walk: Walk, moved: Known) -> Iterator[str]:
    """Say what the others did where they moved a row within the list; of one out of the list, nothing."""
    place = {tier: at for at, tier in enumerate(LIST_TIERS)}
    rows = zip(walk.list_score, walk.list_list, walk.now["list_tier"], moved.tolist(), strict=True)
    for first, last, listed, is_moved in rows:
        is_said = is_moved and listed is not None and first is not None
        yield "" if not is_said else "others rose" if place[last] > place[first] else "others fell"


def _rules(walk: Walk, moved: Known) -> Iterator[str]:
    """Name the rule that holds now and did not, that no longer holds, or that does otherwise."""
    rows = zip(walk.before["rule"], walk.now["rule"], moved.tolist(), strict=True)
    for old, new, is_moved in rows:
        if old == new and not is_moved:
            yield ""
        elif new is None:
            yield f"no longer rule {old}"
        else:
            yield f"rule {new}" if old is None or old == new else f"rule {new}, no longer {old}"
