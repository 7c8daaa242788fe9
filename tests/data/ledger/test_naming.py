"""Whether a file names an account: where its form holds ids, and nowhere else."""

from __future__ import annotations

import json

import pyarrow as pa
import pytest
from pyarrow import parquet

from icp_ml.data.crm.files import ROW_COLUMNS
from icp_ml.data.ledger.naming import names_id
from icp_ml.data.ledger.naming_lines import Headings
from icp_ml.data.scored import SCHEMA
from icp_ml.scoring import SCORED_COLUMNS

HEADINGS = Headings(frozenset({"prospect_id"}), frozenset({"Id", "ICP_Duplicate_Of__c"}))
REFUSED = "source,row,reason,content\r\n"
SIMILAR = "account_id,similar_best\r\nP2,{}\r\n"
NAMING = {
    "scored.csv": "\ufeffaccount_id,name\r\nP2,Two\r\nP1,One\r\n",
    "repeat.csv": "account_id,name,duplicate_of\r\nP2,Two,P1\r\n",
    "0000000.placed": "P1" + "," * (len(SCORED_COLUMNS) - 1) + "\r\n",
    "salesforce.csv": "Id,Name\r\nP1,One\r\n",
    "hubspot.csv": "Name,ICP_Duplicate_Of__c\r\nTwo,P1\r\n",
    "crm_rows.csv": f"{','.join(ROW_COLUMNS)}\r\nP1,gone,\r\n",
    "crm_report.json": '{"named": {"gone": [["P1", ""]]}}',
    "refused.csv": REFUSED + 'a.csv,3,employees: -5,"{""prospect_id"": "" P1 ""}"\r\n',
    "0000000.refused": 'a.csv,3,employees: -5,"{""prospect_id"": ""P1""}"\r\n',
    "movers.html": '<div class="id">P2</div><div class="id">P1, europe</div>',
    "page.html": '<script id="content" type="application/json">{"rows": {"id": ["P2", "P1"]}}</script>',
    "exemplars.json": '{"best": [], "poor": [["P1", null, null, [0.5]]]}',
    "profile.json": '{"archetypes": [{"examples": [["P1", "One"]]}]}',
}
LOOSELY = {
    "similar.csv": SIMILAR.format('"Acme, Inc.; P1"').replace('""', '"'),
    "unknown.csv": "a,P1\r\n",
    "report.json": json.dumps({"notes": ["2 rows repeat an id, for example 'P1'"]}),
    "broken.json": '{"account_id": "P1',
    "broken.arrow": "ARROW1P1",
}
NOT_NAMING = {
    "scored.csv": "account_id,name,reasons_for\r\nP2,P1,P1 and P1\r\n",
    "heading.csv": "account_id,P1\r\nP2,x\r\n",
    "similar.csv": SIMILAR.format("P1 Ltd; The P1; P12"),
    "refused.csv": REFUSED + 'P1,1,P1,"{""prospect_id"": ""P2"", ""city"": ""P1""}"\r\nb,2,P1,\r\n',
    "movers.html": '<div class="id">P12, P1</div><strong>P1</strong><td>P1</td>',
    "page.html": '<script id="content" type="application/json">{"strings": ["P1"]}</script>P1',
    "exemplars.json": '{"best": [["P2", "P1", "P1", [0.5]]], "donors": ["P1"]}',
    "report.json": json.dumps({"notes": ["last funding: 'P1' is no day", "accounts of P1", "P1"]}),
    "profile.md": "Such as P1; P2",
    "manifest.json": '{"notes": ["for example \'P1\'"], "best": "P1"}',
}


def is_named(folder, name, text, **settings):
    (folder / name).write_text(text, encoding="utf-8", newline="")
    return names_id(folder / name, "P1", HEADINGS, **settings)


@pytest.mark.parametrize("name", NAMING)
def test_an_id_is_found_where_the_form_holds_ids(tmp_path, name):
    assert is_named(tmp_path, name, NAMING[name])
    assert is_named(tmp_path, name, NAMING[name], is_strict=True)


@pytest.mark.parametrize("name", LOOSELY)
def test_what_may_be_an_id_counts_once_the_account_is_known(tmp_path, name):
    assert is_named(tmp_path, name, LOOSELY[name])
    assert not is_named(tmp_path, name, LOOSELY[name], is_strict=True)


@pytest.mark.parametrize("name", NOT_NAMING)
def test_a_word_is_no_id(tmp_path, name):
    assert not is_named(tmp_path, name, NOT_NAMING[name])


@pytest.mark.parametrize("account", ["=7+1", 'a"b', "O'Neil", "株式会社", "Größe; x", "$5"])
def test_an_id_of_any_signs_is_found_as_it_is_written(tmp_path, account):
    import csv

    from icp_ml.data.scored_text import safe_cell

    with (tmp_path / "scored.csv").open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream).writerows([["account_id"], [safe_cell(account)]])
    (tmp_path / "page.json").write_text(json.dumps({"account_id": account}, ensure_ascii=False))
    for name in ("scored.csv", "page.json"):
        assert names_id(tmp_path / name, account), name
        assert not names_id(tmp_path / name, f"{account}1"), name


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("account_id", "P1"),
        ("duplicate_of", "P1"),
        ("similar_best", [{"account_id": "P3"}, {"account_id": "P1"}]),
        ("name", "P1"),
        ("similar_poor", [{"account_id": "P3", "name": "P1"}]),
    ],
)
def test_parquet_is_looked_into_by_its_columns(tmp_path, column, value):
    rows = pa.Table.from_pylist([{"account_id": "P2"}, {column: value}], SCHEMA)
    for name, rows_written in (("a.parquet", rows), ("b.parquet", rows.slice(1))):
        parquet.write_table(rows_written, tmp_path / name)
        is_id = column not in ("name", "similar_poor")
        assert names_id(tmp_path / name, "P1", is_strict=True) == is_id
