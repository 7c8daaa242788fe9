"""Typical values of best customers, the rest and prospects: medians, and levels that stand out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from icp_ml.label.levels import EARLIER, NOT_KNOWN, OTHER, row_levels
from icp_ml.schema import Field
from icp_ml.scoring.like import percent
from icp_ml.scoring.place_names import place_name

NUMBERS = ("number", "money", "year", "date")
N_LEVELS, MIN_SHARE = 3, 0.05  # that are named, and their share of the best
WORDS = {"founded_year": "age in years", "last_funding_at": "years since the last funding"}
COLUMNS = ("attribute", "best", "rest", "prospects", "n_best", "n_rest", "n_prospects")


@dataclass
class Side:
    """What is counted of best customers, of the rest, or of prospects; grows batch by batch.

    Attributes
    ----------
    n : int
        Rows.
    numbers : dict of str to list of array
        Known values by column of ours; of years and dates how many years ago.
    levels : Counter of (str, str)
        Rows by characteristic and level.
    """

    n: int = 0
    numbers: dict[str, list[Any]] = field(default_factory=dict)
    levels: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(
        self, rows: pd.DataFrame, accounts: pd.DataFrame, fields: Mapping[str, Field], levels: pd.DataFrame
    ) -> None:
        """Count rows.

        Parameters
        ----------
        rows : pandas.DataFrame
            account_id and as_of.
        accounts : pandas.DataFrame
            Their firmographics, in that order.
        fields : mapping of str to Field
        levels : pandas.DataFrame
            As `account_levels` gives them.
        """
        self.n += len(rows)
        for name in numeric_columns(accounts, fields):
            values = years_ago(rows["as_of"], accounts[name], fields[name].kind)
            self.numbers.setdefault(name, []).append(values[np.isfinite(values)])
        self.levels.update({key: int(is_in.sum()) for key, is_in in row_levels(rows, levels).items()})

    def values(self, name: str) -> Any:
        """Give all known values of a column."""
        return np.concatenate(self.numbers.get(name) or [np.empty(0)])

    def share(self, characteristic: str, level: str) -> float:
        """Give the share of the rows with a known value that lie in a level; NaN without any."""
        n_known = self.n_known(characteristic)
        return self.levels[characteristic, level] / n_known if n_known else float("nan")

    def n_known(self, characteristic: str) -> int:
        """Count the rows whose value of a characteristic is known."""
        return self.n - self.levels[characteristic, NOT_KNOWN] if self._has(characteristic) else 0

    def _has(self, characteristic: str) -> bool:
        return any(one == characteristic for one, _ in self.levels)


def numeric_columns(accounts: pd.DataFrame, fields: Mapping[str, Field]) -> Iterator[str]:
    """Give the columns that have a median."""
    for name, one in fields.items():
        if name in accounts and one.kind in NUMBERS and one.is_feature and name not in EARLIER:
            yield name


def years_ago(as_of: pd.Series[Any], column: pd.Series[Any], kind: str) -> Any:
    """Give a number as it is, of a year or a date how many years ago it was; NaN where it lies ahead."""
    if kind not in ("year", "date"):
        return column.to_numpy(dtype=np.float64)
    is_date = pd.api.types.is_datetime64_any_dtype(column)
    start = column.dt.year.to_numpy(dtype=np.float64) if is_date else column.to_numpy(dtype=np.float64)
    years = as_of.dt.year.to_numpy(dtype=np.float64) - start
    return np.where(years >= 0, years, np.nan)


def typical_values(best: Side, rest: Side, prospects: Side, fields: Mapping[str, Field]) -> pd.DataFrame:
    """Say what is typical of each side.

    Returns
    -------
    pandas.DataFrame
        attribute; best, rest, prospects in words; n_best, n_rest, n_prospects whose value is known. Of a
        number its median with its middle half; of categories the levels by which the best stand out, with
        their share of those whose value is known, of all three the same levels.
    """
    lines = [
        _number(name, fields[name], (best, rest, prospects))
        for name in best.numbers
        if len(best.values(name))
    ]
    banded = {"size (employees)", *WORDS.values(), "age", *(fields[one].words for one in best.numbers)}
    for characteristic in dict.fromkeys(name for name, _ in best.levels if name not in banded):
        named = _standing_out(characteristic, best, rest)
        if named:
            sides = (best, rest, prospects)
            said = [_levels(characteristic, named, side) for side in sides]
            lines.append((characteristic, *said, *(side.n_known(characteristic) for side in sides)))
    return pd.DataFrame(lines, columns=list(COLUMNS))


def number_words(value: float) -> str:
    """Write a number as people say it: 240, 18.3M."""
    for size, sign in ((1e9, "B"), (1e6, "M"), (1e4, "k")):
        if abs(value) >= size:
            return f"{value / (1e3 if sign == 'k' else size):,.3g}{sign}"
    return f"{value:,.0f}" if abs(value) >= 10 else f"{value:.3g}"


def _number(name: str, field_: Field, sides: tuple[Side, ...]) -> tuple[Any, ...]:
    known = [side.values(name) for side in sides]
    return (WORDS.get(name, field_.words), *map(_middle, known), *map(len, known))


def _middle(values: Any) -> str:
    if not len(values):
        return ""
    low, middle, high = map(number_words, np.quantile(values, [0.25, 0.5, 0.75]).tolist())
    return f"{middle} ({low} to {high})"


def _standing_out(characteristic: str, best: Side, rest: Side) -> list[str]:
    """Give the levels that are most ahead among the best; where none is, the most frequent one."""
    names = [level for one, level in best.levels if one == characteristic and level not in (NOT_KNOWN, OTHER)]
    shares = {one: best.share(characteristic, one) for one in names}
    ahead = {one: shares[one] - np.nan_to_num(rest.share(characteristic, one)) for one in names}
    found = [one for one in names if shares[one] >= MIN_SHARE and ahead[one] > 0]
    if not found:
        return sorted(names, key=lambda one: -shares[one])[:1]
    return sorted(found, key=lambda one: -ahead[one])[:N_LEVELS]


def _levels(characteristic: str, named: list[str], side: Side) -> str:
    if not side.n_known(characteristic):
        return ""
    said = (f"{place_name(characteristic, one)} {percent(side.share(characteristic, one))}" for one in named)
    return ", ".join(said).replace(" %", "\N{NO-BREAK SPACE}%")
