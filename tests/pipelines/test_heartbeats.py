"""Each run leaves a sign of life, and the age of the last good one is said, whatever became of the others."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest
from support import ROOT, SEARCH_PATH, compose

from icp_ml.errors import LockedError
from pipelines.heartbeats import heartbeat, now_utc
from pipelines.past_runs import Past, past_alarms, past_line, read_past

NOW = datetime(2026, 1, 5, 2, 31, tzinfo=UTC)  # a Monday
HANGS = """\
import sys, time
sys.path.insert(0, "tests")
from support import compose
from pipelines.heartbeats import heartbeat
with heartbeat(compose("rescore.folder=" + sys.argv[1])):
    print("begun", flush=True)
    time.sleep(60)
"""


@pytest.fixture(scope="module")
def composed():
    return compose()


@pytest.fixture
def run(composed, tmp_path):
    return folder_of(composed, tmp_path / "out")


def folder_of(run, folder):
    return changed(run, rescore={"folder": str(folder)})


def changed(run, **groups):
    new = {name: getattr(run.config, name).model_copy(update=one) for name, one in groups.items()}
    return replace(run, config=run.config.model_copy(update=new))


def past_of(run):
    return read_past(Path(run.config.rescore.folder))


def ended(age, status=0, outcome="all scored"):
    moment = (NOW - age).isoformat()
    return {"started": moment, "ended": moment, "exit_status": status, "outcome": outcome}


def fails(run, failure):
    with pytest.raises(type(failure)), heartbeat(run):
        raise failure


def test_a_good_run_is_the_last_good_one(run):
    with heartbeat(run) as beat:
        beat.outcome = "3 rows scored"
    past = past_of(run)
    assert beat.notes == []
    assert past.last_good | {"started": 0, "ended": 0, "seconds": 0} == {
        "started": 0, "ended": 0, "seconds": 0, "exit_status": 0,
        "today": "2026-01-01", "outcome": "3 rows scored", "alarms": [],
    }  # fmt: skip
    assert abs(datetime.fromisoformat(past.last_good["ended"]) - now_utc()) < timedelta(minutes=1)
    assert past == Past(past.last_good)


def test_a_run_with_alarms_is_good(run):
    with heartbeat(run) as beat:
        beat.status, beat.alarms = 10, ["drift: revenue changed"]
    assert past_of(run).last_good["exit_status"] == 10


def test_the_alarms_of_the_last_good_run_stay_until_a_later_one_ends_well(run):
    with heartbeat(run) as beat:
        beat.status, beat.alarms = 10, ["the ledger waits: postgresql://me:secret@host/db"]
    fails(run, LockedError("another run is writing to out."))
    assert past_of(run).alarms == ["the ledger waits: postgresql://me:***@host/db"]
    with heartbeat(run):
        pass
    assert past_of(run).alarms == []


@pytest.mark.parametrize(("status", "alarms"), [(0, []), (10, ["the last good run ended with alarms"])])
def test_a_heartbeat_of_before_alarms_were_kept_is_read(run, status: int, alarms: list[str]):
    with heartbeat(run) as beat:
        beat.status = status
    path = Path(run.config.rescore.folder) / "heartbeat.json"
    content = json.loads(path.read_text())
    del content["last_good"]["alarms"]
    path.write_text(json.dumps(content))
    assert past_of(run).alarms == alarms


def test_failures_since_are_counted_and_the_next_run_says_so(run):
    with heartbeat(run):
        pass
    fails(run, ZeroDivisionError("no"))
    fails(run, KeyboardInterrupt())
    fails(run, LockedError("another run is writing to out."))
    with heartbeat(run) as beat:
        pass
    assert beat.notes[0].startswith("last good run: 0 minutes ago (")
    assert beat.notes[0].endswith(
        " UTC), 3 runs failed since, the last with exit status 75: another run is writing to out"
    )
    assert past_of(run).n_failed == 0


def test_a_run_that_was_killed_counts_as_failed(run):
    folder = run.config.rescore.folder
    begun = subprocess.Popen(
        [sys.executable, "-c", HANGS, folder],
        stdout=subprocess.PIPE, cwd=ROOT, env={**os.environ, "PYTHONPATH": SEARCH_PATH},
    )  # fmt: skip
    assert begun.stdout.readline() == b"begun\n"
    assert past_line(past_of(run), now_utc()).endswith(" UTC is at work")
    begun.send_signal(signal.SIGKILL)
    begun.communicate()
    with heartbeat(run) as beat:
        assert len(past_of(run).running) == 1
    assert beat.notes[0].startswith(
        "last good run: none, 1 failed, the last with exit status 137: killed, or the machine went off, after"
    )
    assert past_of(run).running == ()


def test_two_runs_at_once_do_not_lose_each_other(run):
    with heartbeat(run) as first:
        fails(run, LockedError("another run is writing."))
        first.outcome = "done"
    assert past_of(run).last_good["outcome"] == "done"
    assert past_of(run).running == ()


@pytest.mark.parametrize("content", ["", "{", "[]", '{"last_good": 3}', '{"running": null}'])
def test_a_damaged_heartbeat_stops_nobody(run, tmp_path, content: str):
    (tmp_path / "out").mkdir()
    (tmp_path / "out/heartbeat.json").write_text(content)
    with heartbeat(run):
        pass
    assert past_of(run).last_good is not None


def test_a_heartbeat_that_cannot_be_written_is_a_note(composed, tmp_path, capsys):
    (tmp_path / "out").write_text("a file")
    with heartbeat(folder_of(composed, tmp_path / "out")) as beat:
        beat.outcome = "done"
    assert capsys.readouterr().err.count("heartbeat.json cannot be written: ") == 2


FAILED = ended(timedelta(hours=1), 75, "another run is writing to out.")
SAID = [
    (Past(), "none", []),
    (
        Past(None, FAILED, 2),
        "none, 2 failed, the last with exit status 75: another run is writing to out",
        [],
    ),
    (Past(ended(timedelta(minutes=1))), "1 minute ago (2026-01-05 02:30 UTC)", []),
    (Past(ended(timedelta(hours=26))), "26 hours ago (2026-01-04 00:31 UTC)", []),
    (
        Past(ended(timedelta(hours=27)), FAILED, 1),
        "27 hours ago (2026-01-03 23:31 UTC), 1 run failed since, the last with exit status 75: "
        "another run is writing to out",
        ["the last good run is 27 hours old"],
    ),
    (
        Past(ended(timedelta(days=3))),
        "3 days ago (2026-01-02 02:31 UTC)",
        ["the last good run is 3 days old"],
    ),
    (
        Past(ended(timedelta(days=-2))),
        "in the future (2026-01-07 02:31 UTC)",
        [
            "the last good run ended 2026-01-07 02:31 UTC, after this machine's clock "
            "(2026-01-05 02:31 UTC): the clock was set back, or was ahead then"
        ],
    ),
]


@pytest.mark.parametrize(("past", "line", "alarms"), SAID)
def test_the_age_of_the_last_good_run_is_said(composed, past: Past, line: str, alarms: list[str]):
    assert past_line(past, NOW) == line
    assert past_alarms(past, composed.config, NOW, is_scheduled=False) == alarms


def test_never_is_an_alarm_only_where_runs_are_scheduled(composed):
    said = ["no run was ever good, though they are scheduled"]
    assert past_alarms(Past(None, FAILED, 1), composed.config, NOW, is_scheduled=True) == said


@pytest.mark.parametrize(("days", "n_alarms"), [("daily", 1), ("weekdays", 0)])
def test_a_weekend_without_a_run_is_no_alarm_where_none_is_scheduled(composed, days: str, n_alarms: int):
    config = changed(composed, schedule={"days": days}).config
    on_friday = Past(ended(timedelta(days=3)))
    assert len(past_alarms(on_friday, config, NOW, is_scheduled=True)) == n_alarms
    assert len(past_alarms(Past(ended(timedelta(days=4, hours=3))), config, NOW, is_scheduled=True)) == 1


def test_the_file_is_whole_at_every_moment(run):
    """Write it many times, and read it all the while."""
    writing = Thread(target=lambda: [fails(run, LockedError("busy")) for _ in range(30)])
    writing.start()
    path = Path(run.config.rescore.folder) / "heartbeat.json"
    while writing.is_alive():
        if path.exists():
            json.loads(path.read_text())
        time.sleep(0.001)
    assert past_of(run).n_failed == 30
