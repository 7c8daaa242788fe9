"""Languages, as ISO 639-1 codes, or 639-3 where there is none of two letters.

Codes come from pycountry, names in some sixty languages from the CLDR of Babel.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from icp_ml.parsing.places import LANGUAGES, fold, without_rivals
from icp_ml.settings import ColumnSettings

LOCALE = re.compile(r"([a-z]{2,3})(?:[-_.@][a-z0-9]+)*", re.IGNORECASE)
QUALIFIED = re.compile(r"(?P<name>[^(\[,/–—-]+?)\s*(?:[(\[,/–—].*|\s-\s.*)", re.DOTALL)
OTHER_NAMES = {
    "es": "castellano castilian",
    "fa": "farsi",
    "nl": "flemish flämisch",
    "zh": "mandarin putonghua",
}
"""What people write and no table holds."""


def parse_one(text: str, column: ColumnSettings) -> str | None:
    """Understand a language: "German", "Deutsch", "allemand", "de", "ger", "de-AT", "German (Austria)"."""
    text = text.strip()
    return _by_name(text) or _by_code(text) or _without_qualifier(text)


def _without_qualifier(text: str) -> str | None:
    found = QUALIFIED.fullmatch(text)
    return _by_name(found["name"]) if found else None


def _by_code(text: str) -> str | None:
    found = LOCALE.fullmatch(text)
    return _codes().get(found[1].lower()) if found else None


def _by_name(text: str) -> str | None:
    name = fold(text)
    if name.isascii() and len(name) <= len("deu"):
        return None  # a code, or nothing
    return _names().get(name) or _foreign_names().get(name)


@lru_cache(maxsize=1)
def _codes() -> dict[str, str]:
    """Map each code of two or three letters to the shortest of its language."""
    import pycountry

    found: dict[str, str] = {}
    for one in pycountry.languages:
        short = getattr(one, "alpha_2", one.alpha_3)
        for kind in ("alpha_3", "bibliographic", "alpha_2"):
            if code := getattr(one, kind, None):
                found[code] = short
    return found


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    """Map each folded English name to its code."""
    import pycountry

    found = {fold(one.name): getattr(one, "alpha_2", one.alpha_3) for one in pycountry.languages}
    return found | {fold(name): code for code, words in OTHER_NAMES.items() for name in words.split()}


@lru_cache(maxsize=1)
def _foreign_names() -> Mapping[str, str]:
    """Map each folded name in any of the languages; one that means two languages means none."""
    from babel import Locale

    codes = _codes()
    return without_rivals(
        (fold(name), codes[code.split("_")[0]])
        for language in LANGUAGES
        for code, name in Locale.parse(language).languages.items()
        if code.split("_")[0] in codes
    )
