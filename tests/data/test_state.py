"""What a list leaves for the next one: rows are found by content and by id, and only the same ones."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from icp_ml.data.digests import digest_names, named_digests
from icp_ml.data.first_pass import FIRST_PASS
from icp_ml.data.layers import first_place, write_arrow
from icp_ml.data.parts import PartFiles
from icp_ml.data.state import State, open_state
from icp_ml.data.state_facts import VERSION, StateFacts
from icp_ml.data.state_files import keep_state
from icp_ml.matching.keys import SPREAD

SEGMENTS = ("one", "two", "three")
NOBODY = np.uint64(99)
RAWS = st.tuples(st.integers(0, 5), st.integers(0, 2)).map(lambda one: (one[0] << 60, one[1]))
"""Halves of digests: of many, the first half is the same. (0, 0) is of a row that cannot be known again."""
IDS = st.integers(0, 6).map(lambda one: one * (1 << 61))
ROW = st.tuples(RAWS, IDS, st.sets(st.integers(0, 2), min_size=1))
PARTS = st.lists(st.lists(ROW, max_size=8), min_size=1, max_size=4)


def state_of(folder, parts):
    """Write the inputs of some parts, and a scored row for each segment of each; open them as a state."""
    files, at = PartFiles(folder), 0
    for number, rows in enumerate(parts):
        raw = np.array([one[0] for one in rows], dtype=np.uint64).reshape(-1, 2)
        named = pa.array([f"input {at + place}" for place in range(len(rows))], pa.string())
        table = {"said": named, "raw:first": raw[:, 0], "raw:second": raw[:, 1]}
        write_arrow(files.inputs(number), pa.table(table))
        scored = [(place, one[1], code) for place, one in enumerate(rows) for code in sorted(one[2])]
        keys = [np.uint64(key) + np.uint64(code) * SPREAD * bool(key) for _, key, code in scored]
        given_columns = {
            "inputs_at": [first_place(0, number) + one[0] for one in scored],
            "reasons_at": [-1] * len(scored),
            "segment_code": [one[2] for one in scored],
            "name": [f"input {at + one[0]}, {SEGMENTS[one[2]]}" for one in scored],
            "key_id": keys,
        }
        columns = [
            pa.array(given_columns.get(one.name, [None] * len(scored)), one.type) for one in FIRST_PASS
        ]
        write_arrow(files.scored(number), pa.table(columns, schema=FIRST_PASS))
        with files.list_tiers(number).open("wb") as stream:
            np.save(stream, np.full(len(scored), number, dtype=np.uint8))
        at += len(rows)
    keep_state(files, StateFacts("", dict.fromkeys(SEGMENTS, "")), range(len(parts)))
    return State(folder, StateFacts.read(folder))


@given(parts=PARTS)
def test_rows_and_accounts_are_found_as_a_dictionary_finds_them(parts):
    inputs = [row for part in parts for row in part]
    by_raw, by_account, names = {}, {}, []
    places = [first_place(0, part) + at for part, rows in enumerate(parts) for at in range(len(rows))]
    for at, (raw, key, codes) in enumerate(inputs):
        by_raw.setdefault(raw, places[at])
        for code in sorted(codes):
            by_account.setdefault((code, key), len(names))
            names.append(f"input {at}, {SEGMENTS[code]}")
    with TemporaryDirectory() as folder, np.errstate(over="ignore"):
        state = state_of(Path(folder), parts)
        assert (state.n_rows, state.is_whole()) == (len(names), True)
        asked = sorted({raw for raw, _, _ in inputs} | {(7, 7)})
        found = state.find(np.array(asked, dtype=np.uint64))
        for raw, place in zip(asked, found.tolist(), strict=True):
            alike = [places[at] for at, one in enumerate(inputs) if one[0][0] == raw[0]]
            first = min(alike, default=-1)
            is_known = raw != (0, 0) and raw in by_raw
            assert (
                place == by_raw[raw] if is_known and by_raw[raw] == first else place in (-1, by_raw.get(raw))
            )
            assert is_known or place == -1
        keys = np.array([*sorted({key for _, key, _ in inputs}), NOBODY], dtype=np.uint64)
        for code, name in enumerate(SEGMENTS):
            expected = [by_account.get((code, key), -1) if key else -1 for key in keys.tolist()]
            assert state.find_accounts(name, keys).tolist() == expected
        assert state.find_accounts("another", keys).tolist() == [-1] * len(keys)
        places = np.arange(len(names))[::-1].copy()
        rows = state.rows(places, ["name"])["name"].to_pylist()
        assert rows == names[::-1]
        said = state.inputs(state.inputs_of(places))["said"].to_pylist() if names else []
        assert said == [one.partition(",")[0] for one in rows]
        assert len(state.list_tiers) == len(names)


def test_the_same_half_of_a_digest_is_not_the_same_row(tmp_path):
    state = state_of(tmp_path, [[((5, 1), 1, {0})], [((5, 2), 2, {0})]])
    assert state.find(np.array([[5, 1], [5, 2], [5, 3], [1, 5]], dtype=np.uint64)).tolist() == [0, -1, -1, -1]


def test_a_state_of_another_version_is_none(tmp_path):
    (tmp_path / "state").mkdir()
    state_of(tmp_path / "state", [[((5, 1), 1, {0})]])
    assert open_state(tmp_path) is not None
    facts = tmp_path / "state/state.json"
    facts.write_text(facts.read_text().replace(f'"version": {VERSION}', f'"version": {VERSION - 1}'))
    assert open_state(tmp_path) is None


@given(halves=st.lists(st.tuples(*[st.integers(0, 2**64 - 1)] * 2)))
def test_the_name_of_a_digest_gives_it_back(halves):
    digests = np.array(halves, dtype=np.uint64).reshape(-1, 2)
    assert named_digests(digest_names(digests)).tolist() == digests.tolist()
