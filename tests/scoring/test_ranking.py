from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from icp_ml.scoring import midrank_percentile


def test_ties_share_the_middle_of_their_ranks() -> None:
    listed = np.array([0.1, 0.2, 0.2, 0.9])
    assert midrank_percentile(listed, listed).tolist() == [12.5, 50.0, 50.0, 87.5]


def test_a_score_outside_the_list_lies_below_or_above_all_of_it() -> None:
    assert midrank_percentile(np.array([0.05, 0.15, 0.95]), np.array([0.1, 0.2])).tolist() == [
        0.0,
        50.0,
        100.0,
    ]


def test_without_a_list_there_is_no_percentile() -> None:
    assert np.isnan(midrank_percentile(np.array([0.5]), np.array([]))).all()


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_percentiles_average_fifty(scores) -> None:
    listed = np.sort(np.array(scores))
    assert midrank_percentile(listed, listed).mean() == pytest.approx(50)
