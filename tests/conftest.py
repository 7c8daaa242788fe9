"""What the tests share: the real configuration, a small demo company, and one training to score with."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from postgres import Server, started
from support import QUICK, command, forget_places

hypothesis.settings.register_profile("repeatable", deadline=None, derandomize=True)
hypothesis.settings.register_profile("long", deadline=None, max_examples=2_000)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))


LONG = ("test_promote.py", "test_predict.py", "test_train.py", "test_server.py", "test_cluster.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take minutes: begun last, one process would wait for the other."""
    items.sort(key=lambda one: one.path.name not in LONG)


@pytest.fixture(scope="session")
def demo_tables():
    """Draw a small demo company."""
    from icp_ml.data.demo import generate

    return generate(7, n_customers=2_000, n_prospects=3_000)


@pytest.fixture(scope="session")
def trained(demo_tables, tmp_path_factory) -> Path:
    """Give a workplace with the demo's files, one champion and nothing else; not to be written to."""
    from icp_ml.data.demo import write

    place = tmp_path_factory.mktemp("trained")
    write(demo_tables, place / "var" / "demo")
    done = command("train", *QUICK, cwd=place)
    assert done.returncode == 0, done.stderr
    return place


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """Give a running PostgreSQL server; one that stops it starts it again."""
    yield from started()


@pytest.fixture
def workplace(trained, tmp_path, monkeypatch) -> Iterator[Path]:
    """Give a copy of the trained workplace to work in; it is the working directory."""
    place = tmp_path / "workplace"
    shutil.copytree(trained, place, symlinks=True)
    monkeypatch.chdir(place)
    forget_places()
    yield place
