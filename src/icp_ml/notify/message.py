"""What people are told of a run: a title and a few lines of plain text."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from icp_ml.errors import count
from icp_ml.settings import NotifySettings

MAX_NAME = 60  # characters of a company's name
MAX_LINE = 300  # characters of an alarm or of a line of an error
MAX_ALARMS = 20
MAX_FAILURE_LINES = 20
MARKUP = "<>@*_`[]|~#\\"
WIDE = {ord(sign): chr(ord(sign) + 0xFEE0) for sign in MARKUP}
"""Signs that a chat or a mail program could take for markup, a link or a call to everybody."""
CALLS = {ord(sign): WIDE[ord(sign)] for sign in "<>@`"}
"""Those that do harm in our own words, whose underscores and brackets somebody may want to copy."""


@dataclass(frozen=True)
class Mover:
    """An account that changed tier, came or went.

    Attributes
    ----------
    name : str
        As the data have it: it may hold anything.
    before, after : str
        Tiers; empty where the account was not there.
    fit_before, fit_after : float, optional
        Probabilities; None where there is none.
    why : str
        In words; empty where nothing is known.
    """

    name: str
    before: str
    after: str
    fit_before: float | None = None
    fit_after: float | None = None
    why: str = ""


@dataclass(frozen=True)
class Facts:
    """What there is to tell of a run.

    Attributes
    ----------
    name : str
        Of the data.
    day : str
        That the list is of.
    folder : str
        Where the newest list is.
    lines : sequence of str
        What became of the list, one sentence each.
    n_moved : int
        Accounts that changed tier, came or went.
    counted : str
        What they are where they are no accounts, in the singular.
    movers : sequence of Mover
        The first of them, most telling first.
    alarms : sequence of str
    failure : str
        What went wrong as it was printed; empty where the list was made.
    status : int
        The exit status.
    """

    name: str
    day: str
    folder: str
    lines: Sequence[str] = ()
    n_moved: int = 0
    counted: str = "account"
    movers: Sequence[Mover] = ()
    alarms: Sequence[str] = ()
    failure: str = ""
    status: int = 0


@dataclass(frozen=True)
class Message:
    """What is sent.

    Attributes
    ----------
    title : str
        One line.
    body : str
        Plain text.
    kind : str
        success, warning or failure, which some services show as a colour.
    """

    title: str
    body: str
    kind: str = field(default="success")


def message_of(facts: Facts, settings: NotifySettings) -> Message | None:
    """Put into words what a run did; None where nobody asked to be told of it."""
    if not _is_told(facts, settings):
        return None
    kind = "failure" if facts.failure else "warning" if facts.alarms else "success"
    blocks = _failed(facts) if facts.failure else _done(facts, settings)
    body = "\n\n".join("\n".join(block) for block in blocks if block)
    return Message(f"{plain(facts.name)} {facts.day}: {_outcome(facts)}", body, kind)


def plain(name: str) -> str:
    """Give a company's name without what a reader's program could take for markup, on one short line.

    Signs of markup become their wide forms, which look the same and do nothing; what cannot be seen goes.
    """
    return _clipped(_visible(name).translate(WIDE).replace("://", "：//"), MAX_NAME)


def _is_told(facts: Facts, settings: NotifySettings) -> bool:
    if facts.failure:
        return "failure" in settings.tells_of
    happened: Mapping[str, bool] = {"done": True, "movers": facts.n_moved > 0, "alarms": bool(facts.alarms)}
    return any(happened.get(one, False) for one in settings.tells_of)


def _outcome(facts: Facts) -> str:
    if facts.failure:
        return f"the run failed with exit status {facts.status}"
    moved = f"{count(facts.n_moved, facts.counted)} moved" if facts.n_moved else "nobody moved"
    return f"{count(len(facts.alarms), 'alarm')}, {moved}" if facts.alarms else moved


def _failed(facts: Facts) -> Iterator[list[str]]:
    lines = [_own(line) for line in facts.failure.splitlines()]
    more = [f"and {len(lines) - MAX_FAILURE_LINES:,} more lines"] if len(lines) > MAX_FAILURE_LINES else []
    yield [*lines[:MAX_FAILURE_LINES], *more]
    yield [f"The last good list stays in {facts.folder}."]


def _done(facts: Facts, settings: NotifySettings) -> Iterator[list[str]]:
    yield [_own(line) for line in facts.lines]
    yield _listed("Alarms:", [_own(one) for one in facts.alarms], MAX_ALARMS, len(facts.alarms))
    shown = facts.movers[: settings.n_movers]
    if shown:
        yield _listed("Moved most:", [_moved(one) for one in shown], len(shown), facts.n_moved)
    yield [settings.link or facts.folder]


def _listed(heading: str, lines: list[str], n_shown: int, n_all: int) -> list[str]:
    if not lines:
        return []
    n_more = n_all - len(lines[:n_shown])
    more = [f"- and {n_more:,} more"] if n_more > 0 else []
    return [heading, *(f"- {line}" for line in lines[:n_shown]), *more]


def _moved(one: Mover) -> str:
    tiers = " to ".join(tier for tier in (one.before or "new", one.after or "gone") if tier)
    shares = [f"{share:.0%}" for share in (one.fit_before, one.fit_after) if share is not None]
    fit = f" ({' to '.join(shares)})" if shares else ""
    why = f": {_clipped(_visible(one.why).translate(WIDE), MAX_LINE)}" if one.why else ""
    return f"{plain(one.name)}: {tiers}{fit}{why}"


def _own(line: str) -> str:
    """Give a line of ours, which may quote a cell, without what would call or link."""
    indent = line[: len(line) - len(line.lstrip(" "))]
    return indent + _clipped(_visible(line).translate(CALLS).replace("](", "] ("), MAX_LINE)


def _visible(text: str) -> str:
    """Put text on one line, without what steers a terminal, hides, or turns the direction of reading."""
    kept = (" " if sign.isspace() else sign for sign in text if sign.isspace() or _is_shown(sign))
    return " ".join("".join(kept).split())


def _is_shown(sign: str) -> bool:
    return unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Co", "Cn")


def _clipped(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"
