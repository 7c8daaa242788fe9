"""What customers and prospects have in common, column by column."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from icp_ml.checks.case import Accounts, Case
from icp_ml.checks.findings import Finding
from icp_ml.errors import examples
from icp_ml.schema import LEVEL_KINDS
from icp_ml.settings import ChecksSettings

MIN_ROWS = 30  # on each side, for shares to be compared


def both_sides(case: Case, settings: ChecksSettings) -> Iterator[Finding]:
    """Compare the features of customers with those of prospects; nothing where either is not there."""
    customers, prospects = case.customers, case.prospects
    if customers is None or prospects is None:
        return
    ours, theirs = _features(case, customers), _features(case, prospects)
    if not set(ours) & set(theirs):
        yield Finding("no_shared_column", "", f"customers have {_listed(ours)}; prospects {_listed(theirs)}.")
        return
    for name in [*ours, *(one for one in theirs if one not in ours)]:
        if name not in theirs or name not in ours:
            whose = "customers" if name in ours else "prospects"
            yield Finding("columns_differ", name, f"mapped for {whose} only, so it is not learnt from.")
    shared = [name for name in ours if name in theirs]
    compared = case.described or customers
    if min(len(compared.rows), len(prospects.rows)) >= MIN_ROWS:
        for name in shared:
            yield from _missing_gap(name, compared, prospects, settings.max_missing_gap)
            if ours_kind(compared, name) in LEVEL_KINDS:
                yield from _new_levels(name, compared, prospects, settings.max_level_gap)


def ours_kind(accounts: Accounts, name: str) -> str:
    """Give the kind of a column; empty where it is not there."""
    return accounts.fields[name].kind if name in accounts.fields else ""


def _features(case: Case, accounts: Accounts) -> list[str]:
    return [name for name, field in accounts.fields.items() if case.is_learnt(name, field)]


def _listed(names: list[str]) -> str:
    return ", ".join(names) or "none"


def _missing_gap(name: str, customers: Accounts, prospects: Accounts, limit: float) -> Iterator[Finding]:
    if name not in customers.rows:
        return
    ours, theirs = (float(side.rows[name].isna().mean()) for side in (customers, prospects))
    if abs(ours - theirs) > limit:
        said = f"{ours:.0%} of customers lack it, {theirs:.0%} of prospects{_first(prospects)}."
        yield Finding("columns_differ", name, said)


def _new_levels(name: str, customers: Accounts, prospects: Accounts, limit: float) -> Iterator[Finding]:
    if name not in customers.rows:
        return
    ours, theirs = _level_counts(customers.rows[name]), _level_counts(prospects.rows[name])
    for one, other, words in (
        (ours, theirs, ("customers", "prospect")),
        (theirs, ours, ("prospects", "customer")),
    ):
        unseen = one[~one.index.isin(other.index)]
        if not len(one) or not len(other):
            return
        share = unseen.sum() / one.sum()
        if share - _unseen_by_chance(one, other) > limit:
            told = f"{share:.0%} of {words[0]} hold a level that no {words[1]} has"
            yield Finding("new_levels", name, f"{told}, for example {examples(unseen.index[:3])}.")
            return


def _unseen_by_chance(one: pd.Series[int], other: pd.Series[int]) -> float:
    """Give the share of rows whose level the other side would lack if both were drawn from one pool.

    A level with c rows in the pool is only on this side with chance p^(c - 1) for each of its rows, where p
    is this side's share of the pool.
    """
    pool = one.add(other, fill_value=0)
    own_share = one.sum() / pool.sum()
    expected: Any = (pool / pool.sum()) * np.power(own_share, pool - 1)
    return float(expected.sum())


def _level_counts(values: pd.Series[Any]) -> pd.Series[int]:
    return values.dropna().str.casefold().str.strip().value_counts()


def _first(prospects: Accounts) -> str:
    return "" if prospects.is_whole else f" (the first {len(prospects.rows):,} were read)"
