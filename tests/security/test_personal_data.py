"""What is not mapped is not read, and what is dropped is in nothing that is written."""

from __future__ import annotations

import csv
import shutil

import pytest
from openpyxl import Workbook
from support import QUICK, called, compose

from icp_ml.data.sources import read_batches
from icp_ml.errors import ConfigError
from icp_ml.settings import FileSettings

PERSONAL = "jane.planted@example.com"
ROLE = "Planted Head of Data"


def holding(place, *words):
    """List the files below a place that hold one of some words, as text or inside Parquet."""
    from pyarrow import parquet

    found = []
    for path in (one for one in place.rglob("*") if one.is_file() and not one.is_symlink()):
        raw = path.read_bytes()
        if path.suffix == ".parquet":
            raw += str(parquet.read_table(path).to_pydict()).encode()
        found += [path.relative_to(place) for word in words if word.encode() in raw]
    return found


def plant(path, encoding, delimiter):
    """Add two columns, the same in every row."""
    with path.open(encoding=encoding, newline="") as stream:
        header, *rows = csv.reader(stream, delimiter=delimiter)
    with path.open("w", encoding=encoding, newline="") as stream:
        writer = csv.writer(stream, delimiter=delimiter)
        writer.writerows([[*header, "E-mail", "Contact"], *([*row, PERSONAL, ROLE] for row in rows)])


@pytest.fixture
def planted(workplace):
    """Plant an unmapped e-mail address in every row of the demo, and a contact's role in a mapped column."""
    folder = workplace / "var/demo"
    plant(folder / "customers.csv", "cp1252", ";")
    plant(folder / "prospects.csv", "utf-8-sig", ",")
    with (folder / "prospects.csv").open("a", encoding="utf-8", newline="") as stream:
        stream.write(f"P9,{PERSONAL}\r\n" + f",Acme{',' * 16}{PERSONAL},{ROLE}\r\n")
    return workplace


MAPPED = (
    "data.customers.columns.contact_roles.from=Contact",
    "+data.prospects.columns.contact_roles={from: Contact}",
)


def test_what_is_not_mapped_is_in_nothing_that_is_written(planted):
    done = called("predict")
    assert done.returncode == 0, done.stderr
    (planted / "var/demo").rename(planted.with_name("elsewhere"))
    refused = (planted / "var/scored/demo/latest/refused.csv").read_text(encoding="utf-8-sig")
    assert "2 cells where the header has" in refused
    assert "account_id: missing" in refused
    assert holding(planted, PERSONAL, ROLE) == []
    assert PERSONAL not in done.stdout + done.stderr


def test_what_is_dropped_is_in_nothing_that_is_written(planted):
    done = called("train", *QUICK, *MAPPED, "+data.drops=[contact_roles]", "features.include=[contact_roles]")
    assert done.returncode == 0, done.stderr
    for verb in ("predict", "label", "profile"):
        said = called(verb, *MAPPED, "+data.drops=[contact_roles]", "tracking.model=challenger")
        assert said.returncode == 0, said.stderr
    shutil.rmtree(planted / "var/demo")
    assert holding(planted, PERSONAL, ROLE) == []


def test_what_is_mapped_and_not_dropped_is_in_the_refused_file(planted):
    """So that the test before cannot pass by looking at the wrong place."""
    assert called("predict", *MAPPED).returncode == 0
    shutil.rmtree(planted / "var/demo")
    assert holding(planted, ROLE)


def test_a_dropped_column_is_read_from_no_table():
    mapping = compose("+data.drops=[technologies, contact_roles]").config.data
    tables = (mapping.customers, mapping.prospects, *mapping.enrichment.values())
    assert not [table for table in tables if {"technologies", "contact_roles"} & set(table.columns)]
    assert mapping.precedence == {}
    assert mapping.drops == ("technologies", "contact_roles")


@pytest.mark.parametrize("dropped", ["contact_role", "Contact Roles"])
def test_a_column_that_no_table_maps_cannot_be_dropped_unseen(dropped):
    with pytest.raises(ConfigError, match=f"no table maps {dropped}"):
        compose(f"+data.drops=['{dropped}']")


@pytest.mark.parametrize("dropped", ["[[a]]", "[{a: 1}]", "[1]", "7", "{a: b}"])
def test_what_is_no_list_of_names_is_no_list_of_columns_to_drop(dropped):
    with pytest.raises(ConfigError, match=r"data\.drops"):
        compose(f"+data.drops={dropped}")


@pytest.mark.parametrize(("ending", "n_malformed"), [("csv", 2), ("xlsx", 1)])
def test_a_malformed_row_of_any_file_keeps_nothing(tmp_path, ending, n_malformed):
    rows = [["id", "mail"], ["1", "a@x"], ["2", PERSONAL, "further"], ["3", "b@x"]]
    path = tmp_path / f"list.{ending}"
    if ending == "csv":
        path.write_text("\n".join(",".join(row) for row in [*rows, ["4\0", PERSONAL]]), encoding="utf-8")
    else:
        book = Workbook()
        for row in rows:
            book.active.append(row)
        book.save(path)
    batches = list(read_batches(FileSettings(path=str(path)), ["id"], 10))
    assert [one.content for batch in batches for one in batch.refused] == [""] * n_malformed
