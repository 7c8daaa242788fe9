"""Put a block of lines into the user's crontab, and take it out; no other line is touched."""

from __future__ import annotations

from collections.abc import Sequence

from icp_ml.errors import DataError
from icp_ml.schedule.files import marks
from icp_ml.schedule.tools import called, crontab_lines


def install_block(name: str, block: str) -> bool:
    """Put a block in the place of the one of its name, or at the end; say whether that changed anything."""
    lines = crontab_lines()
    return _written(lines, with_block(lines, name, block))


def remove_block(name: str) -> bool:
    """Take the block of a name out; say whether there was one."""
    lines = crontab_lines()
    return _written(lines, with_block(lines, name, ""))


def with_block(lines: Sequence[str], name: str, block: str) -> str:
    """Give a crontab with this block in the place of the one of its name.

    Raises
    ------
    DataError
        The block that is there has no end: what belongs to it cannot be told.
    """
    begins, ends = marks(name)
    text = [line.strip() for line in lines]
    if text.count(begins) != text.count(ends) or text.count(begins) > 1:
        what = f"the crontab has no whole block between {begins!r} and {ends!r}."
        raise DataError(what, fix="Mend it: crontab -e.")
    if begins not in text:
        before = "".join(lines)
        return before + ("\n" if block and before and not before.endswith("\n") else "") + block
    start, stop = text.index(begins), text.index(ends)
    if stop < start:
        raise DataError(f"the crontab has {ends!r} before {begins!r}.", fix="Mend it: crontab -e.")
    return "".join([*lines[:start], block, *lines[stop + 1 :]])


def _written(lines: Sequence[str], changed: str) -> bool:
    if changed == "".join(lines):
        return False
    called(["crontab", "-"] if changed else ["crontab", "-r"], changed or None)
    return True
