"""Places as people call them: "Italy" for IT, "California" for US-CA."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache


def place_name(attribute: str, value: str) -> str:
    """Give the English name of a country's or a region's code; any other value as it is."""
    if attribute == "country":
        return _countries().get(value, value)
    return _regions().get(value, value) if attribute == "region" else value


@lru_cache(maxsize=1)
def _countries() -> Mapping[str, str]:
    from babel import Locale

    return dict(Locale("en").territories)


@lru_cache(maxsize=1)
def _regions() -> Mapping[str, str]:
    import pycountry

    return {one.code: one.name for one in pycountry.subdivisions}
