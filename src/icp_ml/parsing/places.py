"""Countries, as ISO 3166 alpha-2 codes."""

from __future__ import annotations

import csv
import re
import unicodedata
from functools import lru_cache
from importlib import resources

from icp_ml.settings import ColumnSettings

LONGEST_NAME = 60
"""Longer texts are sentences, in which a country's name says little."""

OTHER_NAMES = {
    "AE": "uae emirates emirate",
    "AT": "österreich autriche",
    "BE": "belgien belgique belgië belgie belgio",
    "BR": "brasil brasilien brésil",
    "CH": "schweiz suisse svizzera",
    "CN": "prc",
    "CZ": "tschechien",
    "DE": "deutschland allemagne alemania germania brd",
    "DK": "danmark dänemark danemark",
    "ES": "españa spanien espagne spagna",
    "FI": "suomi finnland finlande",
    "FR": "frankreich francia",
    "GB": "uk england scotland wales cymru great_britain northern_ireland grossbritannien royaume_uni",
    "GR": "griechenland hellas",
    "HU": "ungarn magyarország",
    "IE": "eire éire irland irlande",
    "IT": "italia italien italie",
    "JP": "japon nippon",
    "KR": "korea",
    "LU": "luxemburg",
    "MX": "méxico mexiko mexique",
    "NL": "holland nederland niederlande pays_bas the_netherlands",
    "NO": "norge norwegen norvège",
    "PL": "polska polen pologne",
    "RO": "rom",
    "SA": "ksa",
    "SE": "sverige schweden suède",
    "TR": "türkiye turkiye türkei",
    "US": "u.s. u.s.a. usa america vereinigte_staaten états_unis estados_unidos",
}


def parse_one(text: str, column: ColumnSettings) -> str | None:
    """Understand a country by its name, in English or its own language, or by its ISO code.

    "NA" is Namibia: where it means "not known", it belongs among the missing tokens.
    """
    return _known_names().get(_fold(text)) or _match_pattern(text)


def _fold(text: str) -> str:
    """Leave letters only: no case, accents, points or spaces."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().replace("&", "and"))
    return "".join(letter for letter in decomposed if letter.isalpha())


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
    """Map each folded name and code to its alpha-2 code."""
    columns = ("IOC", "name_official", "name_short", "ISO3")  # a later one wins
    names = {_fold(row[column]): _alpha_2(row) for column in columns for row in _rows() if row[column]}
    codes = {_fold(code): _alpha_2(row) for row in _rows() for code in row["ISO2"].split("|")}
    others = {_fold(name): code for code, words in OTHER_NAMES.items() for name in words.split()}
    return names | codes | others


@lru_cache(maxsize=1)
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    return [(re.compile(row["regex"], re.IGNORECASE), _alpha_2(row)) for row in _rows()]


def _match_pattern(text: str) -> str | None:
    """Give the only country whose pattern is found in the text; None where none or several are."""
    if len(text) > LONGEST_NAME:
        return None
    found = {code for pattern, code in _patterns() if pattern.search(text)}
    return found.pop() if len(found) == 1 else None
