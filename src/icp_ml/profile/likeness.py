"""Where a company stands by what makes it best: its values, each as long as the model counts it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from icp_ml.features.statistics import Floats, Known
from icp_ml.model.candidate import Model
from icp_ml.schema import DEPARTMENT, Field

N_KNOTS = 21
KNOT_DIGITS = 6
FAMILIES = {
    **dict.fromkeys(("sector", "industry", "industry_code", "description"), "industry"),
    **dict.fromkeys(("employees", "employees_before", "revenue", "revenue_before", "budget"), "size"),
    **dict.fromkeys(("country", "region", "city", "language"), "place"),
    **dict.fromkeys(("funding_total", "funding_stage", "last_funding_at"), "funding"),
}
"""Columns that say much of the same: that they go together makes no archetype."""
NUMBERS = ("number", "money", "year", "date")
LISTS, TEXTS = ("list",), ("text",)


@dataclass(frozen=True)
class Likeness:
    """The directions that values point in, frozen.

    Attributes
    ----------
    kinds : mapping of str to str
        Of each column of ours that the model learnt from: its kind.
    knots : mapping of str to tuple of float
        Quantiles of each number among the customers. A low number and a high one point in directions at right
        angles, and what lies between them in between.
    """

    kinds: Mapping[str, str]
    knots: Mapping[str, tuple[float, ...]]

    def arrows(self, accounts: pd.DataFrame, counted: Mapping[str, Floats]) -> dict[str, pd.DataFrame]:
        """Give each account's arrow, one table a column of ours.

        Parameters
        ----------
        accounts : pandas.DataFrame
            Parsed rows.
        counted : mapping of str to array of shape (n_rows,)
            As `counted_for` gives it.

        Returns
        -------
        dict of str to pandas.DataFrame
            By column of ours: a column for each of its values that occurs.
        """
        return {
            name: _arrow(name, accounts[name], counted[name], self.knots.get(name), kind)
            for name, kind in self.kinds.items()
            if name in accounts and name in counted
        }


def likeness_of(model: Model, accounts: pd.DataFrame, fields: Mapping[str, Field]) -> Likeness:
    """Freeze the directions of values, by the customers that the model knows of."""
    sources = dict.fromkeys(name for one in model.encoder.attributes for name in one.sources)
    kinds = {name: str(fields[name].kind) for name in sources if name in fields}
    knots = {name: _knots(accounts[name]) for name, kind in kinds.items() if kind in NUMBERS}
    return Likeness(kinds, knots)


def counted_for(model: Model, contributions: Floats, known: Known) -> dict[str, Floats]:
    """Say how much each column of ours speaks for each account, in log-odds, 0 at least.

    What a derived attribute adds is shared by the columns that it is made of; what is not known is no reason.
    """
    heard = np.where(known, contributions, 0.0)
    found: dict[str, Floats] = {}
    for at, attribute in enumerate(model.encoder.attributes):
        if attribute.form == "completeness":
            continue
        for name in attribute.sources:
            found[name] = found.get(name, np.zeros(len(heard))) + heard[:, at] / len(attribute.sources)
    return {name: np.clip(one, 0, None) for name, one in found.items()}


def family_of(column: str) -> str:
    """Name the family of columns that say much of the same."""
    return "size" if column.startswith(DEPARTMENT) else FAMILIES.get(column, column)


def _arrow(
    name: str, values: pd.Series[Any], counted: Floats, knots: Sequence[float] | None, kind: str
) -> pd.DataFrame:
    if kind in NUMBERS:
        angle = _place(values, knots or ()) * np.pi / 2
        lengths = np.where(np.isfinite(angle), counted, 0.0)
        angle = np.nan_to_num(angle)
        found = {f"{name}:low": lengths * np.cos(angle), f"{name}:high": lengths * np.sin(angle)}
        return pd.DataFrame(found)
    if kind in TEXTS:
        return pd.DataFrame({f"{name}:": counted})
    return _by_level(name, values, counted, kind in LISTS)


def _by_level(name: str, values: pd.Series[Any], counted: Floats, is_list: bool) -> pd.DataFrame:
    """Point in a direction of its own for each level; a list's length is shared by its items."""
    texts = values.astype("str").str.casefold().reset_index(drop=True)  # "SOFTWARE" is Software
    items: pd.Series[Any] = (texts.str.split("|").explode() if is_list else texts).dropna()
    n_items = items.groupby(level=0).transform("size").to_numpy()
    columns = [f"{name}={one}" for one in items]
    lengths = counted[items.index.to_numpy()] / np.sqrt(n_items)
    table = pd.DataFrame({"row": items.index, "column": columns, "length": lengths})
    wide = table.pivot_table(index="row", columns="column", values="length", aggfunc="sum", fill_value=0.0)
    return wide.reindex(range(len(values)), fill_value=0.0)


def _knots(values: pd.Series[Any]) -> tuple[float, ...]:
    numbers = _numbers(values)
    known = numbers[np.isfinite(numbers)]
    if not len(known):
        return ()
    found = np.quantile(known, np.linspace(0, 1, N_KNOTS), method="linear")
    return tuple(float(f"{one:.{KNOT_DIGITS}g}") for one in found.tolist())


def _place(values: pd.Series[Any], knots: Sequence[float]) -> Floats:
    """Give the share of the customers' numbers that lie below, 0 to 1; NaN where it is not known."""
    numbers = _numbers(values)
    if not knots:
        return np.full(len(numbers), np.nan)
    steps = np.linspace(0, 1, len(knots))
    distinct = np.unique(knots)
    middle = np.array([steps[np.asarray(knots) == one].mean() for one in distinct])
    return np.where(np.isfinite(numbers), np.interp(np.nan_to_num(numbers), distinct, middle), np.nan)


def _numbers(values: pd.Series[Any]) -> Floats:
    """Give numbers, of dates their days."""
    if pd.api.types.is_datetime64_any_dtype(values):
        days = values.to_numpy().astype("datetime64[D]").astype(np.float64)
        return np.where(values.isna().to_numpy(), np.nan, days)
    return np.asarray(values.to_numpy(dtype=np.float64, na_value=np.nan))
