"""What changed since the last profile, in words: the yearly review."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from icp_ml.profile.card import Card, Condition, Group
from icp_ml.profile.levels import one_each
from icp_ml.profile.sizes import range_said
from icp_ml.scoring.like import percent

MIN_LIKENESS = 0.3  # of their conditions, from which on two groups are one that has changed
MIN_MOVE = 0.005  # of a share, that is worth a word


@dataclass(frozen=True)
class Change:
    """What became of one group, or of the statement.

    Attributes
    ----------
    name : str
        Of the group now; of one that is gone, then. "Statement" for the whole.
    what : "new", "gone", "changed" or "same"
    words : str
        What the group is now; of one that is gone, what it was.
    details : tuple of str
        What changed, each a sentence without its point.
    """

    name: str
    what: Literal["new", "gone", "changed", "same"]
    words: str
    details: tuple[str, ...] = ()


def changes(before: Card, now: Card) -> list[Change]:
    """Compare two profiles, group by group.

    A group is one of before where it is of the same kind and most of what it asks for is the same.
    """
    found = [_statement(before, now), *_groups(before, now)]
    return [one for one in found if one is not None]


def changes_said(found: Sequence[Change]) -> list[str]:
    """Write changes as lines; one says so where nothing changed."""
    lines = []
    for one in found:
        if one.what in ("new", "gone"):
            lines.append(f"{one.name} is {one.what}: {one.words}.")
        elif one.what == "changed":
            lines.append(f"{one.name}: {'; '.join(one.details)}.")
    return lines or ["Nothing changed since the last profile."]


def _statement(before: Card, now: Card) -> Change | None:
    if before.statement == now.statement:
        return None
    return Change("Statement", "changed", now.statement, (f"it said: {before.statement.rstrip('.')}",))


def _groups(before: Card, now: Card) -> Iterator[Change]:
    old = [one for one in before.groups if one.kind != "other"]
    pairs = _paired(old, [one for one in now.groups if one.kind != "other"])
    for group, earlier in pairs:
        if earlier is None:
            yield Change(group.name, "new", group.words)
            continue
        details = (*_asked(earlier, group), *_moved((before, earlier), (now, group)))
        yield Change(group.name, "changed" if details else "same", group.words, details)
    kept = [id(earlier) for _, earlier in pairs]
    yield from (Change(one.name, "gone", one.words) for one in old if id(one) not in kept)


def _paired(old: Sequence[Group], new: Sequence[Group]) -> list[tuple[Group, Group | None]]:
    """Pair each group with the most alike of before that is left, the most alike pairs first."""
    by_likeness = sorted(
        (
            (-_likeness(one, other), at, place)
            for at, one in enumerate(new)
            for place, other in enumerate(old)
            if one.kind == other.kind
        ),
    )
    chosen: dict[int, int] = {}
    for likeness, at, place in by_likeness:
        if -likeness >= MIN_LIKENESS and at not in chosen and place not in chosen.values():
            chosen[at] = place
    return [(one, old[chosen[at]] if at in chosen else None) for at, one in enumerate(new)]


def _likeness(one: Group, other: Group) -> float:
    """Give the share of what two groups ask for that both ask for: 0 to 1."""
    mine, theirs = ({part for asked in group.conditions for part in _parts(asked)} for group in (one, other))
    return len(mine & theirs) / max(len(mine | theirs), 1)


def _parts(one: Condition) -> Iterator[tuple[str, str]]:
    yield one.column, ""
    yield from ((one.column, level.casefold()) for level in one.one_of)
    if not one.one_of:
        yield from ((one.column, f"{end} {value}") for end, value in (("low", one.low), ("high", one.high)))


def _asked(before: Group, now: Group) -> Iterator[str]:
    """Say what is asked for now and was not, what no longer is, and what is asked otherwise."""
    then, here = ({one.column: one for one in group.conditions} for group in (before, now))
    for column, one in here.items():
        if column not in then:
            yield f"now asks for {one.words}: {_said(one)}"
        elif _key(one) != _key(then[column]):
            yield f"{one.words}: {_differs(then[column], one)}"
    for column, one in then.items():
        if column not in here:
            yield f"no longer asks for {one.words}: {_said(one)}"


def _key(one: Condition) -> tuple[tuple[str, ...], str]:
    return tuple(_levels(one)), range_said(one)


def _levels(one: Condition) -> dict[str, str]:
    """Give the levels by their folded spelling."""
    found: dict[str, str] = {}
    for level in one.one_of:
        found.setdefault(level.casefold(), level)
    return dict(sorted(found.items()))


def _said(one: Condition) -> str:
    return one_each(list(_levels(one).values()), "or") if one.one_of else range_said(one)


def _differs(then: Condition, here: Condition) -> str:
    if not (then.one_of and here.one_of):
        return f"{_said(here)} (was {_said(then)})"
    old, new = _levels(then), _levels(here)
    added = [level for name, level in new.items() if name not in old]
    left = [level for name, level in old.items() if name not in new]
    said = [f"with {one_each(added, 'and')}"] if added else []
    return ", ".join([*said, *([f"without {one_each(left, 'and')}"] if left else [])])


def _moved(before: tuple[Card, Group], now: tuple[Card, Group]) -> Iterator[str]:
    """Say how the share of best, the size and the share of the prospects moved."""
    for (words, then), (_, here) in zip(_shares(*before), _shares(*now), strict=True):
        if abs(here - then) >= MIN_MOVE and percent(here) != percent(then):
            yield f"{words} {percent(here)} (was {percent(then)})"


def _shares(card: Card, group: Group) -> list[tuple[str, float]]:
    return [
        ("share of best", group.rate),
        ("share of customers", group.n / max(card.n, 1)),
        ("share of prospects", group.prospect_share),
    ]
