"""Find the records of a table that are one company, without ever joining two that something keeps apart."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from icp_ml.matching.families import FAMILY_WORDS
from icp_ml.matching.keys import UNKNOWN, match_keys
from icp_ml.matching.known import same_registration
from icp_ml.matching.lookup import Lookup
from icp_ml.matching.pairs import Pairs, name_likeness, same_name, sharing
from icp_ml.settings import MatchingSettings

SINGLE_KEYS = ("registration_id", "domain", "country")


@dataclass
class Company:
    """The records taken as one company so far, the first of them first, and all that is known of them."""

    rows: list[int]
    keys: dict[str, set[int]]
    cores: set[str]


def same_companies(accounts: pd.DataFrame, settings: MatchingSettings) -> pd.DataFrame:
    """Find which accounts are one company.

    Two records are one company where one thing says so (the domain, the registration number, the name with
    its place) and nothing speaks against it: another registration number, domain, country or name. More than
    two are one where that holds of every two of them, so that no chain of near names joins strangers. Records
    of one registration number are one company whatever else they say.

    Parameters
    ----------
    accounts : DataFrame
        account_id, once each, and what `match_keys` reads.

    Returns
    -------
    DataFrame, indexed by account_id in the order of `accounts`
        company: the first id, in order, of the company; found_by: what joined the account to an earlier
        one (domain, registration_id, name), missing for the first of each.
    """
    ordered = accounts.sort_values("account_id", ignore_index=True)
    keys = match_keys(ordered)
    links = _links(keys, settings)
    linked = {at for one, other, _ in links for at in (one, other)}
    company_of = {at: Company([at], *_known(keys, at)) for at in sorted(linked)}
    kinds: dict[int, str] = {}
    for one, other, kind in links:
        if company_of[one] is company_of[other]:
            continue
        first, second = sorted((company_of[one], company_of[other]), key=lambda company: company.rows[0])
        if _may_be_one(first, second, settings):
            kinds[second.rows[0]] = kind
            joint = _together(first, second)
            company_of |= dict.fromkeys(joint.rows, joint)
    ids = ordered["account_id"]
    company = ids.to_dict() | {at: ids.iat[one.rows[0]] for at, one in company_of.items()}
    columns = {"company": pd.Series(company), "found_by": pd.Series(kinds, dtype="str")}
    found = pd.DataFrame(columns, index=ids.index).astype("str")
    return found.set_axis(ids).reindex(accounts["account_id"])


def _known(keys: pd.DataFrame, at: int) -> tuple[dict[str, set[int]], set[str]]:
    known = {name: {int(keys[name].to_numpy()[at])} - {int(UNKNOWN)} for name in SINGLE_KEYS}
    core = keys["core"].iat[at]
    return known, {core} if isinstance(core, str) else set()


def _together(one: Company, other: Company) -> Company:
    keys = {name: one.keys[name] | other.keys[name] for name in SINGLE_KEYS}
    return Company([*one.rows, *other.rows], keys, one.cores | other.cores)


def _links(keys: pd.DataFrame, settings: MatchingSettings) -> list[tuple[int, int, str]]:
    """Give the pairs that something joins: the surest thing first, then the likest, then in order of id."""
    found = []
    for rank, kind in enumerate(settings.match_on):
        pairs, alike = _pairs_by(kind, keys, settings)
        lines = zip((-alike).tolist(), pairs.at_right.tolist(), pairs.at_left.tolist(), strict=True)
        found += [(rank, less, one, other, kind) for less, one, other in lines]
    return [(one, other, kind) for *_, one, other, kind in sorted(found)]


def _pairs_by(kind: str, keys: pd.DataFrame, settings: MatchingSettings) -> tuple[Pairs, Any]:
    table = Lookup(keys)
    if kind == "name":
        return same_name(keys, table, settings)
    pairs = (
        same_registration(keys, table, settings)
        if kind == "registration_id"
        else sharing(keys, table, (kind,), settings.max_block_rows)
    )
    pairs = pairs.where(pairs.at_left > pairs.at_right)
    return pairs, np.ones(len(pairs.at_left))


def _may_be_one(ours: Company, theirs: Company, settings: MatchingSettings) -> bool:
    """Say whether nothing known of two companies keeps them apart."""
    if ours.keys["registration_id"] & theirs.keys["registration_id"]:
        return True
    known = [(ours.keys[name], theirs.keys[name]) for name in SINGLE_KEYS]
    if any(one and other and not one & other for one, other in known):
        return False
    is_one_site = bool(ours.keys["domain"] & theirs.keys["domain"])
    return all(
        name_likeness(one, other) >= settings.min_name_similarity or (is_one_site and _extends(one, other))
        for one, other in product(sorted(ours.cores), sorted(theirs.cores))
    )


def _extends(one: str, other: str) -> bool:
    """Say whether one name is the other with more words, none of which names a part of a family."""
    short, long = sorted((one.split(), other.split()), key=len)
    return long[: len(short)] == short and not any(word in FAMILY_WORDS for word in long[len(short) :])
