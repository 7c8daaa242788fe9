from __future__ import annotations

import shutil
from dataclasses import replace

import pytest
import yaml
from mlflow.tracking import MlflowClient
from support import QUICK, command, compose

from icp_ml.config import CONF, checked
from icp_ml.tracking.store import newest_run, store
from pipelines.tune import train_command

TUNE = (*QUICK, "model.max_trees=40", "tuning.n_trials=3", "tuning.budget_seconds=600")


@pytest.fixture(scope="module")
def tuned(trained, tmp_path_factory):
    """Search twice: a part of it, then the rest."""
    place = tmp_path_factory.mktemp("tuned") / "workplace"
    shutil.copytree(trained, place, symlinks=True)
    first = command("tune", *TUNE, "tuning.n_trials=2", cwd=place)
    assert first.returncode == 0, first.stderr
    done = command("tune", *TUNE, cwd=place)
    assert done.returncode == 0, done.stderr
    return place, done.stdout


def runs_of(place):
    client = MlflowClient(f"sqlite:///{place / 'var/tracking/mlflow.db'}")
    return client.search_runs([client.get_experiment_by_name("icp_ml/demo").experiment_id])


def test_it_says_what_was_found_and_how_to_train_with_it(tuned) -> None:
    line = tuned[1].splitlines()[-1]
    assert line.startswith("tuning: 3 trials, 0 of them given up early; ")
    assert line.partition(": make train ")[2].startswith(
        'ARGS="n_jobs=1 model.max_trees=40 experiment=[quick,tuned_demo]"'
    )


@pytest.mark.parametrize(
    ("asked", "command"),
    [
        ((), "experiment=tuned_demo"),
        (("experiment=null", "tuning=optuna", "tuning.n_trials=9"), "experiment=tuned_demo"),
        (("experiment=tuned_demo", "label=won"), "label=won experiment=tuned_demo"),
        (("experiment=quick",), "experiment=[quick,tuned_demo]"),
        (("experiment=[quick,tuned_demo]",), "experiment=[quick,tuned_demo]"),
        (("model.l2=3", "++model.n_leaves=[7]", "features.pairs=never"), "experiment=tuned_demo"),
        (("model.n_folds=3",), "model.n_folds=3 experiment=tuned_demo"),
    ],
)
def test_the_command_trains_with_what_was_found_on_what_was_searched_from(asked, command: str) -> None:
    run = replace(compose().segments()[0], overrides=asked)
    assert train_command(run) == f'make train ARGS="{command}"'


def test_a_rerun_goes_on_where_it_stopped(tuned) -> None:
    trials = [run for run in runs_of(tuned[0]) if run.info.run_name.startswith("trial")]
    assert sorted(run.info.run_name for run in trials) == ["trial 0", "trial 1", "trial 2"]


def test_trials_stand_below_the_run_of_their_search(tuned) -> None:
    runs = runs_of(tuned[0])
    searches = {run.info.run_id for run in runs if run.info.run_name == "tuned_demo"}
    trials = [run for run in runs if run.info.run_name.startswith("trial")]
    assert len(searches) == 2
    assert {run.data.tags["mlflow.parentRunId"] for run in trials} == searches
    assert all("tuning/log_loss" in run.data.metrics for run in trials)


def test_the_experiment_is_a_set_of_overrides_that_composes(tuned, tmp_path) -> None:
    import hydra

    place, _ = tuned
    shutil.copytree(CONF, tmp_path / "conf")
    shutil.copy(place / "conf/experiment/tuned_demo.yaml", tmp_path / "conf/experiment")
    with hydra.initialize_config_dir(str(tmp_path / "conf"), version_base="1.3"):
        config = checked(hydra.compose("config", ["experiment=tuned_demo"])).config
    written = yaml.safe_load((place / "conf/experiment/tuned_demo.yaml").read_text())
    assert list(config.model.n_leaves) == written["model"]["n_leaves"]
    assert config.features.smoothing == written["features"]["smoothing"]
    assert config.features.pairs in ("never", "always")


def test_the_best_is_never_worse_than_the_defaults(tuned) -> None:
    losses = {
        run.info.run_name: run.data.metrics["tuning/log_loss"]
        for run in runs_of(tuned[0])
        if run.info.run_name.startswith("trial")
    }
    head = (tuned[0] / "conf/experiment/tuned_demo.yaml").read_text().splitlines()[1]
    assert f"{losses['trial 0']:.4f}" in head
    assert f"{min(losses.values()):.4f}" in head


def test_the_newest_training_is_no_trial(tuned, monkeypatch) -> None:
    monkeypatch.chdir(tuned[0])
    settings = compose().config.tracking
    with store(settings) as client:
        assert newest_run(client, settings).data.tags["mlflow.source.name"] == "pipelines.train"


def test_the_rubric_is_refused(tmp_path) -> None:
    done = command("tune", "label=rubric", cwd=tmp_path)
    assert done.returncode == 78
    assert done.stderr.startswith("error: the rubric learns nothing: there is nothing to tune.")
