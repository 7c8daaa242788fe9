"""PostgreSQL as it is: types, a million rows in little memory, a server that goes away."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from datetime import date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest
from postgres import PASSWORD
from pyarrow import parquet
from support import ROOT

from icp_ml.data.databases import query_batches
from icp_ml.data.sources import place_name, read_all, read_batches, read_pieces, source_digest
from icp_ml.errors import ConfigError, DataError, UnavailableError
from icp_ml.settings import FileSettings


def asked(url, query, folder=None):
    copied_to = None if folder is None else str(folder / "copies" / "one")
    return FileSettings(url=url, query=query, copied_to=copied_to)


TYPES = """
SELECT 9007199254740993::bigint AS id, 1.10::numeric AS exact, 2.5::float8 AS size, true AS flag,
       date '2024-03-31' AS day, timestamp '2024-03-31 12:30' AS moment,
       ARRAY['a','b'] AS tools, '{"a": 1}'::jsonb AS facts,
       'c0ffee00-0000-0000-0000-000000000000'::uuid AS key, 'Größe' AS name, NULL AS nothing
UNION ALL SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
"""
COLUMNS = ["id", "exact", "size", "flag", "day", "moment", "tools", "facts", "key", "name", "nothing"]


def test_a_copy_holds_what_the_database_said(postgres, tmp_path):
    file = asked(postgres.url, TYPES, tmp_path)
    [batch] = read_batches(file, COLUMNS, 10)
    first = batch.rows.iloc[0]
    assert (first["id"], first["exact"], first["size"], first["flag"]) == (
        2**53 + 1,
        Decimal("1.10"),
        2.5,
        True,
    )
    assert (first["day"], first["moment"]) == (date(2024, 3, 31), datetime(2024, 3, 31, 12, 30))
    assert (list(first["tools"]), first["facts"], first["name"]) == (["a", "b"], '{"a": 1}', "Größe")
    assert first["key"] == "c0ffee00-0000-0000-0000-000000000000"
    assert batch.rows.iloc[1].isna().all()


def test_a_copy_is_read_as_the_query_itself_with_its_places(postgres, tmp_path, monkeypatch):
    monkeypatch.setattr("icp_ml.data.copies.COPIED_ROWS", 30)
    query = "SELECT n AS id, n * 1.5 AS size FROM generate_series(1, 100) AS n ORDER BY n"
    live, copied = asked(postgres.url, query), asked(postgres.url, query, tmp_path)
    assert read_all(copied, ["id"])["id"].tolist() == read_all(live, ["id"])["id"].tolist()
    batches = list(read_batches(copied, ["size", "id"], 7))
    assert [place for batch in batches for place in batch.places] == list(range(1, 101))
    assert {batch.source for batch in batches} == {place_name(live)}
    assert batches[-1].n_bytes >= batches[0].n_bytes > 0


def test_a_query_is_asked_once_and_its_digest_is_of_what_was_read(postgres, tmp_path):
    postgres.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public; CREATE SEQUENCE asked")
    query = "SELECT nextval('asked') AS id"
    file = asked(postgres.url, query, tmp_path)
    digests = {source_digest(file), source_digest(file)}
    assert read_all(file, ["id"])["id"].tolist() == [1]
    assert len(digests) == 1
    assert postgres.execute("SELECT last_value FROM asked") == [(1,)]
    assert source_digest(asked(postgres.url, query, tmp_path / "later")) not in digests


def test_a_column_that_sqlite_mixes_becomes_text(tmp_path):
    with sqlite3.connect(tmp_path / "crm.db") as connection:
        connection.execute("create table firms (id, size)")
        connection.executemany("insert into firms values (?, ?)", [(1, 10), ("A-2", 2.5), (3, None)])
    connection.close()
    file = asked(f"sqlite:///{tmp_path / 'crm.db'}", "select * from firms", tmp_path)
    assert read_all(file, ["id"])["id"].tolist() == ["1", "A-2", "3"]
    assert read_all(file, ["size"])["size"].tolist()[:2] == [10, 2.5]


def test_an_empty_answer_has_no_rows(postgres, tmp_path):
    assert read_all(asked(postgres.url, "SELECT 1 AS id WHERE false", tmp_path), ["id"]).empty


def test_a_lacking_column_names_the_database_and_not_its_password(postgres, tmp_path):
    with pytest.raises(DataError, match="crm lacks 1 of the mapped columns") as failure:
        read_all(asked(postgres.url, "SELECT 1 AS id", tmp_path), ["size"])
    assert PASSWORD not in str(failure.value)


MILLION = """
import resource, sys
from icp_ml.data.databases import query_batches
from icp_ml.settings import FileSettings
query = "SELECT n AS id, repeat(md5(n::text), 5) AS about FROM generate_series(1, %s) AS n"
def peak(n_rows):
    file = FileSettings(url=sys.argv[1], query=query % n_rows)
    assert sum(len(batch.rows) for batch in query_batches(file, None, 20_000)) == n_rows
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
print(peak(100_000), peak(1_000_000))
"""


def test_memory_does_not_grow_with_the_answer(postgres):
    done = subprocess.run(
        [sys.executable, "-c", MILLION, postgres.url],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    at_first, at_last = map(int, done.stdout.split())
    assert at_last < at_first + 30  # megabytes; the answer itself takes 200


def test_a_server_that_goes_away_in_mid_read_leaves_no_copy(postgres, tmp_path):
    file = asked(postgres.url, "SELECT n AS id FROM generate_series(1, 3000000) AS n")
    batches = query_batches(file, None, 10_000)
    next(batches)
    postgres.stop()
    try:
        with pytest.raises(UnavailableError, match="did not answer the query") as failure:
            list(batches)
    finally:
        postgres.start()
    assert PASSWORD not in str(failure.value)


def test_a_query_that_breaks_off_leaves_no_copy(postgres, tmp_path):
    file = asked(postgres.url, "SELECT 1 / (90000 - n) AS id FROM generate_series(1, 100000) AS n", tmp_path)
    with pytest.raises(ConfigError, match="division by zero"):
        source_digest(file)
    assert [one.name for one in (tmp_path / "copies").iterdir() if one.is_dir()] == ["one.half"]
    with pytest.raises(ConfigError, match="division by zero"):
        source_digest(file)


WRONG = ("selec 1", "select * from nowhere", "select lacking from firms", "create table more (id integer)")


@pytest.mark.parametrize("query", WRONG)
def test_a_wrong_query_is_bad_configuration_as_no_other_try_mends_it(postgres, tmp_path, query):
    with sqlite3.connect(tmp_path / "crm.db") as connection:
        connection.execute("create table firms (id integer)")
    connection.close()
    postgres.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public; CREATE TABLE firms (id integer)")
    for url in (f"sqlite:///{tmp_path / 'crm.db'}", postgres.url):
        with pytest.raises(ConfigError, match="refuses the query") as failure:
            read_all(asked(url, query), ["id"])
        assert PASSWORD not in str(failure.value)


def test_who_cannot_be_asked_now_may_be_later(postgres, tmp_path):
    path = tmp_path / "crm.db"
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("create table firms (id integer)")
    holder.execute("begin exclusive")
    elsewhere = postgres.url.replace(str(postgres.port), "1")
    for url in (f"sqlite:///{path}?timeout=0", elsewhere):
        with pytest.raises(UnavailableError):
            read_all(asked(url, "select id from firms"), ["id"])
    holder.close()


def test_a_text_that_is_not_utf_8_is_bad_data_and_is_not_shown(tmp_path):
    with sqlite3.connect(tmp_path / "crm.db") as connection:
        connection.execute("create table firms (id integer, name text)")
        connection.execute("insert into firms values (1, cast(x'4d756c6cff' as text))")
    connection.close()
    file = asked(f"sqlite:///{tmp_path / 'crm.db'}", "select * from firms")
    with pytest.raises(DataError, match="a text of column 'name' that is not in its encoding") as failure:
        read_all(file, ["id", "name"])
    assert "Mull" not in str(failure.value)


def damaged(path):
    with sqlite3.connect(path) as connection:
        connection.execute("create table firms (id integer, name)")
        names = ["Acme", "Ac\0me", "Größe".encode(), b"\xff\x00\xfe", None, b"a\0b"]
        connection.executemany("insert into firms values (?, ?)", enumerate(names, start=1))
    connection.close()
    return f"sqlite:///{path}", "select * from firms order by id"


REFUSED = [(2, "a NUL character"), (4, "bytes that are no text in UTF-8"), (6, "a NUL character")]


@pytest.mark.parametrize("is_copied", [False, True])
@pytest.mark.parametrize("read", [read_batches, read_pieces])
def test_a_row_with_nul_or_bytes_that_are_no_text_is_refused(tmp_path, monkeypatch, read, is_copied):
    monkeypatch.setattr("icp_ml.data.copies.COPIED_ROWS", 4)
    file = asked(*damaged(tmp_path / "crm.db"), tmp_path if is_copied else None)
    batches = [one for piece in read(file, ["name"], 2) for one in piece.batches(2)]
    assert [(one.row, one.reason) for batch in batches for one in batch.refused] == REFUSED
    assert [name for batch in batches for name in batch.rows["name"]] == ["Acme", "Größe", None]
    assert [place for batch in batches for place in batch.places] == [1, 3, 5]


def test_parquet_is_refused_the_same_rows(tmp_path):
    names = pa.array([b"Acme", b"Ac\0me", "Größe".encode(), b"\xff\x00\xfe", None, b"a\0b"])
    texts = pa.array([["a"], ["a"], ["a"], ["a"], ["a", "b\0"], None])
    parquet.write_table(pa.table({"name": names, "tools": texts}), tmp_path / "firms.parquet")
    file = FileSettings(path=str(tmp_path / "firms.parquet"))
    [group] = read_pieces(file, ["name", "tools"], 10)
    for batch in (*group.batches(10), *read_batches(file, ["name", "tools"], 10)):
        found = [(one.row, one.reason) for one in batch.refused]
        assert found == sorted([*REFUSED, (5, "a NUL character")])
        assert batch.rows["name"].tolist() == ["Acme", "Größe"]


def test_what_is_scored_is_what_was_digested(tmp_path):
    url, query = damaged(tmp_path / "crm.db")
    file = asked(url, query, tmp_path)
    source_digest(file)
    with sqlite3.connect(tmp_path / "crm.db") as connection:
        connection.execute("delete from firms")
    connection.close()
    assert sum(len(piece.rows) for piece in read_pieces(file, ["name"], 10)) == 3


NO_DRIVER = """
import sys
sys.modules["psycopg"] = None
from icp_ml.data.sources import read_all
from icp_ml.settings import FileSettings
read_all(FileSettings(url="postgresql+psycopg://me:s3cret@host/db", query="select 1"), ["id"])
"""


def test_a_missing_driver_says_which_extra_to_install():
    done = subprocess.run(
        [sys.executable, "-c", NO_DRIVER], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert "pip install 'icp_ml[postgresql]'" in done.stderr
    assert "s3cret" not in done.stderr
