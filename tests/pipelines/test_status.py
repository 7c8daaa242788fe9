"""`make status` tells at a glance what is in use, and how old it is."""

from __future__ import annotations

from support import called, command, compose

from icp_ml.tracking.store import CHALLENGER, CHAMPION, find, store
from pipelines.status import status


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


def test_a_list_of_an_older_champion_is_an_alarm(workplace):
    assert called("predict").returncode == 0
    called("train", "experiment=quick", "seed=9")
    settings = compose().config.tracking
    with store(settings) as client:
        newest = find(client, settings, CHALLENGER)
        client.set_registered_model_alias(settings.registered_model, CHAMPION, newest.number)
    assert "the list was not scored by the champion" in called("status").stdout
