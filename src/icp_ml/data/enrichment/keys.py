"""By what an account is found in a further table."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from icp_ml.matching import company_domains
from icp_ml.matching.keys import registration_key
from icp_ml.matching.names import name_parts
from icp_ml.settings.mapping import MatchedBy

Texts = np.ndarray[Any, np.dtype[np.object_]]


def account_keys(rows: pd.DataFrame, by: MatchedBy, place: str | None) -> Texts:
    """Give each row its key, shape (n_rows,), NaN where it has none.

    Parameters
    ----------
    rows : pandas.DataFrame
        Parsed, of our columns.
    by : str
        account_id, domain (none where many companies share it), registration_id, or name: its core, together
        with its place.
    place : str, optional
        The column that a name counts together with.
    """
    if by == "domain":
        return _texts(company_domains(rows))
    if by == "registration_id":
        return _texts(rows[by].map(registration_key, na_action="ignore").astype("str"))
    if by == "account_id":
        return _texts(rows[by])
    assert place is not None
    return _names_in_places(rows["name"], rows[place])


def _names_in_places(names: pd.Series[Any], places: pd.Series[Any]) -> Texts:
    """Put names and places together, looking at each distinct one once."""
    name_of, parts = name_parts(names)
    place_of, distinct = pd.factorize(places)
    glued = np.array(parts["glued"], dtype=object)[name_of]
    folded = np.array([*(f"\n{one.casefold()}" for one in distinct.tolist()), None], dtype=object)[place_of]
    is_known = np.array([one is not None for one in parts["glued"]])[name_of] & (place_of >= 0)
    keys = np.full(len(names), np.nan, dtype=object)
    keys[is_known] = glued[is_known] + folded[is_known]
    return keys


def _texts(values: pd.Series[Any]) -> Texts:
    return values.to_numpy(dtype=object, na_value=np.nan)
