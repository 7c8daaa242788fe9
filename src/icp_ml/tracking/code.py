"""Which code made a run: the package's version, and the commit where the code lies in a Git checkout."""

from __future__ import annotations

import os
import subprocess
import tomllib
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

HERE = Path(__file__).resolve()


def code_version() -> str:
    """Give for example "0.1.0", "0.1.0 (3f2a9c1)", or "0.1.0 (3f2a9c1+changes)" where Python files differ.

    A package that was installed beside somebody's own checkout says nothing of that checkout. It holds no
    path.
    """
    return described(HERE)


@cache
def described(file: Path) -> str:
    """Describe the code that a file belongs to."""
    commit = _git(file, "rev-parse", "--short=7", "HEAD") if _git(file, "ls-files", str(file)) else ""
    if not commit:
        return _installed()
    changes = "+changes" if _git(file, "status", "--porcelain", "--", ":/*.py") else ""
    return f"{_written(Path(_git(file, 'rev-parse', '--show-toplevel')))} ({commit}{changes})"


def _installed() -> str:
    try:
        return version("icp_ml")
    except PackageNotFoundError:
        return "unknown version"


def _written(checkout: Path) -> str:
    """Read the version of a checkout, which may have moved on since it was installed."""
    project = checkout / "pyproject.toml"
    written = tomllib.loads(project.read_text(encoding="utf-8"))["project"] if project.is_file() else {}
    return str(written["version"]) if written.get("name") == "icp_ml" else _installed()


def _git(file: Path, *arguments: str) -> str:
    """Ask Git of the checkout that a file lies in; "" where there is none, or no Git."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    line = ["git", "-C", str(file.parent), *arguments]
    try:
        done = subprocess.run(
            line, env=environment, capture_output=True, text=True, timeout=20, check=True, errors="replace"
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()
