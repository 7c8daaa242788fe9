"""How the customers like an account did: a rate, their number, and whom they have in common, in words."""

from __future__ import annotations

from collections.abc import Sequence

from icp_ml.features.attributes import ITEM_FORMS, LEVEL_FORMS, STEP, Attribute
from icp_ml.features.groups import MEASURED_FORMS
from icp_ml.industries import industry_title
from icp_ml.model.observed import Observed, Seen
from icp_ml.scoring.place_names import market_name, place_name
from icp_ml.scoring.shown import said_number, short_number

Rate = tuple[str, float, int]
"""Words, the rate of best (NaN where it is left out) and the number of customers (-1)."""
WHOLE_BELOW = 100
"""Below it, a band of whole numbers is said to end one below the next."""
SIGNS = {True: "(+)", False: "(-)"}


def rate_of(
    attribute: Attribute, observed: Observed, groups: Sequence[str], is_for: bool, own: Sequence[str] = ()
) -> Rate:
    """Say how many customers are like an account, and what share of them was best.

    Left out where there are too few of them in all of its groups, and where their rate says the opposite or
    reads like that of all customers.

    Parameters
    ----------
    attribute : Attribute
    observed : Observed
    groups : sequence of str
        The account's, finest first; of a list or a text, those that are named.
    is_for : bool
        Whether the attribute speaks for the account.
    own : sequence of str
        Of a list or a text, how the account spells those groups.
    """
    counts = observed.of(attribute).counts
    sign = 1 if is_for else -1
    held = [at for at, group in enumerate(groups) if group in counts]
    if attribute.form in ITEM_FORMS:
        held = [at for at in held if _agrees(observed, counts[groups[at]], sign)]
    if not held or not _agrees(observed, counts[groups[held[0]]], sign):
        return f" {SIGNS[is_for]}", float("nan"), -1
    at = held[0]
    n, n_best = counts[groups[at]]
    alike = own[at] if own else groups[at]
    is_other = len(groups) > 1 if own else _last(alike) != _last(groups[0])
    whom = _whom(attribute, observed.of(attribute), alike, is_other)
    said = f"{percent(n_best / n)} {observed.outcome} of {n:,} {observed.unit}{whom}"
    return f", {said} {SIGNS[is_for]}", n_best / n, n


def _agrees(observed: Observed, counted: tuple[int, int], sign: int) -> bool:
    """Say whether the rate of a group visibly differs from that of all rows, to the side of the sign."""
    (n, n_best), overall = counted, observed.n_best / observed.n
    return sign * (n_best / n - overall) > 0 and percent(n_best / n) != percent(overall)


def percent(rate: float) -> str:
    """Write a rate in percent; a small one that is not 0, and a large one that is not 1, with a decimal."""
    is_near_the_end = 0 < rate < 0.005 or 0.995 < rate < 1
    return f"{100 * rate:.{1 if is_near_the_end else 0}f} %"


def _whom(attribute: Attribute, seen: Seen, group: str, is_other: bool) -> str:
    """Say what a group has in common, where the account's own value does not say it already."""
    if attribute.form in MEASURED_FORMS:
        return f" {band_words(attribute, seen, int(group))}"
    if not is_other:
        return ""
    if attribute.form in LEVEL_FORMS:
        return f" in {level_name(attribute, group)}"
    return f" with {group}" if attribute.form == "items" else f' with "{group}"'


def band_words(attribute: Attribute, seen: Seen, at: int) -> str:
    """Say from where to where a band goes: "with 80 to 149"."""
    low = _said(attribute, seen.edges[at - 1]) if at > 0 else None
    last = seen.edges[at] if at < len(seen.edges) else None
    if last is not None and seen.is_whole and last < WHOLE_BELOW:
        last -= 1  # nobody minds whether 1,000 belongs to the band that ends there
    high = None if last is None else _said(attribute, last)
    if high is None:
        between = f"{low} or more"
    elif low is None:
        between = "0" if last == 0 else f"up to {high}" if seen.is_whole else f"under {high}"
    else:
        between = low if low == high else f"{low} to {high}"
    match attribute.form:
        case "age":
            return f"{between} years old"
        case "recency":
            return f"with {between} months since"
        case _:
            return f"with {between}"


def _said(attribute: Attribute, value: float) -> str:
    return short_number(value) if attribute.form in ("age", "recency") else said_number(attribute, value)


def _last(level: str) -> str:
    """Give the level's own name: Amsterdam the region reads like Amsterdam the city."""
    return level.rpartition(STEP)[2]


def level_name(attribute: Attribute, group: str) -> str:
    """Name a level coarser than the account's own: a market, a country, a region, a sector, a code."""
    above, _, level = group.rpartition(STEP)
    depth = group.count(STEP)
    if attribute.form == "industry_code":
        return level.rpartition(":")[2] if above or industry_title(level) is None else "that sector"
    places = ("country", *(name for name in (*attribute.above, attribute.name) if name != "country"))
    if attribute.name == "country" or set(attribute.above) & {"country", "region"}:
        return (
            market_name(level) if depth == 0 else place_name(places[depth - 1], level.upper(), level.title())
        )
    return level
