"""Run the soak: python -m benchmarks.soak [--days 365] [--customers N] [--prospects N] FOLDER.

A second start goes on where the first one ended; figures.md in the folder has what docs/soak.md shows.
"""

from __future__ import annotations

import json
import os
from argparse import ArgumentParser, Namespace
from pathlib import Path

from benchmarks.soak.commands import preload
from benchmarks.soak.ending import ended
from benchmarks.soak.figures import figures
from benchmarks.soak.world import create
from benchmarks.soak.year import WORLD, Soak, journal, nights
from icp_ml.data.demo import generate


def asked() -> Namespace:
    """Read the command line."""
    parser = ArgumentParser(prog="python -m benchmarks.soak")
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--customers", type=int, default=2_000)
    parser.add_argument("--prospects", type=int, default=5_000)
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--train-every", type=int, default=30, help="days")
    parser.add_argument("--one-process", action="store_true", help="all runs in this process: does it grow?")
    parser.add_argument("folder", type=Path)
    return parser.parse_args()


def main(given: Namespace) -> None:
    """Make the folder, go through the nights, and say the figures."""
    given.folder.mkdir(parents=True, exist_ok=True)
    os.chdir(given.folder)
    preload()
    if not (WORLD / "at.json").is_file():
        WORLD.mkdir(exist_ok=True)
        create(WORLD, given.seed, generate(given.seed, given.customers, given.prospects))
    for line in nights(Soak(given.seed, given.days, given.one_process, given.train_every)):
        said = "; ".join(line["faults"]) or "good"
        print(
            f"{line['part']:>5} {line['kind']:9} {line['cpu']:6.2f} s {line['peak_mb']:6.0f} MB  {said}",
            flush=True,
        )
    end = ended(given.seed)
    Path("ended.json").write_text(json.dumps(end, indent=2, default=str))
    text = "\n".join(figures(journal(), end))
    Path("figures.md").write_text(text + "\n")
    print(text)


if __name__ == "__main__":
    main(asked())
