"""Counts of parts are those of the whole, and are read back as they were written."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from icp_ml.drift import Counts, counted, merged
from icp_ml.errors import DataError

NAMES = ("a", "b")


def counts_of(rows) -> Counts:
    codes = np.array([[a, b] for a, b, _, _ in rows], dtype=np.uint8).reshape(len(rows), 2)
    scores = np.array([score for _, _, score, _ in rows], dtype=np.float64)
    return counted(NAMES, codes, scores, np.array([tier for *_, tier in rows], dtype=object))


ROW = st.tuples(
    st.integers(0, 255), st.integers(0, 9), st.floats(), st.sampled_from(["Best fit", "Bad fit", None])
)


@given(st.lists(ROW), st.lists(ROW))
def test_counts_of_parts_add_up_to_those_of_the_whole(first, second) -> None:
    assert merged([counts_of(first), counts_of(second)]) == counts_of(first + second)


@given(st.lists(ROW))
def test_counts_are_read_back_as_they_were_written(rows) -> None:
    found = counts_of(rows)
    assert Counts.from_json(json.loads(json.dumps(found.to_json()))) == found


def test_rows_are_counted_by_code_score_and_tier() -> None:
    rows = [
        (5, 0, -1.0, "Best fit"),
        (5, 3, -1.004, None),
        (0, 3, np.nan, "Bad fit"),
        (0, 3, np.inf, "Bad fit"),
    ]
    found = counts_of(rows)
    assert found == Counts(
        4,
        {"a": {0: 2, 5: 2}, "b": {0: 1, 3: 3}},
        {-100: 2, 1_000_000: 1},
        {"Best fit": 1, "Bad fit": 2},
    )


@pytest.mark.parametrize("stored", [{}, {"n": "x"}, {"n": 1, "attributes": [], "scores": {}, "tiers": {}}])
def test_damaged_counts_are_refused_with_what_to_do(stored) -> None:
    with pytest.raises(DataError, match=r"Remove that cycle's drift\.json"):
        Counts.from_json(stored)
