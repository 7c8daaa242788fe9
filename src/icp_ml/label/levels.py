"""Which level of each characteristic an account is in: bands of numbers, frequent categories and items."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from icp_ml.schema import DEPARTMENT, LEVEL_KINDS, Field

Bools = npt.NDArray[np.bool_]
Levels = dict[tuple[str, str], Bools]

FIRST = ("industry", "country", "region", "employees", "founded_year")
EARLIER = ("employees_before", "revenue_before")  # figures of another day than the rest
ROLES = "contact_roles"  # no feature, because selling fills them; but who was known is worth a look
SIZES = {"1–10": 10, "11–50": 50, "51–200": 200, "201–1,000": 1_000, "1,001–5,000": 5_000, "5,001+": np.inf}
AGES = {"0–2 years": 2, "3–5 years": 5, "6–10 years": 10, "11–20 years": 20, "21+ years": np.inf}
SINCE = {"0–1 years": 1, "2 years": 2, "3–5 years": 5, "6+ years": np.inf}
MONEY = {"under 1M": 1e6, "1M–10M": 1e7, "10M–50M": 5e7, "50M–250M": 2.5e8, "250M–1B": 1e9, "1B+": np.inf}
N_QUARTERS = 4  # bands of a declared number
N_LEVELS = 8  # most frequent ones that get a line of their own
N_ITEMS = 20  # the same of a list, of which an account has several
MIN_COVERED = 0.5  # of the known values, by those levels: a column of many more says little by level
NOT_KNOWN, OTHER = "not known", "other"
DATED = {"founded_year": ("age", AGES), "last_funding_at": ("years since the last funding", SINCE)}
"""Columns whose bands depend on the label row's day."""


def account_levels(
    accounts: pd.DataFrame, fields: Mapping[str, Field], like: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Give each account its level of every characteristic, so that no label has a part in how they are cut.

    Parameters
    ----------
    accounts : pandas.DataFrame
        Firmographics, one row an account.
    fields : mapping of str to Field
    like : pandas.DataFrame, optional
        The accounts whose frequent levels and quarters count; those themselves, where nobody is named.

    Returns
    -------
    pandas.DataFrame
        By account: a column for each characteristic, in words; of a list its items, joined with "|";
        bands as ordered categories; of `DATED` the values, because an age depends on the label row.
    """
    by_account = accounts.set_index("account_id")
    rule = by_account if like is None else like
    found: dict[str, Any] = {}
    for name, field in _crossed(fields):
        if name in by_account and name in rule:
            words, column = _characteristic(name, field, by_account[name], rule[name])
            found |= {} if column is None else {words: column}
    return pd.DataFrame(found, index=by_account.index)


def row_levels(rows: pd.DataFrame, levels: pd.DataFrame) -> Levels:
    """Say which label rows lie in which level of which characteristic.

    The level of most rows comes first, "other" and "not known" last; bands in their order.

    Parameters
    ----------
    rows : pandas.DataFrame
        Label rows.
    levels : pandas.DataFrame
        As `account_levels` gives them.
    """
    mine = levels.reindex(rows["account_id"])
    found: Levels = {}
    for characteristic in mine:
        words, column = str(characteristic), mine[characteristic]
        if words in DATED:
            words, bands = DATED[words]
            column = _band(pd.Series(_years(rows["as_of"], column)), bands)
        order = list(column.cat.categories) if isinstance(column.dtype, pd.CategoricalDtype) else []
        column = column.astype("str").fillna(NOT_KNOWN)
        masks = _masks(column)
        for name in sorted(masks, key=lambda one: _place(one, int(masks[one].sum()), order)):
            found[words, name] = masks[name]
    return found


def _crossed(fields: Mapping[str, Field]) -> Iterator[tuple[str, Field]]:
    """Give the columns that are crossed, those first that everyone looks for."""
    kinds = (*LEVEL_KINDS, "list", "money", "number", "yes_no")
    others = [name for name, field in fields.items() if field.kind in kinds and field.is_feature]
    for name in dict.fromkeys([*FIRST, *others, "last_funding_at", ROLES]):
        if name in fields and name not in EARLIER:
            yield name, fields[name]


def _characteristic(name: str, field: Field, column: pd.Series[Any], rule: pd.Series[Any]) -> tuple[str, Any]:
    """Name a characteristic and cut its column into levels; None where these would say nothing."""
    if name in DATED:
        return name, column
    if name == "employees":
        return "size (employees)", _band(column, SIZES)
    if field.kind in ("money", "number", "yes_no"):
        return field.words, _number_levels(name, field, column, rule)
    is_list = field.kind == "list"
    spelled = _spelling(rule, is_list)
    column, rule = (_respelled(one, spelled, is_list) for one in (column, rule))
    if is_list:
        tells = name in FIRST or rule.dropna().str.split("|").explode().nunique() > 1
        return field.words, _frequent_items(column, rule) if tells else None
    return field.words, _frequent(column, rule) if name in FIRST or _is_covered(rule) else None


def _number_levels(name: str, field: Field, column: pd.Series[Any], rule: pd.Series[Any]) -> Any:
    if field.kind == "yes_no":
        return column.map({1.0: "yes", 0.0: "no"}).astype("str")
    if field.kind == "money":
        return _band(column, MONEY)
    return _band(column, SIZES) if name.startswith(DEPARTMENT) else _quarters(column, rule)


def _masks(column: pd.Series[Any]) -> dict[str, Bools]:
    if not column.str.contains("|", regex=False).any():
        return {name: (column == name).to_numpy(dtype=bool) for name in column.unique()}
    items = column.str.split("|").explode().unique()
    fenced = "|" + column + "|"
    return {name: fenced.str.contains(f"|{name}|", regex=False).to_numpy(dtype=bool) for name in items}


def _years(as_of: pd.Series[Any], column: pd.Series[Any]) -> npt.NDArray[np.float64]:
    """Count calendar years from a year or a date to each row's day."""
    is_date = pd.api.types.is_datetime64_any_dtype(column)
    start = column.dt.year.to_numpy() if is_date else column.to_numpy()
    return np.asarray(as_of.dt.year.to_numpy() - start, dtype=np.float64)


def _place(level: str, n_rows: int, order: Sequence[str]) -> tuple[int, int, str]:
    if level in (OTHER, NOT_KNOWN):
        return (1, [OTHER, NOT_KNOWN].index(level), level)
    return (0, order.index(level) if level in order else -n_rows, level)


def _band(values: pd.Series[float], bands: Mapping[str, float]) -> pd.Series[Any]:
    """Name the first band whose top a value does not exceed; below 0, as of a company founded later, none."""
    tops = np.array(list(bands.values()))
    numbers = values.to_numpy(dtype=np.float64)
    place = np.where(numbers >= 0, np.searchsorted(tops, numbers), -1)
    names: Any = list(bands)
    return pd.Series(pd.Categorical.from_codes(place, names, ordered=True), index=values.index)


def _quarters(values: pd.Series[float], rule: pd.Series[float]) -> pd.Series[Any] | None:
    """Cut a number at the quarters of those that are the rule; None where it hardly varies."""
    known = rule.to_numpy(dtype=np.float64)
    known = known[np.isfinite(known) & (known >= 0)]
    cuts = np.quantile(known, np.arange(1, N_QUARTERS) / N_QUARTERS).tolist() if len(known) else []
    tops = sorted({float(f"{one:.2g}") for one in cuts})
    if len(tops) < 2:
        return None
    names = [f"up to {tops[0]:,.10g}"]
    names += [f"{low:,.10g} to {top:,.10g}" for low, top in pairwise(tops)]
    return _band(values, dict(zip([*names, f"over {tops[-1]:,.10g}"], [*tops, np.inf], strict=True)))


def _is_covered(column: pd.Series[Any]) -> bool:
    counts = column.value_counts()
    return len(counts) > 1 and counts.head(N_LEVELS).sum() >= MIN_COVERED * counts.sum()


def _top(values: pd.Series[Any], n_levels: int = N_LEVELS) -> list[str]:
    counts = values.value_counts().sort_index().sort_values(ascending=False, kind="stable")
    return list(counts.index[:n_levels]) if len(counts) > n_levels + 1 else list(counts.index)


def _spelling(rule: pd.Series[Any], is_list: bool) -> dict[str, str]:
    """Say how most write each level or item, whatever its case."""
    values = rule.dropna().astype("str")
    items = values.str.split("|").explode() if is_list else values
    counts = items.value_counts().sort_index().sort_values(kind="stable")
    return {one.casefold(): one for one in counts.index}  # the most frequent comes last, and stays


def _respelled(column: pd.Series[Any], spelled: Mapping[str, str], is_list: bool) -> pd.Series[Any]:
    """Write each level as most do: "SOFTWARE" is Software."""

    def said(value: str) -> str:
        parts = value.split("|") if is_list else [value]
        return "|".join(dict.fromkeys(spelled.get(one.casefold(), one) for one in parts))

    known = column.astype("str")
    distinct = {one: said(one) for one in known.dropna().unique()}
    return known.map(distinct).astype("str")


def _frequent(column: pd.Series[Any], rule: pd.Series[Any]) -> pd.Series[Any]:
    kept: pd.Series[Any] = column.where(column.isna() | column.isin(_top(rule)), OTHER)
    return kept.str.replace("|", "/", regex=False)  # the bar is for lists


def _frequent_items(column: pd.Series[Any], rule: pd.Series[Any]) -> pd.Series[Any]:
    """Keep the frequent items of each list; one of none but rare items is other."""
    items = column.dropna().str.split("|").explode()
    kept = items.where(items.isin(_top(rule.dropna().str.split("|").explode(), N_ITEMS)), OTHER)
    by_account = kept[~kept.reset_index().duplicated().to_numpy()]
    return by_account.groupby(level=0).agg("|".join).reindex(column.index).astype("str")
