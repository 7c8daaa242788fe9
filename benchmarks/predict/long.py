"""Measure whether time grows in a straight line, memory not: python -m benchmarks.predict.long [ROWS ...].

The champion of data=demo scores lists of made-up prospects (lists.py); train one first (make demo). Settings
such as scoring.format=parquet are passed on. With 10,000,000 rows var/bench holds 20 GB for a while.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from benchmarks.predict.lists import write_list
from benchmarks.predict.measuring import Measured, measured
from pipelines.manifests import read_manifest

PLACE = Path("var/bench/predict")
SIZES = (100_000, 1_000_000, 3_000_000, 10_000_000)


def main() -> None:
    """Print what each length took, as Markdown."""
    sizes = [int(one) for one in sys.argv[1:] if "=" not in one] or SIZES
    overrides = [one for one in sys.argv[1:] if "=" in one]
    print("| rows | seconds | processor seconds | rows/s | µs a row | peak MB |")
    print("|---:|---:|---:|---:|---:|---:|")
    for n_rows in sizes:
        path = PLACE / f"{n_rows}.csv"
        write_list(path, n_rows)
        print(line(n_rows, scored(path, n_rows, *overrides)), flush=True)
        shutil.rmtree(PLACE)


def scored(path: Path, n_rows: int, *overrides: str) -> Measured:
    """Run predict's command on a list, from its start to the finished file.

    Raises
    ------
    SystemExit
        It failed, or did not read all rows.
    """
    folder = PLACE / "scored"
    shutil.rmtree(folder, ignore_errors=True)  # what was scored already is not scored again
    lines = (f"data.prospects.path={path}", f"scoring.folder={folder}")
    found, _ = measured("pipelines.predict", *lines, *overrides)
    n_read = read_manifest(folder / "latest")["rows_in"]
    if n_read != n_rows:
        raise SystemExit(f"{n_read:,} rows were read, not {n_rows:,}.")
    return found


def line(n_rows: int, found: Measured) -> str:
    """Write a row of the table."""
    seconds, processor_seconds, peak_mb = found
    rate, each = f"{n_rows / seconds:,.0f}", f"{seconds / n_rows * 1e6:,.1f}"
    return f"| {n_rows:,} | {seconds:.1f} | {processor_seconds:.1f} | {rate} | {each} | {peak_mb:,.0f} |"


if __name__ == "__main__":
    main()
