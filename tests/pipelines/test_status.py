"""`make status` tells at a glance what is in use, and how old it is."""

from __future__ import annotations

import json
import re

import pytest
from support import called, command, compose

from icp_ml.errors import LockedError
from icp_ml.tracking.store import CHALLENGER, CHAMPION, find, store
from pipelines.heartbeats import heartbeat
from pipelines.status import last_good_run, status


def test_nothing_trained_is_an_alarm(tmp_path):
    done = command("status", cwd=tmp_path)
    assert done.returncode == 10
    assert done.stdout.splitlines() == [
        "champion: none",
        "last training: none",
        "last scoring: none",
        "last rescoring: none",
        "alarms: 1",
        "  there is no champion: run make train",
    ]


def test_the_age_of_the_last_good_run_is_said_and_its_lateness_is_an_alarm(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    run = compose()
    with heartbeat(run):
        pass
    assert last_good_run(run.config) == []
    assert re.match(r"last good run: \d minutes? ago \(20", capsys.readouterr().out)
    path = tmp_path / "var/rescored/demo/heartbeat.json"
    content = json.loads(path.read_text())
    content["last_good"]["ended"] = "2026-01-02T02:31:00+00:00"
    path.write_text(json.dumps(content))
    with pytest.raises(LockedError), heartbeat(run):
        raise LockedError("another run is writing.")
    assert status(run) == 10
    said = capsys.readouterr().out
    assert (
        " days ago (2026-01-02 02:31 UTC), 1 run failed since, the last with exit status 75: another" in said
    )
    assert "  rescoring: the last good run is " in said


def test_a_run_that_never_happened_though_scheduled_is_an_alarm(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    timer = tmp_path / "systemd/user/icp_ml_demo.timer"
    timer.parent.mkdir(parents=True)
    timer.touch()
    assert last_good_run(compose().config) == ["rescoring: no run was ever good, though they are scheduled"]
    assert capsys.readouterr().out == "last good run: none\n"


def test_each_segment_has_its_own_champion_and_alarm(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert status(compose("segments=demo_regions")) == 10
    assert capsys.readouterr().out.splitlines() == [
        "north_america: champion: none",
        "north_america: last training: none",
        "europe: champion: none",
        "europe: last training: none",
        "last scoring: none",
        "last rescoring: none",
        "alarms: 2",
        "  north_america: there is no champion: run make train",
        "  europe: there is no champion: run make train",
    ]


def test_a_list_that_is_too_old_is_an_alarm(workplace):
    assert called("predict").returncode == 0
    fresh = called("status", "today=2026-01-02")
    assert fresh.returncode == 0
    assert "alarms: none" in fresh.stdout
    stale = called("status", "today=2026-01-09")
    assert stale.returncode == 10
    assert "  scoring: the list is 8 days old" in stale.stdout


def test_a_list_that_is_ahead_of_today_is_an_alarm(workplace):
    assert called("rescore", "n_jobs=1").returncode == 0
    done = called("status", "today=2025-12-30")
    assert done.returncode == 10
    assert "last rescoring: 2026-01-01 (2 days ahead of today)" in done.stdout
    said = "the list is 2 days ahead of today: the clock was set back, or was ahead then"
    assert f"\n  rescoring: {said}, and the next run stops\n" in done.stdout


def test_a_list_of_an_older_champion_is_an_alarm(workplace):
    assert called("predict").returncode == 0
    called("train", "experiment=quick", "seed=9")
    settings = compose().config.tracking
    with store(settings) as client:
        newest = find(client, settings, CHALLENGER)
        client.set_registered_model_alias(settings.registered_model, CHAMPION, newest.number)
    assert "the list was not scored by the champion" in called("status").stdout
