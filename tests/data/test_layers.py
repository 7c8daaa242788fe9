"""Rows that lists left one after the other: a place names the same row for as long as any list holds it."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from icp_ml.data.layers import (
    Layers,
    Recalled,
    first_place,
    layer_name,
    name_of,
    named_place,
    write_arrow,
)

FILES = st.dictionaries(st.tuples(st.integers(0, 3), st.integers(0, 3)), st.integers(0, 5), max_size=6)
NUMBERS = st.lists(st.integers(0, 40), max_size=30)


def layers_in(folder, sizes):
    """Write a file of so many rows for each layer and part; give them, and what each place holds."""
    files, held = [], {}
    for (layer, part), n_rows in sizes.items():
        start, path = first_place(layer, part), folder / layer_name(layer, part, "said")
        held |= {start + at: f"{layer} {part} {at}" for at in range(n_rows)}
        write_arrow(
            path, pa.table({"said": pa.array([held[start + at] for at in range(n_rows)], pa.string())})
        )
        files.append((start, path))
    return Layers(files), held


def fresh_rows(n_rows):
    return pa.table({"said": pa.array([f"fresh {at}" for at in range(n_rows)], pa.string())})


def asked_places(held, numbers):
    """Ask for rows of the layers and, now and then, for the next fresh one."""
    known = [*held, -1]
    return np.array([known[at % len(known)] for at in numbers], dtype=np.int64)


@given(sizes=FILES, numbers=NUMBERS)
def test_rows_are_given_by_their_place_and_the_fresh_ones_in_turn(sizes, numbers):
    with TemporaryDirectory() as folder:
        layers, held = layers_in(Path(folder), sizes)
        places = asked_places(held, numbers)
        fresh = fresh_rows(np.count_nonzero(places < 0))
        turn = iter(fresh["said"].to_pylist())
        found = layers.rows(places, fresh=fresh)["said"].to_pylist()
        assert found == [held[at] if at >= 0 else next(turn) for at in places.tolist()]


@given(sizes=FILES, numbers=NUMBERS, order=st.randoms(use_true_random=False))
def test_some_recalled_rows_are_what_some_of_all_rows_are(sizes, numbers, order):
    with TemporaryDirectory() as folder:
        layers, held = layers_in(Path(folder), sizes)
        places = asked_places(held, numbers)
        rows = Recalled(places, fresh_rows(np.count_nonzero(places < 0)))
        whole = layers.rows(rows.places, fresh=rows.fresh)["said"].to_pylist()
        twice = Recalled.together([rows, rows])
        at = np.array(order.choices(range(2 * len(places)), k=len(places)) if numbers else [], dtype=np.int64)
        some = twice.take(at)
        found = layers.rows(some.places, fresh=some.fresh)["said"].to_pylist()
        assert found == [[*whole, *whole][place] for place in at.tolist()]


@given(layer=st.integers(0, 2**14 - 1), part=st.integers(0, 2**18 - 1), row=st.integers(0, 2**31 - 1))
def test_a_place_names_its_file_whatever_its_row(layer, part, row):
    start = first_place(layer, part)
    name = layer_name(layer, part, "inputs")
    assert 0 <= start + row < 2**63
    assert (name_of(start + row, "inputs"), named_place(name)) == (name, start)


def test_files_added_later_hold_later_places(tmp_path):
    layers, _ = layers_in(tmp_path, {(0, 0): 2, (0, 1): 2})
    path = tmp_path / layer_name(1, 0, "said")
    write_arrow(path, fresh_rows(1))
    more = layers.plus(first_place(1, 0), path)
    places = np.array([first_place(1, 0), first_place(0, 1) + 1])
    assert more.rows(places)["said"].to_pylist() == ["fresh 0", "0 1 1"]
    assert (more.sizes(), layers.sizes()) == ([2, 2, 1], [2, 2])
