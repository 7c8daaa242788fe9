"""Tell who of a list is a customer already."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from icp_ml.matching.keys import match_keys
from icp_ml.matching.lookup import Lookup
from icp_ml.matching.pairs import Pairs, same_name, sharing
from icp_ml.settings import MatchingSettings

Kinds = npt.NDArray[np.object_]


@dataclass(frozen=True)
class KnownAccounts:
    """The customers, by what they are recognised by.

    Attributes
    ----------
    table : Lookup, optional
        Their keys.
    settings : MatchingSettings, optional
        What besides ids counts.
    """

    table: Lookup | None = None
    settings: MatchingSettings | None = None

    def recognise(self, keys: pd.DataFrame) -> Kinds:
        """Say what each account is recognised by; "" where it is new.

        A row's answer depends on this row and on the customers alone.

        Parameters
        ----------
        keys : DataFrame
            Of the accounts, as `match_keys` gives them.

        Returns
        -------
        ndarray of str, shape (n_rows,)
            account_id, domain, registration_id, name or "".
        """
        found = np.full(len(keys), "", dtype=object)
        if self.table is None or self.settings is None:
            return found
        for kind in ("account_id", *self.settings.match_on):
            left = np.flatnonzero(found == "")
            found[left[self._matches(kind, keys.iloc[left])]] = kind
        return found

    def _matches(self, kind: str, keys: pd.DataFrame) -> Any:
        """Give the places of the accounts that are recognised by one thing."""
        assert self.table is not None and self.settings is not None
        if kind in ("account_id", "domain"):
            name = "id" if kind == "account_id" else kind
            return np.flatnonzero(self.table.rows((name,)).has(keys[name].to_numpy()))
        if kind == "registration_id":
            pairs = same_registration(keys, self.table, self.settings)
        else:
            pairs, _ = same_name(keys, self.table, self.settings)
        return np.unique(pairs.at_left)


def known_accounts(customers: pd.DataFrame, settings: MatchingSettings) -> KnownAccounts:
    """Collect what customers are recognised by."""
    return KnownAccounts(Lookup(match_keys(customers)), settings)


def same_registration(left: pd.DataFrame, right: Lookup, settings: MatchingSettings) -> Pairs:
    """Pair the rows of one registration number, which counts within its country where that is known."""
    pairs = sharing(left, right, ("registration_id",), settings.max_block_rows)
    return pairs.where(~pairs.differ("country"))
