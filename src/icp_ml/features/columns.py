"""The columns of a table as attributes read them, each read once however many attributes it serves."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from icp_ml.features.statistics import Codes, Floats, Known

Day = pd.Series | pd.Timestamp
DAYS_PER_YEAR = 365.25
MONTHS = 12
"""Of a year."""


@dataclass(frozen=True)
class Levels:
    """The level of each row, as its place in `names`, -1 where it is missing; case makes no other level."""

    codes: Codes
    names: list[str]


class Columns:
    """Accounts, and the day that each row's ages are counted to; what was read once is kept."""

    def __init__(self, accounts: pd.DataFrame, as_of: Day) -> None:
        self.accounts = accounts
        self.as_of = as_of
        self._kept: dict[Hashable, Any] = {}

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.accounts)

    def once(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """Give what was made under a key, making it the first time."""
        if key not in self._kept:
            self._kept[key] = make()
        return self._kept[key]

    def is_given(self, name: str) -> Known:
        """Say which rows have a value in a column."""
        if name not in self.accounts:
            return np.zeros(len(self), dtype=bool)
        return np.asarray(self.accounts[name].notna().to_numpy(dtype=bool))

    def numbers(self, name: str) -> Floats:
        """Give a column's numbers, NaN where there is none or no finite one."""
        if name not in self.accounts:
            return np.full(len(self), np.nan)
        values = self.accounts[name].to_numpy(dtype=np.float64, na_value=np.nan)
        return np.where(np.isfinite(values), values, np.nan)

    def texts(self, name: str) -> tuple[Codes, list[str]]:
        """Give each row the number of its distinct text, -1 where it has none."""
        found: tuple[Codes, list[str]] = self.once(("texts", name), lambda: self._texts(name))
        return found

    def levels(self, name: str) -> Levels:
        """Give a column's levels."""
        found: Levels = self.once(("levels", name), lambda: _folded(*self.texts(name)))
        return found

    def years_since(self, name: str) -> Floats:
        """Give the years from a date to the row's day; NaN where it is missing or lies ahead."""
        if name not in self.accounts:
            return np.full(len(self), np.nan)
        return not_ahead(years_between(self.accounts[name], self.as_of))

    def years_old(self, name: str) -> Floats:
        """Give the years from a year to the row's; NaN where it is missing or lies ahead."""
        day = self.as_of
        year = day.dt.year.to_numpy(dtype=np.float64) if isinstance(day, pd.Series) else float(day.year)
        return not_ahead(np.asarray(year - self.numbers(name)))

    def _texts(self, name: str) -> tuple[Codes, list[str]]:
        if name not in self.accounts:
            return np.full(len(self), -1, dtype=np.intp), []
        codes, distinct = pd.factorize(self.accounts[name])
        return codes, list(map(str, distinct.tolist()))


def combined(parts: Sequence[Levels]) -> tuple[Codes, list[list[str | None]]]:
    """Give each row the number of its combination of levels, and the levels of each, None for a gap."""
    joined = np.zeros(len(parts[0].codes), dtype=np.int64)
    for part in parts:
        joined = joined * (len(part.names) + 1) + part.codes + 1
    codes, distinct = pd.factorize(joined)
    columns: list[list[str | None]] = []
    for part in reversed(parts):
        distinct, place = np.divmod(distinct, len(part.names) + 1)
        names = [None, *part.names]
        columns.insert(0, [names[at] for at in place.tolist()])
    return codes, [list(one) for one in zip(*columns, strict=True)]


def years_between(start: pd.Series[Any], end: Day) -> Floats:
    """Give the years from one date to another, NaN where one is missing."""
    elapsed: pd.Series[Any] = end - start
    return np.asarray(elapsed.dt.total_seconds().to_numpy(dtype=np.float64) / (DAYS_PER_YEAR * 86_400))


def not_ahead(years: Floats) -> Floats:
    """Blank what lies ahead of the row's day: nobody knew it then, and no prospect has it."""
    return np.where(years >= 0, years, np.nan)


def _folded(codes: Codes, texts: list[str]) -> Levels:
    places: dict[str, int] = {}
    numbers = [places.setdefault(text.casefold().strip(), len(places)) for text in texts]
    return Levels(np.array([*numbers, -1], dtype=np.intp)[codes], list(places))
