"""Hydra's multirun sweeps over whole experiments: each job is a run, and the worst one speaks for all."""

from __future__ import annotations

import sqlite3

import pytest
from support import command

from icp_ml.config import worst

LEAN = """# @package _global_
defaults:
  - quick
  - override /label: won
model:
  n_seeds: 1
  kinds: [logistic_regression]
"""


def parameters(place):
    """Give label, seeds and status of each finished run, oldest first."""
    with sqlite3.connect(place / "var/tracking/mlflow.db") as database:
        return database.execute(
            "select p.value, q.value, r.status from runs r "
            "join params p on p.run_uuid = r.run_uuid and p.key = 'label.definition' "
            "join params q on q.run_uuid = r.run_uuid and q.key = 'model.n_seeds' order by r.start_time"
        ).fetchall()


def test_a_sweep_over_experiments_logs_a_run_for_each_and_goes_on_after_a_failure(workplace):
    folder = workplace / "own" / "experiment"
    folder.mkdir(parents=True)
    (folder / "won_lean.yaml").write_text(LEAN, encoding="utf-8")
    (folder / "too_late.yaml").write_text(LEAN + "split:\n  test_from: 2099-01-01\n", encoding="utf-8")
    before = parameters(workplace)
    experiments = "experiment=quick,too_late,won_lean"
    done = command("train", "--config-dir", "own", "--multirun", experiments, "n_jobs=1", cwd=workplace)
    jobs = [line for line in done.stdout.splitlines() if line.startswith("job ")]
    assert [line.partition("experiment=")[2].partition(",")[0] for line in jobs] == [
        "quick",
        "too_late",
        "won_lean",
    ]
    assert parameters(workplace)[len(before) :] == [("value", "2", "FINISHED"), ("won", "1", "FINISHED")]
    assert done.returncode == 65, done.stderr
    assert done.stderr.count("error: ") == 1
    assert "Traceback" not in done.stderr
    assert {path.name for path in workplace.iterdir()} == {"var", "models", "own"}


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [([0, 0], 0), ([10, 0], 10), ([10, 1], 1), ([65, 10, 0], 65), ([65, 78], 78), ([130, 65], 130)],
)
def test_a_failure_counts_before_alarms_and_alarms_before_success(statuses, expected):
    assert worst(statuses) == expected
