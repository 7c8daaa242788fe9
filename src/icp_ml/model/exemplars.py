"""What a model remembers of its customers: whom a prospect resembles, and what training saw of values."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
import pandas as pd

from icp_ml.features.statistics import Floats, Known
from icp_ml.forest.nearest import Keys, Nearest, Points, Rows, nearest
from icp_ml.matching.keys import hashed, name_key

N_BEST, N_POOR = 3, 1
"""Neighbours that are looked for."""


@dataclass(frozen=True)
class Side:
    """Customers of one kind, sorted by id: of two at one distance, the lower id is the nearer.

    Attributes
    ----------
    account_id : tuple of str
    name, domain : tuple of (str or None)
        By any of the three a customer is told from a prospect that is that very customer.
    contributions : tuple of tuple of float
        Of each attribute, in calibrated log-odds to four decimals; 0 where its value is not known.
    """

    account_id: tuple[str, ...]
    name: tuple[str | None, ...]
    domain: tuple[str | None, ...]
    contributions: tuple[tuple[float, ...], ...]

    @cached_property
    def points(self) -> Points:
        """Give them as what rows are compared with."""
        values = np.ascontiguousarray(np.array(self.contributions, dtype=np.float32).T)
        columns = {name: pd.array(getattr(self, name), "str") for name in ("account_id", "name", "domain")}
        return Points(values, keys_of(pd.DataFrame(columns)))


@dataclass(frozen=True)
class Exemplars:
    """Customers that a model remembers, and what is familiar to it.

    Attributes
    ----------
    best, poor : Side
        Customers that turned out best, and those that did not.
    farthest : float
        The distance from its nearest exemplar beyond which an account is unfamiliar.
    importance : tuple of float
        Of each attribute: its share of all contributions to the training rows, 0 to 1.
    low, high : tuple of (float or None)
        Of each attribute that is a number: the range that training saw, with a margin; None of others.
    most_unseen : float
        The share of importance that values unseen by training may carry in a familiar account.
    donors : tuple of tuple of (float or None)
        Rows of the matrix, to try values by: the columns of each attribute come from customers that have a
        value of it, half of them best; None is a gap.
    """

    best: Side
    poor: Side
    farthest: float
    importance: tuple[float, ...]
    low: tuple[float | None, ...]
    high: tuple[float | None, ...]
    most_unseen: float
    donors: tuple[tuple[float | None, ...], ...]

    def neighbours(self, accounts: pd.DataFrame, heard: Floats, known: Known) -> tuple[Nearest, Nearest]:
        """Find the nearest best customers of each account, and the nearest poor one.

        Near is who is alike for the same reasons: the distance is that between contributions, of the
        attributes that are known of the account. An account that is a customer is not its own neighbour.

        Parameters
        ----------
        accounts : pandas.DataFrame
            account_id, and name and domain where they are mapped.
        heard : ndarray of float64, shape (n_rows, n_attributes)
            Contributions; 0 where an attribute is not known.
        known : ndarray of bool, shape (n_rows, n_attributes)
        """
        rows = Rows(
            np.ascontiguousarray(heard, dtype=np.float32), np.ascontiguousarray(known), keys_of(accounts)
        )
        return nearest(rows, self.best.points, N_BEST), nearest(rows, self.poor.points, N_POOR)

    @cached_property
    def donor_rows(self) -> Floats:
        """Give the donors as a matrix, shape (n_donors, n_columns), NaN for a gap."""
        return np.array(self.donors, dtype=np.float64)

    def to_json(self) -> str:
        """Write all of it, one customer a line."""
        content = {name: value for name, value in asdict(self).items() if name not in ("best", "poor")}
        sides = (f'"{name}": {_side_json(getattr(self, name))}' for name in ("best", "poor"))
        rest = (f'"{name}": {json.dumps(value)}' for name, value in content.items())
        return "{" + ",\n".join([*sides, *rest]) + "}"

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote."""
        stored = json.loads(text)
        best, poor = (_side(stored.pop(name)) for name in ("best", "poor"))
        donors = tuple(tuple(one) for one in stored.pop("donors"))
        lists: dict[str, Any] = {name: tuple(stored.pop(name)) for name in ("importance", "low", "high")}
        return cls(best=best, poor=poor, donors=donors, **lists, **stored)


def keys_of(accounts: pd.DataFrame) -> Keys:
    """Digest id, name and web domain to 64 bits each, 0 where one is not known.

    Legal form, case, accents and signs make no other name.
    """
    nothing = pd.Series(pd.array([None] * len(accounts), "str"), index=accounts.index)
    names, domains = (accounts.get(name, nothing) for name in ("name", "domain"))
    return np.column_stack([hashed(accounts["account_id"]), name_key(names), hashed(domains)])


def _side_json(side: Side) -> str:
    lines = zip(side.account_id, side.name, side.domain, side.contributions, strict=True)
    return "[\n" + ",\n".join(json.dumps(one, ensure_ascii=False) for one in lines) + "\n]"


def _side(lines: Sequence[Any]) -> Side:
    ids, names, domains, contributions = zip(*lines, strict=True) if lines else ((), (), (), ())
    return Side(ids, names, domains, tuple(tuple(one) for one in contributions))
