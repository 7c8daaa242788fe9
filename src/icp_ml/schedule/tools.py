"""Call the programs of the machine that schedule."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from icp_ml.errors import UnavailableError
from icp_ml.schedule.files import marks, unit_names
from icp_ml.settings import ScheduleSettings

PATIENCE_SECONDS = 60


def called(words: Sequence[str], given: str | None = None) -> str:
    """Run a program; give what it printed.

    Raises
    ------
    UnavailableError
        It is not installed, fails, or does not end.
    """
    name, environment = words[0], {**os.environ, "LC_ALL": "C"}
    if shutil.which(name) is None:
        raise UnavailableError(
            f"{name} is not installed.", fix="Put the lines shown where they belong by hand."
        )
    fix = "Put the lines shown where they belong by hand, or mend what it complains of."
    try:
        done = subprocess.run(
            list(words), input=given, capture_output=True, text=True, env=environment,
            timeout=PATIENCE_SECONDS, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired as failure:
        raise UnavailableError(f"{name} did not end in {PATIENCE_SECONDS} s.", fix=fix) from failure
    if done.returncode:
        lines = [line for line in (done.stderr or done.stdout).splitlines() if line.strip()]
        raise UnavailableError(f"{' '.join(words)} failed.", lines[:5], fix)
    return done.stdout


def crontab_lines() -> list[str]:
    """Give the lines of the user's crontab with their ends; none where there is no crontab."""
    try:
        return called(["crontab", "-l"]).splitlines(keepends=True)
    except UnavailableError as failure:
        if any("no crontab" in line for line in failure.details):
            return []
        raise


def unit_folder() -> Path:
    """Give the folder of the user's own units."""
    config = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(config) / "systemd" / "user"


def is_installed(settings: ScheduleSettings) -> bool:
    """Say whether the run is scheduled by either, as far as can be seen."""
    if (unit_folder() / unit_names(settings)[1]).is_file():
        return True
    try:
        return marks(settings.name)[0] in [line.strip() for line in crontab_lines()]
    except UnavailableError:
        return False
