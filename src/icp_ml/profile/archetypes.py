"""The kinds of best customers, where there are several: who belongs to one, and whom a prospect resembles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from icp_ml.features.statistics import Codes, Floats
from icp_ml.label.levels import NOT_KNOWN, OTHER, account_levels, row_levels
from icp_ml.profile.card import Archetype
from icp_ml.profile.likeness import Likeness, family_of
from icp_ml.profile.medoids import MAX_P, MIN_AGREEMENT, Clusters, clusters_of
from icp_ml.profile.naming import Mark, archetype_name, mark_words
from icp_ml.schema import Field
from icp_ml.settings import ProfileSettings

MAX_ROWS = 600  # best customers that are clustered; the others join the nearest medoid
MIN_MATERIAL = 0.05  # silhouette above that of shuffled rows: less is no kind of company
N_MARKS, MIN_SHARE, MIN_AHEAD = 4, 0.3, 0.15  # marks; their share within, and ahead of the other best
DECIMALS = 6


@dataclass(frozen=True)
class Kinds:
    """Archetypes, and what tells whom an account resembles.

    Attributes
    ----------
    archetypes : tuple of Archetype
        Empty where the best are of one kind.
    codes : array of int, shape (n_best,)
        Of the best customers that were given; -1 where there are none.
    medoids : tuple of mapping of str to float
        The arrow of each archetype's medoid, of length 1, by direction.
    likeness : Likeness
    said : str
        How clear the kinds are, or why there is one only.
    """

    archetypes: tuple[Archetype, ...]
    codes: Codes
    medoids: tuple[Mapping[str, float], ...]
    likeness: Likeness
    said: str

    def nearest(self, accounts: pd.DataFrame, counted: Mapping[str, Floats]) -> Codes:
        """Give the archetype that each account resembles most; -1 where it resembles none.

        An account's answer depends on that account alone.
        """
        if not self.medoids:
            return np.full(len(accounts), -1)
        arrows = self.likeness.arrows(accounts, counted)
        along = np.zeros((len(accounts), len(self.medoids)))
        for table in arrows.values():
            for direction in sorted(map(str, table)):
                pull = np.array([one.get(direction, 0.0) for one in self.medoids])
                along += table[direction].to_numpy()[:, None] * pull
        return np.where(along.max(axis=1) > 0, np.argmax(along, axis=1), -1)

    def to_facts(self) -> dict[str, Any]:
        """Give what an assignment needs, as plain JSON."""
        return {
            "said": self.said,
            "kinds": dict(self.likeness.kinds),
            "knots": {name: list(one) for name, one in self.likeness.knots.items()},
            "medoids": [dict(one) for one in self.medoids],
        }


@dataclass(frozen=True)
class Best:
    """The best customers: one label row each, with its firmographics, and what the model counts for it."""

    rows: pd.DataFrame
    accounts: pd.DataFrame
    counted: Mapping[str, Floats]
    fields: Mapping[str, Field]


def kinds_of(best: Best, likeness: Likeness, settings: ProfileSettings, seed: int) -> Kinds:
    """Find the kinds of best customers, if they are of several.

    Parameters
    ----------
    best : Best
    likeness : Likeness
    settings : ProfileSettings
        max_archetypes, min_archetype_share and n_examples.
    seed : int
        Of the rows that are clustered, of shuffles and of parts.
    """
    n_rows = len(best.rows)
    drawn = np.sort(np.random.default_rng(seed).permutation(n_rows)[:MAX_ROWS])
    arrows = likeness.arrows(best.accounts, best.counted)
    blocks = _blocks({name: table.iloc[drawn] for name, table in arrows.items()})
    shape = (settings.max_archetypes, settings.min_archetype_share)
    found = clusters_of(blocks, *shape, seed)
    if found is None or not found.is_real or found.excess < MIN_MATERIAL:
        return no_kinds(best, likeness, _one_kind(found))
    medoids = tuple(_medoid(arrows, at) for at in drawn[found.medoids].tolist())
    kinds = Kinds((), np.full(n_rows, -1), medoids, likeness, _several(found))
    codes = kinds.nearest(best.accounts, best.counted)
    archetypes = _archetypes(best, codes, drawn[found.medoids], settings.n_examples)
    return Kinds(archetypes, codes, medoids, likeness, kinds.said)


def no_kinds(best: Best, likeness: Likeness, said: str) -> Kinds:
    """Say that there is one kind of best customers, and why."""
    return Kinds((), np.full(len(best.rows), -1), (), likeness, said)


def counted_kinds(kinds: Kinds, n_prospects: Mapping[int, int]) -> tuple[Archetype, ...]:
    """Give the archetypes with how many prospects resemble each."""
    return tuple(replace(one, n_prospects=n_prospects.get(at, 0)) for at, one in enumerate(kinds.archetypes))


def _blocks(arrows: Mapping[str, pd.DataFrame]) -> list[Floats]:
    """Put the columns that say much of the same into one block."""
    families: dict[str, list[Floats]] = {}
    for name, table in arrows.items():
        families.setdefault(family_of(name), []).append(table.to_numpy(dtype=np.float64))
    return [np.hstack(one) for one in families.values()]


def _medoid(arrows: Mapping[str, pd.DataFrame], at: int) -> dict[str, float]:
    found = {key: float(value) for table in arrows.values() for key, value in table.iloc[at].items() if value}
    length = float(np.sqrt(sum(one**2 for one in found.values()))) or 1.0
    return {str(key): round(one / length, DECIMALS) for key, one in sorted(found.items())}


def _archetypes(best: Best, codes: Codes, medoids: Codes, n_examples: int) -> tuple[Archetype, ...]:
    levels = row_levels(best.rows, account_levels(_newest(best.accounts), best.fields))
    names: list[str] = []
    found = []
    for code in range(len(medoids)):
        is_in = codes == code
        marks = _marks(levels, is_in, ~is_in & (codes >= 0))
        names.append(archetype_name(marks, names))
        found.append(
            Archetype(
                name=names[-1],
                n=int(is_in.sum()),
                share=float(is_in.mean()),
                marks=tuple(mark_words(one) for one in marks),
                examples=_examples(best, is_in, int(medoids[code]), n_examples),
                n_prospects=0,
            )
        )
    return tuple(found)


def _newest(accounts: pd.DataFrame) -> pd.DataFrame:
    return accounts.drop_duplicates("account_id", keep="last")


def _marks(levels: Mapping[tuple[str, str], Any], is_in: Any, is_other: Any) -> list[Mark]:
    """Give the levels by which some are most ahead of the others, at most one of each characteristic."""
    found: dict[str, Mark] = {}
    for (characteristic, level), is_level in levels.items():
        share, others = float(is_level[is_in].mean()), float(is_level[is_other].mean())
        mark = Mark(characteristic, level, share, others)
        is_mark = level not in (NOT_KNOWN, OTHER) and share >= MIN_SHARE and mark.ahead >= MIN_AHEAD
        if is_mark and (characteristic not in found or mark.ahead > found[characteristic].ahead):
            found[characteristic] = mark
    return sorted(found.values(), key=lambda one: -one.ahead)[:N_MARKS]


def _examples(best: Best, is_in: Any, medoid: int, n: int) -> tuple[tuple[str, str | None], ...]:
    """Name the medoid, then others in the order of the rows."""
    places = [medoid, *(at for at in np.flatnonzero(is_in).tolist() if at != medoid)]
    picked = best.accounts.iloc[places].drop_duplicates("account_id").head(n)
    return named(picked)


def named(accounts: pd.DataFrame) -> tuple[tuple[str, str | None], ...]:
    """Give id and name of accounts."""
    names: Sequence[Any] = accounts["name"].tolist() if "name" in accounts else [None] * len(accounts)
    ids = accounts["account_id"].tolist()
    return tuple(
        (str(one), name if isinstance(name, str) else None) for one, name in zip(ids, names, strict=True)
    )


def _one_kind(found: Clusters | None) -> str:
    if found is None:
        return "The best customers are too few to tell whether they are of several kinds."
    why = "what makes them best does not go together more than chance would have it"
    if found.p_value <= MAX_P and found.excess >= MIN_MATERIAL:
        again = f"an agreement of {found.agreement:.2f}, where {MIN_AGREEMENT:.2f} is asked"
        why = f"groups of them do not come back when a fifth of them is left out ({again})"
    elif found.p_value <= MAX_P:
        why = "what goes together among them is too little to tell groups apart"
    return f"The best customers are of one kind: {why}."


def _several(found: Clusters) -> str:
    return (
        f"The best customers are of {len(found.medoids)} kinds: what makes them best goes together more than "
        f"chance would have it (p = {found.p_value:.3f}), and the kinds come back when a fifth of them is "
        f"left out (agreement {found.agreement:.2f} of 1)."
    )
