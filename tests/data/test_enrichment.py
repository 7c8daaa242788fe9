"""Enrichment: further tables fill the gaps of customers and prospects, and never say who an account is."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
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
from support import compose

from icp_ml.data.enrichment.counts import Enriched, enrichment_markdown
from icp_ml.data.enrichment.reading import read_sources
from icp_ml.data.mapping import raw_columns
from icp_ml.data.samples import free_mail_share, headings
from icp_ml.data.table_digests import table_digest
from icp_ml.data.tables import Findings, mapped_fields, read_table, table_batches
from icp_ml.errors import ConfigError, DataError, UnavailableError
from icp_ml.settings import DataSettings
from icp_ml.tracking.serving import parse_rows
from pipelines.assembling import raw_form

OWN = {"account_id": "id", "name": "n", "domain": "web", "country": "land", "employees": "staff"}
VENDOR = {"domain": "site", "name": "company", "country": "hq", "employees": "size"}
HEAD, THEIR_HEAD = "id,n,web,land,staff", "site,company,hq,size"
ACME = "1,Acme Inc.,acme.com,US,"


def written(folder: Path, name: str, *lines: str) -> str:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


def mapping_of(
    folder: Path, own: tuple[str, ...], further: Mapping[str, Any], **settings: Any
) -> DataSettings:
    """Map prospects and customers to one file of accounts, and what enriches them."""
    table = {"path": written(folder, "own.csv", HEAD, *own), "columns": OWN}
    content = {"name": "test", "root": ".", "today": date(2026, 1, 1), "missing": ("", "-")}
    tables = {"customers": table, "prospects": table, "enrichment": further}
    return DataSettings.model_validate(content | tables | settings)


def vendor(folder: Path, *lines: str, **changed: Any) -> dict[str, Any]:
    """Map a vendor's export that is matched by domain, then by name and country."""
    content = {
        "path": written(folder, "vendor.csv", THEIR_HEAD, *lines),
        "match_on": ["domain", "name"],
        "columns": VENDOR,
    }
    return {"vendor": content | changed}


def enriched(mapping: DataSettings, batch_rows: int = 100) -> tuple[pd.DataFrame, Findings]:
    findings = Findings()
    parts = [one.rows for one in table_batches("prospects", mapping, batch_rows, findings)]
    return pd.concat(parts, ignore_index=True), findings


def values(rows: pd.DataFrame, column: str) -> list[Any]:
    return rows[column].astype(object).where(rows[column].notna(), None).tolist()


@pytest.mark.parametrize(("hq", "size"), [("DE", 250.0), ("", 250.0), ("GB", None)])
def test_a_registration_number_finds_nobody_in_another_country(
    hq: str, size: float | None, tmp_path: Path
) -> None:
    own = {"path": written(tmp_path, "own.csv", "id,reg,land", "1,0723456,DE")}
    own["columns"] = {"account_id": "id", "registration_id": "reg", "country": "land"}
    further = {"path": written(tmp_path, "vendor.csv", "reg,hq,size", f"723456,{hq},250")}
    further |= {"match_on": ["registration_id"]}
    further["columns"] = {"registration_id": "reg", "country": "hq", "employees": "size"}
    content = {"name": "test", "root": ".", "today": date(2026, 1, 1), "missing": ("", "-")}
    tables = {"customers": own, "prospects": own, "enrichment": {"vendor": further}}
    rows = read_table("prospects", DataSettings.model_validate(content | tables)).rows
    assert rows["employees"].iloc[0] == size or (size is None and rows["employees"].isna().all())


@pytest.mark.parametrize(
    ("own", "theirs", "employees"),
    [
        (ACME, "https://www.ACME.com/us,,,250", 250.0),
        (ACME, "acme.de,Acme Corp,USA,250", 250.0),
        (ACME, "acme.de,ACME,DE,250", None),
        (ACME, "acme.de,Acme,,250", None),
        (ACME, ",,US,250", None),
        ("1,,gmail.com,US,", "gmail.com,,US,250", None),
        ("1,,facebook.com/acme,US,", "facebook.com/acme,,US,250", None),
        ("1,Cirrus Works,,DE,", ",CirrusWorks GmbH,Germany,250", 250.0),
        ("1,GmbH,,DE,", "x.de,Inc,DE,250", None),
        ("1,,,,", ",,,250", None),
    ],
)
def test_an_account_is_found_by_its_own_domain_or_else_by_name_and_country(
    tmp_path: Path, own: str, theirs: str, employees: float | None
) -> None:
    rows, _ = enriched(mapping_of(tmp_path, (own,), vendor(tmp_path, theirs)))
    assert values(rows, "employees") == [employees]


def test_the_first_key_that_finds_counts(tmp_path: Path) -> None:
    lines = ("other.com,Acme,US,5", "acme.com,Else,US,7")
    for match_on, expected in ((["domain", "name"], 7.0), (["name", "domain"], 5.0)):
        further = vendor(tmp_path, *lines, match_on=match_on)
        assert values(enriched(mapping_of(tmp_path, (ACME,), further))[0], "employees") == [expected]


@pytest.mark.parametrize(
    ("key", "own", "theirs"),
    [("account_id", "17850.0", "17850"), ("registration_id", "köln hrb 123-45", "Köln HRB 12345")],
)
def test_ids_and_registration_numbers_match_whatever_their_form(
    tmp_path: Path, key: str, own: str, theirs: str
) -> None:
    table = {"path": written(tmp_path, "ids.csv", "id,reg", f"{own},{own}")}
    table["columns"] = {"account_id": "id", "registration_id": "reg"}
    further = {"path": written(tmp_path, "v.csv", "k,size", f"{theirs},9")}
    further |= {"match_on": [key], "columns": {key: "k", "employees": "size"}}
    mapping = mapping_of(tmp_path, (), {"v": further}, customers=None, prospects=table)
    assert values(enriched(mapping)[0], "employees") == [9.0]


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (None, [10.0, 30.0, 50.0]),
        (["own", "crawl", "vendor"], [10.0, 40.0, 50.0]),
        (["vendor"], [20.0, 30.0, 50.0]),
        (["crawl", "own"], [10.0, 40.0, 50.0]),
        (["crawl", "vendor", "own"], [20.0, 40.0, 50.0]),
    ],
)
def test_the_declared_table_counts_first_and_who_is_not_named_comes_after(
    tmp_path: Path, order: list[str] | None, expected: list[float]
) -> None:
    own = ("1,,a.com,,10", "2,,b.com,,", "3,,c.com,,50")
    crawl = {"path": written(tmp_path, "crawl.csv", "host,n", "b.com,40")}
    crawl |= {"match_on": ["domain"], "columns": {"domain": "host", "employees": "n"}}
    further = vendor(tmp_path, "a.com,,,20", "b.com,,,30") | {"crawl": crawl}
    precedence = {"employees": order} if order else {}
    rows, _ = enriched(mapping_of(tmp_path, own, further, precedence=precedence))
    assert values(rows, "employees") == expected


def test_what_only_a_further_table_knows_is_a_column_of_customers_and_prospects(tmp_path: Path) -> None:
    columns = VENDOR | {
        "technologies": {"from": "tech", "separator": ";"},
        "growth": {"from": "g", "kind": "number", "words": "growth a year"},
        "revenue": {"from": "sales", "unit": 1000},
    }
    path = written(tmp_path, "v.csv", f"{THEIR_HEAD},tech,g,sales", "acme.com,,,,Kafka; Airflow,1.5,2")
    mapping = mapping_of(tmp_path, (ACME, "2,,,,"), vendor(tmp_path, path=path, columns=columns))
    for name in ("customers", "prospects"):
        fields = mapped_fields(name, mapping)
        assert list(fields) == [*OWN, "technologies", "growth", "revenue"]
        assert (fields["growth"].words, fields["growth"].is_feature) == ("growth a year", True)
    rows = read_table("customers", mapping).rows
    assert values(rows, "technologies") == ["Airflow|Kafka", None]
    assert rows[["growth", "revenue"]].iloc[0].tolist() == [1.5, 2000.0]


def test_the_keys_of_a_further_table_never_say_who_an_account_is(tmp_path: Path) -> None:
    own, theirs = "1,Acme,,US,", "acme.com,Acme Inc,US,5"
    table = {"path": written(tmp_path, "own2.csv", "id,n,land", "1,Acme,US")}
    table["columns"] = {"account_id": "id", "name": "n", "country": "land"}
    mapping = mapping_of(tmp_path, (own,), vendor(tmp_path, theirs), customers=table)
    row = enriched(mapping)[0].iloc[0]
    assert (row["account_id"], row["name"], pd.isna(row["domain"]), row["employees"]) == (
        "1",
        "Acme",
        True,
        5,
    )
    assert "domain" not in mapped_fields("customers", mapping)


def test_a_filter_sees_the_enriched_value_also_of_a_column_that_only_enrichment_brings(
    tmp_path: Path,
) -> None:
    columns = VENDOR | {"is_listed": {"from": "listed", "kind": "yes_no", "yes_values": ["public"]}}
    lines = (f"{THEIR_HEAD},listed", "acme.com,,,250,public", "b.com,,,9,private")
    further = vendor(tmp_path, path=written(tmp_path, "v.csv", *lines), columns=columns)
    mapping = mapping_of(tmp_path, (ACME, "2,,b.com,,", "3,,,,700"), further)
    for rule, kept in (
        ({"column": "employees", "at_least": 100}, ["1", "3"]),
        ({"column": "is_listed", "one_of": ["public"]}, ["1"]),
    ):
        prospects = {**mapping.prospects.model_dump(by_alias=True), "where": [rule]}
        filtered = DataSettings.model_validate(mapping.model_dump(by_alias=True) | {"prospects": prospects})
        assert values(enriched(filtered)[0], "account_id") == kept


def test_an_impossible_value_of_a_vendor_is_blanked_and_refuses_nobody(tmp_path: Path) -> None:
    further = vendor(tmp_path, "acme.com,,,-5", "b.com,,,2e9", "c.com,,,7")
    own = (ACME, "2,,b.com,,8", "3,,c.com,,-1")
    mapping = mapping_of(tmp_path, own, further, precedence={"employees": ["vendor"]})
    rows, findings = enriched(mapping)
    assert (values(rows, "employees"), findings.n_refused) == ([None, 8.0, 7.0], 0)
    assert findings.lines()[-1] == (
        "vendor: of its own rows, employees: 1 row is below 0, for example -5: left out; "
        "employees: 1 row is above 10,000,000, for example 2000000000: left out"
    )


def test_an_impossible_value_of_ones_own_still_counts_where_it_comes_first(tmp_path: Path) -> None:
    _, findings = enriched(mapping_of(tmp_path, (ACME, "3,,c.com,,-1"), vendor(tmp_path, "c.com,,,7")))
    assert findings.n_refused == 1


def test_what_was_filled_replaced_and_contradicted_is_counted(tmp_path: Path) -> None:
    own = ("1,,a.com,,10", "2,,b.com,,", "3,,c.com,,50", "4,Dee,,US,8", "5,,e.com,,7", "6,,zz.com,,1")
    lines = ("a.com,,,20", "b.com,,,30", "c.com,,,101", ",Dee Ltd,US,8", "e.com,,,")
    further = vendor(tmp_path, *lines, "a.com,,,99", "gmail.com,,,3", "d.com,,,many", "y.com,a")
    mapping = mapping_of(tmp_path, own, further, precedence={"employees": ["vendor"]})
    rows, findings = enriched(mapping)
    assert values(rows, "employees") == [20.0, 30.0, 101.0, 8.0, 7.0, 1.0]
    table = findings.enriched.tables["vendor"]
    assert table.found == Counter(domain=4, name=1)
    assert table.cells["employees"] == Counter(known=4, filled=1, replaced=2, both=3, far=1)
    assert findings.lines() == [
        "vendor: 5 of 6 accounts found among 8 rows (4 by domain, 1 by name); "
        "filled employees 1; replaced employees 2; more than 2 × apart employees 1 of 3",
        "vendor: of its own rows, 1 row is malformed and left out; 1 row repeats a domain: the first counts; "
        "1 domain that many companies share finds nobody; "
        "employees: 1 value not understood and taken as missing, for example 'many'",
    ]


def test_a_wrong_enrichment_is_named_in_full_before_any_file_is_read(tmp_path: Path) -> None:
    crawl = {"path": "lost.csv", "match_on": ["domain", "registration_id"]}
    crawl["columns"] = {"domain": "d", "shoe_size": "x", "employees": {"from": "e", "kind": "category"}}
    keys = {"path": "lost.csv", "match_on": ["registration_id"], "columns": {"registration_id": "r"}}
    by_name = {"path": "lost.csv", "match_on": ["name"], "columns": {"name": "n", "city": "c"}}
    precedence = {
        "employees": ["vendor", "nobody", "by_name", "own", "own"],
        "hats": ["vendor"],
        "domain": ["crawl"],
    }
    further = vendor(tmp_path, path="lost.csv") | {"crawl": crawl, "keys": keys, "by_name": by_name}
    mapping = mapping_of(tmp_path, (ACME,), further | {"own": further["vendor"]}, precedence=precedence)
    with pytest.raises(ConfigError) as failure:
        read_table("customers", mapping)
    place = "one of country, region, city, postal_code; "
    place += "where all are in one country, country: {value: US} says so"
    assert failure.value.what == "data.customers is not a valid mapping (12 problems)."
    assert failure.value.details == (
        "enrichment crawl: shoe_size: not one of our columns; a further one needs its kind",
        "enrichment crawl: employees: is of kind category, not number",
        "enrichment crawl: match_on registration_id: not among its columns",
        "enrichment keys: columns: nothing but keys, so it fills nothing",
        "enrichment keys: match_on: customers have none of registration_id",
        f"enrichment by_name: match_on name: needs a place that customers have too, {place}",
        "enrichment own: own is the table itself; give it another name",
        "precedence employees: nobody is neither own nor an enrichment table",
        "precedence employees: by_name has no such column",
        "precedence employees: own stands there twice",
        "precedence hats: no enrichment table has such a column",
        "precedence domain: says who an account is; the table's own value always counts",
    )


def test_all_further_tables_that_are_not_there_are_named_at_once(tmp_path: Path) -> None:
    lost = {"path": str(tmp_path / "lost.csv"), "match_on": ["domain"]}
    further = {name: lost | {"columns": VENDOR} for name in ("one", "two")}
    mapping = mapping_of(tmp_path, (ACME,), further)
    for read in (enriched, lambda given: table_digest("prospects", given)):
        with pytest.raises(UnavailableError) as failure:
            read(mapping)
        assert failure.value.what == "2 enrichment tables are not there, or cannot be read."
        assert failure.value.details == (f"{lost['path']} is not there.",) * 2


@pytest.mark.parametrize(
    ("line", "said"),
    [("site,company,hq", "other.csv lacks 1 of the mapped columns."),
     (f"{THEIR_HEAD}\na.com,,,x", "other.csv is not what its mapping says (1 failed check).")],
)  # fmt: skip
def test_a_further_table_that_is_another_stops(tmp_path: Path, line: str, said: str) -> None:
    further = vendor(tmp_path, path=written(tmp_path, "other.csv", line))
    with pytest.raises(DataError) as failure:
        read_table("customers", mapping_of(tmp_path, (ACME,), further))
    assert failure.value.what == said


def test_a_database_and_parquet_enrich_as_a_text_file_does(tmp_path: Path) -> None:
    rows = pd.DataFrame({"site": ["acme.com"], "company": [None], "hq": ["US"], "size": [250]})
    with sqlite3.connect(tmp_path / "v.db") as database:
        rows.to_sql("firms", database, index=False)
    parquet.write_table(pa.Table.from_pandas(rows), tmp_path / "v.parquet")
    places = {"url": f"sqlite:///{tmp_path / 'v.db'}", "query": "select * from firms"}
    for place in (places, {"path": str(tmp_path / "v.parquet")}):
        further = {"vendor": {**place, "match_on": ["domain"], "columns": VENDOR}}
        assert values(enriched(mapping_of(tmp_path, (ACME,), further))[0], "employees") == [250.0]


def test_an_empty_further_table_changes_nothing(tmp_path: Path) -> None:
    rows, findings = enriched(mapping_of(tmp_path, (ACME,), vendor(tmp_path)))
    assert values(rows, "employees") == [None]
    assert findings.lines() == ["vendor: 0 of 1 account found among 0 rows"]


def test_a_further_table_is_read_once_and_again_when_it_changed(tmp_path: Path) -> None:
    mapping = mapping_of(tmp_path, (ACME,), vendor(tmp_path, "acme.com,,,5"))
    assert mapping.prospects is not None
    fields = mapped_fields("prospects", mapping)
    once, digest = read_sources(mapping.prospects, fields, mapping), table_digest("prospects", mapping)
    assert read_sources(mapping.prospects, fields, mapping) is once
    written(tmp_path, "vendor.csv", THEIR_HEAD, "acme.com,,,6000")
    assert values(enriched(mapping)[0], "employees") == [6000.0]
    assert table_digest("prospects", mapping) != digest


def test_outcomes_are_not_enriched(tmp_path: Path) -> None:
    path = written(tmp_path, "orders.csv", "id,at,net", "1,2024-01-01,5")
    columns = {"account_id": "id", "ordered_at": "at", "revenue": "net"}
    further = vendor(tmp_path, path="lost.csv")
    mapping = mapping_of(tmp_path, (ACME,), further, orders={"path": path, "columns": columns})
    assert read_table("orders", mapping).findings.lines() == []


def test_only_the_first_row_of_a_customer_is_counted_where_the_first_is_kept(tmp_path: Path) -> None:
    table = {"path": written(tmp_path, "lines.csv", HEAD, ACME, ACME), "columns": OWN, "keeps_first": True}
    further = vendor(tmp_path, "acme.com,,,5")
    findings = read_table("customers", mapping_of(tmp_path, (), further, customers=table)).findings
    assert (findings.enriched.n_accounts, findings.n_repeated) == (1, 1)


def test_checks_of_headings_and_of_shared_domains_know_of_enrichment(tmp_path: Path) -> None:
    columns = VENDOR | {"growth": {"from": "g", "kind": "number"}}
    path = written(tmp_path, "v.csv", f"{THEIR_HEAD},g", "acme.com,,,5,1")
    rule = {"column": "growth", "at_least": 0}
    mapping = mapping_of(tmp_path, (ACME, "2,,gmail.com,,"), vendor(tmp_path, path=path, columns=columns))
    assert (headings(mapping)["growth"], headings(mapping)["employees"]) == ("g", "staff")
    assert free_mail_share(mapping, 10) == 0.5
    assert mapping.customers is not None
    customers = {**mapping.customers.model_dump(by_alias=True), "where": [rule]}
    only_found = DataSettings.model_validate(mapping.model_dump(by_alias=True) | {"customers": customers})
    assert free_mail_share(only_found, 10) == 0.0


def test_a_raw_row_may_hold_what_only_enrichment_brings_under_our_own_name(tmp_path: Path) -> None:
    columns = VENDOR | {"technologies": {"from": "tech", "separator": ";"}, "revenue": "r", "city": "town"}
    own = {"path": "own.csv", "columns": {**OWN, "region": "city"}}
    mapping = mapping_of(tmp_path, (), vendor(tmp_path, columns=columns), prospects=own)
    sources = {name: form.source for name, form in raw_columns("prospects", mapping).items()}
    further = {"technologies": "technologies", "revenue": "revenue", "city": "enriched city"}
    assert sources == {**OWN, "region": "city", **further}


def test_a_served_row_takes_what_it_is_sent_and_looks_nothing_up(tmp_path: Path) -> None:
    columns = VENDOR | {
        "technologies": {"from": "tech", "separator": ";"},
        "revenue": {"from": "r", "unit": 9},
    }
    path = written(tmp_path, "v.csv", f"{THEIR_HEAD},tech,r", "acme.com,,,5,SAP,1")
    mapping = mapping_of(tmp_path, (ACME,), vendor(tmp_path, path=path, columns=columns))
    form = raw_form(compose().config.model_copy(update={"data": mapping}))
    sent = pd.DataFrame(
        [{"web": "acme.com", "technologies": "Kafka, Airflow", "revenue": "2M"}, {"web": "b.de"}]
    )
    rows = parse_rows(sent, json.loads(json.dumps(form)))
    assert values(rows, "employees") == [None, None]
    assert values(rows, "technologies") == ["Airflow|Kafka", None]
    assert values(rows, "revenue") == [2e6, None]


def test_all_counts_can_be_read_as_a_table(tmp_path: Path) -> None:
    further = vendor(tmp_path, "a.com,,DE,20", "b.com,,US,9")
    _, findings = enriched(mapping_of(tmp_path, ("1,,a.com,,4", "2,,b.com,,"), further))
    lines = enrichment_markdown({"prospects": findings.enriched, "orders": Enriched()}).splitlines()
    assert lines[0] == "## Enrichment of prospects"
    assert lines[4:6] == [
        "| vendor | country | 2 | 2 | 2 | 0 | 0 |  |",
        "| vendor | employees | 2 | 2 | 1 | 0 | 1 | 1 |",
    ]
    assert lines[-1].startswith("- vendor: 2 of 2 accounts found")
    assert [one["far"] for one in findings.enriched.rows()] == [None, 1]


CELL = {
    "web": st.sampled_from(["a.com", "www.b.com", "gmail.com", "", "-"]),
    "land": st.sampled_from(["US", "Germany", ""]),
    "n": st.sampled_from(["Acme Inc", "ACME", "Bee", ""]),
    "staff": st.sampled_from(["5", "50", "-5", "many", "", "1k"]),
}
ROWS = st.lists(st.tuples(*CELL.values()), max_size=8)
THEIRS = [*VENDOR.values()]


def drawn(
    folder: Path, own: list[Any], theirs: list[Any], order: list[str], swap: bool = False
) -> DataSettings:
    """Map drawn accounts and a drawn vendor's export; swapped, their columns stand the other way round."""
    step = -1 if swap else 1
    names = ["id", *CELL]
    lines = [",".join([str(at), *row][::step]) for at, row in enumerate(own)]
    table = {"path": written(folder, "drawn.csv", ",".join(names[::step]), *lines), "columns": OWN}
    head = ["site", "hq", "company", "size"]
    rows = [",".join(list(row)[::step]) for row in theirs]
    path = written(folder, "theirs.csv", ",".join(head[::step]), *rows)
    further = {"vendor": {"path": path, "match_on": ["domain", "name"], "columns": VENDOR}}
    return mapping_of(folder, (), further, prospects=table, precedence={"employees": order})


def outcome(mapping: DataSettings, batch_rows: int) -> Any:
    """Give the rows, what was noticed, and who was refused; or the failure."""
    findings = Findings()
    try:
        batches = list(table_batches("prospects", mapping, batch_rows, findings))
    except DataError as failure:
        return failure.what
    rows = [
        one
        for batch in batches
        for one in batch.rows.astype(object).where(batch.rows.notna(), None).to_numpy().tolist()
    ]
    return rows, findings.lines(), findings.enriched, [one.row for batch in batches for one in batch.refused]


@settings(max_examples=15)
@given(own=ROWS, theirs=ROWS, batch_rows=st.integers(1, 5), order=st.permutations(["own", "vendor"]))
def test_neither_the_size_of_a_batch_nor_the_order_of_columns_changes_anything(
    tmp_path_factory: pytest.TempPathFactory,
    own: list[Any],
    theirs: list[Any],
    batch_rows: int,
    order: list[str],
) -> None:
    folder = tmp_path_factory.mktemp("drawn")
    whole = outcome(drawn(folder, own, theirs, order), 100)
    assert outcome(drawn(folder, own, theirs, order), batch_rows) == whole
    assert outcome(drawn(folder, own, theirs, order, swap=True), batch_rows) == whole


@settings(max_examples=15)
@given(own=ROWS, theirs=ROWS)
def test_an_own_value_that_counts_first_is_never_lost(
    tmp_path_factory: pytest.TempPathFactory, own: list[Any], theirs: list[Any]
) -> None:
    folder = tmp_path_factory.mktemp("drawn")
    mapping = drawn(folder, own, theirs, ["own", "vendor"])
    plain = outcome(mapping.model_copy(update={"enrichment": {}, "precedence": {}}), 100)
    found = outcome(mapping, 100)
    if isinstance(found, str):
        return
    assert len(found[0]) == len(plain[0])
    for before, after in zip(plain[0], found[0], strict=True):
        assert all(one is None or one == other for one, other in zip(before, after, strict=True))
