"""By what an account is found in a further table."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from icp_ml.matching import company_domains
from icp_ml.matching.keys import registration_key
from icp_ml.matching.names import comparable_names
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
    names = comparable_names(rows["name"])["glued"]
    return _texts(names.mask(names == "") + "\n" + rows[place].str.casefold())


def _texts(values: pd.Series[Any]) -> Texts:
    return values.to_numpy(dtype=object, na_value=np.nan)
