"""A list in a database: typed, whole, and never half of one to any reader."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import sys
import threading
from datetime import date

import pytest
import sqlalchemy as sa
from listed import REASON, scored
from postgres import PASSWORD
from support import ROOT

from icp_ml.data.database_output import TABLE_COLUMNS, TableOutput
from icp_ml.data.scored import SCHEMA
from icp_ml.errors import UnavailableError
from icp_ml.settings import TableOutputSettings


@pytest.fixture(params=["postgresql", "sqlite"])
def url(request, tmp_path):
    """Give an empty database of each kind."""
    if request.param == "sqlite":
        sqlite3.connect(tmp_path / "crm.db").close()
        return f"sqlite:///{tmp_path / 'crm.db'}"
    server = request.getfixturevalue("postgres")
    server.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    return server.url


def output(url, key="k1", table="icp_scores", if_exists="replace"):
    return TableOutput(TableOutputSettings(url=url, table=table, if_exists=if_exists), key)


def write(url, tables, key="k1", **settings):
    """Write a list as a run does."""
    one = output(url, key, **settings)
    one.check()
    assert sum(len(table) for table in one.staged(tables)) == sum(len(table) for table in tables)
    one.publish()


def rows(url, statement="SELECT * FROM icp_scores ORDER BY list_key, account_id"):
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        found = [row._mapping for row in connection.execute(sa.text(statement))]
    engine.dispose()
    return found


AWKWARD = 'Größe, "quoted"\nline; \\N \t\\. 株式'


def test_every_cell_comes_back_as_it_was(url):
    columns = {"name": [AWKWARD, "", None, "nul\0here"], "fit_probability": [0.1 + 0.2, None, 1e-300, 1.0]}
    whole = scored(4, **columns)
    write(url, [whole.slice(0, 2), whole.slice(2)])
    found = rows(url)
    assert [row["name"] for row in found] == [AWKWARD, "", None, "nulhere"]
    assert [row["fit_probability"] for row in found] == [0.1 + 0.2, None, 1e-300, 1.0]
    reasons = found[0]["reasons_for"]
    assert (json.loads(reasons) if isinstance(reasons, str) else reasons) == [REASON]
    assert str(found[0]["scored_at"]) == "2026-01-01"
    assert {row["list_key"] for row in found} == {"k1"}


def test_a_reason_with_nul_is_written_without_it(url):
    write(url, [scored(1, reasons_for=[[{**REASON, "words": "Description: a\0\0b, \\u0000 (-)"}]])])
    [row] = rows(url)
    found = row["reasons_for"]
    found = json.loads(found) if isinstance(found, str) else found
    assert found[0]["words"] == "Description: ab, \\u0000 (-)"


def test_postgresql_columns_have_the_types_of_the_list(postgres, url):
    write(postgres.url, [scored(1)])
    statement = (
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'icp_scores'"
    )
    types = dict(postgres.execute(statement))
    assert set(types) == set(TABLE_COLUMNS)
    named = {"string": "text", "double": "double precision", "bool": "boolean", "int64": "bigint"}
    expected = {one.name: named.get(str(one.type), "jsonb") for one in SCHEMA} | {"scored_at": "date"}
    assert types == expected | {"list_key": "text"}
    assert rows(postgres.url)[0]["scored_at"] == date(2026, 1, 1)


def test_a_list_replaces_the_one_before_and_keeps_its_views(url):
    write(url, [scored(5)])
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE VIEW best AS SELECT account_id FROM icp_scores"))
    engine.dispose()
    write(url, [scored(2, 100)], "k2")
    assert [row["account_id"] for row in rows(url, "SELECT * FROM best ORDER BY 1")] == ["P100", "P101"]


def test_a_list_is_added_once_however_often_it_is_written(url):
    for key in ("k1", "k2", "k2"):
        write(url, [scored(3)], key, if_exists="append")
    assert [row["list_key"] for row in rows(url)] == ["k1"] * 3 + ["k2"] * 3


def test_an_empty_list_is_an_empty_table(url):
    write(url, [scored(0)])
    assert rows(url) == []


def test_a_table_that_is_not_ours_is_left_alone(url):
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE accounts (account_id text, owner text)"))
    engine.dispose()
    with pytest.raises(UnavailableError, match="not a scored list") as found:
        output(url, table="accounts").check()
    assert "'owner'" in str(found.value)


def test_a_broken_run_leaves_the_old_list_and_the_next_one_starts_afresh(url):
    write(url, [scored(5)])
    staged = output(url, "k2").staged([scored(7), scored(7)])
    next(staged)
    staged.close()
    assert len(rows(url)) == 5
    write(url, [scored(2)], "k3")
    assert [row["list_key"] for row in rows(url)] == ["k3", "k3"]


KILLED = """
import os, signal, sys
from listed import scored
from icp_ml.data.database_output import TableOutput
from icp_ml.settings import TableOutputSettings
def tables():
    yield scored(500)
    yield scored(500)
    os.kill(os.getpid(), signal.SIGKILL)
one = TableOutput(TableOutputSettings(url=sys.argv[1], table="icp_scores", if_exists="replace"), "killed")
list(one.staged(tables()))
"""


def test_a_run_killed_in_mid_write_leaves_the_old_rows(url):
    write(url, [scored(5)])
    done = subprocess.run([sys.executable, "-c", KILLED, url], cwd=ROOT / "tests", check=False)
    assert done.returncode == -signal.SIGKILL
    assert [row["list_key"] for row in rows(url)] == ["k1"] * 5
    write(url, [scored(3)], "k2")
    assert [row["list_key"] for row in rows(url)] == ["k2"] * 3


def test_a_reader_sees_the_old_list_or_the_new_one(url):
    write(url, [scored(400)], "0")
    seen, is_over = set(), threading.Event()

    def read():
        engine = sa.create_engine(url)
        while not is_over.is_set():
            with engine.connect() as connection:
                counted = "SELECT list_key, count(*) FROM icp_scores GROUP BY list_key"
                seen.add(tuple(tuple(row) for row in connection.execute(sa.text(counted))))
        engine.dispose()

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(1, 6):
        write(url, [scored(400)], str(number))
    is_over.set()
    reader.join()
    assert seen <= {((str(number), 400),) for number in range(6)}


def test_a_server_that_goes_away_is_said_without_its_password(postgres, url):
    one = output(postgres.url)
    staged = one.staged([scored(10), scored(10)])
    next(staged)
    postgres.stop()
    try:
        with pytest.raises(UnavailableError, match="did not take the scored list") as found:
            next(staged)
    finally:
        postgres.start()
    assert PASSWORD not in str(found.value)
