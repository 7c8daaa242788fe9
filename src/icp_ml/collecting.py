"""How often the interpreter looks for garbage."""

from __future__ import annotations

import atexit
import gc

OBJECTS_BETWEEN_COLLECTIONS = 100_000


def look_for_garbage_seldom() -> None:
    """Spare the start and the end of a run a third of their time: what imports make is kept anyway.

    `gc.freeze` at the end: the interpreter would go through all that is left, only to throw it away.
    """
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS, 20, 100)
    atexit.register(gc.freeze)
