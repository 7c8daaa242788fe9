"""Measure the peak memory of scoring long lists: python -m benchmarks.memory 1000000 3000000.

The list is the demo's prospects over and over, each time with new ids and web domains, so that no row repeats
another. The champion of data=demo scores it; train one first (make demo).
"""

from __future__ import annotations

import csv
import json
import os
import sys
import tempfile
from itertools import count
from pathlib import Path
from time import perf_counter

SOURCE = Path("var/demo/prospects.csv")
ID, DOMAIN = 0, 2


def main() -> None:
    """Print rows, seconds, rows a second and peak resident memory for each length."""
    print(f"{'rows':>10} {'seconds':>8} {'rows/s':>8} {'peak MB':>8}")
    for n_rows in map(int, sys.argv[1:] or ["100000"]):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "list.csv"
            write_list(path, n_rows)
            seconds, peak = score(path, Path(folder) / "scored", n_rows)
        print(f"{n_rows:>10,} {seconds:>8.1f} {n_rows / seconds:>8,.0f} {peak:>8,.0f}", flush=True)


def write_list(path: Path, n_rows: int) -> None:
    """Write the demo's prospects over and over, as different companies."""
    with SOURCE.open(encoding="utf-8-sig", newline="") as source:
        header, *rows = csv.reader(source)
    rows = [row for row in rows if row[ID].strip()]
    with path.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target)
        writer.writerow(header)
        for number in count():
            left = n_rows - number * len(rows)
            if left <= 0:
                return
            writer.writerows(_renamed(row, number) for row in rows[:left])


def score(path: Path, folder: Path, n_rows: int) -> tuple[float, float]:
    """Run make predict's command on a list; give its seconds and peak MB, of the process and its children."""
    line = [f"data.prospects.path={path}", f"scoring.folder={folder}", "scoring.format=parquet"]
    start = perf_counter()
    process = os.spawnv(os.P_NOWAIT, sys.executable, [sys.executable, "-m", "pipelines.predict", *line])
    _, status, usage = os.wait4(process, 0)
    seconds = perf_counter() - start
    if status:
        raise SystemExit("scoring failed")
    manifest = json.loads((folder / "latest/manifest.json").read_text(encoding="utf-8"))
    if manifest["rows_in"] != n_rows:
        raise SystemExit(f"{manifest['rows_in']} rows were read, not {n_rows}")
    return seconds, usage.ru_maxrss / 1024


def _renamed(row: list[str], number: int) -> list[str]:
    cells = row.copy()
    cells[ID] = f"{row[ID].strip()}-{number}"
    cells[DOMAIN] = f"{cells[ID]}.example".lower()
    return cells


if __name__ == "__main__":
    main()
