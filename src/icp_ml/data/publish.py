"""Publish a folder of results in one step, so that a reader sees the old ones or the new ones, never half."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from icp_ml.data.state_facts import STATE
from icp_ml.errors import DataError, LockedError, UnavailableError

LATEST = "latest"
WORKING = ".working"
MANIFEST = "manifest.json"


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the only lock on a folder; the operating system frees it when the process dies.

    Raises
    ------
    LockedError
        Another run holds it.
    UnavailableError
        The folder cannot be made or written to.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(folder / ".lock")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout as busy:
        fix = "Wait until that run ends, or give this one another folder."
        raise LockedError(f"another run is writing to {folder}.", fix=fix) from busy
    except OSError as failure:
        what = f"{folder} cannot be written to: {failure.strerror}."
        raise UnavailableError(what, fix="Name another folder, or free this one.") from failure
    try:
        yield
    finally:
        lock.release()


@contextmanager
def publication(folder: Path, name: str, mark: str) -> Iterator[Path]:
    """Give a working folder that becomes `folder/name`, named by `folder/latest`, if the block ends well.

    Call it under the lock. What a run left behind that was killed, interrupted or found something unavailable
    is given again to one of the same mark, to go on with; what others left is removed.

    Parameters
    ----------
    folder : Path
    name : str
        Of the new result. A complete result of that name stays, and this one is called name.2: the pointer
        must never name a folder that is being replaced. An incomplete one is removed.
    mark : str
        Of all that the content of the working folder depends on.

    Raises
    ------
    UnavailableError
        `folder/latest` is a folder of its own, as after a copy that followed it; it would have to go.
    """
    _check_pointer(folder / LATEST)
    working = folder / f"{WORKING}-{mark}"
    for left in folder.glob(f"{WORKING}*"):
        if left != working:
            shutil.rmtree(left, ignore_errors=True)
    working.mkdir(parents=True, exist_ok=True)
    try:
        yield working
    except UnavailableError:
        raise
    except Exception:
        shutil.rmtree(working, ignore_errors=True)
        raise
    _flush(working)
    target = _free_target(folder, name)
    working.rename(target)
    point_latest(folder, target.name)
    _flush_entry(folder)


def point_latest(folder: Path, name: str) -> None:
    """Point `folder/latest` at a result that is complete."""
    pointer = folder / f".{LATEST}"
    pointer.unlink(missing_ok=True)
    pointer.symlink_to(name)
    pointer.replace(folder / LATEST)


def latest(folder: Path) -> Path | None:
    """Give the newest complete result of a folder, if there is one.

    Raises
    ------
    UnavailableError
        The pointer leads out of the folder: nothing there is a result of it.
    """
    pointer = folder / LATEST
    if not (pointer / MANIFEST).is_file():
        return None
    found = pointer.resolve()
    if found.parent != folder.resolve():
        fix = "Point it at a result of its folder, or remove it: the next run makes it anew."
        raise UnavailableError(f"{pointer} leads out of its folder, to {found}.", fix=fix)
    return found


def results(folder: Path) -> list[Path]:
    """List all complete results of a folder, oldest first by name."""
    found = (one for one in folder.glob(f"*/{MANIFEST}") if not one.parent.is_symlink())
    return sorted(one.parent for one in found if not one.parent.name.startswith("."))


def write_json(path: Path, content: Any) -> None:
    """Write JSON that a person can read."""
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False, default=str) + "\n", encoding="utf-8")


def read_json(path: Path) -> dict[str, Any]:
    """Read what `write_json` wrote.

    Raises
    ------
    DataError
        It is damaged: cut off, not text, or no record.
    """
    try:
        content = json.loads(path.read_bytes().decode())
        if isinstance(content, dict):
            return content
        found = f"it holds a {type(content).__name__}"
    except (OSError, ValueError, RecursionError) as failure:
        found = f"{type(failure).__name__}: {str(failure)[:200]}"
    raise DataError(f"{path} is damaged.", [found], "Restore it, or remove its folder.")


def write_text(path: Path, text: str) -> None:
    """Write a text file in one step, with the folders it needs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.half")
    half.write_text(text, encoding="utf-8")
    half.replace(path)


def _check_pointer(pointer: Path) -> None:
    if pointer.exists() and not pointer.is_symlink():
        what = f"{pointer} is not the pointer that a publication makes."
        raise UnavailableError(what, fix="Move it away.")


def free_name(folder: Path, name: str) -> str:
    """Give the first of name, name.2, name.3 … that no complete result has."""
    numbered = (name if number == 1 else f"{name}.{number}" for number in count(1))
    return next(one for one in numbered if not (folder / one / MANIFEST).is_file())


def _free_target(folder: Path, name: str) -> Path:
    """Give the first free name, cleared of any rest."""
    target = folder / free_name(folder, name)
    if target.is_dir():
        shutil.rmtree(target)
    return target


def _flush(folder: Path) -> None:
    """Bring a finished folder to the disk before its name appears, for the sake of a power cut.

    The state for the next run can wait: its checksums tell whether it is whole, and it can be made again.
    """
    for path in [*folder.rglob("*"), folder]:
        if path.parent.name != STATE:
            _flush_entry(path)


def _flush_entry(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
