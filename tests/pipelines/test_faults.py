"""What breaks while a list is scored: nothing is lost, nothing is half written, and the old list stays."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
from support import SEARCH_PATH, command

SMALL = ("n_jobs=2", "scoring.batch_rows=20", "scoring.folder=out")
FULL_DISK = """\
set -e
mount -t tmpfs -o size=3m none out
cp -a good/. out
"$@" || echo "status $?"
ls -A out
cmp out/latest/scored.csv good/latest/scored.csv && echo the same
"""


@pytest.fixture(scope="module")
def scored(trained, demo_tables, tmp_path_factory):
    """Give a workplace with the first thousand prospects in list.csv, and their list in good."""
    place = tmp_path_factory.mktemp("faults") / "workplace"
    shutil.copytree(trained, place, symlinks=True)
    demo_tables.prospects.head(1_000).to_csv(place / "list.csv", index=False, encoding="utf-8-sig")
    done = command("predict", *of("list.csv"), "n_jobs=1", "scoring.folder=good", cwd=place)
    assert done.returncode == 0, done.stderr
    return place


@pytest.fixture
def place(scored, tmp_path):
    """Give a copy of it, whose newest list is the good one of another day."""
    shutil.copytree(scored, tmp_path / "workplace", symlinks=True)
    shutil.copytree(scored / "good", tmp_path / "workplace/out", symlinks=True)
    return tmp_path / "workplace"


def of(source):
    return (f"data.prospects.path={source}",)


def list_in(folder):
    return (folder / "latest/scored.csv").read_bytes()


def manifest_in(folder):
    return json.loads((folder / "latest/manifest.json").read_text(encoding="utf-8"))


def parts_of(place):
    return sorted((place / "out").glob(".working-*/parts/*.json"))


def hear_interrupts() -> None:
    """Undo what a shell does to a job in its background: SIGINT would be ignored there."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def started(place, *overrides):
    """Start a run in a process group of its own, and wait until a few parts are done."""
    run = subprocess.Popen(
        [sys.executable, "-m", "pipelines.predict", *of("list.csv"), *SMALL, *overrides],
        cwd=place,
        env={**os.environ, "PYTHONPATH": SEARCH_PATH},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=hear_interrupts,
    )
    until = time.monotonic() + 120
    while len(parts_of(place)) < 3:
        assert run.poll() is None, run.communicate()
        if time.monotonic() > until:
            run.kill()
            raise AssertionError("it never began to write", run.communicate())
        time.sleep(0.01)
    return run


def workers_of(run):
    """Give the process ids of a run's workers."""
    try:
        text = Path(f"/proc/{run.pid}/task/{run.pid}/children").read_text()
    except OSError:
        return []
    return [int(one) for one in text.split() if b"pipelines" in _command_of(one)]


def _command_of(pid):
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def kill(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def is_alive(group):
    """Say whether a process group has a process that is not yet ended."""
    for one in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, of_group = one.read_text().rpartition(")")[2].split()[:3]
        except OSError:
            continue
        if int(of_group) == group and state != "Z":
            return True
    return False


on_linux = pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc")


@on_linux
def test_a_run_goes_on_when_a_worker_is_killed(place) -> None:
    run = started(place, "today=2026-02-01")
    while not (found := workers_of(run)):
        assert run.poll() is None, run.communicate()
    kill(found[0])
    n_done = len(parts_of(place))
    said = run.communicate(timeout=90)[1]
    assert run.returncode == 0, said
    assert n_done < 50  # it died at work
    done = command(
        "predict", *of("list.csv"), "n_jobs=1", "scoring.folder=one", "today=2026-02-01", cwd=place
    )
    assert done.returncode == 0, done.stderr
    assert list_in(place / "out") == list_in(place / "one")
    assert manifest_in(place / "out")["rows_scored"] == manifest_in(place / "good")["rows_scored"]


@on_linux
def test_a_run_whose_workers_die_again_and_again_gives_up_and_keeps_its_parts(place) -> None:
    run = started(place, "today=2026-02-02")
    while run.poll() is None:
        for pid in workers_of(run):
            kill(pid)
        time.sleep(0.01)
    assert run.returncode == 69
    assert run.stderr.read() == (
        "error: worker processes died, as when the machine runs out of memory.\n"
        "Run again: it goes on where it stopped; with fewer n_jobs or scoring.batch_rows.\n"
    )
    run.stdout.close()
    run.stderr.close()
    assert len(parts_of(place)) >= 3
    assert list_in(place / "out") == list_in(place / "good")


@on_linux
def test_a_run_stopped_by_hand_leaves_no_worker_and_the_next_goes_on(place) -> None:
    run = started(place, "today=2026-02-03")
    os.killpg(run.pid, signal.SIGINT)
    said = run.communicate(timeout=30)[1]
    assert (run.returncode, said) == (130, "stopped.\n")
    until = time.monotonic() + 5
    while is_alive(run.pid):
        assert time.monotonic() < until, "a worker outlived its run"
        time.sleep(0.1)
    first = parts_of(place)[0]
    counts = json.loads(first.read_text(encoding="utf-8"))
    counts["refused_by_reason"]["planted"] = 7
    first.write_text(json.dumps(counts), encoding="utf-8")
    done = command("predict", *of("list.csv"), *SMALL, "today=2026-02-03", cwd=place)
    assert done.returncode == 0, done.stderr
    assert manifest_in(place / "out")["rows_refused_by_reason"]["planted"] == 7
    assert manifest_in(place / "out")["rows_scored"] == manifest_in(place / "good")["rows_scored"]


def test_a_full_disk_is_said_and_the_old_list_stays(place) -> None:
    if subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode:
        pytest.skip("no small disk can be mounted here: unshare --mount is not permitted")
    overrides = (*of("var/demo/prospects.csv"), *SMALL, "today=2026-02-04")
    predict = (sys.executable, "-m", "pipelines.predict", *overrides)
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", FULL_DISK, "sh", *predict],
        cwd=place,
        env={**os.environ, "PYTHONPATH": SEARCH_PATH},
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert "No space left on device" in done.stderr
    assert "Traceback" not in done.stderr
    assert "status 1\n" in done.stdout
    assert ".working" not in done.stdout
    assert done.stdout.endswith("the same\n")


def _truncated_gzip(rows, folder):
    whole = gzip.compress(rows.to_csv(index=False).encode())
    (folder / "list.csv.gz").write_bytes(whole[: len(whole) // 2])
    return "list.csv.gz"


def _truncated_parquet(rows, folder):
    rows.to_parquet(folder / "list.parquet", row_group_size=100)
    whole = (folder / "list.parquet").read_bytes()
    (folder / "list.parquet").write_bytes(whole[: len(whole) // 2])
    return "list.parquet"


def _damaged_row_group(rows, folder):
    rows.to_parquet(folder / "list.parquet", row_group_size=100, compression="gzip")
    whole = bytearray((folder / "list.parquet").read_bytes())
    middle = len(whole) // 2
    whole[middle : middle + 4_000] = bytes(4_000)
    (folder / "list.parquet").write_bytes(whole)
    return "list.parquet"


def _forbidden(rows, folder):
    if os.geteuid() == 0:
        pytest.skip("no file is forbidden to root")
    rows.to_csv(folder / "forbidden.csv", index=False)
    (folder / "forbidden.csv").chmod(0)
    return "forbidden.csv"


def _open_quote(rows, folder):
    lines = rows.to_csv(index=False).splitlines(keepends=True)
    lines[500] = '"' + lines[500]
    (folder / "quote.csv").write_text("".join(lines), encoding="utf-8")
    return "quote.csv"


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (_truncated_gzip, "list.csv.gz cannot be read: Compressed file ended before"),
        (_truncated_parquet, "list.parquet is not a readable Parquet file."),
        (_damaged_row_group, "list.parquet is not a readable Parquet file."),
        (_forbidden, "forbidden.csv: Permission denied"),
        (_open_quote, "quote.csv is not well-formed CSV: a quote in the row that starts at line 501"),
    ],
)
def test_a_list_that_cannot_be_read_is_named_and_the_old_list_stays(
    place, demo_tables, broken, said: str
) -> None:
    source = broken(demo_tables.prospects.head(1_000), place)
    done = command("predict", *of(source), *SMALL, cwd=place)
    assert done.returncode in (65, 69), done.stderr
    assert done.stderr.startswith(f"error: {said}")
    assert list_in(place / "out") == list_in(place / "good")
    assert not list((place / "out").glob(".working*"))


def test_a_row_with_too_few_cells_in_the_middle_is_refused_and_no_other(place) -> None:
    lines = (place / "list.csv").read_text(encoding="utf-8-sig").splitlines(keepends=True)
    lines.insert(500, "planted,but,short\n")
    (place / "list.csv").write_text("".join(lines), encoding="utf-8-sig")
    done = command("predict", *of("list.csv"), *SMALL, cwd=place)
    assert done.returncode == 0, done.stderr
    assert list_in(place / "out") == list_in(place / "good")
    refused = pd.read_csv(place / "out/latest/refused.csv").set_index("row")
    assert refused.loc[501, "reason"].startswith("3 cells where the header has ")
    assert manifest_in(place / "out")["rows_refused"] == manifest_in(place / "good")["rows_refused"] + 1
