"""Regions, as ISO 3166-2 codes where they are recognised: "US-CA" of "California", or of "CA" in the US.

Subdivisions and their names come from pycountry; English names that it lacks are ours. What is not recognised
stays as it is, so that "SF Bay" is never lost. Figures alone are no code: FIPS and others number regions too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from icp_ml.parsing.places import fold

FULL_CODE = re.compile(r"([a-z]{2})[-_]([a-z0-9]{1,3})", re.IGNORECASE)
BARE_CODE = re.compile(r"[a-z]{1,3}", re.IGNORECASE)
KIND_WORDS = re.compile(
    r"\b(?:state|province|provincia|region|county|prefecture|canton|kanton|oblast|län|comunidad|community"
    r"|autonomous|sheng|shi|department|département|district|governorate|of|de|del|la|le|the)\b|\[.*|\(.*|,.*",
    re.IGNORECASE,
)
OTHER_NAMES = {
    "AT": "2:carinthia 3:lower_austria 4:upper_austria 6:styria 7:tyrol 9:vienna",
    "AU": "NSW:nsw",
    "BE": "BRU:brussels VLG:flanders WAL:wallonia",
    "BR": "DF:brasilia",
    "CA": "QC:québec",
    "CH": "GE:geneva LU:lucerne VD:waadt GE:genf",
    "CZ": "10:prague",
    "DE": "BY:bavaria HE:hesse MV:mecklenburg_western_pomerania NI:lower_saxony NW:north_rhine_westphalia "
    "NW:nrw RP:rhineland_palatinate SN:saxony ST:saxony_anhalt TH:thuringia",
    "DK": "84:copenhagen",
    "ES": "AN:andalusia AN:andalucía CT:catalonia CT:cataluña MD:madrid PV:basque_country VC:valencia",
    "FR": "BRE:brittany COR:corsica NOR:normandy IDF:paris_region",
    "GB": "NIR:ulster",
    "IT": "21:piedmont 25:lombardy 52:tuscany 62:lazio 62:latium 75:apulia 82:sicily 88:sardinia",
    "JP": "13:tōkyō 13:tokyo 27:osaka 26:kyoto",
    "NL": "NH:north_holland ZH:south_holland NB:north_brabant",
    "PL": "14:mazovia 12:lesser_poland 02:lower_silesia 24:silesia",
    "RU": "MOW:moscow SPE:saint_petersburg SPE:st_petersburg",
    "US": "DC:washington_dc",
}
"""What vendors write and the table has not, by country: the code after the hyphen, and the name."""


class Subdivisions(NamedTuple):
    """What is known of the world's regions.

    Attributes
    ----------
    codes : frozenset of str
        "US-CA" and so on.
    names : dict of (country, folded name) to code
    alone : dict of folded name to code
        Names that only one country's region has.
    """

    codes: frozenset[str]
    names: Mapping[tuple[str, str], str]
    alone: Mapping[str, str]


def region_codes(regions: pd.Series[Any], countries: pd.Series[Any] | None) -> pd.Series[Any]:
    """Replace regions by their codes, each distinct pair of region and country looked up once.

    Parameters
    ----------
    regions : pandas.Series
        Cleaned texts.
    countries : pandas.Series, optional
        Alpha-2 codes over the same index; where missing, a name counts that only one region in the world has.
    """
    region_code, distinct = pd.factorize(regions)
    if countries is None:
        countries = pd.Series(None, index=regions.index, dtype=object)
    country_code, known = pd.factorize(countries, use_na_sentinel=False)
    inverse, pairs = pd.factorize(region_code.astype(np.int64) * len(known) + country_code)
    found = [
        None if pair < 0 else _code(str(distinct[pair // len(known)]), _text(known[pair % len(known)]))
        for pair in pairs.tolist()
    ]
    values = pd.array(np.array([*found, None], dtype=object), dtype="str").take(inverse)
    return pd.Series(values, index=regions.index, name=regions.name)


def meant_by(text: str) -> frozenset[str]:
    """Give everything that a region named without its country can be after `region_codes`."""
    known, name = _subdivisions(), fold(text)
    by_code = {code for code in known.codes if code.partition("-")[2].casefold() == text.casefold()}
    by_name = {code for (_, other), code in known.names.items() if other == name}
    return frozenset({text, _code(text, None), *by_code, *by_name})


def _text(country: object) -> str | None:
    return country if isinstance(country, str) else None


def _code(region: str, country: str | None) -> str:
    """Give the code of a region, or the region as it is written."""
    known = _subdivisions()
    if (found := FULL_CODE.fullmatch(region)) and (full := f"{found[1]}-{found[2]}".upper()) in known.codes:
        return full
    if country is None:
        return known.alone.get(fold(region), region)
    if BARE_CODE.fullmatch(region) and (full := f"{country}-{region.upper()}") in known.codes:
        return full
    named = known.names.get((country, fold(region))) or known.names.get((country, _plain(region)))
    return named or region


def _plain(name: str) -> str:
    """Fold a name without what kind of region it is: "Comunidad de Madrid" is "Madrid"."""
    return fold(KIND_WORDS.sub(" ", name))


@lru_cache(maxsize=1)
def _subdivisions() -> Subdivisions:
    import pycountry

    table = [(one.country_code, one.code, one.name, one.parent_code) for one in pycountry.subdivisions]
    pairs = [(country, form, code) for country, code, name, _ in table for form in _forms(name)]
    top = [(country, fold(name), code) for country, code, name, parent in table if parent is None]
    ours = [
        (country, fold(name), f"{country}-{code}")
        for country, words in OTHER_NAMES.items()
        for code, _, name in (word.partition(":") for word in words.split())
    ]
    found = {**_unique(pairs), **_unique(top), **_unique(ours)}
    names = {(country, name): code for (country, name), code in found.items()}
    return Subdivisions(
        codes=frozenset(code for _, code, _, _ in table),
        names=names,
        alone={
            name: code for (name,), code in _unique((key[1], code) for key, code in names.items()).items()
        },
    )


def _forms(name: str) -> set[str]:
    swedish = {fold(name.partition("s län")[0])} if "s län" in name else set()
    return {fold(part) for part in re.split(r"[\[\]/]", name)} | {fold(name), _plain(name)} | swedish


def _unique(entries: Iterable[tuple[str, ...]]) -> dict[tuple[str, ...], str]:
    """Map keys to the code that stands last; a key of two codes is left out."""
    found: dict[tuple[str, ...], set[str]] = {}
    for *key, code in entries:
        if key[-1]:
            found.setdefault(tuple(key), set()).add(code)
    return {key: codes.pop() for key, codes in found.items() if len(codes) == 1}
