"""The levels and items of a condition as a sentence names them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from icp_ml.industries import industry_levels, industry_title
from icp_ml.profile.card import Condition
from icp_ml.schema import Field
from icp_ml.scoring.place_names import place_name

MOST_SAID = 6
WITH_ARTICLE = ("US", "GB", "NL", "PH", "AE", "DO", "BS", "GM", "MV", "KM", "CF", "SB", "MH")
IN_SENTENCE = ("industry", "sector", "ownership", "customer_size")
"""Columns whose levels are common words, which a sentence writes small."""


def levels_said(one: Condition, field: Field) -> list[str]:
    """Name each level once, however many spellings it has."""
    named = [_name(one.column, level, field) for level in one.one_of]
    by_fold: dict[str, str] = {}
    for name in named:
        by_fold.setdefault(name.casefold(), name)
    return list(by_fold.values())


def one_each(named: Sequence[str], last: str) -> str:
    """Join names: "a, b and c"; of many, the first few and how many others."""
    if len(named) > MOST_SAID + 1:
        named = [*named[:MOST_SAID], f"{len(named) - MOST_SAID} others"]
    if len(named) < 2:
        return "".join(named)
    return f"{', '.join(named[:-1])} {last} {named[-1]}"


def _name(column: str, level: str, field: Field) -> str:
    if field.kind == "country":
        said = place_name("country", level)
        return f"the {said}" if level in WITH_ARTICLE else said
    if field.kind == "region":
        return place_name("region", level)
    if field.kind == "language":
        return _languages().get(level, level)
    if field.kind == "industry_code":
        sector = next(iter(industry_levels(level)), level)
        return industry_title(sector) or level
    return _small(level) if column in IN_SENTENCE else level


def _small(level: str) -> str:
    """Write common words small, and leave "IT" and "SaaS" as they are."""
    is_shouted = level.isupper() and len(level) > len("HORECA")
    words = level.lower() if is_shouted else level
    return " ".join(_small_word(word) for word in words.split(" "))


def _small_word(word: str) -> str:
    parts = word.split("-")
    return "-".join(
        one.lower() if one[1:].islower() or (len(one) == 1 and len(parts) > 1) else one for one in parts
    )


@lru_cache(maxsize=1)
def _languages() -> dict[str, str]:
    from babel import Locale

    return dict(Locale("en").languages)
