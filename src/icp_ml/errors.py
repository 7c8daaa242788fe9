"""What can go wrong, in the words a person reads, with the exit status a scheduler reads."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum

MAX_EXAMPLES = 5


class ExitCode(IntEnum):
    """Exit statuses, after sysexits.h, so that a scheduler can tell failures apart."""

    OK = 0
    OTHER = 1
    ALARMS = 10
    BAD_DATA = 65
    UNAVAILABLE = 69
    LOCKED = 75
    BAD_CONFIG = 78


class IcpError(Exception):
    """A failure that the user can mend: what is wrong, where, examples, and the fix.

    Parameters
    ----------
    what : str
        One sentence naming the thing and what is wrong with it.
    details : iterable of str
        One line for each finding, "place: finding"; printed indented.
    fix : str
        What to do about it, as an imperative sentence.
    """

    exit_code = ExitCode.OTHER

    def __init__(self, what: str, details: Iterable[str] = (), fix: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.details = tuple(details)
        self.fix = fix

    def __str__(self) -> str:
        """Give the message as it is printed, without the leading "error: "."""
        lines = [self.what, *(f"  {detail}" for detail in self.details)]
        return "\n".join([*lines, self.fix] if self.fix else lines)


class DataError(IcpError):
    """The input cannot be used as it is."""

    exit_code = ExitCode.BAD_DATA


class UnavailableError(IcpError):
    """Something needed is not there: a source, a store, a champion."""

    exit_code = ExitCode.UNAVAILABLE


class RefusedError(IcpError):
    """A gate said no; nothing was changed."""

    exit_code = ExitCode.ALARMS


class LockedError(IcpError):
    """Another run holds the lock."""

    exit_code = ExitCode.LOCKED


class ConfigError(IcpError):
    """The configuration cannot be used as it is."""

    exit_code = ExitCode.BAD_CONFIG


def examples(values: Iterable[object]) -> str:
    """Join up to five offenders for an error message, most telling first as given."""
    shown = [repr(value) if isinstance(value, str) else f"{value}" for value in values]
    more = f" and {len(shown) - MAX_EXAMPLES:,} more" if len(shown) > MAX_EXAMPLES else ""
    return ", ".join(shown[:MAX_EXAMPLES]) + more


def count(n: int, noun: str, plural: str = "") -> str:
    """Write a number with its noun: "1 row", "2,000 rows"."""
    return f"{n:,} {noun if n == 1 else plural or noun + 's'}"
