"""Print what scoring takes from command to file, as Markdown: python -m benchmarks.predict.run [ROWS ...].

Three programs, each in processes of its own, in turn: `predict` with all that a scored row says; the script
that a data scientist would write with the same model (script.py); and reading and writing alone (floor.py).
The champion of data=demo scores the demo's prospects; train one first (make demo).
"""

from __future__ import annotations

import shutil
import statistics
import sys
from collections import defaultdict
from pathlib import Path

import joblib
from tqdm import tqdm

from benchmarks.predict.lists import write_list
from benchmarks.predict.long import PLACE, line, scored
from benchmarks.predict.measuring import Measured, measured
from pipelines.manifests import read_manifest

SIZES = (1_000, 100_000, 1_000_000)
SCRIPT_SIZES = (1_000, 10_000, 100_000)
"""The script holds a whole list in memory, and its time grows in a straight line: no more is asked of it."""
REPEATS = 3
PROFILED = 100_000
Found = dict[tuple[str, int], list[Measured]]
Middle = dict[tuple[str, int], Measured]
"""By program and rows."""


def main() -> None:
    """Measure every program in turn, three times; of each length the median counts."""
    sizes = sorted(map(int, sys.argv[1:])) or list(SIZES)
    script_sizes = [one for one in SCRIPT_SIZES if one <= max(sizes)] or sizes
    for n_rows in {*sizes, *script_sizes, min(PROFILED, max(sizes))}:
        write_list(listed(n_rows), n_rows)
    found: Found = defaultdict(list)
    for _ in tqdm(range(REPEATS), unit="turn"):
        for n_rows in sizes:
            found["predict", n_rows].append(scored(listed(n_rows), n_rows))
            found["floor", n_rows].append(floor(n_rows))
        for n_rows in script_sizes:
            found["script", n_rows].append(script(n_rows))
    middle = {one: median(runs) for one, runs in found.items()}
    print(f"{joblib.cpu_count()} cores; the median of {REPEATS} runs.\n")
    print("\n".join([*programs(middle), "", *against(middle, sizes, script_sizes), ""]), flush=True)
    print(profile(min(PROFILED, max(sizes))))
    shutil.rmtree(PLACE)


def listed(n_rows: int) -> Path:
    """Name the list of a length."""
    return PLACE / f"{n_rows}.csv"


def floor(n_rows: int) -> Measured:
    """Read the list and write as much as predict has just written."""
    result = PLACE / "scored/latest/scored.csv"
    arguments = (listed(n_rows), result, PLACE / "floor.csv")
    return measured("benchmarks.predict.floor", *map(str, arguments))[0]


def script(n_rows: int) -> Measured:
    """Score a list by the script, with the model that predict has just used."""
    (segment,) = read_manifest(PLACE / "scored/latest")["segments"].values()
    folder = Path("models/icp_ml_demo") / segment["model_version"]
    arguments = (listed(n_rows), folder, PLACE / "script.csv")
    return measured("benchmarks.predict.script", *map(str, arguments))[0]


def profile(n_rows: int) -> str:
    """Say where the time of predict goes."""
    _, said = measured("benchmarks.predict.stages", str(listed(n_rows)))
    return f"predict, {n_rows:,} rows in one process:\n\n" + said[said.index("| stage") :]


def median(runs: list[Measured]) -> Measured:
    """Take the median of each figure."""
    return Measured(*map(statistics.median, zip(*runs, strict=True)))


def programs(found: Middle) -> list[str]:
    """Put what each program took side by side."""
    lines = [
        "| program | rows | seconds | processor seconds | rows/s | µs a row | peak MB |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    order = ("predict", "script", "floor")
    for name, n_rows in sorted(found, key=lambda one: (order.index(one[0]), one[1])):
        lines.append(f"| {name} {line(n_rows, found[name, n_rows])}")
    return lines


def against(found: Middle, sizes: list[int], script_sizes: list[int]) -> list[str]:
    """Compare predict with the script, whose time is drawn out in a straight line beyond its rows."""
    lines = [
        "| rows | predict, s | script, s | script / predict | of processor seconds | floor, s |",
        "|---:|---:|---:|---:|---:|---:|",
    ]
    first, each = script_sizes[0], further(found, "script", script_sizes)
    for n_rows in sizes:
        own, start = found["predict", n_rows], found["script", first]
        drawn = Measured(*(one + (n_rows - first) * more for one, more in zip(start, each, strict=True)))
        about, theirs = ("", found["script", n_rows]) if n_rows in script_sizes else ("about ", drawn)
        said = f"{own.seconds:.1f} | {about}{theirs.seconds:,.1f} | {ratios(theirs, own)}"
        lines.append(f"| {n_rows:,} | {said} | {found['floor', n_rows].seconds:.1f} |")
    if len(sizes) > 1:
        lines.append(f"| each further | | | {ratios(each, further(found, 'predict', sizes))} | |")
    return lines


def further(found: Middle, name: str, sizes: list[int]) -> Measured:
    """Give what each further row adds to a program's figures, between its shortest and its longest list."""
    short, long = found[name, sizes[0]], found[name, sizes[-1]]
    n_rows = max(sizes[-1] - sizes[0], 1)
    return Measured(*((end - start) / n_rows for start, end in zip(short, long, strict=True)))


def ratios(theirs: Measured, own: Measured) -> str:
    """Say how many times as long the script takes, by the clock and in processor seconds."""
    by_clock, in_work = theirs.seconds / own.seconds, theirs.processor_seconds / own.processor_seconds
    return f"{by_clock:.1f} x | {in_work:.1f} x"


if __name__ == "__main__":
    main()
