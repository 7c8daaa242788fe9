"""What goes wrong is said in the form of the style page, with the status a scheduler tells apart."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from support import SEARCH_PATH, command

WRONG_SETTINGS = """\
error: the configuration has 4 wrong settings.
  label.top_share: input should be less than 1, not 3
  model.n_folds: input should be greater than or equal to 2, not 1
  model.foo: is no setting
  scoring.format: input should be 'csv', 'parquet' or 'parquet_folder', not 'xls'
Correct them in conf/ or in ARGS.
"""

NO_GROUP = """\
error: the configuration cannot be composed.
  In 'config': Could not find 'label/nonsense'
  Available options in 'label':
  _never_best
  abc_xyz
  flag
  rubric
  scorecard
  value
  value_quarter
  won
Correct ARGS or the files in conf/.
"""

NO_NAME = """\
error: the configuration cannot be composed.
  Config group override must be a string or a list. Got NoneType
Correct ARGS or the files in conf/.
"""

NO_ROOT = """\
error: the configuration is incomplete.
  data.root: has no value
Give it, for example: data.root=...
"""

NO_CHAMPION = """\
error: icp_ml_demo has no champion.
Run make train first, or name another model with tracking.model=...
"""

NO_FILE = """\
error: nowhere.csv is not there.
Name a file, a folder or a glob that exists.
"""

NO_OUTCOMES = """\
error: label=value needs orders, which conf/data/crunchbase.yaml does not map.
Map that table, or choose another label.
"""

CASES = [
    (
        "train",
        ["model.n_folds=1", "label.top_share=3", "scoring.format=xls", "+model.foo=3"],
        78,
        WRONG_SETTINGS,
    ),
    ("train", ["label=nonsense"], 78, NO_GROUP),
    ("train", ["label=null"], 78, NO_NAME),
    ("train", ["data=crunchbase"], 78, NO_ROOT),
    ("train", ["data=crunchbase", "data.root=.", "label=value"], 78, NO_OUTCOMES),
    ("predict", [], 69, NO_CHAMPION),
    ("train", ["data.customers.path=nowhere.csv"], 69, NO_FILE),
]


@pytest.mark.parametrize(("verb", "overrides", "status", "said"), CASES)
def test_an_error_says_what_where_and_how_to_mend_it(tmp_path, verb, overrides, status, said):
    done = command(verb, *overrides, cwd=tmp_path)
    assert done.stderr == said
    assert done.returncode == status


def test_bad_data_stops_a_training_with_every_failed_check(workplace):
    path = workplace / "var/demo/customers.csv"
    lines = path.read_bytes().decode("cp1252").splitlines(keepends=True)
    header = lines[0].rstrip().split(";")
    row = ["A000001" if name == "Account ID" else "-5" if name == "Headcount" else "" for name in header]
    path.write_bytes("".join([*lines, ";".join(row) + "\r\n"]).encode("cp1252"))
    done = command("train", cwd=workplace)
    assert done.returncode == 65
    assert done.stderr == (
        "error: customers.csv is not a valid customers table (1 failed check).\n"
        "  employees: 1 row is below 0, for example -5\n"
        "Fix the file, or its columns and formats in conf/data/demo.yaml.\n"
    )


def test_a_traceback_is_shown_only_when_asked_for(tmp_path):
    assert "Traceback" not in command("predict", cwd=tmp_path).stderr
    assert "Traceback" in command("predict", cwd=tmp_path, ICP_ML_TRACEBACK="1").stderr


def test_a_folder_that_cannot_be_made_is_said(workplace):
    (workplace / "var/scored").mkdir()
    (workplace / "var/scored/demo").write_text("in the way")
    done = command("predict", cwd=workplace)
    assert done.returncode == 69
    assert done.stderr == (
        "error: var/scored/demo cannot be written to: File exists.\nName another folder, or free this one.\n"
    )


def test_secrets_in_an_address_are_never_said(workplace):
    done = command(
        "predict",
        "data.prospects.path=null",
        "+data.prospects.url='postgresql://sales:hunter2@localhost:9/crm'",
        "+data.prospects.query='select 1'",
        cwd=workplace,
    )
    assert done.returncode == 69
    assert "hunter2" not in done.stderr + done.stdout


def test_whose_output_nobody_reads_ends_quietly(tmp_path):
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, "-m", "pipelines.status"], cwd=tmp_path, check=False,
        env={**os.environ, "PYTHONPATH": SEARCH_PATH}, stdout=writing, stderr=subprocess.PIPE,
    )  # fmt: skip
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, b"")
