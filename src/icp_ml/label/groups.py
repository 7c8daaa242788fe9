"""What belongs together on one side of a split: a company, its parent, its duplicates, its web domain."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from icp_ml.label.labels import Labels

FOUND = ("matched company", "matched parent")
"""Columns of ids that matching adds to the customers, where it ran; no mapping can name a column so."""


def grouped(labels: Labels, customers: pd.DataFrame | None) -> Labels:
    """Give label rows their groups; without customers each account is its own."""
    accounts = labels.rows["account_id"]
    group = accounts if customers is None else accounts.map(account_groups(customers)).astype("str")
    return replace(labels, rows=labels.rows.assign(group=group))


def account_groups(customers: pd.DataFrame) -> pd.Series[str]:
    """Give each account its group: all that is tied together, however many steps apart.

    Ties are parents, web domains, and the companies and parents that matching found.

    Parameters
    ----------
    customers : pandas.DataFrame
        account_id, once each; domain, parent_id and FOUND where they are known.

    Returns
    -------
    Series of str
        By account; a group is called after its first account in order.
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    accounts = customers["account_id"]
    ids = [name for name in ("account_id", "parent_id", *FOUND) if name in customers]
    owners = {name: customers[name] for name in ids}
    if "domain" in customers:
        owners["domain"] = "domain " + customers["domain"]  # no account is called so by accident
    ties = pd.concat(owners.values(), ignore_index=True)
    position = np.tile(np.arange(len(accounts)), len(owners))
    codes, names = pd.factorize(ties)
    is_known = codes >= 0
    n_nodes = len(accounts) + len(names)
    edges = (position[is_known], len(accounts) + codes[is_known])
    _, component = connected_components(coo_matrix((np.ones(is_known.sum()), edges), (n_nodes, n_nodes)))
    own = pd.Series(accounts.to_numpy(), index=accounts)
    return own.groupby(component[: len(accounts)]).transform("min").astype("str")
