"""Countries, as ISO 3166 alpha-2 codes.

Codes and English names come from the table that country_converter ships, names in other languages from the
CLDR of Babel; a handful that neither has are ours.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib import resources

from icp_ml.settings import ColumnSettings

LONGEST_NAME = 60
"""Longer texts are sentences, in which a country's name says little."""

OTHER_NAMES = {
    "AE": "uae emirates emirate",
    "CI": "elfenbeinküste",
    "CN": "prc",
    "CZ": "czech_republic",
    "DE": "brd",
    "GB": "uk england scotland wales cymru great_britain northern_ireland grossbritannien",
    "GR": "hellas",
    "IE": "eire",
    "JP": "nippon",
    "KR": "korea",
    "NL": "holland the_netherlands",
    "PH": "philipines phillipines",
    "RO": "rom",
    "SA": "ksa",
    "US": "us usa america",
}
"""What people write and no table holds."""

LANGUAGES = tuple(
    code
    for codes in (
        "en de fr es it pt nl sv da nb nn fi is pl cs sk hu ro bg el tr ru uk be sr hr sl bs mk sq lt lv et",
        "ga cy ca eu gl mt lb ka hy az kk uz ja zh zh_Hant ko ar he fa hi bn ur ta th vi id ms fil sw af",
    )
    for code in codes.split()
)
"""Whose names of countries and languages are known."""


def parse_one(text: str, column: ColumnSettings) -> str | None:
    """Understand a country by its name, in any of some sixty languages, or by its ISO code.

    "NA" is Namibia: where it means "not known", it belongs among the missing tokens.
    """
    name = fold(text)
    return _known_names().get(name) or _match_pattern(text) or _foreign_names().get(name)


def fold(text: str) -> str:
    """Leave letters only: no case, accents, points or spaces."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("&", "and"))
    return "".join(letter for letter in decomposed if letter.isalpha())


def without_rivals(pairs: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    """Map names to codes; a name of two codes is left out."""
    found: dict[str, str | None] = {}
    for name, code in pairs:
        found[name] = code if found.get(name, code) == code else None
    return {name: code for name, code in found.items() if code is not None and name}


@lru_cache(maxsize=1)
def _rows() -> list[dict[str, str]]:
    """Read the table that country_converter ships.

    The table and not its `CountryConverter`, which takes Namibia's "NA" for missing under pandas 3 and fails.
    """
    table = resources.files("country_converter") / "country_data.tsv"
    rows = list(csv.DictReader(table.read_text(encoding="utf-8").splitlines(), delimiter="\t"))
    return [row for row in rows if row["ISO2"] and not row["obsolete"]]


def _alpha_2(row: dict[str, str]) -> str:
    """Give the first code of a cell like "^GB$|^UK$"."""
    return row["ISO2"].strip("^$").split("$|^")[0]


@lru_cache(maxsize=1)
def _known_names() -> dict[str, str]:
    """Map each folded English name and code to its alpha-2 code."""
    columns = ("IOC", "name_official", "name_short", "ISO3")  # a later one wins
    names = {fold(row[column]): _alpha_2(row) for column in columns for row in _rows() if row[column]}
    codes = {fold(code): _alpha_2(row) for row in _rows() for code in row["ISO2"].split("|")}
    others = {fold(name): code for code, words in OTHER_NAMES.items() for name in words.split()}
    return names | codes | others


@lru_cache(maxsize=1)
def _foreign_names() -> Mapping[str, str]:
    """Map each folded name in any of the languages; one that means two countries means none."""
    from babel import Locale

    countries = {_alpha_2(row) for row in _rows()}
    return without_rivals(
        (fold(name), code)
        for language in LANGUAGES
        for code, name in Locale.parse(language).territories.items()
        if code in countries
    )


@lru_cache(maxsize=1)
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    return [(re.compile(row["regex"], re.IGNORECASE), _alpha_2(row)) for row in _rows()]


def _match_pattern(text: str) -> str | None:
    """Give the only country whose pattern is found in the text; None where none or several are."""
    if len(text) > LONGEST_NAME:
        return None
    found = {code for pattern, code in _patterns() if pattern.search(text)}
    return found.pop() if len(found) == 1 else None
