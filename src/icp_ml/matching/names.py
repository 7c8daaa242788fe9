"""Company names as they can be compared: without legal form, case, accents and signs."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Any

import pandas as pd

NO_LETTERS = re.compile(r"[^\w\s.'’&+@/-]+")
SEPARATORS = re.compile(r"[\s/_-]+")
REMARK = re.compile(r"[(\[]\s*(?:formerly|f\.?k\.?a|a\.?k\.?a|d\.?b\.?a|acquired|previously|now)\b.*$")
WEB_ENDING = re.compile(r"(?<=\w)\.(?:com|net|org|co\.uk|de|io|ai)(?![\w.])")
NUMBER = re.compile(r"[0-9]+")
ROMAN = frozenset(("ii", "iii", "iv", "vi", "vii", "viii", "ix", "xi", "xii", "xiii"))
LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})
"""Letters that are no other letter with an accent."""

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
    codes, distinct = pd.factorize(names)
    parts = pd.DataFrame([_parts(one) for one in distinct], columns=["core", "glued", "ordered", "marks"])
    taken = parts.astype("str").reindex(codes)  # -1, the missing, is in no index
    return taken.set_axis(names.index)


def core_name(name: str) -> str:
    """Give a name's own words, folded: "The Müller & Söhne GmbH & Co. KG" is "muller and sohne".

    A name made of nothing but legal forms and articles keeps them. Short forms are written out.
    """
    return " ".join(FULL_WORDS.get(word, word) for word in _own_words(name))


def _parts(name: str) -> tuple[str | None, ...]:
    written = _own_words(name)
    glued = "".join(written)
    if not glued or glued in NO_NAMES:
        return (None,) * 4
    words = [FULL_WORDS.get(word, word) for word in written]
    marks = [*NUMBER.findall(" ".join(words)), *(word for word in words if word in ROMAN)]
    lone = words[-1:] if len(words) > 1 and len(words[-1]) == 1 else []
    return " ".join(words), glued, "".join(sorted(words)), " ".join(sorted([*marks, *lone]))


def _own_words(name: str) -> list[str]:
    words = folded_words(name)
    return _without_forms(words) or words


def folded_words(name: str) -> list[str]:
    """Fold a text to its words; dots and apostrophes join ("S.p.A." is spa), other signs part."""
    folded = name.casefold()
    if not folded.isascii():
        decomposed = unicodedata.normalize("NFKD", folded.translate(LETTERS))
        folded = "".join(sign for sign in decomposed if not unicodedata.combining(sign))
    folded = WEB_ENDING.sub("", REMARK.sub("", folded).strip() or folded)
    for sign, words in (("&", " and "), ("+", " and "), ("@", " at ")):
        folded = folded.replace(sign, words)
    folded = folded.replace(".", "").replace("'", "").replace("’", "")
    return [word for word in SEPARATORS.split(NO_LETTERS.sub(" ", folded)) if word]


def _without_forms(words: list[str]) -> list[str]:
    """Drop legal forms at the end, the article and a leading legal form at the beginning."""
    forms, longest, endings = _legal_forms()
    kept = list(words)
    while kept and (kept[-1] in endings or len(kept[-1]) == 1):
        n_words = next(
            (n for n in range(min(longest, len(kept)), 0, -1) if _is_form(kept[-n:], forms)),
            1 if kept[-1] == "and" else 0,
        )
        if not n_words:
            break
        del kept[-n_words:]
    return kept[1:] if kept and (kept[0] == "the" or kept[0] in LEADING_FORMS) else kept


def _is_form(words: list[str], forms: frozenset[str]) -> bool:
    return " ".join(words) in forms or (max(map(len, words)) == 1 and "".join(words) in forms)


@cache
def _legal_forms() -> tuple[frozenset[str], int, frozenset[str]]:
    """Give the legal forms as they are after folding, the most words that one has, and the words they end in.

    A name that ends in none of these words, nor in a single letter, has no form to drop.
    """
    from cleanco import termdata

    lists = [*termdata.terms_by_type.values(), *termdata.terms_by_country.values(), FORMS_OF_OURS]
    forms = {" ".join(folded_words(term)) for terms in lists for term in terms} - NOT_ONLY_FORMS - {""}
    endings = frozenset(form.split()[-1] for form in forms) | {"and"}
    return frozenset(forms), max(form.count(" ") + 1 for form in forms), endings
