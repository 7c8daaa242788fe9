"""Company names as they can be compared: without legal form, case, accents and signs."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from icp_ml.matching.folding import folded_words, words_of_each

NUMBER = re.compile(r"[0-9]+")
ROMAN = frozenset(("ii", "iii", "iv", "vi", "vii", "viii", "ix", "xi", "xii", "xiii"))
NOT_ONLY_FORMS = frozenset(
    ("uk", "at", "ok", "et", "ba", "ps", "ud", "fa", "pp", "dat", "vat", "sem", "sep", "private")
)
"""Words of cleanco's lists of legal forms that mean something else more often at the end of a name."""

FORMS_OF_OURS = (
    "pvt",
    "pvt ltd",
    "private limited",
    "ug",
    "ug haftungsbeschrankt",
    "haftungsbeschrankt",
    "mbh",
    "eg",
    "doo",
    "ek",
    "gesmbh",
    "gesellschaft mbh",
    "gesellschaft mit beschrankter haftung",
    "aktiengesellschaft",
    "kommanditgesellschaft",
)
"""Legal forms that cleanco does not list."""

NO_NAMES = frozenset(
    one
    for words in (
        "name unknown test na none null nan private confidential stealth stealthstartup individual person",
        "various company unnamed selfemployed freelance freelancer privat unbekannt tba tbd",
    )
    for one in words.split()
)
"""What stands where there is no name, without spaces; "#NAME?" is what a spreadsheet makes of "=acme"."""

Codes = npt.NDArray[np.intp]
Parts = tuple[str | None, ...]
PARTS = ("core", "glued", "ordered", "marks")
NO_PARTS: Parts = (None,) * len(PARTS)
MOST_KEPT = 32_768
"""Names, and those of one more call: as many as a batch holds."""

_KEPT: dict[str, Parts] = {}

LEADING_FORMS = frozenset(("ooo", "oao", "zao", "pao", "ооо", "оао", "зао", "пао", "pt", "uab", "sia", "tov"))
"""Legal forms that stand before the name."""

FULL_WORDS = {
    "intl": "international", "int'l": "international", "natl": "national", "mfg": "manufacturing",
    "svc": "service", "svcs": "services", "tech": "technology", "technologies": "technology",
    "techs": "technology", "sys": "systems", "mgmt": "management", "mgt": "management", "grp": "group",
    "assoc": "associates", "assn": "association", "bros": "brothers", "univ": "university",
    "labs": "laboratories", "lab": "laboratories", "dev": "development", "eng": "engineering",
    "engg": "engineering", "ind": "industries", "inds": "industries", "elec": "electric",
    "pharma": "pharmaceuticals", "comm": "communications", "comms": "communications", "amer": "american",
    "ctr": "center", "centre": "center", "dept": "department", "dist": "distribution", "fin": "financial",
    "hldgs": "holdings", "ins": "insurance", "prod": "products", "prods": "products", "sol": "solutions",
    "solns": "solutions", "und": "and", "et": "and", "y": "and",
}  # fmt: skip
"""Short forms of words that names hold."""


def comparable_names(names: pd.Series[Any]) -> pd.DataFrame:
    """Give what names are compared by, working on each distinct one once.

    Parameters
    ----------
    names : Series of str, shape (n_rows,)
        As they were parsed; missing ones stay missing in every column.

    Returns
    -------
    DataFrame of str, indexed as `names`
        core: the words that tell the company from others, short forms written out; glued: as they stand,
        without spaces, so that "Cirrus Works" is "CirrusWorks"; ordered: those of core in alphabetical order;
        marks: the numbers in it, which must agree.
    """
    codes, parts = name_parts(names)
    texts = {name: pd.array(one, dtype="str").take(codes) for name, one in parts.items()}
    return pd.DataFrame(texts, index=names.index)


def name_parts(names: pd.Series[Any]) -> tuple[Codes, dict[str, list[str | None]]]:
    """Give each row the place of its name, and what the names are compared by; -1, the last, is missing."""
    codes, distinct = pd.factorize(names)
    columns = zip(*[*_parts_of_each(distinct.tolist()), NO_PARTS], strict=True)
    return codes, dict(zip(PARTS, map(list, columns), strict=True))


def core_name(name: str) -> str:
    """Give a name's own words, folded: "The Müller & Söhne GmbH & Co. KG" is "muller and sohne".

    A name made of nothing but legal forms and articles keeps them. Short forms are written out.
    """
    return " ".join(FULL_WORDS.get(word, word) for word in _own_words(folded_words(name)))


def _parts_of_each(names: list[str]) -> list[Parts]:
    """Look at each name once: further tables are searched by it, and then the customers."""
    found = {name: parts for name in names if (parts := _KEPT.get(name)) is not None}
    new = [name for name in names if name not in found]
    if new:
        found.update(zip(new, map(_parts, words_of_each(new)), strict=True))
        if len(_KEPT) > MOST_KEPT:
            _KEPT.clear()
        _KEPT.update(found)
    return [found[name] for name in names]


def _parts(folded: list[str]) -> Parts:
    written = _own_words(folded)
    glued = "".join(written)
    if not glued or glued in NO_NAMES:
        return NO_PARTS
    words = [FULL_WORDS.get(word, word) for word in written]
    core = " ".join(words)
    marks = [] if glued.isalpha() else NUMBER.findall(core)
    if not ROMAN.isdisjoint(words):
        marks += [word for word in words if word in ROMAN]
    if len(words[-1]) == 1 and len(words) > 1:
        marks.append(words[-1])
    return core, glued, "".join(sorted(words)), " ".join(sorted(marks)) if marks else ""


def _own_words(words: list[str]) -> list[str]:
    return _without_forms(words) or words


def _without_forms(words: list[str]) -> list[str]:
    """Drop legal forms at the end, the article and a leading legal form at the beginning."""
    _, forms_by_end, _ = _legal_forms()
    kept = list(words)
    while kept and (kept[-1] in forms_by_end or len(kept[-1]) == 1):
        n_words = _n_words_of_form(kept)
        if not n_words:
            break
        del kept[-n_words:]
    return kept[1:] if kept and (kept[0] == "the" or kept[0] in LEADING_FORMS) else kept


def _n_words_of_form(words: list[str]) -> int:
    """Count the words of the longest legal form that words end in, 0 for none; "s p a" is spa."""
    forms, forms_by_end, longest = _legal_forms()
    if len(words[-1]) > 1:
        for form in forms_by_end[words[-1]]:
            if words[-len(form) :] == form:
                return len(form)
        return 0
    for n_words in range(min(longest, len(words)), 0, -1):
        ending = words[-n_words:]
        if " ".join(ending) in forms or (max(map(len, ending)) == 1 and "".join(ending) in forms):
            return n_words
    return 0


@cache
def _legal_forms() -> tuple[frozenset[str], dict[str, list[list[str]]], int]:
    """Give the legal forms as they are after folding, those that end in a word, and the most words of one.

    Of the forms that end in a word the longest stand first; a name that ends in none of these words, nor in a
    single letter, has no form to drop.
    """
    from cleanco import termdata

    lists = [*termdata.terms_by_type.values(), *termdata.terms_by_country.values(), FORMS_OF_OURS]
    forms = {" ".join(folded_words(term)) for terms in lists for term in terms} - NOT_ONLY_FORMS - {""}
    by_length = sorted((form.split() for form in {*forms, "and"}), key=lambda words: -len(words))
    by_end: dict[str, list[list[str]]] = {}
    for words in by_length:
        by_end.setdefault(words[-1], []).append(words)
    return frozenset(forms), by_end, len(by_length[0])
