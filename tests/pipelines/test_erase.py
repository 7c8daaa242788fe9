"""An account is erased: nothing of it is left in the ledger, and that it was erased is kept."""

from __future__ import annotations

import json
import shutil
from datetime import date
from functools import cache

import pytest
from cycles import entry, gone, name_of, written_cycle
from support import called, compose

from icp_ml.data.ledger import open_ledger, record_missing
from icp_ml.data.ledger.erased import ERASED, erasures
from icp_ml.data.ledger.finding import entries_of, forgotten
from icp_ml.data.ledger.partitions import GONE, HALF, NEXT, PARTITION

CYCLES = [
    [entry("P1", 0.2), entry("P12", 0.9)],
    [entry("P1", 0.7), entry("P3", 0.6)],
    [entry("P12", 0.8)],
]


def settings_of(place, store, server=None):
    given = [f"{group}.folder={place / group}" for group in ("rescore", "scoring", "profile")]
    given += [
        f"evaluation.promotion.folder={place / 'promotion'}",
        f"tracking.export_folder={place / 'models'}",
    ]
    if store == "postgresql":
        server.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        given.append(f"rescore.ledger_url={server.url}")
    return [*given, "today=2026-02-01"]


@pytest.fixture(params=["parquet", "postgresql"])
def place(request, tmp_path):
    """Give settings and ledger of three recorded cycles, the first two of which have P1."""
    server = request.getfixturevalue("postgres") if request.param == "postgresql" else None
    given = settings_of(tmp_path, request.param, server)
    return tmp_path / "rescore", given, recorded(tmp_path / "rescore", given, CYCLES)


@cache
def settings():
    return compose().config.rescore


def opened(given):
    """Open the ledger as a command would, without composing all of the configuration again."""
    named = dict(one.split("=", 1) for one in given)
    changed = {"folder": named["rescore.folder"], "ledger_url": named.get("rescore.ledger_url")}
    return open_ledger(settings().model_copy(update=changed))


def recorded(folder, given, cycles):
    folder.mkdir(exist_ok=True)
    for made in cycles:
        path = written_cycle(folder, entries=made)
        lines = "".join(f"{one['account_id']},{one['name']}\r\n" for one in made)
        (path.parent / "scored.csv").write_text(f"account_id,name\r\n{lines}", encoding="utf-8-sig")
    ledger = opened(given)
    record_missing(folder, ledger)
    return ledger


def bytes_below(folder):
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


def test_nothing_of_the_account_is_left_and_the_others_are_as_they_were(place):
    folder, given, ledger = place
    others = [entries_of(ledger, one) for one in ("P12", "P3")]
    rows = ledger.inputs([one["input_digest"] for made in CYCLES for one in made])
    done = called("erase", *given, "rescore.account=P1")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(
        "erase: 2 entries and 2 input rows are out of the ledger; 2 published lists"
    )
    assert "nothing here names it any more" in done.stdout
    ledger = opened(given)
    left = ledger.inputs(rows["input_digest"])
    assert entries_of(ledger, "P1") == []
    assert left["account_id"].tolist() == rows.loc[rows["account_id"] != "P1", "account_id"].tolist()
    assert [entries_of(ledger, one) for one in ("P12", "P3")] == others
    assert (ledger.check(), len(ledger.cycles())) == ([], 3)
    notes = [one.facts.get("rewritten", [{}])[0].get("why") for one in ledger.cycles()]
    assert notes == ["an account was erased"] * 2 + [None]
    assert [one.name for one in folder.glob("2026*")] == [name_of(3)]
    assert b"Firm P1\r" not in bytes_below(folder.parent)


def test_the_record_says_when_and_how_much_and_not_whom(place):
    _, given, ledger = place
    called("erase", *given, "rescore.account=P1")
    begun, done = erasures(ledger.folder)
    assert (begun.state, done.state, done.day, done.n_entries, done.n_inputs) == (
        "begun",
        "done",
        "2026-02-01",
        2,
        2,
    )
    assert "P1" not in (ledger.folder / ERASED).read_text()
    said = called("history", *given, "rescore.account=P1")
    line = "an account of this id was erased on 2026-02-01 (2 entries, 2 input rows)\n"
    assert (said.returncode, said.stdout) == (0, line)
    assert called("history", *given, "rescore.account=P2").returncode == 65


def test_the_newest_list_stays_until_the_next_one_and_that_is_an_alarm(place):
    folder, given, _ = place
    done = called("erase", *given, "rescore.account=P12")
    assert done.returncode == 10
    assert f"the newest list in {folder} still names it" in done.stdout
    written_cycle(folder, entries=[entry("P3", 0.3)])
    again = called("erase", *given, "rescore.account=P12")
    assert (again.returncode, "0 entries and 0 input rows" in again.stdout) == (0, True)
    assert sorted(one.name for one in folder.glob("2026*")) == [name_of(2), name_of(4)]


def test_one_that_comes_back_is_scored_anew_and_has_a_new_story(place):
    folder, given, _ = place
    called("erase", *given, "rescore.account=P1")
    written_cycle(folder, entries=[entry("P1", 0.4)])
    record_missing(folder, opened(given))
    said = called("history", *given, "rescore.account=P1").stdout
    assert said.startswith("an account of this id was erased on 2026-02-01")
    assert "new in the list: Bad fit, 40.0 %" in said


def test_what_was_published_and_not_recorded_does_not_bring_it_back(place):
    folder, given, _ = place
    written_cycle(folder, entries=[entry("P1", 0.4)])
    assert called("erase", *given, "rescore.account=P1").returncode == 10  # the newest list has it
    ledger = opened(given)
    assert record_missing(folder, ledger) == ([], [])
    assert entries_of(ledger, "P1") == []


def test_an_entry_that_it_is_gone_would_name_it_again(place):
    folder, given, ledger = place
    called("erase", *given, "rescore.account=P1")
    assert forgotten(ledger, ["P1", "P3", "P12"]) == {"P1"}
    written_cycle(folder, entries=[entry("P1", 0.4)])
    record_missing(folder, ledger)
    assert forgotten(ledger, ["P1", "P3"]) == set()


def test_an_unknown_account_is_not_erased(place):
    folder, given, _ = place
    done = called("erase", *given, "rescore.account=P99")
    assert (done.returncode, "no account 'P99'" in done.stderr) == (65, True)
    assert not (folder / "ledger" / ERASED).exists()


@pytest.mark.parametrize("account", ["=7+1", "'=7+1"])
def test_an_id_that_would_run_as_a_formula_is_known_as_it_is_shown_too(tmp_path, account):
    given = settings_of(tmp_path, "parquet")
    folder = tmp_path / "rescore"
    recorded(folder, given, [[entry("=7+1", 0.2), entry("'=8", 0.2), entry("P1", 0.3)], [entry("P1", 0.4)]])
    (folder / name_of(2) / "movers.csv").write_text("account_id\r\n'=7+1\r\n")
    asked = f'rescore.account="{account}"'
    assert called("history", *given, asked).stdout.startswith("=7+1: Firm =7+1\n")
    assert called("replay", *given, asked, "today=2025-01-01").stderr.startswith("error: =7+1 had no score")
    done = called("erase", *given, asked)
    assert (done.returncode, "1 entry and 1 input row are out" in done.stdout) == (10, True)
    assert f"the newest list in {folder} still names it" in done.stdout
    assert "was erased" in called("history", *given, asked).stdout
    assert called("history", *given, 'rescore.account="\'=8"').stdout.startswith("'=8: Firm '=8")


TOLD = {
    "scored.csv": 'account_id,name,reasons_for,duplicate_of\r\nP1,Texas Analytics 12,"City: Texas, 12",\r\n',
    "movers.html": "<p>Analytics</p><strong>Texas</strong><td>12</td>",
    "refused.csv": "source,row,reason,content\r\nTexas,12,employees: 12,"
    '"{""prospect_id"": ""P7"", ""city"": ""Texas"", ""visits"": ""12""}"\r\n',
}


@pytest.mark.parametrize("word", ["Texas", "Analytics", "12", "Firm P1", "account_id", "core"])
def test_a_word_in_a_list_is_no_account_and_nothing_is_touched(tmp_path, word):
    given = settings_of(tmp_path, "parquet")
    folder = tmp_path / "rescore"
    recorded(folder, given, CYCLES)
    for one in folder.glob("2026*"):
        (one / "state").mkdir()
        for name, text in TOLD.items():
            (one / name).write_text(text)
    (folder / ".lock").touch()
    before = {path: path.is_file() and path.read_bytes() for path in tmp_path.rglob("*")}
    done = called("erase", *given, f"rescore.account='{word}'")
    assert done.returncode == 65
    assert done.stderr.startswith(f"error: the ledger has no account '{word}'.\n")
    assert {path: path.is_file() and path.read_bytes() for path in tmp_path.rglob("*")} == before


def test_one_whose_id_is_a_number_is_erased_to_the_end(tmp_path):
    given = settings_of(tmp_path, "parquet")
    folder = tmp_path / "rescore"
    recorded(folder, given, [[entry("12", 0.2), entry("P1", 0.3)], [gone("12")], [entry("P1", 0.4)]])
    for name, text in TOLD.items():
        (folder / name_of(3) / name).write_text(text)
    model = tmp_path / "models/demo/abc"
    model.mkdir(parents=True)
    (model / "exemplars.json").write_text('{"best": [["P9", "12", null, [12]]], "poor": []}')
    (model / "encoder.json").write_text('{"shares": ["12", 12]}')
    (model / "report.json").write_text('{"notes": ["last funding: \'12\' is no day"]}')
    done = called("erase", *given, "rescore.account='12'")
    assert (done.returncode, done.stderr) == (0, "")
    assert "2 entries and 1 input row are out of the ledger; 2 published lists" in done.stdout
    assert [one.name for one in folder.glob("2026*")] == [name_of(3)]


def test_documents_and_models_that_name_it_are_said(tmp_path):
    given = settings_of(tmp_path, "parquet")
    recorded(tmp_path / "rescore", given, CYCLES)
    for path, text in (
        ("models/demo/abc/exemplars.json", '{"best": [["P1", "Firm P1", null, [0.1]]], "poor": []}'),
        ("profile/x/profile.json", '{"examples": {"core": [["P2", null], ["P1", null]]}}'),
    ):
        (tmp_path / path).parent.mkdir(parents=True)
        (tmp_path / path).write_text(text)
    done = called("erase", *given, "rescore.account=P1")
    assert done.returncode == 10
    assert f"{tmp_path / 'models/demo/abc'} remembers it as a customer" in done.stdout
    assert f"{tmp_path / 'profile'} names it" in done.stdout


@pytest.mark.parametrize("state", ["half", "both names", "aside"])
def test_a_kill_while_a_partition_is_replaced_is_taken_up(tmp_path, state):
    given = settings_of(tmp_path, "parquet")
    folder = tmp_path / "rescore"
    recorded(folder, given, CYCLES)
    ledger, name = folder / "ledger", name_of(1)
    old = ledger / f"{PARTITION}{name}"
    shutil.copytree(old, tmp_path / "old")
    called("erase", *given, "rescore.account=P1")
    shutil.copytree(old, tmp_path / "new")
    shutil.rmtree(old)
    shutil.copytree(tmp_path / "old", ledger / f"{GONE if state == 'aside' else PARTITION}{name}")
    where = HALF if state == "half" else NEXT
    shutil.copytree(tmp_path / "new", ledger / f"{where}{name}")
    found = entries_of(opened(given), "P1")
    assert len(found) == (1 if state == "half" else 0)
    done = called("erase", *given, "rescore.account=P1")
    assert done.returncode == 0, done.stderr
    assert sorted(one.name for one in ledger.iterdir() if one.is_dir()) == [
        f"{PARTITION}{name_of(at)}" for at in (1, 2, 3)
    ]
    facts = json.loads((old / "cycle.json").read_text())
    assert facts["rewritten"][0]["on"] == str(date(2026, 2, 1))
    assert entries_of(opened(given), "P1") == []


def test_lost_facts_are_not_restored_from_a_list_that_names_the_erased(tmp_path):
    given = settings_of(tmp_path, "parquet")
    folder = tmp_path / "rescore"
    recorded(folder, given, [*CYCLES, [gone("P3")]])
    called("erase", *given, "rescore.account=P3")
    (folder / f"ledger/cycle={name_of(4)}/cycle.json").unlink()
    ledger = opened(given)
    assert [one.cycle for one in ledger.check()] == [name_of(4)]
    assert entries_of(ledger, "P3") == []
