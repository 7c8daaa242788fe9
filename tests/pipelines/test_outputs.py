"""Out of a database and into one, a store and a CRM's file: whole, or as it was."""

from __future__ import annotations

import csv
import json

import pytest
from postgres import PASSWORD
from pyarrow import parquet
from support import command

TABLE = 'scoring.output.table={url: "${oc.env:CRM_URL}", table: icp_scores, if_exists: replace}'


@pytest.fixture
def crm(postgres, workplace):
    """Give a database that holds the demo prospects as a list vendor wrote them, and nothing else."""
    import psycopg

    path = workplace / "var/demo/prospects.csv"
    with path.open(encoding="utf-8-sig", newline="") as stream:
        header = next(csv.reader(stream))
        rows = stream.read()
    postgres.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    postgres.execute(f"CREATE TABLE prospects (place serial, {', '.join(f'{name} text' for name in header)})")
    statement = f"COPY prospects ({', '.join(header)}) FROM STDIN WITH (FORMAT csv)"
    with (
        psycopg.connect(postgres.url.replace("+psycopg", "")) as connection,
        connection.cursor() as cursor,
        cursor.copy(statement) as copying,
    ):
        copying.write(rows)
    return postgres


FROM_CRM = (
    "data.prospects.path=null",
    "+data.prospects.url=${oc.env:CRM_URL}",
    '+data.prospects.query="SELECT * FROM prospects ORDER BY place"',
)


def test_a_list_goes_from_a_database_to_everywhere(crm, workplace):
    places = (
        TABLE,
        "scoring.output.copy_to=share",
        "scoring.output.preset=hubspot",
        "scoring.output.sort=fit",
    )
    done = command(
        "predict", *FROM_CRM, *places, "scoring.format=parquet_folder", cwd=workplace, CRM_URL=crm.url
    )
    assert done.returncode == 0, done.stderr
    latest = workplace / "var/scored/demo/latest"
    rows = parquet.read_table(latest / "scored").to_pylist()
    manifest = json.loads((latest / "manifest.json").read_text())
    assert (manifest["output"], manifest["schema_version"]) == ("scored", 1)
    where = f"WHERE list_key = '{manifest['key']}'"
    stored = crm.execute(f"SELECT account_id, fit_probability, reasons_for FROM icp_scores {where}")
    expected = [(row["account_id"], row["fit_probability"], row["reasons_for"]) for row in rows]
    assert sorted(stored, key=lambda one: one[:2]) == sorted(expected, key=lambda one: one[:2])
    with (latest / "hubspot.csv").open(encoding="utf-8", newline="") as stream:
        assert [row["hs_object_id"] for row in csv.DictReader(stream)] == [row["account_id"] for row in rows]
    copied = workplace / "share" / latest.resolve().name
    assert {one.name for one in copied.iterdir()} == {one.name for one in latest.iterdir()}
    assert PASSWORD not in (latest / "manifest.json").read_text()
    again = command(
        "predict", *FROM_CRM, *places, "scoring.format=parquet_folder", cwd=workplace, CRM_URL=crm.url
    )
    assert "nothing has changed" in again.stdout


def test_a_table_that_is_not_ours_stops_the_run_before_it_scores(crm, workplace):
    taken = TABLE.replace("icp_scores", "prospects")
    done = command("predict", *FROM_CRM, taken, cwd=workplace, CRM_URL=crm.url)
    assert done.returncode == 69
    assert "is not a scored list of this version" in done.stderr
    assert PASSWORD not in done.stderr
    assert not (workplace / "var/scored").exists()
