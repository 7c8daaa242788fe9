from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from icp_ml.forest.strongest import strongest

AMOUNT = st.sampled_from([-1.0, -0.5, -0.0, 0.0, 0.25, 0.5, 1.0, float("nan")])


@given(st.lists(st.lists(AMOUNT, min_size=5, max_size=5), max_size=4), st.integers(0, 6), st.booleans())
def test_the_strongest_of_one_sign_are_those_that_sorting_gives(rows, n: int, is_for: bool) -> None:
    contributions = np.array(rows, dtype=np.float64).reshape(len(rows), 5)
    found = strongest(contributions, n, is_for)
    for row, chosen in zip(rows, found.tolist(), strict=True):
        signed = [one if is_for else -one for one in row]
        order = sorted((at for at in range(5) if signed[at] > 0), key=lambda at: -signed[at])
        assert chosen == (order + [-1] * n)[:n]
