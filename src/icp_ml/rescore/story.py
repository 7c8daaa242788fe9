"""One account's story in words and numbers: where it stands, and each move with its reasons."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

PARTS = ("time", "data", "model")
"""The steps that move a score."""

Entry = Mapping[str, Any]


def story(entries: Sequence[Entry]) -> list[str]:
    """Tell the story of an account in lines, one block a move, newest first; each segment for itself.

    Parameters
    ----------
    entries : sequence of mapping
        The account's entries in order of cycles, by the names of ENTRY; at least one.
    """
    by_segment: dict[str, list[Entry]] = {}
    for one in entries:
        by_segment.setdefault(str(one["segment"]), []).append(one)
    lines = [_title(entries[-1])]
    for segment, told in by_segment.items():
        named = f"in segment {segment}: " if len(by_segment) > 1 else ""
        lines += [f"{named}{_standing(told[-1])}", ""]
        lines += [line for one in reversed(told) for line in (*_block(one), "")]
    return lines[:-1]


def _title(newest: Entry) -> str:
    account, name = newest["account_id"], newest["name"]
    return f"{account}: {name}" if name else str(account)


def _standing(newest: Entry) -> str:
    """Say where an account stands now."""
    if newest["event"] == "gone":
        return f"not in the list since {newest['scored_at']}"
    facts = [
        f"{newest['list_tier']} in the list" if newest["list_tier"] else "",
        f"by rule {newest['rule']}" if newest["rule"] else "",
        "excluded" if newest["is_excluded"] else "",
        "a customer" if newest["is_customer"] else "",
    ]
    said = ", ".join([_scored(newest, ""), *filter(None, facts)])
    return f"now {said}; unchanged since {newest['scored_at']}"


def _block(one: Entry) -> list[str]:
    why = [f"  why: {one['why']}"] if one["why"] else []
    lines = [f"{one['scored_at']}  {_move(one)}", *why]
    if one["event"] == "changed":
        lines += [f"  {line}" for line in (_tier_steps(one), _split(one)) if line]
    return [*lines, f"  exact: {_exact(one)}"]


def _move(one: Entry) -> str:
    """Say what happened, as a headline."""
    if one["event"] == "gone":
        before = _scored(one, "previous_")
        return "gone from the list" + (f"; it was {before}" if before else "")
    if one["event"] == "new":
        return f"new in the list: {_scored(one, '')}"
    tiers = f"{one['previous_tier']} -> {one['tier']}"
    if one["previous_tier"] == one["tier"]:
        tiers = f"{one['tier']} as before"
    before, after = _amount(one, "previous_"), _amount(one, "")
    return f"{tiers}, {before} -> {after}" if before != after else f"{tiers}, {after} as before"


def _scored(one: Entry, side: str) -> str:
    """Give tier and score, before or after."""
    return ", ".join(filter(None, [one[f"{side}tier"], _amount(one, side)]))


def _amount(one: Entry, side: str) -> str:
    """Write a fit in percent, or a rubric's points."""
    name = "previous_probability" if side else "fit_probability"
    points = one["previous_points" if side else "rubric_points"]
    if one[name] is not None:
        return f"{one[name] * 100:.1f} %"
    return "" if points is None else f"{points:.2f} points"


def _tier_steps(one: Entry) -> str:
    """Say which steps moved the tier, and the list's."""
    said = [f"tier moved by {one['moved_by']}"] if one["moved_by"] else []
    if one["previous_list_tier"] != one["list_tier"]:
        said.append(f"in the list {one['previous_list_tier'] or 'none'} -> {one['list_tier'] or 'none'}")
    return ", ".join(said)


def _split(one: Entry) -> str:
    """Say what the change of the score is made of; the parts add up to it."""
    parts = {name: one[f"change_{name}"] for name in PARTS}
    if any(value is None for value in parts.values()):
        return ""
    unit = "log-odds" if one["fit_probability"] is not None else "points"
    whole = math.fsum(parts.values())
    said = ", ".join(f"{name} {value:+.3f}" for name, value in parts.items())
    return f"score {whole:+.3f} in {unit}: {said}"


def _exact(one: Entry) -> str:
    """Give the numbers with all their digits, and by what they can be given again."""
    numbers = [
        f"{name} {one[key]!r}"
        for name, key in (
            ("fit_probability", "fit_probability"),
            ("before", "previous_probability"),
            ("rubric_points", "rubric_points"),
            ("before", "previous_points"),
            *((name, f"change_{name}") for name in PARTS),
            ("Best fit from", "best_fit"),
            ("Good fit from", "good_fit"),
        )
        if one[key] is not None
    ]
    kept = (("cycle", "cycle"), ("model", "model_version"), ("input", "input_digest"))
    return ", ".join([*numbers, *(f"{name} {one[key]}" for name, key in kept if one[key])])
