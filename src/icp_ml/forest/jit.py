"""Compilation to machine code, with the one set of options that all kernels share."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

Kernel = TypeVar("Kernel", bound=Callable[..., Any])

SETTINGS: Any = numba.config
HERE = Path(__file__).parent
DIGEST_LENGTH = 12


def kept_in() -> Path | None:
    """Say where machine code is kept: where numba is told to, beside the package, or else at home.

    Numba looks at a kernel's own module to see whether its code is still good, and not at the kernels that
    it calls. A folder named after all of the package's sources cannot hold anything stale.

    Returns
    -------
    Path, optional
        None where no such place may be written: kernels are then compiled in each process.
    """
    digest = hashlib.sha256()
    for path in sorted(HERE.glob("*.py")):
        digest.update(path.read_bytes())
    told = [Path(SETTINGS.CACHE_DIR)] if SETTINGS.CACHE_DIR else []
    for place in (*told, HERE / "__pycache__", Path("~/.cache/icp_ml")):
        with suppress(OSError, RuntimeError):
            folder = place.expanduser() / f"kernels_{digest.hexdigest()[:DIGEST_LENGTH]}"
            folder.mkdir(parents=True, exist_ok=True)
            if os.access(folder, os.W_OK):
                return folder
    return None


FOLDER = kept_in()


def compiled(function: Kernel) -> Kernel:
    """Compile a function at its first call, and keep the machine code where there is a place for it.

    It runs without Python's global lock, so that threads can share the rows.
    """
    set_by_user = SETTINGS.CACHE_DIR
    SETTINGS.CACHE_DIR = str(FOLDER or "")
    try:
        return cast(Kernel, numba.njit(cache=FOLDER is not None, nogil=True, error_model="numpy")(function))
    finally:
        SETTINGS.CACHE_DIR = set_by_user
