"""What a condition can ask of each column: its parts, and which parts each company has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from icp_ml.features.families import FAMILIES
from icp_ml.features.orders import ORDERS, rank_of_level
from icp_ml.features.statistics import Codes, Floats
from icp_ml.industries import industry_levels
from icp_ml.profile.ages import years_before
from icp_ml.schema import Field

Bools = npt.NDArray[np.bool_]
Day = pd.Series | pd.Timestamp
Shape = Literal["range", "levels", "items"]

MIN_ROWS = 20  # that a level, an item or a bin needs: rarer ones say nothing of their own
MAX_PARTS = 60  # most frequent levels or items that are tried
UNFIT = ("city",)  # thirty cities describe nobody
FIRST_DIGITS = (1.0, 2.0, 5.0)  # of round numbers: 10, 20, 50, 100 …
YEARS = (0.0, 1.0, 2.0, 3.0, 5.0, 10.0, 15.0, 20.0, 30.0, 50.0, 100.0)


@dataclass(frozen=True)
class Axis:
    """One column, cut into parts that conditions are made of.

    Attributes
    ----------
    column : str
        Our column.
    words : str
    shape : "range", "levels" or "items"
        Whether parts are asked for from one to another, any of them, or any of those that a list holds.
    parts : tuple of tuple of str
        The levels or items of each part; of numbers empty.
    cuts : tuple of float
        Of numbers: where the parts begin and end, one more than parts; the first and last are infinite.
    codes : ndarray of int, shape (n_rows,), optional
        Each row's part, -1 for none; None of items.
    holds : ndarray of bool, shape (n_rows, n_parts), optional
        Of items.
    starts : tuple of tuple of int
        Parts of items that belong together, as a family of technologies.
    is_whole : bool
        Whether all numbers are whole.
    """

    column: str
    words: str
    shape: Shape
    parts: tuple[tuple[str, ...], ...] = ()
    cuts: tuple[float, ...] = ()
    codes: Codes | None = None
    holds: Bools | None = None
    starts: tuple[tuple[int, ...], ...] = ()
    is_whole: bool = False

    @property
    def n_parts(self) -> int:
        """Count the parts."""
        return len(self.cuts) - 1 if self.cuts else len(self.parts)

    @property
    def n_rows(self) -> int:
        """Count the rows."""
        return len(self.codes) if self.codes is not None else 0 if self.holds is None else len(self.holds)

    def met(self, chosen: tuple[int, ...]) -> Bools:
        """Say which rows have any of the chosen parts."""
        if self.holds is not None:
            return np.asarray(self.holds[:, list(chosen)].any(axis=1))
        assert self.codes is not None
        is_chosen = np.zeros(self.n_parts + 1, dtype=bool)
        is_chosen[list(chosen)] = True
        return np.asarray(is_chosen[self.codes])


def axes_of(accounts: pd.DataFrame, fields: Mapping[str, Field], day: Day) -> list[Axis]:
    """Cut every column that a person can ask for; columns that tell no two companies apart are left out.

    Ids, names, cities and texts are none of them.

    Parameters
    ----------
    accounts : pandas.DataFrame
        Our columns, parsed.
    fields : mapping of str to Field
    day : pandas.Timestamp, or Series with one for each row
        That ages are counted to.
    """
    found = []
    for name, field in fields.items():
        if name in accounts and field.is_feature and name not in UNFIT:
            found += [one for one in _axis(name, field, accounts[name], day) if one.n_parts > 1]
    return found


def _axis(name: str, field: Field, column: pd.Series[Any], day: Day) -> Iterator[Axis]:
    match field.kind:
        case "list":
            yield _items(name, field, column)
        case "category" | "country" | "region" | "language" | "industry_code":
            yield _levels(name, field, column)
        case "number" | "money":
            yield _numbers(name, field, finite(column), _round_cuts(finite(column)))
        case "yes_no":
            yield _numbers(name, field, finite(column), [1.0])
        case "year" | "date":
            yield _numbers(name, field, years_before(column, field.kind, day), list(YEARS))
        case _:
            return


def finite(column: pd.Series[Any]) -> Floats:
    """Give a column's numbers, NaN where there is none or no finite one."""
    values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    return np.where(np.isfinite(values), values, np.nan)


def _round_cuts(values: Floats) -> list[float]:
    """Give the round numbers between the smallest and the largest value above 0."""
    above = values[values > 0]
    if not len(above):
        return [0.0]
    low, high = (int(np.floor(np.log10(one))) for one in np.quantile(above, [0.01, 0.99]))
    return [digit * 10.0**power for power in range(low, high + 1) for digit in FIRST_DIGITS]


def _numbers(name: str, field: Field, values: Floats, inner: list[float]) -> Axis:
    """Cut numbers at round ones; a cut that has few rows on either side of it, to the next cut, is left out.

    A part begins at its cut and ends before the next; a condition says its upper end as a round number too,
    so a value that lies on a cut may belong to both sides: see `conditions.condition_of`.
    """
    known = values[~np.isnan(values)]
    kept: list[float] = []
    for cut in inner:
        before = ((known >= (kept[-1] if kept else -np.inf)) & (known < cut)).sum()
        if before >= MIN_ROWS and (known >= cut).sum() >= MIN_ROWS:
            kept.append(cut)
    codes = np.where(np.isnan(values), -1, np.searchsorted(kept, values, side="right"))
    is_whole = bool((known == np.round(known)).all()) and field.kind != "year"
    return Axis(name, field.words, "range", cuts=(-np.inf, *kept, np.inf), codes=codes, is_whole=is_whole)


def _levels(name: str, field: Field, column: pd.Series[Any]) -> Axis:
    """Make a part of each frequent level; of an ordered column one of each rank, from the lowest."""
    codes, distinct = pd.factorize(column)
    texts = [str(one) for one in distinct.tolist()]
    keys = [_key(name, field, text) for text in texts]
    counts = np.bincount(codes[codes >= 0], minlength=len(texts))
    n_of: dict[Any, int] = {}
    for key, n in zip(keys, counts.tolist(), strict=True):
        n_of[key] = n_of.get(key, 0) + n
    frequent = sorted((key for key, n in n_of.items() if n >= MIN_ROWS and key != ""), key=str)
    order: list[Any]
    shape: Shape
    if name in ORDERS and all(isinstance(key, float) for key in n_of):
        order, shape = sorted(n_of), "range"
    else:
        order, shape = sorted(frequent, key=lambda key: (-n_of[key], str(key)))[:MAX_PARTS], "levels"
    place = {key: at for at, key in enumerate(order)}
    parts = tuple(
        _spellings(texts, counts, [at for at, one in enumerate(keys) if one == key]) for key in order
    )
    of_level = np.array([*(place.get(key, -1) for key in keys), -1], dtype=np.intp)
    return Axis(name, field.words, shape, parts, codes=of_level[codes])


def _key(name: str, field: Field, text: str) -> Any:
    """Say which part a level belongs to: its rank, its sector, or itself."""
    if name in ORDERS and not np.isnan(rank := rank_of_level(name, text.casefold())):
        return rank
    if field.kind == "industry_code":
        return next(iter(industry_levels(text)), "")
    return text.casefold()


def _spellings(texts: list[str], counts: Codes, places: list[int]) -> tuple[str, ...]:
    """List the ways in which a part is written, the most frequent first."""
    return tuple(texts[at] for at in sorted(places, key=lambda at: (-counts[at], texts[at])))


def _items(name: str, field: Field, column: pd.Series[Any]) -> Axis:
    """Make a part of each frequent item; those of one family are tried together."""
    codes, distinct = pd.factorize(column)
    lists = [str(one).split("|") for one in distinct.tolist()]
    n_lists = np.bincount(codes[codes >= 0], minlength=len(lists)).tolist()
    written: dict[str, dict[str, int]] = {}
    for items, n in zip(lists, n_lists, strict=True):
        for item in set(items) - {""}:
            ways = written.setdefault(item.casefold(), {})
            ways[item] = ways.get(item, 0) + n
    n_of = {item: sum(ways.values()) for item, ways in written.items()}
    frequent = [item for item, n in n_of.items() if n >= MIN_ROWS]
    order = sorted(frequent, key=lambda item: (-n_of[item], item))[:MAX_PARTS]
    by_text = np.zeros((len(lists) + 1, len(order)), dtype=bool)
    place = {item: at for at, item in enumerate(order)}
    for at, items in enumerate(lists):
        by_text[at, [place[one] for item in items if (one := item.casefold()) in place]] = True
    parts = tuple(tuple(sorted(written[one], key=lambda way: (-written[one][way], way))) for one in order)
    return Axis(name, field.words, "items", parts, holds=by_text[codes], starts=_families(order))


def _families(order: list[str]) -> tuple[tuple[int, ...], ...]:
    place = {item: at for at, item in enumerate(order)}
    groups = [tuple(place[one] for one in names.split("|") if one in place) for names in FAMILIES.values()]
    return tuple(one for one in groups if len(one) > 1)
