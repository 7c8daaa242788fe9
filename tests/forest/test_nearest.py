from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from icp_ml.forest.nearest import Points, Rows, nearest

POINTS = Points(
    np.array([[0.0, 1.0, 1.0, 5.0], [0.0, 0.0, 0.0, 5.0]], dtype=np.float32),
    np.array([[1, 0], [2, 8], [3, 9], [4, 0]], dtype=np.uint64),
)


def rows_of(values, known=None, keys=None) -> Rows:
    values = np.array(values, dtype=np.float32)
    known = np.ones(values.shape, dtype=bool) if known is None else np.array(known)
    keys = np.zeros((len(values), 2)) if keys is None else keys
    return Rows(values, known, np.array(keys, dtype=np.uint64))


@given(st.integers(0, 2**32 - 1), st.integers(1, 11), st.integers(1, 40), st.integers(1, 4))
def test_what_is_found_is_what_comparing_with_every_point_finds(seed, n_dimensions, n_points, k) -> None:
    rng = np.random.default_rng(seed)
    points = rng.normal(size=(n_dimensions, n_points)).astype(np.float32)
    values = rng.normal(size=(7, n_dimensions)).astype(np.float32)
    known = rng.random(values.shape) < 0.7
    keys = np.zeros((n_points, 1), dtype=np.uint64)
    found = nearest(Rows(values, known, np.zeros((7, 1), dtype=np.uint64)), Points(points, keys), k)
    off = (values[:, :, None].astype(np.float64) - points) * known[:, :, None]
    squares = np.sort((off**2).sum(axis=1), axis=1)[:, :k]
    squares[~known.any(axis=1)] = np.inf
    np.testing.assert_allclose(found.squares[:, : squares.shape[1]], squares, rtol=1e-5, atol=1e-6)
    assert ((found.places >= 0) == np.isfinite(found.squares)).all()


@given(st.integers(0, 2**32 - 1), st.lists(st.integers(0, 49), min_size=1, max_size=9))
def test_a_row_alone_finds_the_same_bits(seed, picked) -> None:
    rng = np.random.default_rng(seed)
    points = Points(rng.normal(size=(9, 300)).astype(np.float32), np.zeros((300, 1), dtype=np.uint64))
    rows = Rows(
        rng.normal(size=(50, 9)).astype(np.float32), rng.random((50, 9)) < 0.8, np.zeros((50, 1), np.uint64)
    )
    all_of_them, some = nearest(rows, points, 3), nearest(Rows(*(one[picked] for one in rows)), points, 3)
    np.testing.assert_array_equal(some.places, all_of_them.places[picked])
    np.testing.assert_array_equal(some.squares, all_of_them.squares[picked])


def test_of_points_at_one_distance_the_first_is_nearer() -> None:
    assert nearest(rows_of([[1.0, 0.0]]), POINTS, 3).places.tolist() == [[1, 2, 0]]


def test_a_point_that_shares_any_known_key_is_the_row_itself() -> None:
    rows = rows_of([[1.0, 0.0]] * 3, keys=[[2, 0], [7, 9], [0, 0]])
    assert nearest(rows, POINTS, 2).places.tolist() == [[2, 0], [1, 0], [1, 2]]


def test_only_what_is_known_counts() -> None:
    rows = rows_of([[5.0, 0.0]] * 2, known=[[True, False], [False, True]])
    assert nearest(rows, POINTS, 1).places.tolist() == [[3], [0]]


def test_nothing_known_or_nobody_to_compare_with_finds_nobody() -> None:
    assert nearest(rows_of([[0.0, 0.0]], known=[[False, False]]), POINTS, 2).places.tolist() == [[-1, -1]]
    nobody = Points(np.empty((0, 0), dtype=np.float32), np.empty((0, 2), dtype=np.uint64))
    assert nearest(rows_of([[0.0, 0.0]]), nobody, 2).places.tolist() == [[-1, -1]]
    assert nearest(rows_of(np.empty((0, 2))), POINTS, 2).places.shape == (0, 2)
