"""Which published lists and working folders may go, and how a folder goes without ever being half there."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from icp_ml.data.publish import MANIFEST, WORKING, latest, results

REMOVED = ".removed-"


def old_folders(folders: Iterable[Path], n_kept: int, before: float) -> list[Path]:
    """List the folders beyond the newest `n_kept` that were last written to before a time, oldest last.

    Parameters
    ----------
    folders : iterable of Path
    n_kept : int
    before : float
        Seconds since 1970.
    """
    dated = sorted(((_written(one), one) for one in folders), reverse=True)
    return [one for when, one in dated[n_kept:] if when <= before]


def old_lists(folder: Path, n_kept: int, before: float) -> list[Path]:
    """List the published lists of a folder that may go; never the one that `latest` points to."""
    newest = latest(folder)
    return [
        one
        for one in old_folders(results(folder), n_kept, before)
        if newest is None or one.resolve() != newest
    ]


def leftovers(folder: Path, before: float) -> list[Path]:
    """List old working folders, and what a removal that was killed left behind."""
    working = old_folders(folder.glob(f"{WORKING}*"), 0, before)
    return [*working, *sorted(folder.glob(f"{REMOVED}*"))]


def remove_folder(folder: Path) -> None:
    """Take a folder's name away in one step, then its content: nobody ever reads half of it."""
    if folder.name.startswith("."):
        shutil.rmtree(folder, ignore_errors=True)
        return
    gone = folder.with_name(f"{REMOVED}{folder.name}")
    shutil.rmtree(gone, ignore_errors=True)
    folder.rename(gone)
    shutil.rmtree(gone, ignore_errors=True)


def _written(folder: Path) -> float:
    """Give when a folder was made: its manifest's time, which a look into it does not change, or its own."""
    manifest = folder / MANIFEST
    return (manifest if manifest.is_file() else folder).stat().st_mtime
