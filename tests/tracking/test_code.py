"""A run says which code made it, and nothing of where that lay."""

from __future__ import annotations

import re
import subprocess
from importlib.metadata import version

import pytest

from icp_ml.tracking.code import code_version, described

PROJECT = '[project]\nname = "icp_ml"\nversion = "9.8.7"\n'


@pytest.fixture
def checkout(tmp_path):
    """Give a file of a made-up checkout of one commit."""
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    (tmp_path / "code.py").write_text("made = 1\n")
    git = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@b"]
    for line in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "first"]):
        subprocess.run([*git, *line], check=True)
    described.cache_clear()
    yield tmp_path / "code.py"
    described.cache_clear()


def test_a_checkout_says_its_commit(checkout) -> None:
    assert re.fullmatch(r"9\.8\.7 \([0-9a-f]{7}\)", described(checkout))


def test_changed_code_is_not_that_of_the_commit(checkout) -> None:
    checkout.write_text("made = 2\n")
    assert re.fullmatch(r"9\.8\.7 \([0-9a-f]{7}\+changes\)", described(checkout))


def test_what_is_no_code_changes_nothing(checkout) -> None:
    (checkout.parent / "notes.md").write_text("later\n")
    assert "+changes" not in described(checkout)


def test_a_package_beside_somebody_s_own_checkout_says_nothing_of_that(checkout) -> None:
    (checkout.parent / ".gitignore").write_text(".venv\n")
    installed = checkout.parent / ".venv" / "icp_ml.py"
    installed.parent.mkdir()
    installed.write_text("made = 1\n")
    assert described(installed) == version("icp_ml")


def test_a_hook_s_own_repository_is_not_asked(checkout, monkeypatch) -> None:
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    assert "(" in described(checkout)


def test_no_path_is_in_it() -> None:
    assert re.fullmatch(r"[\w.]+( \([0-9a-f]{7}(\+changes)?\))?", code_version())
