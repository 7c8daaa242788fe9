"""Levels that have an order: funding stages, and how large the companies are that a company serves."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from icp_ml.features.statistics import Floats

if TYPE_CHECKING:
    from icp_ml.features.attributes import Attribute
    from icp_ml.features.paths import Path

ORDERS: dict[str, tuple[str, ...]] = {
    "funding_stage": (
        "bootstrapped|self funded|none|unfunded",
        "grant|non equity assistance",
        "pre seed|angel|friends and family|accelerator|incubator",
        "seed|equity crowdfunding|crowdfunding",
        "series a|a|early stage venture|early",
        "series b|b|venture|venture round",
        "series c|c|late stage venture|late",
        "series d|d|growth|growth equity|expansion",
        "series e|e",
        "series f|f|series g|g|series h|h|series i|i|series j|j|late growth",
        "pre ipo|private equity|pe|buyout|secondary market|corporate round|debt financing|debt",
        "ipo|post ipo|post ipo equity|post ipo debt|post ipo secondary|public|listed",
    ),
    "customer_size": (
        "consumer|consumers|b2c|individuals|self employed|freelancers",
        "micro|very small|small business|small businesses|small|smb|sme|smbs|smes|startup|startups",
        "small and medium|small and mid size|smb and mid market",
        "medium|mid market|midmarket|mid size|midsize|medium sized",
        "large|enterprise|enterprises|corporate|corporates",
        "very large|global enterprise|fortune 500|fortune 1000|strategic",
    ),
}
"""For each column, its levels from the lowest rank to the highest; those beside each other share one."""

RANKS = {
    name: {level: rank for rank, levels in enumerate(order) for level in levels.split("|")}
    for name, order in ORDERS.items()
}
NO_LETTERS = re.compile(r"[\W_]+")


def rank_of_level(name: str, level: str) -> float:
    """Give the rank of a folded level of a column, NaN where its place is not known.

    Punctuation makes no other level: "Series-A" is "series a".
    """
    return float(RANKS[name].get(NO_LETTERS.sub(" ", level).strip(), np.nan))


def rank_of(attribute: Attribute, path: Path) -> Floats:
    """Give the rank of each distinct path's level."""
    by_node = [rank_of_level(attribute.name, name) for name in path.names]
    return np.array([*by_node, np.nan])[path.nodes[:, -1]]
