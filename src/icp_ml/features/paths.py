"""Levels along a path, coarse to fine: market group, country, region, city; sector, industry; codes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from icp_ml.features.attributes import STEP, Attribute
from icp_ml.features.bands import bands_of
from icp_ml.features.columns import Columns, combined
from icp_ml.features.places import country_of, market_group
from icp_ml.features.statistics import Codes, Known
from icp_ml.industries import industry_levels

Steps = tuple[str | None, ...]


@dataclass(frozen=True)
class Path:
    """The levels of each row, coarse to fine, as nodes of one forest.

    Attributes
    ----------
    codes : ndarray of int, shape (n_rows,)
        Which distinct path a row has.
    nodes : ndarray of int, shape (n_distinct, n_depths)
        The node at each depth, -1 where that level is not known.
    names : list of str
        Of each node, with those above it.
    parents : ndarray of int, shape (n_nodes,)
        The nearest known coarser node, -1 for none.
    first_own : int
        The coarsest depth that is the attribute's own; what is above it is another attribute's.
    """

    codes: Codes
    nodes: Codes
    names: list[str]
    parents: Codes
    first_own: int

    @property
    def n_depths(self) -> int:
        """Count the depths."""
        return int(self.nodes.shape[1])

    @property
    def is_missing(self) -> Known:
        """Say which distinct paths have no finest level, or of an own hierarchy none at all."""
        return np.asarray((self.nodes[:, self.first_own :] < 0).all(axis=1))

    @property
    def filled(self) -> Codes:
        """Give the finest known node down to each depth, shape (n_distinct, n_depths), -1 for none."""
        found = self.nodes.copy()
        for depth in range(1, self.n_depths):
            found[:, depth] = np.where(found[:, depth] < 0, found[:, depth - 1], found[:, depth])
        return found

    def depths(self) -> Iterator[tuple[int, Codes, Codes]]:
        """Give each depth, the distinct paths that have a node there, and their nodes."""
        for depth in range(self.n_depths):
            at = np.flatnonzero(self.nodes[:, depth] >= 0)
            yield depth, at, self.nodes[at, depth]


def path_of(attribute: Attribute, columns: Columns) -> Path:
    """Give the path of each row; each distinct one is looked at once."""
    found: Path = columns.once(("path", attribute.name), lambda: _path_of(attribute, columns))
    return found


def _path_of(attribute: Attribute, columns: Columns) -> Path:
    names = (*attribute.above, *attribute.sources)
    is_band = attribute.form == "band"
    codes, combinations = combined(
        [bands_of(attribute, columns)] if is_band else [columns.levels(name) for name in names]
    )
    steps = [_steps(attribute, dict(zip(names, levels, strict=True))) for levels in combinations]
    n_depths = max([len(one) for one in steps], default=1)
    first_own = 0 if attribute.form in ("country", "industry_code") else n_depths - 1
    return _forest(codes, [(*one, *[None] * (n_depths - len(one))) for one in steps], first_own)


def _steps(attribute: Attribute, levels: dict[str, str | None]) -> Steps:
    """Give the levels of one distinct path, with those that follow from a column's own value."""
    own = levels[attribute.sources[0]]
    if attribute.form == "industry_code":
        return _industry_steps(own)
    if attribute.form == "country":
        return market_group(own), own
    if "region" in levels:
        country = levels.get("country") or country_of(levels["region"])
        finer = [level for name, level in levels.items() if name != "country"]
        return market_group(country), country, *finer
    if "country" in levels:
        return market_group(levels["country"]), *levels.values()
    return tuple(levels.values())


def _industry_steps(code: str | None) -> Steps:
    system, colon, digits = (code or "").rpartition(":")
    return tuple(one.casefold() for one in industry_levels(f"{system}{colon}{digits.upper()}")) or (None,)


def _forest(codes: Codes, steps: list[Steps], first_own: int) -> Path:
    """Make a node of each level at each depth, known by all that stands above it."""
    places: dict[str, int] = {}
    parents: list[int] = []
    nodes = np.full((len(steps), len(steps[0]) if steps else 1), -1, dtype=np.intp)
    for number, one in enumerate(steps):
        parent = -1
        for depth, level in enumerate(one):
            if level is None:
                continue
            name = STEP.join(step or "" for step in one[: depth + 1])
            if name not in places:
                places[name] = len(places)
                parents.append(parent)
            parent = nodes[number, depth] = places[name]
    return Path(codes, nodes, list(places), np.array(parents, dtype=np.intp), first_own)
