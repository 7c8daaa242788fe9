"""Ranges of a condition in words: "200 to 1,000", "at least 10 M", "at most 2 years"."""

from __future__ import annotations

from icp_ml.profile.card import Condition
from icp_ml.scoring.shown import short_number


def range_said(one: Condition) -> str:
    """Say a range, both ends in it."""
    if one.low is None and one.high is None:
        return "any"
    if one.high is None:
        return f"at least {short_number(one.low or 0)}"
    if one.low is None:
        return f"up to {short_number(one.high)}" if one.high > 0 else "no"
    if one.low == one.high:
        return short_number(one.low)
    return f"{short_number(one.low)} to {short_number(one.high)}"


def years_said(one: Condition) -> str:
    """Say a range of years."""
    said = range_said(one).replace("up to", "at most")
    return f"{said} year" if said.endswith(" 1") or said == "1" else f"{said} years"
