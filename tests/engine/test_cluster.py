"""A list scored on a real Dask cluster: as on one machine, whatever dies meanwhile."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from clusters import a_cluster
from support import SEARCH_PATH, command

PREPARED = re.compile("Starting Worker plugin [0-9a-f]{64} ")


@pytest.fixture(scope="module")
def place(trained, demo_tables, tmp_path_factory):
    """Give a trained workplace with a list as CSV, and as a folder of Parquet files of several row groups."""
    place = tmp_path_factory.mktemp("cluster") / "workplace"
    shutil.copytree(trained, place, symlinks=True)
    rows = demo_tables.prospects.head(800)
    rows.to_csv(place / "list.csv", index=False, encoding="utf-8-sig")
    for number, part in enumerate(np.array_split(np.arange(len(rows)), 2)):
        folder = place / "list" / f"half={number}"
        folder.mkdir(parents=True)
        rows.iloc[part].to_parquet(folder / "part.parquet", row_group_size=150)
    return place


@pytest.fixture(scope="module")
def two_workers(tmp_path_factory):
    with a_cluster(tmp_path_factory.mktemp("dask"), 2) as cluster:
        yield cluster


def list_of(form, n_rows=20):
    return (f"data.prospects.path={form}", f"scoring.batch_rows={n_rows}")


def predicted(place, folder, *overrides):
    """Score a list into a folder; give the bytes of every file but the manifest, which says when."""
    done = command("predict", f"scoring.folder={folder}", *overrides, cwd=place)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert "distributed" not in done.stdout
    return bytes_in(place / folder)


def bytes_in(folder):
    files = [one for one in (folder / "latest/").rglob("*") if one.is_file() and one.name != "manifest.json"]
    return {str(one.relative_to(folder / "latest")): one.read_bytes() for one in files}


def started(place, folder, cluster, *overrides):
    """Start a run on a cluster, and wait until a few parts are done."""
    options = [f"scoring.folder={folder}", *list_of("list.csv"), *cluster.overrides, *overrides]
    run = subprocess.Popen(
        [sys.executable, "-m", "pipelines.predict", *options],
        cwd=place,
        env={**os.environ, "PYTHONPATH": SEARCH_PATH},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    until = time.monotonic() + 120
    while len(parts_of(place / folder)) < 3:
        assert run.poll() is None, run.communicate()
        if time.monotonic() > until:
            run.kill()
            raise AssertionError("it never began to write", run.communicate())
        time.sleep(0.02)
    return run


def parts_of(folder):
    return sorted(folder.glob(".working-*/parts/*.json"))


def n_prepared(cluster):
    return len(PREPARED.findall((cluster.folder / "worker.log").read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    ("source", "output"), [("list.csv", "csv"), ("list", "csv"), ("list", "parquet_folder")]
)
def test_a_cluster_gives_the_bytes_that_one_machine_gives(place, two_workers, source, output) -> None:
    asked = (*list_of(source, 50), f"scoring.format={output}", "scoring.output.part_rows=300")
    before = n_prepared(two_workers)
    by_cluster = predicted(place, f"dask_{source}_{output}", *asked, *two_workers.overrides)
    assert n_prepared(two_workers) - before == 2  # the model went to each worker once
    by_one = predicted(place, f"local_{source}_{output}", *asked, "n_jobs=1")
    assert by_cluster == by_one
    assert len(by_one) >= (4 if output == "parquet_folder" else 2)


def test_what_killed_workers_had_in_hand_is_done_again_and_a_late_worker_is_prepared(place, tmp_path) -> None:
    with a_cluster(tmp_path, 2) as cluster:
        run = started(place, "killed", cluster)
        cluster.workers[0].send_signal(signal.SIGKILL)
        time.sleep(0.5)
        cluster.workers[1].send_signal(signal.SIGKILL)
        n_done = len(parts_of(place / "killed"))
        cluster.add_worker()
        said = run.communicate(timeout=120)[1]
        assert run.returncode == 0, said
        assert n_done < 40  # they died at work
        assert n_prepared(cluster) == 3
    assert bytes_in(place / "killed") == predicted(place, "whole", *list_of("list.csv", 800), "n_jobs=1")


def test_a_run_whose_scheduler_dies_keeps_its_parts_and_the_next_goes_on(place, tmp_path) -> None:
    with a_cluster(tmp_path, 1) as cluster:
        run = started(place, "orphan", cluster)
        cluster.scheduler.send_signal(signal.SIGKILL)
        said = run.communicate(timeout=60)[1]
    assert run.returncode == 69
    assert said == (
        "error: the Dask scheduler is gone.\n"
        "Start it and its workers, and run again: it goes on where it stopped.\n"
    )
    first = parts_of(place / "orphan")[0]
    counts = json.loads(first.read_text(encoding="utf-8"))
    counts["refused_by_reason"]["planted"] = 7
    first.write_text(json.dumps(counts), encoding="utf-8")
    found = predicted(place, "orphan", *list_of("list.csv"), "n_jobs=1")
    manifest = json.loads((place / "orphan/latest/manifest.json").read_text(encoding="utf-8"))
    assert manifest["rows_refused_by_reason"]["planted"] == 7
    assert found == predicted(place, "whole_too", *list_of("list.csv", 800), "n_jobs=1")


def test_a_scheduler_that_is_not_there_is_said_within_seconds(place) -> None:
    start = time.monotonic()
    asked = ("engine=dask", "engine.scheduler=tcp://127.0.0.1:9", *list_of("list.csv"))
    done = command("predict", "scoring.folder=nobody", *asked, cwd=place)
    assert time.monotonic() - start < 60
    assert done.returncode == 69
    assert done.stderr.splitlines()[0] == "error: the Dask scheduler tcp://127.0.0.1:9 does not answer."
    assert done.stderr.splitlines()[-1].startswith("Start it (dask scheduler), or correct engine.scheduler")


def test_a_worker_with_another_version_is_refused_by_name(place, tmp_path) -> None:
    other = tmp_path / "site" / "icp_ml-0.0.1.dist-info"
    other.mkdir(parents=True)
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: icp_ml\nVersion: 0.0.1\n")
    with a_cluster(tmp_path, 0) as cluster:
        cluster.add_worker(PYTHONPATH=f"{other.parent}{os.pathsep}{SEARCH_PATH}")
        done = command("predict", "scoring.folder=other", *list_of("list.csv"), *cluster.overrides, cwd=place)
    assert done.returncode == 69
    assert "1 worker of 1 of the Dask cluster cannot do this work.\n" in done.stderr
    assert "it has icp_ml 0.0.1, not " in done.stderr


def test_a_worker_that_does_not_share_the_folder_is_refused_by_name(place, tmp_path) -> None:
    hidden = place / "apart"
    hidden.mkdir()
    alone = f"mount -t tmpfs none {hidden}"
    if subprocess.run(["unshare", "--mount", "sh", "-c", alone], capture_output=True, check=False).returncode:
        pytest.skip("no folder can be hidden from a process here: unshare --mount is not permitted")
    with a_cluster(tmp_path, 0) as cluster:
        cluster.add_worker(before=("unshare", "--mount", "sh", "-c", f'{alone} && exec "$@"', "sh"))
        done = command("predict", "scoring.folder=apart", *list_of("list.csv"), *cluster.overrides, cwd=place)
    assert done.returncode == 69
    assert "it does not see " in done.stderr
