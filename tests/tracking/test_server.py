"""A tracking server that asks who one is; runs that it cannot take are kept and sent later."""

from __future__ import annotations

import time
from contextlib import ExitStack

import pytest
from servers import ADMIN, as_user, server_at
from support import QUICK, command, compose

from icp_ml.errors import UnavailableError
from icp_ml.tracking import sending
from icp_ml.tracking.datasets import UsedData
from icp_ml.tracking.outbox import TRAINING_ID, outbox_of, waiting
from icp_ml.tracking.removing import children_of, runs_of
from icp_ml.tracking.runs import Training, finish_run, log_training, start_run
from icp_ml.tracking.store import CHALLENGER, CHAMPION, experiment_id, find, load, register, store
from pipelines.registering import check_server
from pipelines.send import send


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with server_at(tmp_path_factory.mktemp("server") / "mlflow").running() as one:
        yield one


def on(server, *overrides, cwd, who=ADMIN):
    verb, *rest = overrides
    return command(verb, *rest, "tracking=server", cwd=cwd, **server.environment(who))


def test_the_whole_way_goes_by_a_server_that_asks_for_a_password(workplace, server):
    (workplace / "var/tracking").rename(workplace / "gone")
    for verb, rest, said in (
        ("train", QUICK, "it is the champion now"),
        ("train", (*QUICK, "seed=9"), "it is the challenger of 1"),
        ("predict", (), "rows scored"),
        ("status", (), "champion: icp_ml_demo 1"),
    ):
        done = on(server, verb, *rest, cwd=workplace)
        assert done.returncode == 0, done.stderr
        assert said in done.stdout
    settings = server.settings()
    with as_user(ADMIN), store(settings) as client:
        assert find(client, settings, CHAMPION).model_version == load(settings).version
    kept = [path for path in server.place.parent.rglob("*") if path.is_file() and path.name != "users.db"]
    secret = ADMIN[1].encode()
    assert not [
        path for path in [*kept, *workplace.rglob("*.*")] if path.is_file() and secret in path.read_bytes()
    ]


@pytest.mark.parametrize("verb", ["train", "predict", "status", "send", "prune"])
def test_a_wrong_password_is_one_clear_error(workplace, server, verb):
    if verb == "send":
        keep(compose())  # with nothing to send it asks for nothing
    start = time.monotonic()
    done = on(server, verb, cwd=workplace, who=("admin", "a-wrong-pass-of-mine"))
    assert done.returncode == 69, done.stdout
    assert done.stderr == (
        f"error: the tracking server {server.uri} does not let you in: no or a wrong name and password.\n"
        "Set MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD before the command.\n"
    )
    assert time.monotonic() - start < 60


def own(server, name):
    """Give a run of its own experiment and registered model on the server."""
    address = f"tracking.uri='{server.uri}'"
    return compose(
        "tracking=server", address, f"tracking.experiment={name}", f"tracking.registered_model={name}"
    )


def keep(run, gates="passed"):
    """Keep a training with a child run in the outbox, as train does; give its model."""
    settings, model = outbox_of(run.config.tracking), load(compose().config.tracking)
    tags = {TRAINING_ID: f"of {settings.experiment}", "gates": gates, "model_version": model.version}
    training = Training(
        name="kept",
        composed="seed: 1",
        parameters={"seed": 1},
        tags=tags,
        metrics={"test/roc_auc": 0.75},
        plots={},
        texts={"report/a.md": "a"},
        tables={},
        datasets=[UsedData("customers", "source", "d1", {"type": "local", "uri": "x"}, {}, {"num_rows": 3})],
    )
    with store(settings) as client:
        experiment = experiment_id(client, settings)
        run_id = start_run(client, experiment, training)
        log_training(client, run_id, training)
        child = client.create_run(experiment, run_name="fold 1", tags={"mlflow.parentRunId": run_id})
        for step in (1, 2):
            client.log_metric(child.info.run_id, "log_loss", 1 / step, step=step)
        client.set_terminated(child.info.run_id)
        register(client, model, run_id, settings)
        finish_run(client, run_id, True)
    return model


def all_runs(client, settings):
    return list(runs_of(client, experiment_id(client, settings)))


def test_what_was_kept_arrives_whole_once_and_leaves_the_outbox(workplace, server):
    run = own(server, "whole")
    settings, model = run.config.tracking, keep(run)
    kept = waiting(settings)[0]
    with store(outbox_of(settings)) as client:
        started = client.get_run(kept.run_id).info.start_time
    with as_user(ADMIN):
        send(run)
        send(run)
        with store(settings) as client:
            parent, child = sorted(
                all_runs(client, settings), key=lambda one: one.info.run_name, reverse=True
            )
            assert (parent.info.status, parent.info.start_time) == ("FINISHED", started)
            assert (parent.data.params, parent.data.metrics) == ({"seed": "1"}, {"test/roc_auc": 0.75})
            assert parent.inputs.dataset_inputs[0].dataset.digest == "d1"
            assert {one.path for one in client.list_artifacts(parent.info.run_id)} == {
                "config.yaml",
                "report",
            }
            assert [one.info.run_id for one in children_of(client, parent)] == [child.info.run_id]
            history = client.get_metric_history(child.info.run_id, "log_loss")
            assert [(one.step, one.value) for one in history] == [(1, 1.0), (2, 0.5)]
            champion = find(client, settings, CHAMPION)
            assert (champion.run_id, champion.model_version) == (parent.info.run_id, model.version)
    assert waiting(settings) == []
    assert not list((workplace / "var/outbox/artifacts").glob("*/artifacts"))


def test_one_that_failed_a_gate_never_becomes_champion_by_being_sent(workplace, server):
    run = own(server, "failing")
    keep(run, "failed")
    with as_user(ADMIN):
        send(run)
        with store(run.config.tracking) as client:
            assert find(client, run.config.tracking, CHAMPION) is None
            assert find(client, run.config.tracking, CHALLENGER).number == "1"


@pytest.mark.parametrize("step", ["_replace_halves", "_with_model", "_compare", "registered"])
def test_stopped_at_any_step_and_repeated_it_is_there_once(workplace, server, monkeypatch, step):
    run = own(server, f"stopped{step}")
    keep(run)

    def stop(*_):
        raise KeyboardInterrupt

    with as_user(ADMIN):
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(
                f"{'icp_ml.tracking.store' if step == 'registered' else sending.__name__}.{step}", stop
            )
            send(run)
        assert len(waiting(run.config.tracking)) == 1
        send(run)
        with store(run.config.tracking) as client:
            assert len(all_runs(client, run.config.tracking)) == 2
            assert len(client.search_model_versions(f"name = '{run.config.tracking.registered_model}'")) == 1
    assert waiting(run.config.tracking) == []


def test_the_half_that_a_server_got_before_it_went_away_is_marked_as_failed(workplace, server):
    run = own(server, "half")
    settings = run.config.tracking
    keep(run)
    with as_user(ADMIN):
        with store(settings) as client:
            tags = {TRAINING_ID: "of half", "mlflow.source.name": "pipelines.train"}
            half = client.create_run(experiment_id(client, settings), tags=tags).info.run_id
        send(run)
        with store(settings) as client:
            found = client.get_run(half)
            assert found.info.status == "FAILED"
            assert client.get_run(found.data.tags["replaced_by"]).info.status == "FINISHED"


def test_who_may_only_read_is_told_so_before_anything_is_trained(workplace, server):
    reader, run = server.add_user("reader", "a-long-pass-of-reading"), own(server, "owned")
    with as_user(ADMIN):
        check_server(run)
    with as_user(reader), pytest.raises(UnavailableError, match="does not permit /api") as refused:
        check_server(run)
    assert refused.value.details == ("experiment owned", "registered model owned")


def test_a_server_that_is_gone_is_known_in_seconds_and_the_training_is_kept(workplace, tmp_path):
    gone = server_at(tmp_path)
    start = time.monotonic()
    refused = on(gone, "status", cwd=workplace)
    assert refused.returncode == 69
    assert refused.stderr.startswith(f"error: the tracking server {gone.uri} does not answer.\n")
    assert time.monotonic() - start < 60
    done = on(gone, "train", *QUICK, cwd=workplace)
    assert done.returncode == 10, done.stderr
    assert "what is trained will be kept in var/outbox" in done.stdout
    assert "does not answer; kept in var/outbox until make send" in done.stdout
    waits = "outbox: 1 training waits in var/outbox for the tracking server: make send"
    assert waits in on(gone, "status", cwd=workplace).stdout
    assert on(gone, "send", cwd=workplace).returncode == 69
    assert len(waiting(gone.settings())) == 1


def test_a_server_that_dies_while_a_run_is_logged_is_given_up_in_seconds(workplace, tmp_path):
    one, stack = server_at(tmp_path / "mlflow"), ExitStack()
    settings = own(one, "dying").config.tracking
    stack.enter_context(one.running())
    with as_user(ADMIN), pytest.raises(UnavailableError, match="does not answer"), store(settings) as client:
        run_id = client.create_run(experiment_id(client, settings)).info.run_id
        stack.close()
        started = time.monotonic()
        client.log_text(run_id, "a", "a.txt")
    assert time.monotonic() - started < 60
