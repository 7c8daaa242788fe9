"""A damaged ledger: named, restored where a published folder still has it, and otherwise readable."""

from __future__ import annotations

import json
import shutil
import sqlite3
from contextlib import closing
from datetime import date

import pytest
from cycles import entry, name_of, written_cycle
from small import trained

from icp_ml.data.ledger import keep_models, kept_model, record_missing
from icp_ml.data.ledger.database import DatabaseLedger
from icp_ml.data.ledger.folder import FolderLedger
from icp_ml.errors import DataError


def truncate(path):
    path.write_bytes(path.read_bytes()[:-100])


def flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))


def remove(path):
    path.unlink()


def empty(path):
    path.write_bytes(b"")


def lead_out(path):
    path.write_text(json.dumps(json.loads(path.read_text()) | {"cycle": "../../x"}))


DAMAGES = [
    ("entries.parquet", truncate),
    ("entries.parquet", flip),
    ("entries.parquet", remove),
    ("entries.parquet", empty),
    ("inputs.parquet", flip),
    ("drift.json", flip),
    ("cycle.json", empty),
    ("cycle.json", remove),
    ("cycle.json", lead_out),
]


@pytest.fixture
def place(tmp_path):
    """Give a folder with three cycles, published and recorded."""
    for probability in (0.1, 0.2, 0.7):
        written_cycle(tmp_path, entries=[entry("A", probability), entry("B", probability)])
    record_missing(tmp_path, FolderLedger(tmp_path / "ledger"))
    return tmp_path


def damaged(place, file, damage):
    path = place / "ledger" / f"cycle={name_of(2)}" / file
    damage(path)
    return path


def cycles_in(ledger):
    return [row["cycle"] for table in ledger.entries({"A"}) for row in table.to_pylist()]


@pytest.mark.parametrize(("file", "damage"), DAMAGES)
def test_a_damaged_file_is_named_and_the_other_cycles_are_read(place, file, damage):
    shutil.rmtree(place / name_of(2))
    path, ledger = damaged(place, file, damage), FolderLedger(place / "ledger")
    [found, *more] = ledger.check()
    assert (found.cycle, found.path, "copy of the ledger" in str(found)) == (name_of(2), str(path), True)
    assert all("follows it" in str(one) for one in more)
    is_lost = file in ("entries.parquet", "cycle.json")
    assert cycles_in(ledger) == [name_of(at) for at in (1, 2, 3) if not (is_lost and at == 2)]
    assert len(ledger.standing()) == 2
    rows = ledger.inputs([entry("A", 0.1)["input_digest"], entry("A", 0.2)["input_digest"]])
    assert len(rows) == (1 if file in ("inputs.parquet", "cycle.json") else 2)


@pytest.mark.parametrize(("file", "damage"), DAMAGES)
def test_what_is_still_published_is_restored(place, file, damage):
    path = damaged(place, file, damage)
    assert FolderLedger(place / "ledger").check() == []
    assert path.read_bytes() == (place / name_of(2) / "cycle" / file).read_bytes()
    assert cycles_in(FolderLedger(place / "ledger")) == [name_of(at) for at in (1, 2, 3)]


def test_a_published_original_that_differs_restores_nothing(place):
    damaged(place, "entries.parquet", flip)
    flip(place / name_of(2) / "cycle/entries.parquet")
    assert [one.cycle for one in FolderLedger(place / "ledger").check()] == [name_of(2)]


def test_reading_alone_restores_too(place):
    damaged(place, "entries.parquet", truncate)
    assert len(cycles_in(FolderLedger(place / "ledger"))) == 3


def test_a_partition_that_was_taken_away_is_named_by_the_one_after_it(place):
    for gone in (place / name_of(2), place / "ledger" / f"cycle={name_of(2)}"):
        shutil.rmtree(gone)
    [found] = FolderLedger(place / "ledger").check()
    assert (found.cycle, found.what) == (name_of(2), f"lacks it; {name_of(3)} follows it")


def test_a_damaged_partition_is_not_erased_from_and_that_is_said(place):
    shutil.rmtree(place / name_of(2))
    damaged(place, "entries.parquet", flip)
    ledger = FolderLedger(place / "ledger")
    with pytest.raises(DataError, match="may still hold the account") as found:
        ledger.erase("A", date(2026, 2, 1))
    assert name_of(2) in str(found.value)
    assert cycles_in(FolderLedger(place / "ledger")) == []


@pytest.mark.parametrize("is_published", [True, False])
def test_rows_that_went_from_a_database_are_missed_or_restored(place, is_published):
    path = place / "ledger.db"
    sqlite3.connect(path).close()
    ledger = DatabaseLedger(place / "ledger", f"sqlite:///{path}")
    record_missing(place, ledger)
    if not is_published:
        shutil.rmtree(place / name_of(2))
    with closing(sqlite3.connect(path)) as one:
        one.execute("DELETE FROM icp_ml_entries WHERE cycle = ? AND account_id = 'A'", [name_of(2)])
        one.execute("DELETE FROM icp_ml_inputs")
        one.commit()
    said = [str(one) for one in ledger.check()]
    assert any("has 1 of its 2 entries" in one for one in said) is not is_published
    assert any("lacks the input rows of 1 entry" in one for one in said) is not is_published
    assert cycles_in(ledger) == [name_of(at) for at in (1, 2, 3) if is_published or at != 2]


def test_damaged_facts_and_inputs_in_a_database_are_said(place):
    path = place / "ledger.db"
    sqlite3.connect(path).close()
    ledger = DatabaseLedger(place / "ledger", f"sqlite:///{path}")
    record_missing(place, ledger)
    with closing(sqlite3.connect(path)) as one:
        one.execute("UPDATE icp_ml_cycles SET facts = '{' WHERE cycle = ?", [name_of(2)])
        one.execute("UPDATE icp_ml_inputs SET content = '[1]'")
        one.commit()
    assert "has damaged facts" in str(ledger.check()[0])
    with pytest.raises(DataError, match="is damaged"):
        ledger.inputs([entry("A", 0.1)["input_digest"]])


def test_a_kept_model_is_read_back_and_kept_once(tmp_path):
    model = trained()[2]
    keep_models([model, model], tmp_path)
    assert kept_model(tmp_path, model.version).to_files() == model.to_files()
    path = tmp_path / "models" / model.version / "encoder.json"
    truncate(path)
    keep_models([model], tmp_path)  # mends it
    assert kept_model(tmp_path, model.version).version == model.version


@pytest.mark.parametrize("case", ["lacking", "another name", "changed", "no text", "leads out"])
def test_a_model_that_is_not_as_its_digest_says_is_refused(tmp_path, case):
    model = trained()[2]
    keep_models([model], tmp_path)
    place, version = tmp_path / "models" / model.version, model.version
    if case == "lacking":
        shutil.rmtree(place)
    elif case == "another name":
        version = "0" * 12
        place.rename(place.with_name(version))
    elif case == "changed":
        (place / "model.json").write_text((place / "model.json").read_text().replace('"best"', '"worst"'))
    elif case == "no text":
        (place / "encoder.json").write_bytes(b"\xff\xfe")
    else:
        version = "../../models"
    with pytest.raises(DataError, match="model"):
        kept_model(tmp_path, version)
