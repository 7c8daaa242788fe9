"""`make prune` frees space, and nobody who needs something notices."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from support import command, compose

from icp_ml.data.publish import latest, locked, results
from icp_ml.tracking.removing import remove_training, runs_of
from icp_ml.tracking.retaining import kept_versions
from icp_ml.tracking.store import CHAMPION, experiment_id, find, store
from pipelines.prune import prune

GONE = ("tracking.retention.keep_days=0", "tracking.retention.keep_runs=1", "tracking.retention.keep_lists=1")
CONFIRMED = "tracking.retention.is_confirmed=true"
LIST = Path("var/scored/demo")


def settings(*overrides):
    return compose(*GONE, *overrides).config.tracking


def add_run(client, name, parent=None, **tags):
    named = {"mlflow.source.name": "pipelines.train"} | tags
    named |= {"mlflow.parentRunId": parent} if parent else {}
    run_id = client.create_run(experiment_id(client, settings()), run_name=name, tags=named).info.run_id
    client.log_text(run_id, "x" * 10_000, "notes.txt")
    client.set_terminated(run_id)
    return run_id


def names(client):
    found = runs_of(client, experiment_id(client, settings()))
    return {one.info.run_name for one in found if "fold" not in one.data.tags}


@pytest.fixture
def old(workplace):
    """Give a store with a champion, two old trainings of which one has a child, and a newer one."""
    with store(settings()) as client:
        parent = add_run(client, "old with child")
        add_run(client, "child", parent)
        add_run(client, "old")
        add_run(client, "new")
    return workplace


def add_versions(client, **tags_of):
    """Register versions of the champion's files, tagged as promotions tag them."""
    champion = find(client, settings(), CHAMPION)
    source = client.get_model_version(settings().registered_model, champion.number).source
    for name, tags in tags_of.items():
        run_id = add_run(client, name)
        made = client.create_model_version(
            settings().registered_model, source, run_id, tags={"model_version": name, **tags}
        )
        client.set_model_version_tag(made.name, made.version, "model_version", name)


def test_first_it_only_says_what_would_go(old, capsys):
    prune(compose(*GONE))
    said = capsys.readouterr().out
    assert "2 would go" in said
    assert "note: run old with child" in said
    with store(settings()) as client:
        assert {"old", "child", "new"} < names(client)


def test_confirmed_it_frees_the_space_and_keeps_the_champion(old):
    before = shutil.disk_usage(old)
    assert before
    folders = {one.name for one in Path("var/tracking/artifacts").iterdir()}
    prune(compose(*GONE, CONFIRMED))
    with store(settings()) as client:
        assert names(client) == {"new", "value, blend, experiment=quick"}
        assert find(client, settings(), CHAMPION).number == "1"
    assert len(folders) - len({one.name for one in Path("var/tracking/artifacts").iterdir()}) == 3
    prune(compose(*GONE, CONFIRMED))


def test_after_it_a_list_is_the_same_to_the_byte_and_status_works(old):
    assert command("predict", cwd=old).returncode == 0
    first = (LIST / "latest/scored.csv").read_bytes()
    assert command("prune", *GONE, CONFIRMED, cwd=old).returncode == 0
    assert command("predict", "scoring.folder=again", cwd=old).returncode == 0
    assert Path("again/latest/scored.csv").read_bytes() == first
    assert "alarms: none" in command("status", "today=2026-01-01", cwd=old).stdout


def published(folder, name, version, days_old):
    (folder / name).mkdir(parents=True)
    path = folder / name / "manifest.json"
    facts = {"key": "k", "today": "2026-01-01", "rows_in": 1, "rows_scored": 1}
    facts["segments"] = {"default": {"model_version": version}}
    path.write_text(json.dumps(facts), encoding="utf-8")
    os.utime(path, (1_000_000_000 - days_old, 1_000_000_000 - days_old))


def test_the_newest_list_stays_even_where_it_is_the_oldest(workplace):
    for days_old, name in enumerate(("a", "b", "c")):
        published(LIST, name, "none", days_old)
    (LIST / "latest").symlink_to("c")
    prune(compose(*GONE, CONFIRMED))
    assert [one.name for one in results(LIST)] == ["a", "c"]
    assert latest(LIST).name == "c"


def test_old_profiles_and_papers_of_promotions_go(workplace):
    for number, name in enumerate(("a", "b", "c")):
        published(Path("var/profile/demo"), name, "none", number)
        published(Path("var/promotion/demo"), name, "none", number)
        Path("var/promotion/demo", name, "manifest.json").rename(
            Path("var/promotion/demo", name, "decision.json")
        )
    Path("var/profile/demo/latest").symlink_to("c")
    prune(compose(*GONE, CONFIRMED))
    assert {one.name for one in Path("var/profile/demo").iterdir()} == {"a", "c", "latest"}
    assert len(list(Path("var/promotion/demo").iterdir())) == 1


def test_a_model_that_a_list_or_a_rollback_needs_stays(workplace):
    with store(settings()) as client:
        add_versions(client, first={}, second={"promoted": "yes"}, unused={}, listed={}, last={})
        client.set_model_version_tag(settings().registered_model, "1", "champion_before", "2")
        assert set(kept_versions(client, settings()).values()) >= {"first", "second"}
    published(LIST, "stays", "listed", 0)
    prune(compose(*GONE, CONFIRMED))
    with store(settings()) as client:
        assert names(client) == {"value, blend, experiment=quick", "first", "second", "listed", "last"}
        found = client.search_model_versions(f"name = '{settings().registered_model}'")
    assert {one.tags["model_version"] for one in found} > {"first", "second", "listed", "last"}


def test_the_way_back_is_as_long_as_the_exports_that_are_kept(workplace):
    with store(settings()) as client:
        add_versions(client, a={"champion_before": "3"}, b={"champion_before": "4"}, c={})
        client.set_model_version_tag(settings().registered_model, "1", "champion_before", "2")
        short = settings("tracking.retention.keep_exports=2")
        champion = find(client, settings(), CHAMPION).model_version
        assert set(kept_versions(client, short).values()) == {champion, "a"}
        assert set(kept_versions(client, settings()).values()) == {champion, "a", "b", "c"}


def test_a_list_that_is_being_scored_locks_it_out(workplace):
    with locked(LIST):
        done = command("prune", *GONE, CONFIRMED, cwd=workplace)
    assert done.returncode == 75
    assert "another run is writing" in done.stderr


def test_a_removal_that_was_killed_is_ended_by_the_next(old, monkeypatch):
    from icp_ml.tracking import removing

    with store(settings()) as client:
        run = next(
            one for one in runs_of(client, experiment_id(client, settings())) if one.info.run_name == "old"
        )
        with monkeypatch.context() as patch:
            patch.setattr(removing, "free_removed", lambda *_: None)
            remove_training(client, settings(), run)
    folder = Path("var/tracking/artifacts", run.info.run_id)
    assert folder.is_dir()
    prune(compose(*GONE, CONFIRMED))
    assert not folder.exists()
