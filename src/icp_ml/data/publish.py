"""Publish a folder of results in one step, so that a reader sees the old ones or the new ones, never half."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from icp_ml.errors import LockedError

LATEST = "latest"
WORKING = ".working"


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the only lock on a folder; the operating system frees it when the process dies.

    Raises
    ------
    LockedError
        Another run holds it.
    """
    from filelock import FileLock, Timeout

    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / ".lock")
    try:
        lock.acquire(timeout=0)
    except Timeout as busy:
        fix = "Wait until that run ends, or give this one another folder."
        raise LockedError(f"another run is writing to {folder}.", fix=fix) from busy
    try:
        yield
    finally:
        lock.release()


@contextmanager
def publication(folder: Path, name: str) -> Iterator[Path]:
    """Give a working folder that becomes `folder/name`, named by `folder/latest`, if the block ends well.

    Call it under the lock. What a killed run left behind is removed first.

    Parameters
    ----------
    folder : Path
    name : str
        Of the new result; one that is already there under that name is replaced.
    """
    working = folder / WORKING
    shutil.rmtree(working, ignore_errors=True)
    working.mkdir(parents=True)
    try:
        yield working
    except BaseException:
        shutil.rmtree(working, ignore_errors=True)
        raise
    _flush(working)
    target = folder / name
    if target.exists():  # the pointer must never name a folder that is being replaced
        target = folder / _free_name(folder, name)
    working.rename(target)
    point_latest(folder, target.name)


def point_latest(folder: Path, name: str) -> None:
    """Point `folder/latest` at a result that is complete."""
    pointer = folder / f".{LATEST}"
    pointer.unlink(missing_ok=True)
    pointer.symlink_to(name)
    pointer.replace(folder / LATEST)


def latest(folder: Path) -> Path | None:
    """Give the newest complete result of a folder, if there is one."""
    pointer = folder / LATEST
    return pointer.resolve() if (pointer / "manifest.json").is_file() else None


def results(folder: Path) -> list[Path]:
    """List all complete results of a folder, oldest first by name."""
    found = (one for one in folder.glob("*/manifest.json") if not one.parent.is_symlink())
    return sorted(one.parent for one in found if not one.parent.name.startswith("."))


def write_json(path: Path, content: Any) -> None:
    """Write JSON that a person can read."""
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False, default=str) + "\n", encoding="utf-8")


def write_text(path: Path, text: str) -> None:
    """Write a text file in one step, with the folders it needs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.half")
    half.write_text(text, encoding="utf-8")
    half.replace(path)


def _free_name(folder: Path, name: str) -> str:
    number = 2
    while (folder / f"{name}.{number}").exists():
        number += 1
    return f"{name}.{number}"


def _flush(folder: Path) -> None:
    """Bring a finished folder to the disk before its name appears, for the sake of a power cut."""
    for path in [*(one for one in folder.rglob("*") if one.is_file()), folder]:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
