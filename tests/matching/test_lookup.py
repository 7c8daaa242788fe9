"""Rows found by the keys that they share."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from icp_ml.matching import known_accounts, match_keys
from icp_ml.matching.keys import joint
from icp_ml.matching.lookup import Lookup, rows_by
from icp_ml.settings import MatchingSettings

KEYS = st.lists(st.integers(0, 4), max_size=12).map(lambda keys: np.array(keys, dtype=np.uint64))
SETTINGS = MatchingSettings(
    match_on=("name",), min_name_similarity=0.85, max_block_rows=9, pool_customers=False
)


@given(KEYS, KEYS, st.integers(1, 5))
def test_each_key_meets_the_first_rows_that_have_it(left: object, right: object, most: int) -> None:
    assert isinstance(left, np.ndarray) and isinstance(right, np.ndarray)
    expected = [
        (at, row)
        for at, key in enumerate(left)
        if key
        for row in np.flatnonzero(right == key)[:most].tolist()
    ]
    rows = rows_by(right)
    assert list(zip(*(one.tolist() for one in rows.joined(left, most)), strict=True)) == expected
    assert rows.has(left).tolist() == [bool(key) and key in right for key in left]


def test_several_keys_together_find_the_rows_that_share_all_of_them() -> None:
    keys = pd.DataFrame({"city": [1, 1, 2, 0], "head": [5, 6, 5, 5]}, dtype=np.uint64)
    found = Lookup(keys).rows(("city", "head")).joined(joint(*(keys[one].to_numpy() for one in keys)), 9)
    assert [one.tolist() for one in found] == [[0, 1, 2], [0, 1, 2]]


def test_customers_sent_to_another_process_recognise_the_same() -> None:
    names = pd.Series(["Acme Inc.", "Bravo", None], dtype="str")
    accounts = pd.DataFrame({"account_id": ["A", "B", "C"], "name": names, "country": "US"}).astype("str")
    known, keys = known_accounts(accounts, SETTINGS), match_keys(accounts.assign(account_id=["X", "Y", "Z"]))
    before = known.recognise(keys).tolist()
    assert before == ["name", "name", ""]
    assert pickle.loads(pickle.dumps(known)).recognise(keys).tolist() == before
