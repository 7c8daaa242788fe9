"""Faults of a scheduled run: each is said, nothing is lost, and the next good run is as without it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from contextlib import chdir
from dataclasses import replace
from pathlib import Path
from subprocess import PIPE

import pandas as pd
import pytest
from filelock import FileLock
from support import SEARCH_PATH, called, compose, forget_places, free_port, kill_after

from icp_ml.data.ledger.database import DatabaseLedger
from icp_ml.data.ledger.folder import FolderLedger
from pipelines.past_runs import read_past

FOLDER, LIST = Path("var/rescored/demo"), Path("var/demo/prospects.csv")
FIRST, SECOND = "today=2026-01-01", "today=2026-01-02"
MADE = ("scored.csv", "movers.csv", "refused.csv", "cycle/entries.parquet", "cycle/inputs.parquet")
OF_SIGNS = (".lock", "heartbeat.json", ".heartbeat.json.lock")


@pytest.fixture(scope="module")
def nights(trained, demo_tables, tmp_path_factory):
    """Give a workplace on the second morning, and what an undisturbed second night makes of it."""
    place = tmp_path_factory.mktemp("nights") / "morning"
    shutil.copytree(trained, place, symlinks=True)
    rows = demo_tables.prospects.head(600)
    with chdir(place):
        forget_places()
        write(rows.iloc[:-5])
        assert called("rescore", FIRST).returncode == 0
        write(changed(rows))
    evening = place.with_name("evening")
    shutil.copytree(place, evening, symlinks=True)
    with chdir(evening):
        forget_places()
        assert called("rescore", SECOND).returncode == 0
        wanted = made()
    assert len(pd.read_parquet(evening / FOLDER / "latest/cycle/entries.parquet")) > 15
    return place, wanted


@pytest.fixture
def wanted(nights, tmp_path, monkeypatch):
    """Go to a copy of the workplace; give what the second night is to make."""
    shutil.copytree(nights[0], tmp_path / "place", symlinks=True)
    monkeypatch.chdir(tmp_path / "place")
    forget_places()
    return nights[1]


def write(rows):
    rows.to_csv(LIST, index=False, encoding="utf-8-sig")


def listed():
    return pd.read_csv(LIST, dtype=str, keep_default_na=False, encoding="utf-8-sig")


def changed(rows):
    """Let three go, five come, and ten take the records of others."""
    records = [name for name in rows.columns if name not in ("prospect_id", "company", "url")]
    newer = rows.copy()
    newer.loc[rows.index[50:60], records] = rows.loc[rows.index[200:210], records].to_numpy()
    return newer.iloc[3:]


def newest():
    return (FOLDER / "latest").resolve()


def made():
    """Read what the newest cycle made, in its list and in the ledger."""
    kept = FOLDER / "ledger" / f"cycle={newest().name}"
    return {name: (newest() / name).read_bytes() for name in MADE} | {
        path.name: path.read_bytes() for path in kept.iterdir()
    }


def snapshot():
    """Read all that is published and recorded."""
    return {
        str(path): path.read_bytes()
        for path in FOLDER.rglob("*")
        if path.is_file() and path.name not in OF_SIGNS and ".working" not in str(path)
    }


def fails(status, said, *overrides):
    """Run a night that fails: it says why, and what was there stays as it was."""
    before = snapshot()
    done = called("rescore", *(overrides or (SECOND,)))
    assert (done.returncode, done.stderr[: len(said) + 7]) == (status, f"error: {said}")
    assert snapshot() == before
    past = read_past(FOLDER)
    assert (past.last_good["today"], past.last_failed["exit_status"]) == ("2026-01-01", status)
    assert past.running == ()


def goes_well(wanted, *overrides, status=0):
    """Run the second night: it makes what it would have made without a fault."""
    done = called("rescore", SECOND, *overrides)
    assert done.returncode == status, done.stderr
    assert made() == wanted
    assert FolderLedger(FOLDER / "ledger").check() == []
    assert [one for one in FOLDER.glob(".*") if one.name not in OF_SIGNS] == []
    past = read_past(FOLDER)
    assert (past.last_good["today"], past.n_failed, past.running) == ("2026-01-02", 0, ())
    return done


def missing():
    LIST.unlink()


def empty():
    LIST.write_bytes(b"")


def only_a_header():
    write(listed().head(0))


def truncated():
    LIST.write_bytes(LIST.read_bytes()[: LIST.stat().st_size * 3 // 5])


def truncated_between_rows():
    write(listed().head(200))


def without_a_column():
    write(listed().drop(columns="sector"))


def with_a_column_renamed():
    write(listed().rename(columns={"sector": "sector_new"}))


def with_an_empty_column():
    write(listed().assign(employee_count=""))


def ten_times_as_large():
    rows = listed()
    write(pd.concat([rows.assign(prospect_id=rows["prospect_id"] + f"x{at}") for at in range(10)]))


LACKS = "prospects.csv lacks 1 of the mapped columns.\n  lacking: 'sector'\n"
UNLIKE = "the list is unlike the last one, of 2026-01-01, in 1 respect.\n  "
SOURCES = [
    (missing, 69, "var/demo/prospects.csv is not there.\nName a file, a folder or a glob that exists."),
    (empty, 65, "prospects.csv is empty.\nExport it again."),
    (only_a_header, 65, "prospects.csv holds no row that can be scored.\n  rows: 0 read, 0 filtered out\n"),
    (truncated, 65, "prospects.csv ends in the middle of a row.\n  prospects.csv: its last row has "),
    (truncated_between_rows, 65, f"{UNLIKE}rows: 200, 0.336 times the last list's 595 (rescore.min_rows_"),
    (without_a_column, 65, LACKS),
    (with_a_column_renamed, 65, f"{LACKS}  'sector' may be 'sector_new'\n"),
    (with_an_empty_column, 65, f"{UNLIKE}employees: no value is known, in the last list "),
    (ten_times_as_large, 65, f"{UNLIKE}rows: 5,970, 10 times the last list's 595 (rescore.max_rows_ratio=3)"),
]


@pytest.mark.parametrize(("spoil", "status", "said"), SOURCES)
def test_a_source_that_is(wanted, spoil, status: int, said: str):
    whole, state = LIST.read_bytes(), LIST.stat()
    spoil()
    fails(status, said)
    LIST.write_bytes(whole)
    os.utime(LIST, ns=(state.st_atime_ns, state.st_mtime_ns))
    goes_well(wanted)


def test_a_champion_deleted_from_the_registry(wanted):
    from icp_ml.tracking.store import store

    settings = compose().config.tracking
    with store(settings) as client:
        client.delete_registered_model_alias(settings.registered_model, "champion")
        fails(69, "icp_ml_demo has no champion.\nRun make train first, or name another model with")
        client.set_registered_model_alias(settings.registered_model, "champion", "1")
    goes_well(wanted)


def test_a_last_model_deleted_everywhere_costs_the_reasons_of_one_night_alone(nights, tmp_path, monkeypatch):
    new = f"tracking.model={another_model(nights[0], tmp_path / 'models/another')}"
    found = {}
    for lost in ((), (FOLDER / "ledger/models",), (FOLDER / "ledger/models", Path("models/icp_ml_demo"))):
        place = tmp_path / str(len(lost))
        shutil.copytree(nights[0], place, symlinks=True)
        monkeypatch.chdir(place)
        for one in lost:
            shutil.rmtree(one)
        done = called("rescore", SECOND, new)
        assert done.returncode == 0, done.stderr
        found[len(lost)] = (made(), done.stdout)
    assert found[0][0] == found[1][0]
    assert found[0][0]["scored.csv"] == found[2][0]["scored.csv"]
    assert "default: the model that scored the last list is lost; its changes are not split" in found[2][1]
    entries = pd.read_parquet(newest() / "cycle/entries.parquet").query("event == 'changed'")
    assert entries["change_model"].isna().all()
    assert set(entries["why"]) == {"not known: the model that scored the last list is lost"}
    third = called("rescore", "today=2026-01-03", new)
    assert (third.returncode, "is lost" in third.stdout) == (0, False)


def another_model(place, folder):
    """Export the champion with other tiers."""
    from icp_ml.tracking.exports import read_model, write_model

    champion = read_model(next((place / "models/icp_ml_demo").iterdir()))
    tiers = replace(champion.tiers, best_fit=champion.tiers.best_fit * 0.9)
    return write_model(replace(champion, tiers=tiers), folder)


def test_a_tracking_server_that_is_down(wanted):
    address = f"http://127.0.0.1:{free_port()}"
    said = f"the tracking server {address} does not answer.\nStart it, or correct MLFLOW_TRACKING_URI."
    fails(69, said, SECOND, f"tracking.uri={address}", "tracking.wait_seconds=1")
    goes_well(wanted)


def test_a_clock_set_back(wanted):
    said = "today is 2025-12-31, and the newest list in var/rescored/demo is of 2026-01-01.\nSet the clock"
    fails(69, said, "today=2025-12-31")
    goes_well(wanted)


def test_a_scheduler_beside_another(wanted):
    with FileLock(FOLDER / ".lock"):
        fails(75, "another run is writing to var/rescored/demo.\nWait until that run ends")
    goes_well(wanted)


def test_two_schedulers_at_once_make_one_night(wanted):
    verb = [sys.executable, "-m", "pipelines.rescore", SECOND]
    environment = {**os.environ, "PYTHONPATH": SEARCH_PATH}
    both = [subprocess.Popen(verb, env=environment, stdout=PIPE, stderr=PIPE, text=True) for _ in range(2)]
    said = [one.communicate(timeout=200) for one in both]
    assert sorted(one.returncode for one in both) in ([0, 0], [0, 75]), said
    assert made() == wanted
    past = read_past(FOLDER)
    assert (past.last_good["today"], past.running) == ("2026-01-02", ())


def test_a_week_without_a_run_is_one_step(wanted):
    done = called("rescore", "today=2026-01-09")
    assert (done.returncode, "since 2026-01-01" in done.stdout) == (0, True)
    assert (newest() / "refused.csv").read_bytes() == wanted["refused.csv"]
    entries = pd.read_parquet(newest() / "cycle/entries.parquet")
    assert set(entries["event"]) == {"new", "changed", "gone"}
    assert {str(one) for one in entries["previous_scored_at"].dropna()} == {"2026-01-01"}


def test_the_same_day_twice_is_once(wanted):
    goes_well(wanted)
    before = snapshot()
    goes_well(wanted)
    assert snapshot() == before


def test_a_message_that_cannot_be_sent_is_an_alarm_and_the_list_stands(wanted):
    pytest.importorskip("apprise", reason="apprise is not installed: pip install 'icp_ml[notify]'")
    address = f"notify.urls=['json://127.0.0.1:{free_port()}/x']"
    done = goes_well(wanted, address, "notify.tells_of=[done]", status=10)
    assert "  alarm: " in done.stdout


def flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)


def test_a_damaged_partition_is_restored_from_its_published_list(wanted):
    partition = FOLDER / "ledger" / f"cycle={newest().name}"
    before = (partition / "entries.parquet").read_bytes()
    flip(partition / "entries.parquet")
    flip(partition / "drift.json")
    goes_well(wanted)
    assert (partition / "entries.parquet").read_bytes() == before


def test_a_partition_damaged_beyond_repair_is_named_every_night_and_the_rest_is_read(wanted):
    first = newest()
    broken = FOLDER / "ledger" / f"cycle={first.name}" / "entries.parquet"
    for path in (broken, first / "cycle/entries.parquet"):
        flip(path)
    for _ in range(2):
        done = called("rescore", SECOND)
        assert done.returncode == 10
        said = (
            f"  alarm: cycle {first.name}: {broken} is damaged: it differs from its digest. Restore it from"
        )
        assert said in done.stdout
    assert made() == wanted
    entries = pd.concat(one.to_pandas() for one in FolderLedger(FOLDER / "ledger").entries())
    assert set(entries["cycle"]) == {newest().name}


def facts_of(first):
    return first / "cycle/cycle.json", FOLDER / "ledger" / f"cycle={first.name}" / "cycle.json"


@pytest.mark.parametrize("which", [0, 1])
def test_damaged_facts_of_a_cycle_are_read_from_the_other_copy(wanted, which: int):
    facts_of(newest())[which].write_text("{")
    goes_well(wanted)


def test_facts_of_a_cycle_that_are_lost_are_named_and_the_next_is_right(wanted):
    first = newest()
    for path in facts_of(first):
        path.write_text("{")
    done = called("rescore", SECOND)
    assert done.returncode == 10, done.stderr
    assert f"  alarm: cycle {first.name}: {FOLDER}/ledger/cycle={first.name}/cycle.json is lacking or" in (
        done.stdout
    )
    same = ("scored.csv", "movers.csv", "entries.parquet")
    assert {name: made()[name] for name in same} == {name: wanted[name] for name in same}


def test_a_ledger_that_is_gone_is_made_again_of_the_published_lists(wanted):
    before = snapshot()
    shutil.rmtree(FOLDER / "ledger")
    goes_well(wanted)
    assert before.items() - snapshot().items() == {
        (name, what) for name, what in before.items() if "/state/" in name
    }


def no_state(state):
    shutil.rmtree(state)


def bad_rows(state):
    path = next(state.glob("*.inputs"))
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 3] + b"\xff" * 400 + content[len(content) // 3 + 400 :])


def half_an_index(state):
    path = state / "by_account.arrow"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def no_facts(state):
    (state / "state.json").write_text("[]")


@pytest.mark.parametrize("spoil", [no_state, bad_rows, half_an_index, no_facts])
def test_a_damaged_state_costs_time_alone(wanted, spoil):
    spoil(newest() / "state")
    done = called("rescore", SECOND)
    assert done.returncode == 0, done.stderr
    assert made()["scored.csv"] == wanted["scored.csv"]


@pytest.mark.parametrize("content", ["{", "[]", '{"last_good": {"ended": 3}, "running": [{"pid": 1}]}'])
def test_a_damaged_heartbeat_stops_no_night(wanted, content: str):
    (FOLDER / "heartbeat.json").write_text(content)
    goes_well(wanted)


def lost():
    (FOLDER / "latest").unlink()


def dangling():
    lost()
    (FOLDER / "latest").symlink_to("2025-12-24_00000000")


@pytest.mark.parametrize("spoil", [lost, dangling])
def test_a_pointer_that_is(wanted, spoil):
    spoil()
    goes_well(wanted)


def test_a_pointer_that_leads_elsewhere(wanted):
    first = newest()
    shutil.copytree(first, "elsewhere")
    lost()
    (FOLDER / "latest").symlink_to(Path("elsewhere").resolve())
    fails(69, "var/rescored/demo/latest leads out of its folder, to ")
    lost()
    goes_well(wanted)


def test_a_power_cut_between_the_list_and_its_pointer(wanted):
    first = newest().name
    goes_well(wanted)
    shutil.rmtree(FOLDER / "ledger" / f"cycle={newest().name}")
    lost()
    (FOLDER / "latest").symlink_to(first)
    done = called("rescore", SECOND)
    assert (done.returncode, "nothing has changed" in done.stdout) == (0, True)
    assert made() == wanted
    assert len(list(FOLDER.glob("2026-*"))) == 2


@pytest.fixture
def server(postgres):
    """Give a server without tables."""
    postgres.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    return postgres


def ends_on(server, table):
    """Let the server end the connection of whoever has written half of a table; give how to undo that."""
    server.execute(
        "CREATE OR REPLACE FUNCTION ends() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END $$"
    )
    server.execute(f"CREATE TRIGGER ends AFTER INSERT ON {table} FOR EACH STATEMENT EXECUTE FUNCTION ends()")
    return lambda: server.execute(f"DROP TRIGGER ends ON {table}")


def ledger_in(server):
    tables = DatabaseLedger(FOLDER / "ledger", server.url).entries()
    return pd.concat([one.to_pandas() for one in tables], ignore_index=True)


@pytest.mark.parametrize("is_down", [False, True])
def test_a_ledger_in_a_server_that_goes_away_in_mid_write_is_caught_up(wanted, server, is_down: bool):
    place = f"rescore.ledger_url={server.url}"
    DatabaseLedger(FOLDER / "ledger", server.url).record(newest() / "cycle")
    before = ledger_in(server)
    undo = ends_on(server, "icp_ml_entries")
    if is_down:
        server.stop()
    try:
        done = called("rescore", SECOND, place)
    finally:
        if is_down:
            server.start()
    assert done.returncode == 10, done.stderr
    assert "  alarm: the ledger waits for the next run: postgresql+psycopg://crm:***@" in done.stdout
    pd.testing.assert_frame_equal(ledger_in(server), before)
    undo()
    assert called("rescore", SECOND, place).returncode == 0
    assert {name: (newest() / name).read_bytes() for name in MADE} == {name: wanted[name] for name in MADE}
    night = ledger_in(server).query("cycle == @newest().name")
    assert len(night) == len(pd.read_parquet(newest() / "cycle/entries.parquet"))
    assert DatabaseLedger(FOLDER / "ledger", server.url).check() == []


def test_a_table_of_lists_in_a_server_that_goes_away_in_mid_write(wanted, server):
    table = f"scoring.output.table={{url: '{server.url}', table: icp_scores, if_exists: replace}}"
    assert called("rescore", FIRST, table).returncode == 0
    keys = server.execute("SELECT DISTINCT list_key FROM icp_scores")
    undo, before = ends_on(server, "icp_scores"), snapshot()
    done = called("rescore", SECOND, table)
    assert done.returncode == 69
    assert done.stderr.startswith("error: postgresql+psycopg://crm:***@")
    assert " did not take the scored list.\n  terminating connection" in done.stderr
    assert server.execute("SELECT DISTINCT list_key FROM icp_scores") == keys
    assert snapshot() == before
    undo()
    done = called("rescore", SECOND, table)
    assert done.returncode == 0, done.stderr
    [[key]] = server.execute("SELECT DISTINCT list_key FROM icp_scores")
    assert json.loads((newest() / "manifest.json").read_text())["key"] == key
    assert server.execute("SELECT count(*) FROM icp_scores") == [(len(pd.read_csv(newest() / "scored.csv")),)]


FULL_DISK = """\
set -e
mount -t tmpfs -o size=$0 none var/rescored
cp -a kept/. var/rescored
"$@" || echo "status $?"
rm var/rescored/fills
"$@" && cp -a var/rescored/. after
"""


def test_a_full_disk(wanted):
    if subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode:
        pytest.skip("no small disk can be mounted here: unshare --mount is not permitted")
    shutil.copytree(FOLDER.parent, "kept", symlinks=True)
    size = sum(one.stat().st_size + 4096 for one in Path("kept").rglob("*"))
    Path("kept/fills").write_bytes(bytes(size))
    Path("after").mkdir()
    night = [sys.executable, "-m", "pipelines.rescore", SECOND, "n_jobs=1"]
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", FULL_DISK, str(2 * size + 200_000), *night],
        env={**os.environ, "PYTHONPATH": SEARCH_PATH},
        capture_output=True, text=True, timeout=200, check=False,
    )  # fmt: skip
    assert "No space left on device" in done.stderr, done
    assert "Traceback" not in done.stderr
    assert "status 1\n" in done.stdout
    shutil.rmtree(FOLDER)
    shutil.move("after/demo", FOLDER)
    assert made() == wanted


def test_a_power_cut_while_the_list_is_made(wanted):
    small = (SECOND, "n_jobs=2", "scoring.batch_rows=20")
    for wait_seconds in (0.0, 0.1, 0.3):
        kill_after("rescore", Path.cwd(), wait_seconds, *small)
        latest = newest().name
        assert latest.startswith("2026-01-01") or made()["scored.csv"] == wanted["scored.csv"]
        assert FolderLedger(FOLDER / "ledger").check() == []
    if newest().name.startswith("2026-01-01"):  # else it was over before the kill
        goes_well(wanted)
