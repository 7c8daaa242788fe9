"""make init as a command: what it writes, says and refuses."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROWS = "Account ID,Company,Employees,Lost Reason\nA1,Foo,5,price\nA2,Bar,7,time\nA3,Baz,9,price\n"


def init(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pipelines.init", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "My Customers.csv"
    path.write_text(ROWS, encoding="utf-8")
    return path


def test_it_says_what_it_took_the_file_for_and_what_comes_next(file: Path, tmp_path: Path) -> None:
    done = init(file, "--folder", tmp_path)
    assert done.stderr == "" and done.returncode == 0
    assert done.stdout.splitlines() == [
        "My Customers.csv (3 rows): customers, as 'Company', 'Employees' describe companies; "
        "3 of 4 columns recognised; left out: 'Lost Reason'",
        "  check: no file says how customers turned out; add orders, deals or a flag of the best",
        f"wrote {tmp_path}/my_customers.yaml: look at every line of it, see to the checks above, then run",
        '  make train ARGS="data=my_customers"',
    ]
    assert (tmp_path / "my_customers.yaml").is_file()


def test_it_overwrites_only_when_told_to(file: Path, tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("corrected", encoding="utf-8")
    refused = init(file, "--folder", tmp_path, "--name", "mine")
    assert refused.returncode == 78
    assert refused.stderr == (
        f"error: {path} is there already, perhaps corrected by hand.\n"
        "Give another name with --name, or overwrite it with --force.\n"
    )
    assert path.read_text(encoding="utf-8") == "corrected"
    assert init(file, "--folder", tmp_path, "--name", "mine", "--force").returncode == 0
    assert "account_id: Account ID" in path.read_text(encoding="utf-8")


def test_it_refuses_a_file_that_is_not_there_and_a_name_that_is_none(file: Path, tmp_path: Path) -> None:
    assert init(tmp_path / "nowhere.csv", "--folder", tmp_path).returncode == 69
    assert init(file, "--folder", tmp_path, "--name", "Mine!").returncode == 78
    assert not list(tmp_path.glob("*.yaml"))


def test_its_help_loads_nothing_heavy() -> None:
    code = (
        "import sys, pipelines.init; sys.exit(any(one in sys.modules for one in ('pandas', 'hydra', 'yaml')))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
