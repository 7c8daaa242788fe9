"""Put the card together from what was read, scored and found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from icp_ml.features.statistics import Floats
from icp_ml.label.crosstabs import cross_tables
from icp_ml.label.levels import account_levels
from icp_ml.model.candidate import Model
from icp_ml.profile.archetypes import Best, named
from icp_ml.profile.card import Group
from icp_ml.profile.filters import TOP_TIERS, CrmFilter, filters_of
from icp_ml.profile.likeness import counted_for
from icp_ml.profile.typical import Side
from icp_ml.schema import Field
from icp_ml.scoring import TIERS, encode
from icp_ml.scoring.tiers import tier_of

Bools = Any
UNITS = 10**9  # of a probability
Fitted = tuple[Floats, Any, dict[str, Floats]]


@dataclass(frozen=True)
class Customers:
    """The label rows beside their firmographics, and what the model says of them.

    Attributes
    ----------
    rows, accounts : pandas.DataFrame
        Label rows; their firmographics, in that order.
    whole : pandas.DataFrame
        All that is known of the customers, columns that prospects lack included; one row each.
    shared, fields : mapping of str to Field
        The columns that prospects have too; all columns of `whole`.
    fit : array of shape (n_rows,)
    counted : mapping of str to array of shape (n_rows,)
        As `likeness.counted_for` gives it.
    """

    rows: pd.DataFrame
    accounts: pd.DataFrame
    whole: pd.DataFrame
    shared: Mapping[str, Field]
    fields: Mapping[str, Field]
    fit: Floats
    counted: Mapping[str, Floats]

    @property
    def is_best(self) -> Bools:
        """Say who is best."""
        return self.rows["is_best"].to_numpy(dtype=bool)

    def best(self) -> Best:
        """Give the best customers."""
        at = np.flatnonzero(self.is_best)
        counted = {name: one[at] for name, one in self.counted.items()}
        rows, accounts = (one.iloc[at].reset_index(drop=True) for one in (self.rows, self.accounts))
        return Best(rows, accounts, counted, self.shared)

    def side(self, is_in: Bools) -> Side:
        """Count some of the label rows."""
        side, at = Side(), np.flatnonzero(is_in)
        rows, accounts = (one.iloc[at].reset_index(drop=True) for one in (self.rows, self.accounts))
        side.add(rows, accounts, self.shared, account_levels(self.whole, self.fields))
        return side


def fitted(model: Model, accounts: pd.DataFrame, as_of: Any) -> Fitted:
    """Give each account's fit probability, its tier, and how much each column of ours speaks for it."""
    from icp_ml.model.calibration import probability

    encoded = encode(model, accounts, as_of)
    explained = model.explain(encoded.matrix, 1)
    fit = probability(explained.log_odds.mean(axis=1) + model.shift)
    tier = tier_of(fit, model.encoder.completeness(encoded.known), model.tiers)
    return fit, np.asarray(tier, dtype=object), counted_for(model, explained.contributions, encoded.known)


def crosses_of(customers: Customers, prospects: Side, confidence: float) -> pd.DataFrame:
    """Give the cross-tables of all that is known of customers, with the share of prospects beside.

    Returns
    -------
    pandas.DataFrame
        As `cross_tables` gives it; and n_prospects, prospect_share (of the new prospects; NaN where the
        prospects lack the column, or there are none).
    """
    table = cross_tables(customers.rows, customers.whole, customers.fields, confidence)
    known = {name for name, _ in prospects.levels}
    keys = list(zip(table["characteristic"], table["level"], strict=True))
    n = [prospects.levels[key] if key[0] in known else np.nan for key in keys]
    return table.assign(n_prospects=n, prospect_share=np.array(n) / max(prospects.n, 1))


def examples_of(
    groups: Sequence[Group], names: Any, customers: Customers, n_examples: int
) -> dict[str, tuple[tuple[str, str | None], ...]]:
    """Name customers of each group: best ones that fit best; of an anti group others that fit least."""
    found = {}
    for group in groups:
        if group.kind == "other" or not n_examples:
            continue
        sign = 1.0 if group.kind == "anti" else -1.0
        is_in = (names == group.name) & (customers.is_best == (group.kind != "anti"))
        at = np.flatnonzero(is_in)
        at = at[np.lexsort((customers.rows["account_id"].to_numpy(dtype=str)[at], sign * customers.fit[at]))]
        picked = customers.accounts.iloc[at].drop_duplicates("account_id").head(n_examples)
        found[group.name] = named(picked)
    return found


def fit_units(fit: Floats) -> int:
    """Add up probabilities in whole units, so that the sum does not depend on how a list is cut."""
    return int(np.rint(fit * UNITS).astype(np.int64).sum())


def counted_groups(
    groups: Sequence[Group], n_prospects: Mapping[str, int], units: Mapping[str, int], n: int
) -> tuple[Group, ...]:
    """Give the groups with the counts of all new prospects, where they were drawn from a sample."""
    if not n:
        return tuple(groups)
    found = []
    for one in groups:
        mine = n_prospects.get(one.name, 0)
        mean = units[one.name] / UNITS / mine if mine else one.mean_fit
        found.append(replace(one, n_prospects=mine, prospect_share=mine / n, mean_fit=mean))
    return tuple(found)


def counted_filters(
    groups: Sequence[Group],
    fields: Mapping[str, Field],
    day: pd.Timestamp,
    counted: tuple[Mapping[tuple[str, str], int], Mapping[str, int]],
) -> list[CrmFilter]:
    """Give the filters with the counts of all new prospects: of each filter by tier, and of each tier."""
    by_tier, tiers = counted
    nobody = pd.DataFrame({name: pd.Series(dtype="object") for name in fields})
    found = []
    for one in filters_of(groups, fields, day.date(), nobody, ()):
        kept = {tier: by_tier.get((one.name, tier), 0) for tier in TIERS}
        n_kept = sum(kept.values())
        best, top = kept[TOP_TIERS[0]], sum(kept[tier] for tier in TOP_TIERS)
        found.append(
            replace(
                one,
                n_kept=n_kept,
                kept_share=_share(n_kept, sum(tiers.values())),
                best_precision=_share(best, n_kept),
                best_recall=_share(best, tiers.get(TOP_TIERS[0], 0)),
                top_precision=_share(top, n_kept),
                top_recall=_share(top, sum(tiers.get(tier, 0) for tier in TOP_TIERS)),
            )
        )
    return found


def _share(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")
