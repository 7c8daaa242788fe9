"""The last list's state is lost: the ledger knows everybody, and entries are as if nothing had been."""

from __future__ import annotations

import shutil
import sqlite3
from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from nights import BIG, ROWS, SOFTWARE, Nights, changed, models

from icp_ml.data.publish import latest
from icp_ml.data.state import open_state
from icp_ml.errors import DataError, UnavailableError

FIRST, SECOND, THIRD = (date(2024, 1, day) for day in (1, 2, 20))
LOST = "the last list's state cannot be read: all rows are scored anew and compared with the ledger"
TWICE = pd.concat([ROWS.iloc[:50], ROWS.iloc[10:14].assign(employees=7.0)], ignore_index=True)
SMALLER = changed(TWICE.drop(index=[1, 3, 20]), employees={5: 5000.0, 8: 1.0})
BACK = changed(TWICE.drop(index=[0, 6, 40]), employees={7: 900.0}, name={9: "Another"})
CAPACITY = ("scoring/list_tiers=capacity", "scoring.list_tiers.a=10", "scoring.list_tiers.b=15")
KINDS = {
    "one segment": {},
    "two segments": {"where": {"one": [SOFTWARE], "two": [BIG]}},
    "a rubric": {"overrides": ()},
    "as many as there is time for": {"overrides": CAPACITY},
}


def two_nights(folder, **settings):
    """Give nights of which two were: accounts changed, went, and one list has an id twice."""
    (folder / "rescored").mkdir(parents=True)
    nights = Nights(folder / "rescored", folder / "list.csv", **settings)
    nights.night(TWICE, FIRST, scored_by(folder.name, nights))
    nights.night(SMALLER, SECOND, scored_by(folder.name, nights))
    return nights


def scored_by(kind, nights, version=""):
    return {one: models("points" if "rubric" in kind else "boosted_trees", version) for one in nights.where}


def copied(nights, place):
    """Copy all that nights left, with a ledger in a file."""
    shutil.copytree(nights.folder.parent, place, symlinks=True)
    url = nights.ledger_url
    if url is not None and url.startswith("sqlite"):
        url = f"sqlite:///{place / 'ledger.db'}"
    return replace(nights, folder=place / "rescored", source=place / "list.csv", ledger_url=url)


def lose_all(nights):
    """Remove every published list; the ledger stays."""
    (nights.folder / "latest").unlink()
    for one in nights.folder.glob("20*"):
        shutil.rmtree(one)


def lose_state(nights):
    shutil.rmtree(latest(nights.folder) / "state")


def leftovers(folder):
    return [one.name for one in folder.iterdir() if one.name.startswith(".") and one.is_dir()]


@pytest.mark.parametrize("kind", KINDS)
def test_the_next_entries_are_those_of_an_intact_state(tmp_path, kind):
    nights = two_nights(tmp_path / kind, **KINDS[kind])
    by = scored_by(kind, nights, "" if "segments" in kind else "later")
    others = [copied(nights, tmp_path / lose.__name__) for lose in (lose_state, lose_all)]
    expected, good, said = nights.night(BACK, THIRD, by)
    assert (said, set(expected["event"])) == ((), {"new", "changed", "gone"})
    for lose, other in zip((lose_state, lose_all), others, strict=True):
        lose(other)
        _, made, notes = other.night(BACK, THIRD, by)
        assert (notes, leftovers(other.folder), other.ledger.check()) == ((LOST,), [], [])
        for file in ("entries.parquet", "inputs.parquet"):
            assert (made / "cycle" / file).read_bytes() == (good / "cycle" / file).read_bytes(), file


@pytest.mark.parametrize("store", ["sqlite", "postgresql"])
def test_a_ledger_in_a_database_knows_them_too(tmp_path, store, request):
    if store == "postgresql":
        server = request.getfixturevalue("postgres")
        server.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    place = tmp_path / "nights"
    place.mkdir()
    sqlite3.connect(place / "ledger.db").close()
    url = server.url if store == "postgresql" else f"sqlite:///{place / 'ledger.db'}"
    nights = two_nights(place, ledger_url=url)
    intact = copied(nights, tmp_path / "intact")
    _, good, _ = intact.night(BACK, THIRD, is_recorded=False)
    lose_all(nights)
    _, made, notes = nights.night(BACK, THIRD)
    assert notes == (LOST,)
    for file in ("entries.parquet", "inputs.parquet"):
        assert (made / "cycle" / file).read_bytes() == (good / "cycle" / file).read_bytes()
    assert [one.number for one in nights.ledger.cycles()] == [1, 2, 3]
    assert len(nights.ledger.standing()) == 47


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    return two_nights(tmp_path_factory.mktemp("kept") / "nights")


FILES = (
    *("0000000.arrow", "0000000.tiers.npy", "by_account.arrow", "by_content.arrow"),
    *("00000-0000000.inputs", "00000-0000000.reasons"),
)


@pytest.mark.parametrize("file", [*FILES, "state.json"])
@pytest.mark.parametrize("damage", ["byte", "cut", "empty", "gone", "zeros"])
def test_damage_to_any_file_of_a_state_is_noticed(kept, tmp_path, file, damage):
    nights = copied(kept, tmp_path / "copy")
    path = latest(nights.folder) / "state" / file
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    if damage == "byte":
        content[middle] ^= 0x80
    elif damage == "zeros":
        content[middle : middle + 64] = bytes(len(content[middle : middle + 64]))
    else:
        content = content[:-8] if damage == "cut" else b""
    assert open_state(latest(nights.folder)) is not None
    path.write_bytes(content)
    if damage == "gone":
        path.unlink()
    assert open_state(latest(nights.folder)) is None


@pytest.mark.parametrize("gone", [[], [30, 31]])
def test_a_list_in_which_nobody_has_other_inputs_can_follow(kept, tmp_path, gone):
    nights = copied(kept, tmp_path / "copy")
    lose_state(nights)
    found, _, notes = nights.night(SMALLER.drop(index=gone), THIRD)
    assert notes == (LOST,)
    assert set(found.loc[found["event"] == "gone", "account_id"]) == {f"A00{one}" for one in gone}
    assert "new" not in set(found["event"])
    assert nights.ledger.check() == []


def test_whoever_was_erased_and_is_still_there_is_new(kept, tmp_path):
    nights = copied(kept, tmp_path / "copy")
    nights.ledger.erase("A0012", SECOND)
    lose_state(nights)
    found, _, _ = nights.night(SMALLER, THIRD)
    events = found.set_index("account_id")["event"]
    assert (events["A0012"], set(events.drop("A0012")) <= {"changed"}) == ("new", True)


def test_one_whose_input_row_the_ledger_lacks_is_new_and_counted(kept, tmp_path):
    nights = copied(kept, tmp_path / "copy")
    lose_all(nights)
    (sorted(nights.folder.glob("ledger/cycle=*"))[1] / "inputs.parquet").write_bytes(b"")
    found, _, notes = nights.night(SMALLER, THIRD)
    assert notes[0] == LOST
    assert notes[1].startswith("the ledger lacks the input rows of 2 accounts: ")
    assert set(found.loc[found["event"] == "new", "account_id"]) == {"A0005", "A0008"}


def test_the_list_of_the_last_cycle_is_made_again_as_it_was(kept, tmp_path):
    nights = copied(kept, tmp_path / "copy")
    entries = {one.name: (one / "cycle/entries.parquet").read_bytes() for one in nights.folder.glob("20*")}
    name = latest(nights.folder).name
    lose_all(nights)
    _, made, notes = nights.night(SMALLER, SECOND)
    assert (made.name, notes) == (name, (LOST,))
    assert (made / "cycle/entries.parquet").read_bytes() == entries[name]
    assert nights.ledger.check() == []
    found, _, _ = nights.night(BACK, THIRD)
    assert set(found.loc[found["event"] == "new", "account_id"]) == {"A0001", "A0003", "A0020"}
    assert [one.number for one in nights.ledger.cycles()] == [1, 2, 3]


def test_a_cycle_is_not_made_again_below_later_ones(kept, tmp_path):
    nights = copied(kept, tmp_path / "copy")
    lose_all(nights)
    with pytest.raises(DataError, match="and later ones"):
        nights.night(TWICE, FIRST)
    assert leftovers(nights.folder) == []


def test_without_state_and_ledger_nobody_is_called_new(kept, tmp_path):
    nights = copied(kept, tmp_path / "copy")
    lose_state(nights)
    before = latest(nights.folder)
    with pytest.raises(UnavailableError):
        replace(nights, ledger_url="sqlite:////nowhere/ledger.db").night(BACK, THIRD)
    assert latest(nights.folder) == before


def test_what_a_killed_run_made_again_is_removed(kept, tmp_path):
    nights = copied(kept, tmp_path / "copy")
    rest = nights.folder / ".working-rebuilt"
    rest.mkdir()
    (rest / "0000000.arrow").write_bytes(b"A0001")
    nights.night(BACK, THIRD)
    assert leftovers(nights.folder) == []


def test_a_list_from_before_there_was_a_ledger_is_the_first_run(kept, tmp_path):
    nights = copied(kept, tmp_path / "copy")
    last = latest(nights.folder)
    shutil.rmtree(nights.folder / "ledger")
    for one in nights.folder.glob("20*"):
        shutil.rmtree(one / "cycle")
        shutil.rmtree(one / "state", ignore_errors=True)
        (one / "ledger.parquet").write_bytes(b"")
    found, _, notes = nights.night(BACK, THIRD)
    assert set(found["event"]) == {"new"}
    assert notes == (f"{last.name} was made before there was a ledger: it begins with this list",)
    assert [(one.number, one.previous) for one in nights.ledger.cycles()] == [(1, None)]
