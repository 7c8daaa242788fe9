"""Scoring on a schedule: dull, safe to repeat, and clear about what moved."""

from __future__ import annotations

import json
import shutil

import pandas as pd
import pytest
from filelock import FileLock
from posted import inbox
from support import called, command, kill_after

from pipelines.drifting import _counted_before

__all__ = ["inbox"]
FOLDER = "var/rescored/demo"


@pytest.fixture(scope="module")
def two_nights(trained, demo_tables, tmp_path_factory):
    """Rescore on two days; between them one prospect grows into the profile, one leaves, one is new."""
    place = tmp_path_factory.mktemp("nights")
    shutil.copytree(trained, place, symlinks=True, dirs_exist_ok=True)
    assert command("rescore", cwd=place).returncode == 0
    first = (place / FOLDER / "latest").resolve()
    ledger = pd.read_parquet(first / "cycle/entries.parquet")
    poor = ledger.loc[~ledger["is_customer"]].nsmallest(1, "fit_probability")["account_id"].item()
    best = ledger.nlargest(1, "fit_probability")["account_id"].item()
    changed = change_list(demo_tables.prospects, poor, best)
    changed.to_csv(place / "var/demo/prospects.csv", index=False, encoding="utf-8-sig")
    done = command("rescore", "today=2026-01-02", cwd=place)
    assert done.returncode == 0, done.stderr
    return place, poor, best, done.stdout


def change_list(prospects, poor, best):
    """Let the poor one take the best one's record, drop the last prospect, add a new one."""
    ids = prospects["prospect_id"].str.strip()
    record = prospects.loc[ids == best].iloc[0].drop(["prospect_id", "company", "url"])
    changed = prospects.iloc[:-1].copy()
    changed.loc[ids == poor, record.index] = record.to_numpy()
    newcomer = prospects.iloc[[0]].assign(prospect_id="NEW1", url="http://newcomer.example")
    return pd.concat([changed, newcomer], ignore_index=True)


def test_the_mover_is_listed_with_both_tiers(two_nights):
    place, poor, _, _ = two_nights
    movers = pd.read_csv(place / FOLDER / "latest/movers.csv").set_index("account_id")
    found = movers.loc[poor]
    assert (found["move"], found["previous_tier"], found["tier"]) == ("up", "Bad fit", "Best fit")
    assert found["change"] == pytest.approx(
        found["fit_probability"] - found["previous_probability"], abs=2e-4
    )
    assert movers.loc["NEW1", "move"] == "entered"
    assert (movers["move"] == "left").sum() == 1


def test_the_ledger_keeps_both_nights_and_the_second_holds_only_what_changed(two_nights):
    place, poor, _, said = two_nights
    first, second = (
        pd.read_parquet(path / "entries.parquet") for path in sorted((place / FOLDER / "ledger").glob("c*"))
    )
    assert set(first["event"]) == {"new"}
    one = second.set_index("account_id").loc[poor]
    assert (str(one["scored_at"]), str(one["previous_scored_at"])) == ("2026-01-02", "2026-01-01")
    assert one["previous_probability"] < 0.2 < one["fit_probability"]
    assert one["score"] == pytest.approx(one["previous_score"] + one["change_time"] + one["change_data"])
    assert one["moved_by"] == "data"
    assert {"NEW1": "new"}.items() <= dict(zip(second["account_id"], second["event"], strict=True)).items()
    assert (second["event"] == "gone").sum() == 1
    assert len(second) < len(first) / 10
    assert "since 2026-01-01" in said


def test_a_score_of_the_first_night_is_replayed_exactly(two_nights, monkeypatch):
    place, poor, *_ = two_nights
    monkeypatch.chdir(place)
    done = called("replay", f"rescore.account={poor}", "today=2026-01-01")
    assert done.returncode == 0, done.stderr
    told = called("history", f"rescore.account={poor}")
    assert "Bad fit" in told.stdout
    assert "Best fit" in told.stdout


def test_a_second_run_on_one_day_changes_nothing(two_nights):
    place = two_nights[0]
    before = snapshot(place / FOLDER)
    done = command("rescore", "today=2026-01-02", cwd=place)
    assert done.returncode == 0
    assert "nothing has changed" in done.stdout
    assert snapshot(place / FOLDER) == before


def test_going_back_to_yesterdays_list_moves_everyone_back(two_nights, demo_tables, tmp_path):
    place, poor, _, _ = two_nights
    copy = tmp_path / "copy"
    shutil.copytree(place, copy, symlinks=True)
    demo_tables.prospects.to_csv(copy / "var/demo/old.csv", index=False, encoding="utf-8-sig")
    back = command("rescore", "today=2026-01-02", "data.prospects.path=var/demo/old.csv", cwd=copy)
    assert back.returncode == 0, back.stderr
    movers = pd.read_csv(copy / FOLDER / "latest/movers.csv").set_index("account_id")
    assert (movers.loc[poor, "previous_tier"], movers.loc[poor, "tier"]) == ("Best fit", "Bad fit")
    again = command("rescore", "today=2026-01-02", cwd=copy)
    assert "nothing has changed" not in again.stdout
    movers = pd.read_csv(copy / FOLDER / "latest/movers.csv").set_index("account_id")
    assert (movers.loc[poor, "previous_tier"], movers.loc[poor, "tier"]) == ("Bad fit", "Best fit")


def test_an_empty_list_does_not_take_the_place_of_a_good_one(two_nights):
    place = two_nights[0]
    before = snapshot(place / FOLDER)
    header = (place / "var/demo/prospects.csv").read_text(encoding="utf-8-sig").splitlines()[0]
    (place / "var/demo/empty.csv").write_text(header + "\n", encoding="utf-8")
    done = command("rescore", "today=2026-01-04", "data.prospects.path=var/demo/empty.csv", cwd=place)
    assert done.returncode == 65
    assert done.stderr.startswith("error: empty.csv holds no row that can be scored.\n")
    assert snapshot(place / FOLDER) == before


def test_a_second_run_at_the_same_time_is_refused(workplace):
    (workplace / FOLDER).mkdir(parents=True)
    with FileLock(workplace / FOLDER / ".lock"):
        done = command("rescore", cwd=workplace)
    assert done.returncode == 75
    assert done.stderr == (
        f"error: another run is writing to {FOLDER}.\n"
        "Wait until that run ends, or give this one another folder.\n"
    )


def test_a_batch_without_a_usable_row_stops_nothing(workplace):
    path = workplace / "var/demo/prospects.csv"
    rows = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")[:120]
    rows.loc[20:69, "prospect_id"] = ""
    rows.to_csv(path, index=False, encoding="utf-8-sig")
    for day, n_rows in (("2026-01-01", 20), ("2026-01-02", 15)):
        done = called("rescore", f"today={day}", f"scoring.batch_rows={n_rows}", "n_jobs=1")
        assert done.returncode == 0, done.stderr
    kept = pd.read_parquet(workplace / FOLDER / "latest/cycle/inputs.parquet")
    assert len(kept) == 0  # all of them are known since the first night


def test_what_a_crm_would_not_take_is_an_alarm(workplace):
    done = called("rescore", "rescore.crm.preset=salesforce", "n_jobs=1")
    assert done.returncode == 10, done.stderr
    assert "  note: 0 rows for salesforce, 0 unchanged, " in done.stdout
    assert "rows not sent: the key is no Id of Salesforce" in done.stdout
    again = called("rescore", "rescore.crm.preset=salesforce", "n_jobs=1")
    assert (again.returncode, "nothing has changed" in again.stdout) == (10, True)
    asked = called("status")
    assert asked.returncode == 10
    assert "\n  rescoring: salesforce: " in asked.stdout
    assert "rows not sent: the key is no Id of Salesforce" in asked.stdout
    assert called("rescore", "today=2026-01-02", "n_jobs=1").returncode == 0
    assert "alarms: none" in called("status", "today=2026-01-02").stdout


def test_of_one_list_people_are_told_once(workplace, inbox):
    told = f"notify.urls=['json://127.0.0.1:{inbox[0]}']"
    for _ in range(2):
        assert called("rescore", told, "notify.tells_of=[done]", "n_jobs=1").returncode == 0
    assert [one["title"] for one in inbox[1]] == ["demo 2026-01-01: nobody moved"]


def test_a_killed_night_leaves_the_last_good_one(two_nights):
    place = two_nights[0]
    before = snapshot(place / FOLDER)
    was_at_work = False
    for wait_seconds in (0.0, 0.2, 0.4):
        was_at_work |= kill_after("rescore", place, wait_seconds, "today=2026-01-03", "scoring.batch_rows=5")
        after = {name: what for name, what in snapshot(place / FOLDER).items() if ".working" not in name}
        assert after == before
    assert was_at_work


def snapshot(folder):
    """Read every file of a folder."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name not in (".lock", "heartbeat.json", ".heartbeat.lock")
    }


def test_a_champion_that_comes_back_is_compared_with_its_own_first_list(two_nights, tmp_path):
    place = tmp_path / "copy"
    shutil.copytree(two_nights[0], place, symlinks=True)
    ledger = place / FOLDER / "ledger"
    newest = json.loads((place / FOLDER / "latest/cycle/cycle.json").read_text())
    version = newest["segments"]["default"]["model_version"]
    known = _counted_before(None, place / FOLDER, {"default": version})
    first = json.loads((min(ledger.glob("cycle=*")) / "drift.json").read_text())
    assert known["segments"]["default"]["reference"] == first["segments"]["default"]["current"]
    assert _counted_before(None, place / FOLDER, {"default": "another"}) == {"segments": {}}
