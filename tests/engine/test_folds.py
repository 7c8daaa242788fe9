"""Training and tuning with their folds on a real Dask cluster: the same model, the same losses."""

from __future__ import annotations

import pytest
from clusters import a_cluster
from support import QUICK, command

TUNE = (*QUICK, "model.max_trees=40", "tuning.n_trials=1", "tuning.budget_seconds=600")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    with a_cluster(tmp_path_factory.mktemp("dask"), 2) as found:
        yield found


@pytest.fixture
def untrained(workplace):
    for models in workplace.glob("models/*"):
        models.rename(workplace / models.name)
    return workplace


def n_done(cluster, function):
    """Count the tasks of a function that the workers of a cluster have done."""
    from distributed import Client

    def keys(dask_scheduler):
        log = dask_scheduler.transition_log
        return [one[0] for one in log if one[1:3] == ("processing", "memory")]

    with Client(cluster.address) as client:
        return sum(function in str(key) for key in client.run_on_scheduler(keys))


def test_a_model_is_the_same_wherever_its_folds_were_learnt(untrained, cluster) -> None:
    done = command("train", *QUICK, *cluster.overrides, cwd=untrained)
    assert done.returncode == 0, done.stderr
    assert n_done(cluster, "_learnt") >= 2
    (by_threads,) = (untrained / "icp_ml_demo").iterdir()
    (by_cluster,) = (untrained / "models/icp_ml_demo").iterdir()
    assert by_cluster.name == by_threads.name  # the version is the digest of what was learnt


def test_a_trial_has_the_same_loss_wherever_its_folds_were_learnt(workplace, cluster) -> None:
    said = []
    for overrides in (cluster.overrides, ()):
        study = f"tuning.study_folder=var/study_{len(said)}"
        done = command("tune", *TUNE, study, *overrides, cwd=workplace)
        assert done.returncode == 0, done.stderr
        said.append(done.stdout.splitlines()[-1].partition("; written")[0].partition("trial")[2])
    assert n_done(cluster, "fold_stages") >= 2
    assert said[0] == said[1] != ""
