"""Compilation to machine code, with the one set of options that all kernels share."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

Kernel = TypeVar("Kernel", bound=Callable[..., Any])

SETTINGS: Any = numba.config
HERE = Path(__file__).parent
DIGEST_LENGTH = 12


def kept_in() -> Path:
    """Say where machine code is kept: beside the package, or where that may not be written, at home.

    Numba looks at a kernel's own module to see whether its code is still good, and not at the kernels that
    it calls. A folder named after all of the package's sources cannot hold anything stale.
    """
    digest = hashlib.sha256()
    for path in sorted(HERE.glob("*.py")):
        digest.update(path.read_bytes())
    beside = HERE / "__pycache__" if os.access(HERE, os.W_OK) else Path.home() / ".cache" / "icp_ml"
    return Path(SETTINGS.CACHE_DIR or beside) / f"kernels_{digest.hexdigest()[:DIGEST_LENGTH]}"


FOLDER = kept_in()


def compiled(function: Kernel) -> Kernel:
    """Compile a function at its first call, and keep the machine code for the next process.

    It runs without Python's global lock, so that threads can share the rows.
    """
    set_by_user = SETTINGS.CACHE_DIR
    SETTINGS.CACHE_DIR = str(FOLDER)
    try:
        return cast(Kernel, numba.njit(cache=True, nogil=True, error_model="numpy")(function))
    finally:
        SETTINGS.CACHE_DIR = set_by_user
