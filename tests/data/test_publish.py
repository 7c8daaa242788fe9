"""Publication: a reader finds a complete result at every moment, whatever kills the writer."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from icp_ml.data.publish import (
    WORKING,
    latest,
    locked,
    point_latest,
    publication,
    results,
    write_json,
    write_text,
)
from icp_ml.errors import LockedError, UnavailableError

N_PARTS = 20
WRITER = """
import sys
from pathlib import Path
from icp_ml.data.publish import locked, publication, write_json
folder = Path(sys.argv[1])
with locked(folder):
    print("locked", flush=True)
    for number in range(int(sys.argv[2]), 10_000):
        with publication(folder, f"run_{number % 7}", "mark") as working:
            for part in range(20):
                (working / f"part_{part}.csv").write_text(f"{number}")
            write_json(working / "manifest.json", {"number": number})
        print("published", flush=True)
"""
HOLDER = """
import sys
import time
from pathlib import Path
from icp_ml.data.publish import locked
with locked(Path(sys.argv[1])):
    print("locked", flush=True)
    time.sleep(60)
"""


@contextmanager
def _running(script: str, *arguments: object) -> Iterator[subprocess.Popen[str]]:
    """Run a script until it has the lock; kill it with SIGKILL in the end."""
    command = [sys.executable, "-c", script, *map(str, arguments)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "locked\n"
        try:
            yield process
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()


def _publish(folder: Path, name: str, content: str = "new") -> None:
    with publication(folder, name, name) as working:
        (working / "scored.csv").write_text(content)
        write_json(working / "manifest.json", {"name": name})


def _assert_complete(result: Path) -> None:
    number = json.loads((result / "manifest.json").read_text())["number"]
    parts = sorted(result.glob("part_*.csv"))
    assert [part.read_text() for part in parts] == [f"{number}"] * N_PARTS


def test_a_killed_writer_leaves_the_old_result_or_the_new_one(tmp_path: Path) -> None:
    chance = random.Random(4)
    n_cut_short = 0
    for attempt in range(12):
        with _running(WRITER, tmp_path, 100 * attempt) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "published\n"
            time.sleep(chance.uniform(0.0, 0.05))
        found = latest(tmp_path)
        assert found is not None
        _assert_complete(found)
        assert json.loads((found / "manifest.json").read_text())["number"] >= 100 * attempt
        for result in results(tmp_path):
            _assert_complete(result)
        n_cut_short += (tmp_path / f"{WORKING}-mark").exists()
    assert n_cut_short > 0


def test_a_reader_never_meets_half_a_result_while_one_is_written(tmp_path: Path) -> None:
    with _running(WRITER, tmp_path, 0):
        until = time.monotonic() + 30.0
        names: set[str] = set()
        while len(names) < 6 and time.monotonic() < until:
            found = latest(tmp_path)
            if found is not None:
                _assert_complete(found)
                names.add(found.name)
    assert len(names) == 6


def test_what_a_killed_run_left_is_removed_by_the_next(tmp_path: Path) -> None:
    (tmp_path / WORKING).mkdir()
    (tmp_path / WORKING / "half.csv").write_text("half")
    (tmp_path / ".latest").symlink_to("nowhere")
    _publish(tmp_path, "2026-01-01")
    assert sorted(one.name for one in tmp_path.iterdir()) == ["2026-01-01", "latest"]
    assert sorted(one.name for one in (tmp_path / "latest").iterdir()) == ["manifest.json", "scored.csv"]


def test_a_second_process_is_refused_and_a_killed_one_frees_the_lock(tmp_path: Path) -> None:
    with _running(HOLDER, tmp_path):
        with pytest.raises(LockedError) as failure, locked(tmp_path):
            pass
        assert str(failure.value) == (
            f"another run is writing to {tmp_path}.\n"
            "Wait until that run ends, or give this one another folder."
        )
    with locked(tmp_path):
        _publish(tmp_path, "after")
    assert latest(tmp_path) == tmp_path / "after"


def test_a_lock_is_freed_when_the_run_fails(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), locked(tmp_path):
        _ = 1 / 0
    with locked(tmp_path):
        assert results(tmp_path) == []


def test_a_folder_that_cannot_be_made_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UnavailableError) as failure, locked(tmp_path / "file" / "out"):
        pass
    assert failure.value.what == f"{tmp_path / 'file' / 'out'} cannot be written to: Not a directory."


def _fail(folder: Path, mark: str, failure: BaseException) -> None:
    with pytest.raises(type(failure)), publication(folder, "new", mark) as working:
        (working / "part").write_text("done")
        raise failure


def test_a_failed_run_leaves_nothing_and_the_pointer_alone(tmp_path: Path) -> None:
    _publish(tmp_path, "old")
    _fail(tmp_path, "mark", RuntimeError())
    assert sorted(one.name for one in tmp_path.iterdir()) == ["latest", "old"]
    assert latest(tmp_path) == tmp_path / "old"


@pytest.mark.parametrize("failure", [KeyboardInterrupt(), SystemExit(), UnavailableError("gone.")])
def test_an_interrupted_run_leaves_its_parts_to_the_next_of_its_mark(
    tmp_path: Path, failure: BaseException
) -> None:
    _publish(tmp_path, "old")
    _fail(tmp_path, "one", failure)
    assert latest(tmp_path) == tmp_path / "old"
    with publication(tmp_path, "new", "one") as working:
        assert (working / "part").read_text() == "done"
        write_json(working / "manifest.json", {})
    assert latest(tmp_path) == tmp_path / "new"


def test_parts_of_another_mark_are_removed(tmp_path: Path) -> None:
    _fail(tmp_path, "one", KeyboardInterrupt())
    with publication(tmp_path, "new", "two") as working:
        assert list(working.iterdir()) == []
        write_json(working / "manifest.json", {})
    assert sorted(one.name for one in tmp_path.iterdir()) == ["latest", "new"]


def test_a_result_of_the_same_name_never_takes_the_pointers_place(tmp_path: Path) -> None:
    for content in ("first", "second", "third"):
        _publish(tmp_path, "day", content)
        assert (tmp_path / "latest" / "scored.csv").read_text() == content
    assert [one.name for one in results(tmp_path)] == ["day", "day.2", "day.3"]


def test_an_incomplete_result_of_the_same_name_makes_way(tmp_path: Path) -> None:
    _publish(tmp_path, "day", "first")
    (tmp_path / "day" / "manifest.json").unlink()
    assert latest(tmp_path) is None
    _publish(tmp_path, "day", "second")
    assert latest(tmp_path) == tmp_path / "day"
    assert (tmp_path / "latest" / "scored.csv").read_text() == "second"


def test_a_pointer_that_became_a_folder_is_named_before_the_work(tmp_path: Path) -> None:
    (tmp_path / "latest").mkdir()
    with pytest.raises(UnavailableError, match=r"latest is not the pointer that a publication makes\."):
        _publish(tmp_path, "day")
    assert [one.name for one in tmp_path.iterdir()] == ["latest"]


def test_the_pointer_survives_a_move_of_the_whole_folder(tmp_path: Path) -> None:
    _publish(tmp_path / "here", "day")
    (tmp_path / "here").rename(tmp_path / "there")
    assert latest(tmp_path / "there") == tmp_path / "there" / "day"


def test_an_earlier_result_can_be_pointed_at_again(tmp_path: Path) -> None:
    _publish(tmp_path, "a")
    _publish(tmp_path, "b")
    point_latest(tmp_path, "a")
    assert latest(tmp_path) == tmp_path / "a"


def test_where_nothing_was_published_there_is_no_latest(tmp_path: Path) -> None:
    assert latest(tmp_path / "never") is None
    assert results(tmp_path / "never") == []


def test_a_text_is_replaced_in_one_step(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "label.md"
    write_text(path, "old")
    before = path.stat().st_ino
    write_text(path, "grün")
    assert path.read_text(encoding="utf-8") == "grün"
    assert path.stat().st_ino != before
    assert [one.name for one in path.parent.iterdir()] == ["label.md"]
