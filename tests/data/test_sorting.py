"""A list by fit: the same rows in the order of the definition, whatever its length."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from listed import scored
from support import ROOT

from icp_ml.data import sorting
from icp_ml.data.sorting import by_fit

SCORES = st.one_of(st.none(), st.sampled_from([0.0, 0.25, 0.5, 1.0, -3.5, 1e-300]), st.floats(0, 1))
ROWS = st.lists(
    st.tuples(SCORES, st.booleans(), st.booleans(), st.sampled_from([None, True, False])), max_size=60
)


def _table(rows, start=0):
    columns = {
        "fit_probability": [one[0] for one in rows],
        "is_customer": [one[1] for one in rows],
        "duplicate_of": ["P0" if one[2] else None for one in rows],
        "is_excluded": [one[3] for one in rows],
    }
    return scored(len(rows), start, **columns)


def _expected(rows):
    """Order the rows by the definition, all at once."""

    def key(at):
        score, *others = rows[at]
        is_other = any(others)
        return (is_other, is_other or score is None, 0 if is_other or score is None else -score, at)

    return [f"P{at}" for at in sorted(range(len(rows)), key=key)]


@settings(max_examples=40)
@given(rows=ROWS, batch_rows=st.integers(1, 20), sort_rows=st.integers(1, 30))
def test_rows_are_in_the_order_of_the_definition(tmp_path_factory, rows, batch_rows, sort_rows):
    folder = tmp_path_factory.getbasetemp()
    tables = [_table(rows[at : at + batch_rows], at) for at in range(0, len(rows), batch_rows)]
    with pytest.MonkeyPatch.context() as small:
        small.setattr(sorting, "CHUNK_ROWS", 3)
        small.setattr(sorting, "SAMPLED", 2)
        found = list(by_fit(tables, folder, sort_rows))
    assert [one for table in found for one in table["account_id"].to_pylist()] == _expected(rows)
    assert not (folder / sorting.RUNS).exists()


def test_points_rank_where_there_is_no_probability(tmp_path):
    table = scored(3, fit_probability=None, rubric_points=[1.0, None, 2.5])
    [found] = by_fit([table], tmp_path, 10)
    assert found["account_id"].to_pylist() == ["P2", "P0", "P1"]
    assert found.schema == table.schema


LONG = """
import resource, sys
import numpy as np
import pyarrow as pa
from pathlib import Path
from listed import scored
from icp_ml.data.sorting import by_fit
same = sys.argv[1] == "same"
whole, rng = scored(10_000), np.random.default_rng(1)
at = whole.column_names.index("fit_probability")
drawn = (np.full(10_000, 0.5) if same else rng.random(10_000) for _ in range(40))
tables = (whole.set_column(at, "fit_probability", pa.array(scores)) for scores in drawn)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
rows, last, largest = 0, 2.0, 0
for table in by_fit(tables, Path(sys.argv[2]), 20_000):
    rows, largest = rows + len(table), max(largest, len(table))
    first = table["fit_probability"][0].as_py()
    assert first <= last
    last = table["fit_probability"][-1].as_py()
print(rows, largest, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


@pytest.mark.parametrize("scores", ["same", "different"])
def test_memory_is_bounded_even_where_a_model_tells_nobody_apart(tmp_path, scores):
    done = subprocess.run(
        [sys.executable, "-c", LONG, scores, str(tmp_path)],
        cwd=ROOT / "tests", capture_output=True, text=True, check=True,
    )  # fmt: skip
    n_rows, largest, megabytes = map(int, done.stdout.split())
    assert n_rows == 400_000
    assert largest <= 10_000
    assert megabytes < 80  # the list itself takes 100


def test_a_broken_sort_leaves_nothing_behind(tmp_path):
    sorted_rows = by_fit([scored(10)], tmp_path, 5)
    next(sorted_rows)
    sorted_rows.close()
    assert list(tmp_path.iterdir()) == []
