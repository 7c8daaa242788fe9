"""`make compare` sets the last trainings side by side for those who do not open the UI."""

from __future__ import annotations

import json

import pandas as pd
from support import QUICK, command, compose

from icp_ml.tracking.store import experiment_id, store


def test_two_trainings_differ_by_what_was_changed_and_by_how_much(workplace):
    assert command("train", *QUICK, "model.kinds=[logistic_regression]", cwd=workplace).returncode == 0
    done = command("compare", cwd=workplace)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0] == "icp_ml/demo: 2 trainings, the newest first"
    assert lines[2] == " 1  value, logistic regression, experiment=quick"
    assert [one for one in lines if "[logistic_regression] (1)" in one]
    assert "Difference to 2, the champion, on the same test rows (95 % intervals)" in lines
    assert lines[-1].startswith("also in var/compare/demo/compare ")
    kept = json.loads((workplace / "var/compare/demo/compare.json").read_text(encoding="utf-8"))
    table = pd.read_csv(workplace / "var/compare/demo/compare.csv")
    told = kept["runs"][0]["differences"]["log_loss"]
    assert told["low"] <= told["value"] <= told["high"]
    assert table["difference_log_loss"][0] == told["value"]
    figures = [one["figures"]["log_loss"]["value"] for one in kept["runs"]]
    assert abs(told["value"] - (figures[0] - figures[1])) < 1e-9
    assert (workplace / "var/compare/demo/compare.md").read_text(encoding="utf-8").startswith("# icp_ml/demo")


def test_one_training_and_a_run_that_died_are_said_plainly(workplace):
    settings = compose().config.tracking
    assert "one training, nothing to compare it with yet" in command("compare", cwd=workplace).stdout
    with store(settings) as client:
        where, tags = experiment_id(client, settings), {"mlflow.source.name": "pipelines.train"}
        client.create_run(where, run_name="died", tags=tags)
    said = command("compare", cwd=workplace).stdout
    assert "still running, or ended by force" in said
    assert " 1  it did not finish" in said


def test_nothing_trained_is_unavailable(tmp_path):
    done = command("compare", cwd=tmp_path)
    assert done.returncode == 69
    assert "icp_ml/demo holds no training." in done.stderr


def test_each_segment_is_compared_for_itself(tmp_path):
    done = command("compare", "segments=demo_regions", cwd=tmp_path)
    assert done.returncode == 69
    assert "north_america: icp_ml/demo/north_america holds no training." in done.stderr
    assert "europe: icp_ml/demo/europe holds no training." in done.stderr
