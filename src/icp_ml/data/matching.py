"""Keys by which two records are the same company: their id, and their web domain."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

FREE_MAIL = frozenset(
    [
        *("gmail.com", "googlemail.com", "yahoo.com", "hotmail.com", "outlook.com", "live.com", "icloud.com"),
        *(
            "aol.com",
            "gmx.de",
            "gmx.net",
            "web.de",
            "t-online.de",
            "mail.ru",
            "yandex.ru",
            "qq.com",
            "163.com",
        ),
        *("protonmail.com", "proton.me", "orange.fr", "free.fr", "libero.it"),
    ]
)
"""Domains of mailboxes, which join nobody."""

Keys = np.ndarray[Any, np.dtype[np.uint64]]


@dataclass(frozen=True)
class KnownAccounts:
    """The ids and web domains of the customers."""

    ids: frozenset[str] = frozenset()
    domains: frozenset[str] = frozenset()

    def recognise(self, accounts: pd.DataFrame) -> Any:
        """Say which accounts are customers already, shape (n_rows,) of bool."""
        by_id = accounts["account_id"].isin(self.ids).to_numpy()
        return by_id | company_domains(accounts).isin(self.domains).to_numpy()


def known_accounts(customers: pd.DataFrame) -> KnownAccounts:
    """Collect what customers are recognised by."""
    return KnownAccounts(
        frozenset(customers["account_id"]), frozenset(company_domains(customers).dropna().unique())
    )


def company_domains(accounts: pd.DataFrame) -> pd.Series[Any]:
    """Give web domains, missing where there is none or it is a mailbox provider's."""
    if "domain" not in accounts:
        return pd.Series(pd.array([None] * len(accounts), dtype="str"), index=accounts.index)
    return accounts["domain"].mask(accounts["domain"].isin(FREE_MAIL))


def row_keys(accounts: pd.DataFrame) -> tuple[Keys, Keys]:
    """Digest ids and domains to 64 bits each, 0 where unknown."""
    domains = company_domains(accounts)
    by_id = pd.util.hash_array(accounts["account_id"].to_numpy(dtype=object), categorize=False)
    by_domain = pd.util.hash_array(domains.fillna("").to_numpy(dtype=object), categorize=False)
    return by_id, np.where(domains.isna().to_numpy(), np.uint64(0), by_domain)
