"""Check after each night that ledger, list and heartbeat agree, by a book kept beside the product."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from pyarrow import parquet

from benchmarks.soak.world import Day

RESCORED = Path("var/rescored/demo")
BOOK = Path("book")
STANDING, LISTS = BOOK / "standing", BOOK / "lists"
KEY = ["account_id", "segment"]
STOOD = [
    "name", "fit_probability", "rubric_points", "tier", "model_tier", "list_tier", "rule", "is_customer",
    "is_excluded", "model_version",
]  # fmt: skip
BEFORE = {
    "previous_probability": "fit_probability",
    "previous_points": "rubric_points",
    "previous_score": "score",
    "previous_tier": "tier",
    "previous_list_tier": "list_tier",
}
PARTS = ["change_time", "change_data", "change_model"]
ROUNDING = 1e-9
"""Of a sum of log-odds."""


@dataclass(frozen=True)
class Night:
    """What a night left: its facts, its entries, its list, and what stood before it."""

    day: Day
    facts: dict[str, Any]
    entries: pd.DataFrame
    scored: pd.DataFrame
    stood: pd.DataFrame


def read_night(day: Day) -> Night:
    """Read it from the newest list, and from the ledger what it took of it."""
    latest = RESCORED / "latest"
    facts = json.loads((latest / "cycle/cycle.json").read_text())
    entries = parquet.read_table(RESCORED / "ledger" / f"cycle={facts['cycle']}" / "entries.parquet")
    scored = parquet.read_table(latest / "scored.parquet", columns=[*KEY, *STOOD])
    before = standing_of(facts["number"] - 1)
    stood = entries.to_pandas().iloc[:0] if before is None else parquet.read_table(before).to_pandas()
    return Night(day, facts, entries.to_pandas(), scored.to_pandas().drop_duplicates(KEY), stood)


def faults(night: Night) -> Iterator[str]:
    """Give all that is wrong."""
    yield from _chain_faults(night)
    yield from _event_faults(night)
    yield from _sum_faults(night)
    yield from _day_faults(night)
    yield from _folder_faults(night.day)
    now = standing_after(night)
    if not same(now[[*KEY, *STOOD]], night.scored):
        yield f"the ledger's standing is not the list: {_first_difference(now, night.scored)}"


def standing_after(night: Night) -> pd.DataFrame:
    """Put the entries of a night in the place of those that stood."""
    touched = pd.MultiIndex.from_frame(night.entries[KEY])
    kept = night.stood.loc[~pd.MultiIndex.from_frame(night.stood[KEY]).isin(touched)]
    added = night.entries.loc[night.entries["event"] != "gone"]
    rows = [one for one in (kept, added) if len(one)]
    return pd.concat(rows).sort_values(KEY, ignore_index=True) if rows else night.stood


def same(one: pd.DataFrame, other: pd.DataFrame) -> bool:
    """Compare to the last bit, gaps alike, whatever the order."""
    ours, theirs = (rows.sort_values(KEY, ignore_index=True).astype(object) for rows in (one, other))
    columns = list(ours.columns)
    ours, theirs = (rows.where(rows.notna(), None) for rows in (ours, theirs[columns]))
    return bool(ours.equals(theirs))


def standing_of(number: int) -> Path | None:
    """Find what stood after a cycle; its name ends with the cycle's."""
    return next(STANDING.glob(f"{number:06}_*.parquet"), None)


def keep(night: Night) -> None:
    """Write into the book what stands now, and what this night's list said; again, it does the same."""
    number, cycle = night.facts["number"], night.facts["cycle"]
    for folder, name, rows in (
        (LISTS, cycle, night.scored),
        (STANDING, f"{number:06}_{cycle}", standing_after(night)),
    ):
        folder.mkdir(parents=True, exist_ok=True)
        half = folder / f".{name}.half"
        rows.to_parquet(half, index=False)
        half.replace(folder / f"{name}.parquet")
    old = standing_of(number - 2)
    if old is not None:
        old.unlink()


def ledger_faults() -> list[str]:
    """Let the product look at its own ledger, and compare what it says stands with the book."""
    from icp_ml.data.ledger.folder import FolderLedger

    ledger = FolderLedger(RESCORED / "ledger")
    found = [f"ledger: {one}" for one in ledger.check()]
    stands, book = (
        ledger.standing().to_pandas(),
        parquet.read_table(max(STANDING.glob("*.parquet"))).to_pandas(),
    )
    return found if same(stands, book) else [*found, "ledger.standing() is not what the entries add up to"]


def bytes_in(folder: Path) -> int:
    """Add up the files of a folder."""
    return sum(one.stat().st_size for one in folder.rglob("*") if one.is_file() and not one.is_symlink())


def _chain_faults(night: Night) -> Iterator[str]:
    before = standing_of(night.facts["number"] - 1)
    name = None if before is None else before.stem.partition("_")[2]
    if night.facts["previous"] != name:
        yield f"the cycle before is {night.facts['previous']}, number {night.facts['number'] - 1} was {name}"
    if set(night.entries["cycle"]) - {night.facts["cycle"]}:
        yield "entries name another cycle"
    if night.facts["today"] != str(night.day.today):
        yield f"the cycle is of {night.facts['today']}"
    if night.facts["n_accounts"] != len(night.scored):
        yield f"{night.facts['n_accounts']} accounts in the facts, {len(night.scored)} in the list"


def _event_faults(night: Night) -> Iterator[str]:
    """Find entries whose event or whose past is not as the book has it."""
    known = pd.MultiIndex.from_frame(night.stood[KEY])
    is_known = pd.MultiIndex.from_frame(night.entries[KEY]).isin(known)
    if night.entries.duplicated(KEY).any():
        yield "an account has two entries in one cycle"
    for event, wanted in (("new", False), ("changed", True), ("gone", True)):
        rows = night.entries["event"] == event
        if (is_known[rows] != wanted).any():
            yield f"{event}, but it {'did not stand' if wanted else 'stood'} before"
        if int(rows.sum()) != night.facts["events"][event]:
            yield f"{int(rows.sum())} entries {event}, {night.facts['events'][event]} in the facts"
    past = _with_past(night)
    for ours, theirs in BEFORE.items():
        if not same(
            past[[*KEY, ours]], past[[*KEY, f"{theirs}_then"]].rename(columns={f"{theirs}_then": ours})
        ):
            yield f"{ours} is not the {theirs} that stood"


def _with_past(night: Night) -> pd.DataFrame:
    rows = night.entries.loc[night.entries["event"] != "new"]
    then = night.stood[[*KEY, *BEFORE.values()]]
    return rows.merge(then, on=KEY, how="left", suffixes=("", "_then"))


def _sum_faults(night: Night) -> Iterator[str]:
    """Find changes whose parts do not add up."""
    rows = night.entries.loc[night.entries["event"] == "changed"]
    off = (rows["score"] - rows["previous_score"] - rows[PARTS].sum(axis=1)).abs()
    if rows[[*PARTS, "score", "previous_score"]].isna().any(axis=None):
        yield "a change lacks a part"
    if (off > ROUNDING).any():
        yield f"the parts of {int((off > ROUNDING).sum())} changes do not add up, by {off.max():.2e} at most"


def _day_faults(night: Night) -> Iterator[str]:
    """Find what cannot be on a night whose rows are those of the night before, in whatever order."""
    if night.day.kind in ("quiet", "shuffled"):
        n_other = int((night.entries["event"] != "changed").sum())
        if n_other:
            yield f"{n_other} accounts new or gone, though nobody came or went"
        if (night.entries["change_data"].fillna(0) != 0).any():
            yield "moved by data, though no row changed"


def _folder_faults(day: Day) -> Iterator[str]:
    """Find what a run should not leave, and a heartbeat that is not good."""
    left = [*RESCORED.glob(".working*"), *RESCORED.glob(".removed*"), *RESCORED.glob("ledger/.*")]
    left += [
        one for one in RESCORED.glob("*/state") if one.parent.resolve() != (RESCORED / "latest").resolve()
    ]
    if left:
        yield f"left behind: {', '.join(map(str, left))}"
    beat = json.loads((RESCORED / "heartbeat.json").read_text())
    good = beat["last_good"] or {}
    if good.get("today") != str(day.today) or beat["n_failed"] or beat["running"]:
        yield f"the heartbeat is not good: {beat}"


def _first_difference(now: pd.DataFrame, scored: pd.DataFrame) -> str:
    both = now[[*KEY, *STOOD]].merge(scored, on=KEY, how="outer", suffixes=("", "_list"), indicator=True)
    lone = both.loc[both["_merge"] != "both", KEY]
    if len(lone):
        return f"{len(lone)} on one side only, for example {lone.iloc[0].tolist()}"
    for name in STOOD:
        one, other = both[name], both[f"{name}_list"]
        differs = ~(
            (one == other).fillna(False).to_numpy(dtype=bool) | (one.isna() & other.isna()).to_numpy()
        )
        if differs.any():
            at = int(np.flatnonzero(differs)[0])
            return f"{int(differs.sum())} differ in {name}: {one.iloc[at]!r}, in the list {other.iloc[at]!r}"
    return "in their order"
