"""The partitions of a ledger's folder: how one takes the place of another in one step."""

from __future__ import annotations

import shutil
from pathlib import Path

from icp_ml.data.ledger.cycles import flush

PARTITION = "cycle="
HALF = ".half-cycle="
NEXT = ".next-cycle="
"""A whole partition that takes the place of the one of its name: it counts from here on."""
GONE = ".removed-cycle="


def partition_paths(folder: Path) -> dict[str, Path]:
    """Give the path of each cycle's partition by name; the newer one where one is being replaced."""
    return {
        path.name.removeprefix(start): path
        for start in (PARTITION, NEXT)
        for path in sorted(folder.glob(f"{start}*"))
        if path.is_dir()
    }


def partition_path(folder: Path, name: str) -> Path:
    """Give the path of one cycle's partition."""
    newer = folder / f"{NEXT}{name}"
    return newer if newer.is_dir() else folder / f"{PARTITION}{name}"


def finish_renames(folder: Path) -> None:
    """Bring what a killed run left behind to its end: new partitions to their names, halves away."""
    for path in folder.glob(f"{NEXT}*"):
        target = folder / path.name.replace(NEXT, PARTITION, 1)
        set_aside(target)
        path.rename(target)
    for start in (HALF, GONE):
        for path in folder.glob(f"{start}*"):
            shutil.rmtree(path, ignore_errors=True)
    if folder.is_dir():
        flush(folder, with_files=False)


def replace_by(half: Path) -> None:
    """Let a finished working folder take the place of the partition of its name."""
    flush(half)
    half.rename(half.with_name(half.name.replace(HALF, NEXT, 1)))
    flush(half.parent, with_files=False)
    finish_renames(half.parent)


def set_aside(partition: Path) -> None:
    """Take a partition's name away in one step, then its content."""
    if partition.is_dir():
        gone = partition.with_name(partition.name.replace(PARTITION, GONE, 1))
        shutil.rmtree(gone, ignore_errors=True)
        partition.rename(gone)
        shutil.rmtree(gone, ignore_errors=True)
