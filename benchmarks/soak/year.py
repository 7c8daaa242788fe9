"""Go through the nights of a year, and keep a journal that a later start goes on from."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.soak.checking import BOOK, RESCORED, bytes_in, faults, keep, ledger_faults, read_night
from benchmarks.soak.commands import Measured, force, forked, fresh, here, measured, preload
from benchmarks.soak.world import Day, cut_exports, plan, turn

WORLD, FULL = Path("var"), Path("var/full")
JOURNAL = BOOK / "journal.jsonl"
COMPARED = ("scored.parquet", "cycle/entries.parquet", "cycle/inputs.parquet", "cycle/drift.json")
SETTINGS = ("n_jobs=1", "scoring.format=parquet")
"""Parquet, as a CSV file has four decimals and the comparison is to the last bit."""
TRAINING = (
    "experiment=quick", "n_jobs=1", "evaluation.n_bootstrap=50", "evaluation.n_permutations=50",
    "evaluation.promotion.is_automatic=false",
)  # fmt: skip
PRUNED = (
    "tracking.retention.is_confirmed=true", "tracking.retention.keep_days=0",
    "tracking.retention.keep_lists=30", "tracking.retention.keep_exports=2", "tracking.retention.keep_runs=3",
)  # fmt: skip
GOOD = (0, 10)


@dataclass(frozen=True)
class Soak:
    """How the year goes.

    Attributes
    ----------
    seed, n_days : int
    is_one_process : bool
        Whether the runs share this process: does it grow? Else each has its own.
    train_every, export_every, fresh_every, full_every : int
        Days; a full run beside the usual one every `full_every`th, a process with its own imports every
        `fresh_every`th (0: never).
    """

    seed: int = 42
    n_days: int = 365
    is_one_process: bool = False
    train_every: int = 30
    export_every: int = 7
    fresh_every: int = 50
    full_every: int = 15


def nights(soak: Soak) -> Iterator[dict[str, Any]]:
    """Go on with the year in the working directory; give the journal's line of each night."""
    JOURNAL.parent.mkdir(exist_ok=True)
    done = {(one["day"], one["part"]) for one in journal()}
    due = [0, 0, 0]
    for day in plan(soak.seed, soak.n_days):
        every = (soak.train_every, soak.export_every, soak.full_every)
        is_due = [day.number // one > at for one, at in zip(every, due, strict=True)]
        due = [day.number // one for one in every]
        if (day.number, day.mark) in done:
            continue
        line = _night(soak, day, is_due)
        with JOURNAL.open("a", encoding="utf-8") as out:
            out.write(json.dumps(line) + "\n")
        yield line


def journal() -> list[dict[str, Any]]:
    """Read the lines of all nights that are over."""
    return [json.loads(one) for one in JOURNAL.read_text().splitlines()] if JOURNAL.is_file() else []


def _night(soak: Soak, day: Day, is_due: Sequence[bool]) -> dict[str, Any]:
    """Bring the world to a day, train where it is time, run the cycle, and check what it left."""
    if not soak.is_one_process:
        preload()
    apart = _here if soak.is_one_process else _apart
    is_training, is_exporting, is_full = is_due
    line: dict[str, Any] = {"day": day.number, "part": day.mark, "kind": day.kind, "faults": []}
    line["process"] = os.getpid()
    if is_training or is_exporting or not day.number:
        apart(line, lambda: cut_exports(WORLD, day.today))
    apart(line, lambda: turn(WORLD, soak.seed, day))
    if is_training or not _has_champion():
        line["training"] = train(soak, day)
    if is_full:
        shutil.rmtree(FULL, ignore_errors=True)
        shutil.copytree(RESCORED, FULL / "demo", symlinks=True, copy_function=os.link)
    mode = here if soak.is_one_process else forked
    if soak.fresh_every and day.number % soak.fresh_every == soak.fresh_every - 1:
        mode = fresh
    line |= {"mode": mode.__name__, **_cycle(day, mode, line["faults"])}
    if is_full:
        line |= _full(day, here if soak.is_one_process else forked, line["faults"])
    apart(line, lambda: _checked(day, line["faults"], is_full))
    return line | _sizes()


def _has_champion() -> bool:
    return any(Path("models/icp_ml_demo").glob("*/model.json"))


def train(soak: Soak, day: Day) -> dict[str, Any]:
    """Train as of a day, let the challenger take over whatever the gates say, and prune as each month."""
    run = here if soak.is_one_process else forked
    done = run("train", [*TRAINING, f"today={day.today}"])
    if done.status == 0:
        force(day.today)
    pruned = run("prune", PRUNED)
    said = [one for one in done.said.splitlines() if one.startswith(("tracking:", "promotion:", "error:"))]
    if done.status or pruned.status:
        raise SystemExit(f"the soak cannot go on: {done.said} {pruned.said}")
    return {"status": done.status, "pruned": pruned.status, "cpu": done.cpu, "said": said}


def _cycle(day: Day, mode: Callable[[str, Sequence[str]], Measured], found: list[str]) -> dict[str, Any]:
    """Run the cycle; where it is run twice, see that the second run changes nothing."""
    overrides = [*SETTINGS, f"today={day.today}"]
    done = mode("rescore", overrides)
    if done.status not in GOOD:
        found.append(f"exit status {done.status}: {done.said[-2000:]}")
    line = {"status": done.status, "cpu": done.cpu, "wall": done.wall, "peak_mb": done.peak_mb}
    line["alarms"] = [one.strip() for one in done.said.splitlines() if one.startswith("  alarm:")]
    if day.kind == "twice":
        before = _names()
        again = mode("rescore", overrides)
        if "nothing has changed" not in again.said or again.status not in GOOD or _names() != before:
            found.append(f"run twice, it did something: {again.said[-2000:]}")
        line["again_cpu"] = again.cpu
    return line


def _full(day: Day, mode: Callable[[str, Sequence[str]], Measured], found: list[str]) -> dict[str, Any]:
    """Score the same list in full beside a copy of what stood before, and compare the bytes."""
    overrides = [
        *SETTINGS, f"today={day.today}", "rescore.is_incremental=false", f"rescore.folder={FULL / 'demo'}",
        f"outcomes.folder={FULL / 'outcomes'}",
    ]  # fmt: skip
    done = mode("rescore", overrides)
    if done.status not in GOOD:
        found.append(f"in full: exit status {done.status}: {done.said[-2000:]}")
    for name in COMPARED:
        ours, theirs = (folder / "latest" / name for folder in (RESCORED, FULL / "demo"))
        if not theirs.is_file() or ours.read_bytes() != theirs.read_bytes():
            found.append(f"{name} is another in full")
    return {"full_cpu": done.cpu, "full_peak_mb": done.peak_mb}


def _checked(day: Day, found: list[str], is_thorough: bool) -> dict[str, Any]:
    night = read_night(day)
    found += faults(night)
    keep(night)
    found += ledger_faults() if is_thorough else []
    events = night.facts["events"]
    versions = [one["model_version"] for one in night.facts["segments"].values()]
    moved = night.entries["moved_by"].value_counts().to_dict()
    return {"cycle": night.facts["cycle"], "n_accounts": len(night.scored), "models": versions, **events} | {
        "moved_by": moved, "n_tiers": int((night.entries["tier"] != night.entries["previous_tier"]).sum()),
    }  # fmt: skip


def _sizes() -> dict[str, int]:
    ledger, latest = RESCORED / "ledger", RESCORED / "latest"
    return {
        "ledger_bytes": bytes_in(ledger),
        "ledger_entry_bytes": sum(one.stat().st_size for one in ledger.glob("c*/entries.parquet")),
        "ledger_model_bytes": bytes_in(ledger / "models"),
        "list_bytes": bytes_in(latest.resolve()) - bytes_in(latest.resolve() / "state"),
        "state_bytes": bytes_in(latest.resolve() / "state"),
        "n_lists": len(list(RESCORED.glob("2*/manifest.json"))),
        "tracking_bytes": bytes_in(Path("var/tracking")),
    }


def _names() -> set[str]:
    return {str(one) for one in [*RESCORED.iterdir(), *RESCORED.glob("ledger/*")]}


def _here(line: dict[str, Any], action: Callable[[], dict[str, Any] | None]) -> None:
    line |= action() or {}


def _apart(line: dict[str, Any], action: Callable[[], dict[str, Any] | None]) -> None:
    """Act in a process of its own, so that nothing of it is in the memory that later ones begin with."""
    answer = BOOK / "answer.json"
    answer.unlink(missing_ok=True)

    def act() -> None:
        found = action() or {}
        answer.write_text(json.dumps({**found, "faults": line["faults"]}))

    done = measured(act)
    if done.status:
        raise SystemExit(f"the soak cannot go on: {line['faults']} {done.said}")
    line |= json.loads(answer.read_text())
