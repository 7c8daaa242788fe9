"""Make one account of the customers that are one company, and say which ones belong to one family."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from icp_ml.data.outcomes import TrainingTables
from icp_ml.errors import count
from icp_ml.label import FOUND
from icp_ml.matching import parents_found, same_companies
from icp_ml.settings import MatchingSettings

WORDS = {"domain": "domain", "registration_id": "registration number", "name": "name and place"}


def pooled(tables: TrainingTables, settings: MatchingSettings) -> TrainingTables:
    """Match the customers with each other, and pool the outcomes of those that are one company.

    The account of a company is the first of its ids, in order. Its firmographics are the first known values,
    its own before those of its duplicates. Where `pool_customers` is off each keeps its own outcomes. Both
    ways the customers get the columns FOUND, by which a split keeps companies and families together.
    """
    if "customers" not in tables.tables or tables.tables["customers"].rows.empty:
        return tables
    rows = tables.rows["customers"]
    found = same_companies(rows, settings)
    company = found["company"]
    if settings.pool_customers:
        rows = _pooled_rows(rows, company)
    parents = parents_found(rows)
    known = {FOUND[0]: rows["account_id"].map(company), FOUND[1]: rows["account_id"].map(parents["parent"])}
    kept = {**tables.tables, "customers": replace(tables.tables["customers"], rows=rows.assign(**known))}
    if settings.pool_customers:
        kept |= {name: _pooled_table(kept[name], company) for name in kept if name != "customers"}
    return replace(tables, tables=kept, matched=(*_said(found, settings), *_parents_said(parents)))


def _pooled_rows(customers: pd.DataFrame, company: pd.Series[Any]) -> pd.DataFrame:
    """Keep one row of each company, where its first id stands, with the first known value of each column."""
    renamed = _renamed(customers["account_id"], company)
    is_shared = renamed.duplicated(keep=False)
    if not is_shared.any():
        return customers
    shared = customers.loc[is_shared].sort_values("account_id")
    first = shared.drop(columns="account_id").groupby(renamed.loc[shared.index]).first()
    places = customers.index[customers["account_id"].isin(first.index)]
    filled = first.loc[customers.loc[places, "account_id"]].reset_index(names="account_id").set_axis(places)
    kept = pd.concat([customers.loc[~is_shared], filled[customers.columns]]).sort_index()
    kept = kept.astype(customers.dtypes.to_dict())
    if "parent_id" in kept:
        kept = kept.assign(parent_id=_renamed(kept["parent_id"], company))
    pooled_rows: pd.DataFrame = kept.reset_index(drop=True)
    return pooled_rows


def _pooled_table(table: Any, company: pd.Series[Any]) -> Any:
    return replace(table, rows=table.rows.assign(account_id=_renamed(table.rows["account_id"], company)))


def _renamed(ids: pd.Series[Any], company: pd.Series[Any]) -> pd.Series[Any]:
    """Give each id its company's; ids that are no customer's stay."""
    merged = company[company != company.index]
    return ids.map(merged).fillna(ids).astype(ids.dtype) if len(merged) else ids


def _said(found: pd.DataFrame, settings: MatchingSettings) -> list[str]:
    joined = found.loc[found["found_by"].notna()]
    if joined.empty:
        return []
    n_companies = joined["company"].nunique()
    by_kind = joined["found_by"].value_counts()
    kinds = [f"{by_kind[kind]:,} by {WORDS[kind]}" for kind in settings.match_on if kind in by_kind]
    customers = count(len(joined) + n_companies, "customer")
    companies = f"{n_companies:,} compan{'y' if n_companies == 1 else 'ies'}"
    counted = "outcomes are pooled" if settings.pool_customers else "each keeps its own outcomes"
    example = f"{joined.index[0]!r} is {joined['company'].iloc[0]!r}"
    return [
        f"matching: {customers} are {companies} (joined {', '.join(kinds)}); {counted}, for example {example}"
    ]


def _parents_said(parents: pd.DataFrame) -> list[str]:
    found = parents.loc[parents["found_by"] != "parent_id"]
    if found.empty:
        return []
    whose = count(len(found), "customer has a parent", "customers have a parent")
    example = f"{found['parent'].iloc[0]!r} of {found.index[0]!r}"
    return [f"matching: {whose} among the others by web domain or name, for example {example}"]
