"""What the ideal customer profile says: groups of companies, in conditions that a person can check."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import pandas as pd

GroupKind = Literal["core", "niche", "anti", "other"]


@dataclass(frozen=True)
class Condition:
    """One thing that is asked of a company; what is not known meets no condition.

    Attributes
    ----------
    column : str
        Our column.
    words : str
        What a salesperson calls it.
    one_of : tuple of str
        Levels, any of which will do; of a list, items, any of which it must hold; with all spellings that
        occur, the most frequent one first. () where a range is asked.
    low, high : float or None
        A range, both ends in it; None: open. Of years and dates, how many years ago; of yes or no, 1 or 0.
    onward : "up", "down" or ""
        Of an ordered column: whether those are all levels from the first one on, as "Series B or later".
    """

    column: str
    words: str
    one_of: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    onward: Literal["up", "down", ""] = ""


@dataclass(frozen=True)
class Group:
    """Companies that meet the same conditions; no company lies in two groups.

    Attributes
    ----------
    name : str
        Short: "Core 1", "Niche 2", "Anti 1", "Everyone else".
    kind : GroupKind
    conditions : tuple of Condition
        All of them hold; and the company lies in no group before. Of "other": ().
    words : str
        The conditions as the end of a sentence.
    n, n_best : int
        Customers (label rows), and best among them.
    rate, lift, low, high : float
        Share of best, over that of all, and the interval of that lift, rows of one group dependent.
    n_prospects : int
    prospect_share : float
        Of the new prospects, 0 to 1; NaN without a list.
    mean_fit : float
        Mean fit probability of those prospects (else of the customers).
    """

    name: str
    kind: GroupKind
    conditions: tuple[Condition, ...]
    words: str
    n: int
    n_best: int
    rate: float
    lift: float
    low: float
    high: float
    n_prospects: int
    prospect_share: float
    mean_fit: float


@dataclass(frozen=True)
class Fidelity:
    """How far the groups say what the model says.

    Attributes
    ----------
    r2 : float
        Share of the variance of the model's log-odds that the groups explain, on rows held out from the
        distillation.
    spearman : float
        Rank correlation of the groups' mean fit with the model's, on the same rows.
    best_fit_precision, best_fit_recall : float
        Of the core groups, against the model's highest tier, on the same rows.
    n : int
        Those rows.
    """

    r2: float
    spearman: float
    best_fit_precision: float
    best_fit_recall: float
    n: int


@dataclass(frozen=True)
class Archetype:
    """Best customers that are best for like reasons.

    Attributes
    ----------
    name : str
        Of what sets them apart: "Mid-size lenders in Germany".
    n : int
        Best customers.
    share : float
        Of all best customers.
    marks : tuple of str
        What sets them apart from the other best, in words with both shares.
    examples : tuple of (account_id, name or None)
    n_prospects : int
        New prospects in the two higher tiers that resemble it most.
    """

    name: str
    n: int
    share: float
    marks: tuple[str, ...]
    examples: tuple[tuple[str, str | None], ...]
    n_prospects: int


@dataclass(frozen=True)
class Card:
    """The ideal customer profile of one segment.

    Attributes
    ----------
    title, statement : str
        Whose it is; the one sentence.
    best : str
        What best means, as the end of a sentence.
    estimates : str
    model_version, label_digest : str
    today : date
    n, n_best, n_prospects : int
        Customers, best among them, new prospects.
    groups : sequence of Group
        Core, niche, anti, in the order in which a company is tried; last everyone else.
    fidelity : Fidelity
    archetypes : sequence of Archetype
        Empty where the best are of one kind.
    crosses : pandas.DataFrame
        As `label.crosstabs.cross_tables` gives it.
    typical : pandas.DataFrame
        attribute, best, rest, prospects: typical values in words; n_known of each.
    examples : dict of group name to tuple of (account_id, name or None)
    notes : sequence of str
        What a reader must know.
    """

    title: str
    statement: str
    best: str
    estimates: str
    model_version: str
    label_digest: str
    today: date
    n: int
    n_best: int
    n_prospects: int
    groups: Sequence[Group]
    fidelity: Fidelity
    archetypes: Sequence[Archetype]
    crosses: pd.DataFrame
    typical: pd.DataFrame
    examples: dict[str, tuple[tuple[str, str | None], ...]]
    notes: Sequence[str]
