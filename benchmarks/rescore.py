"""Measure a night on which little changed: python -m benchmarks.rescore [ROWS].

The champion of data=demo scores a list of made-up prospects, and on the next day one of which 1 % changed:
once as a schedule does, once with all rows scored anew. Train one first (make demo). At the end, where the
processor time of the night went.
"""

from __future__ import annotations

import csv
import random
import shutil
import sys
from importlib import import_module
from pathlib import Path
from time import process_time, thread_time

from benchmarks.predict.composed import composed
from benchmarks.predict.lists import write_list
from benchmarks.predict.measuring import Measured, measured
from benchmarks.predict.stages import IMPORTED, REST, STAGES, START, Clock, table, wrap_all

PLACE = Path("var/bench/rescore")
ROWS = 1_000_000
CHANGED, SEED = 0.01, 4
EMPLOYEES = "employee_count"
NIGHTS = {
    "first night, all rows new": ("today=2026-01-01",),
    "next night, 1 % changed": ("today=2026-01-02",),
    "the same night, all scored anew": ("today=2026-01-02", "rescore.is_incremental=false"),
}
OWN = {
    "finding rows of the last list": (
        "icp_ml.data.state.State.find",
        "icp_ml.data.state.State.find_accounts",
        "icp_ml.data.layers.Layers.rows",
    ),
    "taking rows over": ("icp_ml.engine.ready.read_rows", "icp_ml.engine.told.Teller.told"),
    "entries of the ledger": ("icp_ml.engine.parts._write_entries", "pipelines.cycles.write_cycle"),
    "movers": ("pipelines.rescore._movers",),
    "recording": ("pipelines.rescore.record",),
    "outcomes": ("pipelines.rescore._learnt",),
    "state for the next night": ("pipelines.scoring._keep_state",),
}


def main() -> None:
    """Print what each night took, and where the time of the second one went, as Markdown."""
    n_rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    lists = [PLACE / "first.csv", PLACE / "second.csv"]
    write_list(lists[0], n_rows)
    change(*lists)
    folder, kept = PLACE / "lists", PLACE / "kept"
    print("| night | seconds | processor seconds | µs a row | peak MB |")
    print("|---|---:|---:|---:|---:|")
    taken = []
    for at, (name, overrides) in enumerate(NIGHTS.items()):
        if at:
            shutil.rmtree(folder)
            shutil.copytree(kept, folder, symlinks=True)
        path = lists[min(at, 1)]
        lines = (f"data.prospects.path={path}", f"rescore.folder={folder}", *overrides)
        found, _ = measured("pipelines.rescore", *lines)
        taken.append(found)
        print(line(name, n_rows, found), flush=True)
        if not at:
            shutil.copytree(folder, kept, symlinks=True)
    ratios = [taken[1][at] / taken[2][at] for at in (0, 1)]
    print(f"\nThe night takes {ratios[0]:.0%} of the time, and {ratios[1]:.0%} of the processor time.\n")
    print("\n".join(stages(lists[1], kept, n_rows)))
    shutil.rmtree(PLACE)


def change(before: Path, after: Path) -> None:
    """Write a list again with another size of one company in a hundred."""
    draw = random.Random(SEED)
    with (
        before.open(encoding="utf-8", newline="") as source,
        after.open("w", encoding="utf-8", newline="") as target,
    ):
        rows, writer = csv.reader(source), csv.writer(target)
        header = next(rows)
        writer.writerow(header)
        at = header.index(EMPLOYEES)
        for row in rows:
            if draw.random() < CHANGED and len(row) == len(header):
                row[at] = str(draw.randint(5, 3_000))
            writer.writerow(row)


def line(name: str, n_rows: int, found: Measured) -> str:
    """Write a row of the table."""
    each = f"{found.processor_seconds / n_rows * 1e6:,.1f}"
    return f"| {name} | {found.seconds:.1f} | {found.processor_seconds:.1f} | {each} | {found.peak_mb:,.0f} |"


def stages(path: Path, folder: Path, n_rows: int) -> list[str]:
    """Run the second night in this process alone, with its functions timed from outside."""
    clock, every, begun = Clock(), {**STAGES, **OWN}, (thread_time(), process_time())
    for name in IMPORTED:
        import_module(name)
    every["customers, vendor table, digests"] = (
        *(one for one in STAGES["customers, vendor table, digests"] if "predict" not in one),
        "pipelines.rescore.prepare",
    )
    wrap_all(clock, every)
    from pipelines.rescore import rescore

    clock.seconds[START] = thread_time() - begun[0]
    lines = (f"data.prospects.path={path}", f"rescore.folder={folder}", "today=2026-01-02", "n_jobs=1")
    clock.run(REST, lambda: rescore(composed(*lines)))
    return table(clock.seconds, n_rows, process_time() - begun[1], every)


if __name__ == "__main__":
    main()
