"""Mapping: the user's columns become ours, and every row is given, filtered or refused."""

from __future__ import annotations

import tracemalloc
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet
from support import SHARED

from icp_ml.data.tables import Batch, Findings, mapped_fields, read_table, table_batches
from icp_ml.errors import ConfigError, DataError, UnavailableError
from icp_ml.settings import DataSettings

RETAIL = SHARED / "online_retail_uci" / "online_retail.csv.gz"
IDS = {"account_id": "id"}


def _mapping(**tables: Mapping[str, Any]) -> DataSettings:
    return DataSettings.model_validate(
        {"name": "test", "root": ".", "today": date(2026, 1, 1), "missing": ("", "-", "-1000"), **tables}
    )


def _written(folder: Path, name: str, *lines: str) -> str:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


def _streamed(mapping: DataSettings, batch_rows: int = 100) -> tuple[list[Batch], Findings]:
    findings = Findings()
    return list(table_batches("prospects", mapping, batch_rows, findings)), findings


def _values(rows: pd.DataFrame) -> list[list[Any]]:
    return rows.astype(object).where(rows.notna(), None).to_numpy().tolist()


def _prospects(folder: Path, columns: Mapping[str, Any], *lines: str, **further: Any) -> DataSettings:
    path = _written(folder, "prospects.csv", *lines)
    return _mapping(prospects={"path": path, "columns": {**IDS, **columns}, **further})


def test_columns_arrive_under_our_names_parsed(tmp_path: Path) -> None:
    columns = {
        "employees": "Staff",
        "country": "Land",
        "last_funding_at": {"from": "At", "date_order": "dmy"},
    }
    mapping = _prospects(tmp_path, columns, "id,Staff,Land,At", '7.0,"1,200",DE,31/03/2024', "8,-,,")
    [batch], findings = _streamed(mapping)
    assert _values(batch.rows) == [["7", 1200.0, "DE", pd.Timestamp("2024-03-31")], ["8", None, None, None]]
    assert (findings.n_rows, findings.n_filtered, findings.n_refused) == (2, 0, 0)


def test_a_declared_feature_keeps_its_kind_and_words(tmp_path: Path) -> None:
    columns = {"web_visits": {"from": "visits", "kind": "number", "words": "visits a month"}}
    mapping = _prospects(tmp_path, columns, "id,visits", "1,2k")
    assert mapped_fields("prospects", mapping)["web_visits"].words == "visits a month"
    assert _values(_streamed(mapping)[0][0].rows) == [["1", 2000.0]]


def test_a_column_of_ours_that_is_no_number_here_has_no_range(tmp_path: Path) -> None:
    mapping = _prospects(tmp_path, {"employees": {"from": "band", "kind": "category"}}, "id,band", "1,small")
    assert _values(_streamed(mapping)[0][0].rows) == [["1", "small"]]


@pytest.mark.parametrize(
    ("table", "further", "details"),
    [
        ("customers", {"columns": {"shoe_size": "x", **IDS}}, ["shoe_size: not one of our columns"]),
        ("customers", {"columns": {"name": "x"}}, ["account_id: needed, not mapped"]),
        (
            "orders",
            {"columns": {"colour": {"from": "x", "kind": "category"}, **IDS}},
            [
                "colour: not one of our columns",
                "ordered_at: needed, not mapped",
                "revenue: needed, not mapped",
            ],
        ),
        (
            "signals",
            {"columns": {"usage": {"from": "x", "kind": "category"}, **IDS}},
            ["usage: is of kind number, not category"],
        ),
        (
            "customers",
            {"columns": IDS, "where": [{"column": "employees", "at_least": 5}]},
            ["where employees: not among the mapped columns"],
        ),
        (
            "customers",
            {"columns": {**IDS, "name": "n"}, "where": [{"column": "name", "at_least": "2020-01-01"}]},
            ["where name: is of kind text, which 2020-01-01 does not bound"],
        ),
        (
            "customers",
            {"columns": {**IDS, "known_on": "n"}, "where": [{"column": "known_on", "at_most": 5}]},
            ["where known_on: is of kind date, which 5.0 does not bound"],
        ),
        (
            "customers",
            {"columns": IDS, "where": [{"column": "account_id"}]},
            ["where account_id: says nothing; give at_least, at_most, one_of or not_in"],
        ),
        (
            "customers",
            {
                "columns": IDS,
                "joins": [
                    {"name": "a", "path": "a.csv", "left_on": "b.key", "right_on": "id"},
                    {"name": "b", "path": "b.csv", "left_on": "id", "right_on": "id"},
                    {"name": "a", "path": "c.csv", "left_on": "id", "right_on": "id"},
                ],
            },
            [
                "joins a: b.key is not known yet; put b before it",
                "joins a: the name is taken by an earlier join",
            ],
        ),
    ],
)
def test_a_wrong_mapping_is_named_in_full_before_any_file_is_read(
    table: str, further: dict[str, Any], details: list[str]
) -> None:
    mapping = _mapping(**{table: {"path": "not-there.csv", **further}})
    with pytest.raises(ConfigError) as failure:
        read_table(table, mapping)
    n_problems = "1 problem" if len(details) == 1 else f"{len(details)} problems"
    assert str(failure.value).splitlines() == [
        f"data.{table} is not a valid mapping ({n_problems}).",
        *(f"  {detail}" for detail in details),
        "Correct it in conf/data; a further feature of customers and prospects needs its kind.",
    ]


def test_a_table_that_is_not_mapped_names_its_file() -> None:
    with pytest.raises(ConfigError, match=r"^conf/data/test\.yaml has no deals table\."):
        read_table("deals", _mapping())


def test_the_first_match_of_a_join_counts_and_the_unmatched_are_missing(tmp_path: Path) -> None:
    sizes = _written(tmp_path, "sizes.csv", "key,staff", "17850,10", "17850,99", ",55", "-,66", "4,40")
    join = {"name": "sizes", "path": sizes, "left_on": "ref", "right_on": "key"}
    lines = ("id,ref", "1,17850.0", "2,5", "3,", "4,-", "5, 4 ")
    mapping = _prospects(tmp_path, {"employees": "sizes.staff"}, *lines, joins=[join])
    rows = _values(_streamed(mapping)[0][0].rows)
    assert rows == [["1", 10.0], ["2", None], ["3", None], ["4", None], ["5", 40.0]]


def test_a_join_can_start_from_an_earlier_join(tmp_path: Path) -> None:
    first = _written(tmp_path, "a.csv", "id,group", "1,x")
    second = _written(tmp_path, "b.csv", "group,town", "x,Rome")
    joins = [
        {"name": "a", "path": first, "left_on": "id", "right_on": "id"},
        {"name": "b", "path": second, "left_on": "a.group", "right_on": "group"},
    ]
    mapping = _prospects(tmp_path, {"city": "b.town"}, "id", "1", "2", joins=joins)
    assert _values(_streamed(mapping)[0][0].rows) == [["1", "Rome"], ["2", None]]


def test_a_joined_id_keeps_every_digit_beside_the_unmatched(tmp_path: Path) -> None:
    parents = tmp_path / "parents.parquet"
    parquet.write_table(pa.table({"key": [1], "parent": [2**53 + 1]}), parents)
    join = {"name": "up", "path": str(parents), "left_on": "id", "right_on": "key"}
    mapping = _prospects(tmp_path, {"parent_id": "up.parent"}, "id", "1", "2", joins=[join])
    assert _values(_streamed(mapping)[0][0].rows) == [["1", "9007199254740993"], ["2", None]]


def test_a_lacking_join_or_key_file_is_unavailable(tmp_path: Path) -> None:
    lost = str(tmp_path / "lost.csv")
    join = {"name": "a", "path": lost, "left_on": "id", "right_on": "id"}
    rule = {"column": "account_id", "not_in": {"path": lost, "column": "id"}}
    for further in ({"joins": [join]}, {"where": [rule]}):
        mapping = _prospects(tmp_path, {}, "id", "1", **further)
        with pytest.raises(UnavailableError, match=r"lost\.csv is not there\."):
            _streamed(mapping)


@pytest.mark.parametrize(
    ("rule", "kept"),
    [
        ({"column": "employees", "at_least": 10}, ["2", "3"]),
        ({"column": "employees", "at_most": 10}, ["1", "2"]),
        ({"column": "employees", "at_least": 10, "at_most": 10}, ["2"]),
        ({"column": "employees", "one_of": ["10", "5"]}, ["1", "2"]),
        ({"column": "known_on", "at_least": "2024-01-02"}, ["2", "3"]),
        ({"column": "known_on", "at_most": "2024-01-02"}, ["1", "2"]),
        ({"column": "country", "one_of": ["Germany"]}, ["1", "3"]),
        ({"column": "is_new", "one_of": ["yes"]}, ["1", "2"]),
    ],
)
def test_a_filter_keeps_what_it_says_and_never_a_missing_value(
    tmp_path: Path, rule: dict[str, Any], kept: list[str]
) -> None:
    columns = {
        "employees": "staff",
        "known_on": "at",
        "country": "place",
        "is_new": {"from": "new", "kind": "yes_no"},
    }
    lines = (
        "id,staff,at,place,new",
        "1,5,2024-01-01,DE,y",
        "2,10,2024-01-02 18:30,US,true",
        "3,20,2024-01-03,DEU,n",
        "4,,,,",
    )
    [batch], findings = _streamed(_prospects(tmp_path, columns, *lines, where=[rule]))
    assert batch.rows["account_id"].tolist() == kept
    assert (findings.n_rows, findings.n_filtered) == (4, 4 - len(kept))


def test_rows_named_by_another_file_are_dropped_and_a_missing_value_is_not_named(tmp_path: Path) -> None:
    known = _written(tmp_path, "known.csv", "key,site", "2.0,http://www.foo.com/x", ",")
    by_id = {"column": "account_id", "not_in": {"path": known, "column": "key"}}
    by_site = {"column": "domain", "not_in": {"path": known, "column": "site"}}
    lines = ("id,web", "1,", "2,bar.com", "3,foo.com", ",baz.com")
    mapping = _prospects(tmp_path, {"domain": "web"}, *lines, where=[by_id, by_site])
    [batch], findings = _streamed(mapping)
    assert _values(batch.rows) == [["1", None]]
    assert (findings.n_filtered, findings.n_refused) == (2, 1)


def test_a_key_file_of_a_header_alone_names_nobody(tmp_path: Path) -> None:
    known = _written(tmp_path, "known.csv", "key")
    rule = {"column": "account_id", "not_in": {"path": known, "column": "key"}}
    [batch], _ = _streamed(_prospects(tmp_path, {}, "id", "1", where=[rule]))
    assert batch.rows["account_id"].tolist() == ["1"]


def test_a_constant_stands_in_every_row(tmp_path: Path) -> None:
    deals = _written(tmp_path, "deals.csv", "id,at", "1,2024-01-01", "2,2024-01-02")
    columns = {**IDS, "created_at": "at", "is_won": {"value": True}, "amount": {"value": 5}}
    rows = read_table("deals", _mapping(deals={"path": deals, "columns": columns})).rows
    assert rows[["is_won", "amount"]].to_numpy().tolist() == [[1.0, 5.0], [1.0, 5.0]]


def test_a_product_multiplies_and_its_unit_counts_once(tmp_path: Path) -> None:
    orders = _written(tmp_path, "orders.csv", "id,at,n,price", "1,2024-01-01,2,1.5", "2,2024-01-02,-1,1")
    revenue = {"product_of": ["n", "price"], "unit": 1000}
    columns = {**IDS, "ordered_at": "at", "revenue": revenue}
    mapping = _mapping(orders={"path": orders, "columns": columns})
    assert read_table("orders", mapping).rows["revenue"].tolist() == [3000.0, -1000.0]


def test_an_id_made_of_two_columns_is_missing_where_either_is(tmp_path: Path) -> None:
    names = _written(tmp_path, "customers.csv", "name,zip", "Acme,0123", "Acme,59711", "Beta,", ",1")
    mapping = _mapping(customers={"path": names, "columns": {"account_id": {"text_of": ["name", "zip"]}}})
    table = read_table("customers", mapping)
    assert table.rows["account_id"].tolist() == ["Acme 0123", "Acme 59711"]
    assert table.findings.n_refused == 2


def test_the_first_row_of_a_customer_counts_where_the_mapping_says_so(tmp_path: Path) -> None:
    lines = _written(tmp_path, "lines.csv", "id,country", "1,DE", "2,FR", "1,GB", "1,US")
    customers = {"path": lines, "keeps_first": True, "columns": {"account_id": "id", "country": "country"}}
    table = read_table("customers", _mapping(customers=customers))
    assert table.rows["country"].tolist() == ["DE", "FR"]
    assert table.findings.lines() == ["account_id: 2 rows of accounts that have one already left out"]


def test_only_customers_can_keep_the_first_row(tmp_path: Path) -> None:
    orders = {"path": "o.csv", "keeps_first": True, "columns": {**IDS, "ordered_at": "at", "revenue": "r"}}
    with pytest.raises(ConfigError, match="keeps_first: is for customers alone"):
        read_table("orders", _mapping(orders=orders))


def test_a_factor_that_is_not_understood_is_reported(tmp_path: Path) -> None:
    orders = _written(tmp_path, "orders.csv", "id,at,n,price", "1,2024-01-01,2,1.5", "2,2024-01-02,two,1")
    columns = {**IDS, "ordered_at": "at", "revenue": {"product_of": ["n", "price"]}}
    table = read_table("orders", _mapping(orders={"path": orders, "columns": columns}))
    assert table.findings.lines() == [
        "revenue: 1 value not understood and taken as missing, for example 'two'"
    ]
    assert (len(table.rows), table.findings.n_refused) == (1, 1)


def test_lists_of_a_parquet_file_are_lists(tmp_path: Path) -> None:
    path = tmp_path / "p.parquet"
    tech = pa.array([["Spark", "Airflow"], None], pa.list_(pa.string()))
    parquet.write_table(pa.table({"id": [2**53 + 1, 2], "tech": tech}), path)
    columns = {**IDS, "technologies": "tech"}
    [batch], _ = _streamed(_mapping(prospects={"path": str(path), "columns": columns}))
    assert _values(batch.rows) == [["9007199254740993", "Airflow|Spark"], ["2", None]]


def test_a_customers_table_with_every_fault_names_them_all(tmp_path: Path) -> None:
    lines = ("id,staff,at", "P1,-5,?", "P1,-5,?", ",-7,x", "P2,3,y", "P2,4,z", "P2,5", "P3,6,x", ",1,x")
    path = _written(tmp_path, "customers.csv", *lines)
    columns = {**IDS, "employees": "staff", "known_on": "at"}
    with pytest.raises(DataError) as failure:
        read_table("customers", _mapping(customers={"path": path, "columns": columns}))
    assert str(failure.value) == (
        "customers.csv is not a valid customers table (4 failed checks).\n"
        "  rows: 1 row is malformed, for example line 7: 2 cells where the header has 3\n"
        "  employees: 3 rows are below 0, for example -5, -7\n"
        "  account_id: 1 row repeats an id, for example 'P2'\n"
        "  known_on: none of 7 values was understood, for example 'x', '?', 'y', 'z'\n"
        "Fix the file, or its columns and formats in conf/data/test.yaml."
    )


def test_a_row_that_lacks_a_required_value_is_left_out_and_counted(tmp_path: Path) -> None:
    path = _written(tmp_path, "orders.csv", "id,at,net", "1,2024-01-01,5", "2,2024-01-01,", ",2024-01-01,5")
    columns = {**IDS, "ordered_at": "at", "revenue": "net"}
    table = read_table("orders", _mapping(orders={"path": path, "columns": columns}))
    assert table.rows["account_id"].tolist() == ["1"]
    assert (table.findings.n_rows, table.findings.n_refused) == (3, 2)


@pytest.mark.parametrize("lines", [("id",), ("id", "-", "-")])
def test_a_training_table_without_a_row_stops(tmp_path: Path, lines: tuple[str, ...]) -> None:
    path = _written(tmp_path, "customers.csv", *lines)
    with pytest.raises(DataError, match=r"customers\.csv") as failure:
        read_table("customers", _mapping(customers={"path": path, "columns": IDS}))
    assert failure.value.details == (f"rows: none is left of {len(lines) - 1}",)


def test_prospects_that_cannot_be_used_are_set_aside_with_what_they_held(tmp_path: Path) -> None:
    lines = ("id,staff", "1,-5", ",7", "3", "4,8", ",-1", "6,20000000")
    [batch], findings = _streamed(_prospects(tmp_path, {"employees": "staff"}, *lines))
    assert batch.rows["account_id"].tolist() == ["4"]
    assert [(one.row, one.reason, one.content) for one in batch.refused] == [
        (2, "employees: -5 is below 0", '{"id": "1", "staff": "-5"}'),
        (3, "account_id: missing", '{"id": "", "staff": "7"}'),
        (4, "1 cells where the header has 2", ""),
        (6, "account_id: missing; employees: -1 is below 0", '{"id": "", "staff": "-1"}'),
        (7, "employees: 20000000 is above 10,000,000", '{"id": "6", "staff": "20000000"}'),
    ]
    assert findings.n_rows == 6 == len(batch.rows) + findings.n_filtered + findings.n_refused


def test_a_list_of_prospects_without_a_row_is_no_error(tmp_path: Path) -> None:
    batches, findings = _streamed(_prospects(tmp_path, {}, "id"))
    assert (batches, findings.n_rows) == ([], 0)


def test_a_wrong_encoding_is_noticed(tmp_path: Path) -> None:
    mapping = _prospects(tmp_path, {"name": "n"}, "id,n")
    (tmp_path / "prospects.csv").write_bytes(b"id,n\n1,M\xfcller\n2,S\xf6hne\n")
    _, findings = _streamed(mapping)
    assert findings.lines() == [
        "encoding: 2 values have a character that could not be read, shown as \ufffd; "
        "another encoding may be right"
    ]


def test_a_million_different_strange_texts_take_no_memory() -> None:
    findings = Findings()
    for start in range(0, 10_000, 100):
        findings.add_strange("employees", {f"text {number:05}": 2 for number in range(start, start + 100)})
    assert len(findings.not_understood["employees"]) <= 1_001
    assert findings.lines()[0].startswith(
        "employees: 20,000 values not understood and taken as missing, for example 'text 00000', "
    )


CELLS = {
    "id": st.sampled_from(["1", "2.0", "", "-", "x"]),
    "staff": st.sampled_from(["5", "-5", "many", "", "few", "1k"]),
    "at": st.sampled_from(["2024-01-01", "2023-05-06", "soon", ""]),
    "ref": st.sampled_from(["a", "b", "", "zz"]),
}
LINES = st.lists(st.tuples(*CELLS.values()).map(",".join) | st.just("ragged"), min_size=1, max_size=12)


@settings(max_examples=60, deadline=None)
@given(lines=LINES, batch_rows=st.integers(1, 12))
def test_the_size_of_a_batch_changes_no_row_and_no_finding(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], batch_rows: int
) -> None:
    folder = tmp_path_factory.getbasetemp()
    right = _written(folder, "right.csv", "key,town", "a,Rome", "b,Bern")
    mapping = _prospects(
        folder,
        {"employees": "staff", "known_on": "at", "city": "r.town"},
        ",".join(CELLS),
        *lines,
        joins=[{"name": "r", "path": right, "left_on": "ref", "right_on": "key"}],
        where=[{"column": "known_on", "at_least": "2023-06-01"}],
    )
    (whole, once), (parts, found) = _streamed(mapping, len(lines)), _streamed(mapping, batch_rows)
    rows = [row for batch in parts for row in _values(batch.rows)]
    assert rows == [row for batch in whole for row in _values(batch.rows)]
    assert [one for batch in parts for one in batch.refused] == [one for b in whole for one in b.refused]
    assert (found, found.lines()) == (once, once.lines())
    assert found.n_rows == len(lines) == len(rows) + found.n_filtered + found.n_refused
    assert found.n_refused == sum(len(batch.refused) for batch in parts)


def test_memory_does_not_grow_with_the_list(tmp_path: Path) -> None:
    lines = [f"{number},{number % 700},Acme {number}" for number in range(60_000)]
    mapping = _prospects(tmp_path, {"employees": "staff", "name": "n"}, "id,staff,n", *lines)
    peaks = []
    for n_rows in (15_000, 60_000):
        tracemalloc.start()
        n_read = 0
        for batch in table_batches("prospects", mapping, 2_000, Findings()):
            n_read += len(batch.rows)
            if n_read >= n_rows:
                break
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.2 * peaks[0]


@pytest.mark.skipif(not RETAIL.is_file(), reason="needs ../shared/data/online_retail_uci")
def test_half_a_million_real_order_lines_are_all_accounted_for() -> None:
    columns = {
        "account_id": "CustomerID",
        "ordered_at": "InvoiceDate",
        "revenue": {"product_of": ["Quantity", "UnitPrice"]},
    }
    table = read_table("orders", _mapping(orders={"path": str(RETAIL), "columns": columns}))
    assert (table.findings.n_rows, table.findings.n_refused, len(table.rows)) == (541_909, 135_080, 406_829)
    assert table.rows["account_id"].nunique() == 4_372
    assert table.rows["revenue"].sum() == pytest.approx(8_300_065.81, abs=0.5)
