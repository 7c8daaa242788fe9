"""Name a kind of company by what sets it apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from icp_ml.scoring.place_names import place_name

MIN_NAMED = 0.5  # of the companies: what fewer of them are is no part of the name
SOME = {"industry": "{} companies", "sector": "{} companies", "categories": "{} companies"}
WITH = {
    "country": "in {}",
    "region": "in {}",
    "state": "in {}",
    "city": "in {}",
    "size (employees)": "with {} employees",
    "age": "aged {}",
    "revenue": "with a revenue of {}",
    "funding": "with {} of funding",
    "funding stage": "at the stage {}",
    "ownership": "in ownership: {}",
    "technologies": "using {}",
}
THE = ("US", "GB", "NL", "AE", "PH", "CZ")


class Mark(NamedTuple):
    """A level that sets companies apart: its share among them, and among the other best customers."""

    characteristic: str
    level: str
    share: float
    others: float

    @property
    def ahead(self) -> float:
        """Give by how much it is more frequent."""
        return self.share - self.others


def mark_words(mark: Mark) -> str:
    """Say a mark with both shares."""
    said = level_words(mark.characteristic, mark.level)
    return f"{said}: {mark.share:.0%} of them, {mark.others:.0%} of the other best".replace("%", " %")


def level_words(characteristic: str, level: str) -> str:
    """Say a level within a sentence: "uses Snowflake", "industry: Software"."""
    if characteristic == "technologies":
        return f"uses {level}"
    if characteristic == "size (employees)":
        return f"{level} employees"
    return f"{characteristic}: {place_name(characteristic, level)}"


def archetype_name(marks: Sequence[Mark], taken: Sequence[str]) -> str:
    """Name companies by their marks, and unlike those that are named already."""
    named = {one.characteristic: one.level for one in marks if one.share >= MIN_NAMED}
    some = next((SOME[key].format(named[key]) for key in SOME if key in named), "Companies")
    parts = [WITH[key].format(_place(key, named[key])) for key in WITH if key in named]
    rest = [f"with {key}: {level}" for key, level in named.items() if key not in SOME and key not in WITH]
    name = " ".join([some, *(parts + rest)[:3]])
    name = "Companies of several sorts" if name == "Companies" else name
    n_alike = sum(one == name or one.startswith(f"{name} (") for one in taken)
    return f"{name} ({n_alike + 1})" if n_alike else name


def _place(characteristic: str, level: str) -> str:
    named = place_name(characteristic, level)
    return f"the {named}" if characteristic == "country" and level in THE else named
