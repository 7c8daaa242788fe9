"""Find the parent of a company among the others: by what is declared, by its web domain, by its name."""

from __future__ import annotations

import pandas as pd

from icp_ml.matching.folding import folded_words
from icp_ml.matching.keys import company_domains
from icp_ml.matching.names import comparable_names

FAMILY_WORDS = frozenset(
    word
    for words in (
        "international global worldwide group gruppe groupe grupo gruppo holding holdings headquarters hq",
        "europe european emea apac asia pacific africa latam americas america north south east west",
        "central usa us uk united kingdom states great britain england scotland wales ireland canada",
        "mexico brasil brazil argentina chile colombia peru deutschland germany france espana spain",
        "italia italy portugal schweiz suisse svizzera switzerland austria osterreich nederland",
        "netherlands belgium belgie belgique luxembourg denmark danmark norge norway sverige sweden suomi",
        "finland nordic nordics polska poland czech cesko slovakia hungary romania bulgaria greece hellas",
        "turkey turkiye israel india china japan nippon korea taiwan singapore malaysia indonesia",
        "thailand vietnam philippines hong kong australia zealand nz emirates uae dubai saudi arabia",
        "egypt nigeria kenya",
    )
    for word in words.split()
)
"""Words at the end of a name that tell a part of a company, or the whole, from its other parts."""

MIN_LETTERS = 4  # of what is left of a name, to be one
OWN_PLACES = ("city", "region", "country")


def family_name(core: str, places: tuple[str, ...] = ()) -> str:
    """Give the words of a name without those at its end that name a part: "acme deutschland" is "acme".

    Parameters
    ----------
    core : str
        As `comparable_names` gives it.
    places : tuple of str
        Words of the company's own place: "acme berlin" of Berlin is "acme".
    """
    words = core.split()
    while len(words) > 1:
        ends = [place for place in places if place and " ".join(words).endswith(f" {place}")]
        n_words = max([len(place.split()) for place in ends], default=int(words[-1] in FAMILY_WORDS))
        if not n_words or len("".join(words[:-n_words])) < MIN_LETTERS:
            break
        del words[-n_words:]
    return " ".join(words)


def parents_found(accounts: pd.DataFrame) -> pd.DataFrame:
    """Find each account's parent among the others.

    The declared one; else, of the accounts of its web domain, the one with the shortest name; else the
    account that is called as it is without the words for a part ("Acme Inc." of "Acme Deutschland GmbH").
    Good for keeping a family on one side of a split; no outcome is pooled by it.

    Parameters
    ----------
    accounts : DataFrame
        account_id, once each; name, domain, parent_id and the place where they are known.

    Returns
    -------
    DataFrame of str, indexed by account_id
        parent and found_by (parent_id, domain, name), of the accounts that have one.
    """
    named = _named(accounts)
    found = {
        "parent_id": accounts.get("parent_id"),
        "domain": named.groupby("domain")["account_id"].transform("first"),
        "name": _by_name(named),
    }
    parts = []
    for kind, parent in found.items():
        if parent is not None:
            known = pd.DataFrame({"account_id": accounts["account_id"], "parent": parent, "found_by": kind})
            parts.append(known.loc[known["parent"].notna() & (known["parent"] != known["account_id"])])
    first = pd.concat(parts).drop_duplicates("account_id")
    return first.set_index("account_id").astype("str")


def _named(accounts: pd.DataFrame) -> pd.DataFrame:
    """Give core and family name beside id and domain, the shortest names first."""
    no_names = pd.Series(pd.array([None] * len(accounts), dtype="str"), index=accounts.index)
    core = comparable_names(accounts.get("name", no_names))["core"]
    places = [_folded(accounts[place]) for place in OWN_PLACES if place in accounts]
    own = list(zip(*places, strict=True)) if places else [()] * len(accounts)
    family = [
        family_name(one, place) if isinstance(one, str) else None
        for one, place in zip(core, own, strict=True)
    ]
    columns = {"account_id": accounts["account_id"], "domain": company_domains(accounts), "core": core}
    named = pd.DataFrame({**columns, "family": pd.array(family, dtype="str")}, index=accounts.index)
    n_letters = core.str.len().fillna(float("inf"))
    return named.assign(n_letters=n_letters).sort_values(["n_letters", "account_id"])


def _by_name(named: pd.DataFrame) -> pd.Series[str]:
    """Give each account that is called as a part its family's first; others have none."""
    is_part = named["family"].notna() & (named["family"] != named["core"])
    families = named.loc[named["family"].isin(named.loc[is_part, "family"])]
    first = families.groupby("family")["account_id"].transform("first")
    return first.where(is_part)


def _folded(places: pd.Series[str]) -> list[str]:
    distinct = {place: " ".join(folded_words(place)) for place in places.dropna().unique()}
    return [distinct.get(place, "") for place in places]
