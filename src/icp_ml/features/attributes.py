"""One attribute of an account: which columns of the matrix it fills, and with what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from icp_ml.features.conditions import Condition, points_earned, what_was_met
from icp_ml.features.statistics import Floats, Items, item_summary, lookup, split_items
from icp_ml.schema import LEVEL_KINDS, NUMERIC_KINDS, Field

DAYS_PER_YEAR = 365.25
ITEM_SEPARATOR = "|"

RATIOS = {
    "revenue_per_employee": ("revenue", "employees", "revenue per employee"),
    "funding_per_employee": ("funding_total", "employees", "funding per employee"),
}

MISSING_DTYPES: dict[str, Any] = {
    "number": "float64",
    "yes_no": "float64",
    "age": "float64",
    "ratio": "float64",
    "recency": "datetime64[s]",
}

StatisticForm = Literal["levels", "items", "words"]
Form = Literal["number", "yes_no", "age", "recency", "ratio", "levels", "items", "words", "rubric"]
Known = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True)
class Attribute:
    """What one attribute contributes to the matrix, and what was learnt about it.

    Attributes
    ----------
    name : str
        Our column, or a ratio's own name.
    words : str
        What a salesperson calls it.
    form : str
        number, yes_no, age (in years), recency (years since a date), ratio, levels, items, words, or rubric
        (points of 0 to 1).
    statistics : dict of str to float
        Log-odds difference of each level or item, in sorted order.
    counts : dict of str to int
        Training rows of each level or item.
    frequent : tuple of str
        Levels or items with a column of their own.
    conditions : tuple of Condition
        What earns a rubric's point; declared, not learnt.
    """

    name: str
    words: str
    form: Form
    statistics: Mapping[str, float]
    counts: Mapping[str, int]
    frequent: tuple[str, ...]
    conditions: tuple[Condition, ...] = ()

    @property
    def sources(self) -> tuple[str, ...]:
        """Name our columns that it is made of."""
        if self.form == "rubric":
            return tuple(dict.fromkeys(one.column for one in self.conditions))
        return RATIOS[self.name][:2] if self.form == "ratio" else (self.name,)

    @property
    def columns(self) -> list[str]:
        """Name the matrix columns."""
        own = [f"{self.name}={level}" for level in self.frequent]
        if self.form == "levels":
            return [f"{self.name}:share", f"{self.name}:rows", *own]
        if self.form in ("items", "words"):
            return [f"{self.name}:mean", f"{self.name}:max", f"{self.name}:n", *own]
        return [self.name]


def usable_attributes(
    accounts: pd.DataFrame, fields: Mapping[str, Field], exclude: tuple[str, ...]
) -> list[Attribute]:
    """List the attributes that can be encoded, with nothing learnt yet: any value known, not excluded."""
    found = [
        Attribute(name, field.words, _form(name, field), {}, {}, ())
        for name, field in fields.items()
        if field.is_feature and name not in exclude and name in accounts and accounts[name].notna().any()
    ]
    names = {attribute.name for attribute in found}
    ratios = [
        Attribute(name, words, "ratio", {}, {}, ())
        for name, (above, below, words) in RATIOS.items()
        if {above, below} <= names and name not in exclude
    ]
    return [*found, *ratios]


def is_mostly_ahead(attribute: Attribute, accounts: pd.DataFrame, as_of: pd.Series[Any]) -> bool:
    """Say whether most known values of a date lie after the day the row speaks of.

    Such a column was written after the outcome: what it says of customers, no prospect can show.
    """
    if attribute.form not in ("age", "recency"):
        return False
    n_given = int(_column(attribute, accounts, attribute.name).notna().sum())
    return 2 * int(is_known(attribute, accounts, as_of).sum()) < n_given


def _form(name: str, field: Field) -> Form:
    if name == "founded_year":
        return "age"
    if field.kind in LEVEL_KINDS:
        return "levels"
    forms: dict[str, Form] = {"yes_no": "yes_no", "date": "recency", "list": "items"}
    return forms.get(field.kind, "number" if field.kind in NUMERIC_KINDS else "words")


def encode(attribute: Attribute, accounts: pd.DataFrame, as_of: pd.Series[Any] | pd.Timestamp) -> Floats:
    """Give an attribute's columns for each row, from that row alone; NaN where missing, never infinite."""
    if attribute.form in get_args(StatisticForm):
        return encode_items(attribute, items_of(attribute, accounts))
    if attribute.form == "recency":
        return _years_between(_column(attribute, accounts, attribute.name), as_of)
    if attribute.form == "ratio":
        return _ratio(attribute, accounts)
    if attribute.form == "rubric":
        return points_earned(attribute.conditions, accounts, as_of)
    values = _numbers(attribute, accounts, attribute.name)
    if attribute.form == "age":
        year = as_of.dt.year.to_numpy(dtype=np.float64) if isinstance(as_of, pd.Series) else float(as_of.year)
        return _not_ahead(np.asarray(year - values))
    return values


def is_known(attribute: Attribute, accounts: pd.DataFrame, as_of: pd.Series[Any] | pd.Timestamp) -> Known:
    """Say which rows have a value of an attribute; what lies ahead of `as_of` is not known."""
    if attribute.form in ("ratio", "age", "recency", "rubric"):
        return np.isfinite(encode(attribute, accounts, as_of))
    if attribute.form in ("number", "yes_no"):
        return np.isfinite(_numbers(attribute, accounts, attribute.name))
    return _column(attribute, accounts, attribute.name).notna().to_numpy(dtype=bool)


def items_of(attribute: Attribute, accounts: pd.DataFrame) -> Items:
    """Give the level, items or words of each row."""
    return split_items(_column(attribute, accounts, attribute.name), attribute.form)


def encode_items(attribute: Attribute, items: Items) -> Floats:
    """Encode levels, items or words by what was learnt of them; 0 for those never seen."""
    statistic = lookup(attribute.statistics, items.names)
    if attribute.form == "levels":
        rows = items.matrix @ np.log1p(lookup(attribute.counts, items.names))
        summary = np.column_stack([item_summary(items, statistic)[:, 0], rows])
    else:
        summary = item_summary(items, statistic)
        summary = np.column_stack([summary, items.n_items])
    part = np.column_stack([summary, _own_columns(attribute, items)])
    part[items.is_missing] = np.nan
    return part


def _own_columns(attribute: Attribute, items: Items) -> Floats:
    """Say for each frequent level or item whether a row holds it."""
    place = {name: at for at, name in enumerate(items.names.tolist())}
    own = np.zeros((len(items.is_missing), len(attribute.frequent)))
    found = [at for at, name in enumerate(attribute.frequent) if name in place]
    own[:, found] = items.matrix[:, [place[attribute.frequent[at]] for at in found]].toarray()
    return own


def shown_value(attribute: Attribute, accounts: pd.DataFrame, as_of: pd.Timestamp) -> list[Any]:
    """Give each row's value as a reader knows it, None where there is none; of a point, what was met."""
    if attribute.form == "rubric":
        return list(what_was_met(attribute.conditions, accounts, as_of))
    if attribute.form == "ratio":
        return list(_ratio(attribute, accounts).tolist())
    if attribute.name not in accounts:
        return [None] * len(accounts)
    return list(accounts[attribute.name].tolist())


def shown_items(attribute: Attribute, value: str, is_for: bool, n: int) -> list[str]:
    """Name the items of a list that speak most for (or against) best, by their statistics.

    Where none of them does, as when their number speaks, the first ones stand for the list.
    """
    sign = -1 if is_for else 1
    ranked = sorted(
        (sign * attribute.statistics.get(item.casefold(), 0.0), item) for item in value.split(ITEM_SEPARATOR)
    )
    speaking = [item for strength, item in ranked if strength < 0]
    return (speaking or [item for _, item in ranked])[:n]


def _column(attribute: Attribute, accounts: pd.DataFrame, name: str) -> pd.Series[Any]:
    if name in accounts:
        column: pd.Series[Any] = accounts[name]
        return column
    missing: Any = pd.array([None] * len(accounts), dtype=MISSING_DTYPES.get(attribute.form, "str"))
    return pd.Series(missing, index=accounts.index)


def _numbers(attribute: Attribute, accounts: pd.DataFrame, name: str) -> Floats:
    values = _column(attribute, accounts, name).to_numpy(dtype=np.float64, na_value=np.nan)
    return np.where(np.isfinite(values), values, np.nan)


def _years_between(dates: pd.Series[Any], as_of: pd.Series[Any] | pd.Timestamp) -> Floats:
    elapsed: pd.Series[Any] = as_of - dates
    seconds: Floats = elapsed.dt.total_seconds().to_numpy(dtype=np.float64)
    return _not_ahead(seconds / (DAYS_PER_YEAR * 86_400))


def _not_ahead(years: Floats) -> Floats:
    """Blank what lies ahead of `as_of`: nobody knew it then, and no prospect has it."""
    return np.where(years >= 0, years, np.nan)


def _ratio(attribute: Attribute, accounts: pd.DataFrame) -> Floats:
    """Divide, where the divisor is above 0 and the quotient is a number."""
    above, below, _ = RATIOS[attribute.name]
    divisor = _numbers(attribute, accounts, below)
    positive = np.where(divisor > 0, divisor, np.nan)
    with np.errstate(over="ignore"):
        quotient = _numbers(attribute, accounts, above) / positive
    return np.where(np.isfinite(quotient), quotient, np.nan)
