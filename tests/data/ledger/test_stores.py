"""Both stores of the ledger: what was recorded is read back as it was, once, and whole or not at all."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from cycles import digest_of, entry, gone, name_of, written_cycle
from hypothesis import given, settings
from hypothesis import strategies as st
from postgres import PASSWORD
from support import ROOT

from icp_ml.data.ledger import record_missing
from icp_ml.data.ledger.database import DatabaseLedger
from icp_ml.data.ledger.folder import FolderLedger
from icp_ml.errors import DataError, UnavailableError


@pytest.fixture(params=["parquet", "sqlite", "postgresql"])
def ledger(request, tmp_path):
    """Give an empty ledger of each kind; results are published beside it."""
    place = tmp_path / "ledger"
    if request.param == "parquet":
        return FolderLedger(place)
    if request.param == "sqlite":
        return DatabaseLedger(place, sqlite_in(tmp_path))
    server = request.getfixturevalue("postgres")
    server.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    return DatabaseLedger(place, server.url)


def sqlite_in(folder):
    sqlite3.connect(folder / "ledger.db").close()
    return f"sqlite:///{folder / 'ledger.db'}"


def rows_of(tables):
    return [row for table in tables for row in table.to_pylist()]


def ids_of(tables):
    return [(row["cycle"], row["account_id"]) for row in rows_of(tables)]


AWKWARD = entry("=A,1", 1 / 3, name='Größe, "quoted"\nline; \\N \t\\. 株式', why="", rubric_points=1e-300)


def test_entries_are_read_back_as_they_were(ledger, tmp_path):
    path = written_cycle(tmp_path, entries=[AWKWARD, entry("B", 0.1 + 0.2), gone("C")])
    ledger.record(path)
    assert rows_of(ledger.entries()) == pa.parquet.read_table(path / "entries.parquet").to_pylist()


def test_no_number_is_a_missing_value(ledger, tmp_path):
    ledger.record(written_cycle(tmp_path, entries=[entry("A", rubric_points=np.nan)]))
    assert rows_of(ledger.entries())[0]["rubric_points"] is None


def test_a_cycle_is_recorded_once_however_often_it_is_given(ledger, tmp_path):
    path = written_cycle(tmp_path, entries=[entry("A")])
    for _ in range(3):
        ledger.record(path)
    assert [one.name for one in ledger.cycles()] == [name_of(1)]
    assert ids_of(ledger.entries()) == [(name_of(1), "A")]
    assert ledger.check() == []


def test_entries_come_in_the_order_of_cycles_and_of_some_accounts_alone(ledger, tmp_path):
    names = ["2026-01-05_a", "2026-01-03_b", "2026-01-09_c"]  # a clock that was set back
    for name in names:
        ledger.record(written_cycle(tmp_path, name, [entry("B"), entry("A")]))
    assert ids_of(ledger.entries()) == [(name, one) for name in names for one in ("B", "A")]
    assert ids_of(ledger.entries({"A"}, names[1])) == [(name, "A") for name in names[1:]]
    assert ids_of(ledger.entries({"nobody"})) == []


def test_a_cycle_that_is_not_there_is_said(ledger, tmp_path):
    ledger.record(written_cycle(tmp_path, entries=[entry("A")]))
    with pytest.raises(DataError, match="no cycle 2020"):
        list(ledger.entries(since="2020-01-01_x"))
    with pytest.raises(DataError, match="no cycle 2020"):
        ledger.standing("2020-01-01_x")


def test_an_empty_ledger_and_an_empty_cycle_hold_nothing(ledger, tmp_path):
    assert (ledger.cycles(), len(ledger.standing()), len(ledger.inputs(["x"]))) == ([], 0, 0)
    ledger.record(written_cycle(tmp_path))
    assert (len(ledger.cycles()), len(ledger.standing()), rows_of(ledger.entries())) == (1, 0, [])


def test_input_rows_keep_their_types_and_every_bit(ledger, tmp_path):
    entries = [entry(one, 0.1) for one in "ABCD"]
    inputs = pd.DataFrame(
        {
            "input_digest": pd.Series([one["input_digest"] for one in entries], dtype="str"),
            "name": pd.Series(["", None, "NaN \0 \\u0000", "株\n"], dtype="str"),
            "employees": [0.1 + 0.2, np.nan, 1e-300, -0.0],
            "known_on": np.array(["2020-02-29T23:59:59", "NaT", "1400-01-01", "2200-01-01"], "datetime64[s]"),
            "is_listed": pd.array([True, None, False, None], "boolean"),
            "nothing": pd.Series([None] * 4, dtype="str"),
        }
    )
    ledger.record(written_cycle(tmp_path, entries=entries, inputs=inputs))
    found = ledger.inputs([one["input_digest"] for one in entries])
    wanted = inputs.sort_values("input_digest", ignore_index=True)
    pd.testing.assert_frame_equal(found, wanted[found.columns], check_exact=True)
    assert np.signbit(found["employees"]).tolist() == np.signbit(wanted["employees"]).tolist()
    assert found.columns.tolist() == ["input_digest", *sorted(wanted.columns.drop("input_digest"))]


def test_an_input_row_of_an_older_cycle_is_found_and_one_given_again_is_the_same(ledger, tmp_path):
    for one in ([entry("A", 0.1), entry("B", 0.2)], [entry("A", 0.3)], [entry("A", 0.1)]):
        ledger.record(written_cycle(tmp_path, entries=one))
    found = ledger.inputs([digest_of("A 0.1"), digest_of("B 0.2"), digest_of("nobody")])
    assert sorted(found["account_id"]) == ["A", "B"]


STEPS = st.lists(
    st.dictionaries(
        st.tuples(st.sampled_from("ABC"), st.sampled_from(["one", "two"])),
        st.sampled_from([0.1, 0.7, None]),
        max_size=4,
    ),
    max_size=5,
)


@given(STEPS)
@settings(max_examples=12)
def test_what_stands_is_the_last_entry_of_each(tmp_path_factory, steps):
    place = tmp_path_factory.mktemp("ledger")
    ledgers = [FolderLedger(place / "ledger"), DatabaseLedger(place / "ledger", sqlite_in(place))]
    stands = {}
    for at, step in enumerate(steps):
        made = [
            gone(account, segment=segment)
            if probability is None
            else entry(account, probability, segment=segment)
            for (account, segment), probability in step.items()
        ]
        path = written_cycle(place, entries=made)
        for one in ledgers:
            one.record(path)
        stands[name_of(at + 1)] = {**stands.get(name_of(at), {}), **step}
    for name, wanted in stands.items():
        there = {key: value for key, value in wanted.items() if value is not None}
        for one in ledgers:
            rows = one.standing(name).to_pylist()
            assert {(row["account_id"], row["segment"]): row["fit_probability"] for row in rows} == there
    assert ledgers[0].standing() == ledgers[1].standing()


def test_postgresql_says_what_stands_as_parquet_does(postgres, tmp_path):
    postgres.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    both = [FolderLedger(tmp_path / "ledger"), DatabaseLedger(tmp_path / "ledger", postgres.url)]
    for made in ([AWKWARD, entry("a"), entry("B", 0.2)], [gone("a"), entry("B", 0.7)], [entry("a", 0.1)]):
        path = written_cycle(tmp_path, entries=made)
        for one in both:
            one.record(path)
    assert both[0].standing() == both[1].standing()
    assert both[0].standing(name_of(2)) == both[1].standing(name_of(2))
    assert rows_of(both[0].entries()) == rows_of(both[1].entries())


def test_what_is_published_and_lacking_is_recorded_in_order(ledger, tmp_path):
    for at in range(4):
        path = written_cycle(tmp_path, entries=[entry("A", 0.1 + at / 10)])
        if at == 2:
            (path / "entries.parquet").write_bytes(b"PAR1")
    recorded, damaged = record_missing(tmp_path, ledger)
    assert recorded == [name_of(1), name_of(2), name_of(4)]
    assert [one.cycle for one in damaged] == [name_of(3)]
    assert [one.cycle for one in ledger.check()] == [name_of(3)]
    assert record_missing(tmp_path, ledger)[0] == []


KILLED = """
import os, signal, sys, threading, time
from pathlib import Path
from icp_ml.data.ledger.database import DatabaseLedger
from icp_ml.data.ledger.folder import FolderLedger
folder, url, published, wait = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), float(sys.argv[4])
ledger = DatabaseLedger(folder, url) if url else FolderLedger(folder)
ledger.cycles()
import sqlalchemy
def end():
    time.sleep(wait)
    os.kill(os.getpid(), signal.SIGKILL)
threading.Thread(target=end).start()
ledger.record(published)
time.sleep(5)
"""


@pytest.mark.parametrize("wait", [0.0, 0.06])
def test_a_kill_at_any_moment_leaves_a_whole_cycle_or_none(ledger, tmp_path, wait):
    path = written_cycle(tmp_path, entries=[entry(f"P{at}", 0.3) for at in range(2_000)])
    url = getattr(ledger, "_url", "")
    arguments = [str(ledger.folder), url, str(path), str(wait)]
    done = subprocess.run([sys.executable, "-c", KILLED, *arguments], cwd=ROOT, check=False)
    assert done.returncode == -signal.SIGKILL
    assert len(rows_of(ledger.entries())) in (0, 2_000)
    ledger.record(path)
    assert len(rows_of(ledger.entries())) == 2_000
    assert ledger.check() == []


def test_a_server_that_goes_away_in_mid_write_keeps_nothing_of_the_cycle(postgres, tmp_path, monkeypatch):
    from icp_ml.data.ledger import database_tables

    postgres.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    ledger = DatabaseLedger(tmp_path / "ledger", postgres.url)
    ledger.record(written_cycle(tmp_path, entries=[entry("A")]))
    path = written_cycle(tmp_path, entries=[entry("B")])
    written = database_tables.written_inputs

    def stop(table):  # the entries are written, the input rows are not
        postgres.stop()
        return written(table)

    monkeypatch.setattr(database_tables, "written_inputs", stop)
    try:
        with pytest.raises(UnavailableError, match="did not keep the ledger") as found:
            ledger.record(path)
    finally:
        postgres.start()
    monkeypatch.undo()
    assert PASSWORD not in str(found.value)
    assert ids_of(ledger.entries()) == [(name_of(1), "A")]
    assert record_missing(tmp_path, ledger) == ([name_of(2)], [])
    assert ids_of(ledger.entries()) == [(name_of(1), "A"), (name_of(2), "B")]
