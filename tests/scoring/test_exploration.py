from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from icp_ml.scoring import is_drawn

IDS = pd.Series([f"P{number:06}" for number in range(40_000)], dtype="str")
GOLDEN = [20, 37, 165, 171, 355, 367, 381, 388]  # of the first 400, a fiftieth, by seed 42


@pytest.mark.parametrize(("share", "seed"), [(0.0, 1), (0.02, 42), (0.5, 0), (0.3, 10**20)])
def test_so_large_a_share_is_drawn(share, seed) -> None:
    assert is_drawn(IDS, share, seed).mean() == pytest.approx(share, abs=3 * np.sqrt(share / len(IDS)))


def test_another_seed_draws_others_and_a_larger_share_the_same_and_more() -> None:
    one, other = is_drawn(IDS, 0.1, 1), is_drawn(IDS, 0.1, 2)
    assert (one & other).mean() == pytest.approx(0.01, abs=0.003)
    assert is_drawn(IDS, 0.2, 1)[one].all()


@given(st.lists(st.integers(0, 39_999), min_size=1, max_size=20), st.integers(0, 5))
def test_a_draw_depends_on_the_row_alone(places, seed) -> None:
    whole = is_drawn(IDS.head(40_000), 0.3, seed)
    assert is_drawn(IDS.iloc[places], 0.3, seed).tolist() == whole[places].tolist()


def test_the_draw_is_that_of_all_versions_of_this_package() -> None:
    """Accounts that were drawn last night are drawn tonight."""
    assert np.flatnonzero(is_drawn(IDS[:400], 0.02, 42)).tolist() == GOLDEN
