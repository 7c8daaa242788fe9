"""Places as people call them: "Italy" for IT, "California" for US-CA."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

SHORT_MARKETS = {"dach": "DACH", "uk and ireland": "UK and Ireland"}


def place_name(attribute: str, value: str, otherwise: str | None = None) -> str:
    """Give the English name of a country's or a region's code; of any other value, itself or `otherwise`."""
    unnamed = value if otherwise is None else otherwise
    if attribute == "country":
        return _countries().get(value, unnamed)
    return _regions().get(value, unnamed) if attribute == "region" else unnamed


def market_name(group: str) -> str:
    """Write the name of a market group: "North America", "DACH"."""
    return SHORT_MARKETS.get(group) or group.title().replace(" And ", " and ")


@lru_cache(maxsize=1)
def _countries() -> Mapping[str, str]:
    from babel import Locale

    return dict(Locale("en").territories)


@lru_cache(maxsize=1)
def _regions() -> Mapping[str, str]:
    import pycountry

    return {one.code: _as_said(one.name) for one in pycountry.subdivisions}


def _as_said(name: str) -> str:
    """Turn "London, City of" round, and leave the code off "Skåne län [SE-12]"."""
    said, _, before = name.partition(" [")[0].partition(", ")
    return f"{before} {said}" if before.endswith(" of") else name.partition(" [")[0]
