"""Put two units into the user's own folder and start the timer; take exactly these away."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from icp_ml.errors import ConfigError
from icp_ml.schedule.files import MARK
from icp_ml.schedule.tools import PATIENCE_SECONDS, called, unit_folder

SYSTEMCTL = ("systemctl", "--user")


def install_units(units: Mapping[str, str]) -> list[str]:
    """Write the units, and enable the timer, which is the last of them.

    Returns
    -------
    list of str
        The files that changed.

    Raises
    ------
    UnavailableError
        systemd is not there, or does not answer this user; nothing is written.
    ConfigError
        A file of that name was written by somebody else, or systemd does not understand one.
    """
    folder = unit_folder()
    called([*SYSTEMCTL, "show-environment"])
    _check_ours(folder, list(units))
    check_units(units)
    changed = [name for name, text in units.items() if _text(folder / name) != text]
    for name in changed:
        _write(folder / name, units[name])
    called([*SYSTEMCTL, "daemon-reload"])
    called([*SYSTEMCTL, "enable", "--now", list(units)[-1]])
    return [str(folder / name) for name in changed]


def remove_units(names: Sequence[str]) -> list[str]:
    """Stop the timer, which is the last name, and remove the files that are ours; name them."""
    folder = unit_folder()
    _check_ours(folder, names)
    found = [name for name in names if (folder / name).is_file()]
    if not found:
        return []
    if names[-1] in found:
        called([*SYSTEMCTL, "disable", "--now", names[-1]])
    for name in found:
        (folder / name).unlink()
    called([*SYSTEMCTL, "daemon-reload"])
    return [str(folder / name) for name in found]


def check_units(units: Mapping[str, str]) -> None:
    """Let systemd read the units, where it can say what it makes of them.

    Raises
    ------
    ConfigError
        It does not understand them.
    """
    if shutil.which("systemd-analyze") is None:
        return
    with TemporaryDirectory(prefix="icp_ml-") as folder:
        paths = [Path(folder) / name for name in units]
        for path in paths:
            path.write_text(units[path.name], encoding="utf-8")
        done = subprocess.run(
            ["systemd-analyze", "--user", "--man=no", "verify", *map(str, paths)],
            env={**os.environ, "XDG_RUNTIME_DIR": folder, "LC_ALL": "C"},
            capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False,
        )  # fmt: skip
        lines = [line.replace(f"{folder}/", "") for line in done.stderr.splitlines()]
    said = [line for line in lines if line.startswith(tuple(units))] if done.returncode else []
    if said:
        raise ConfigError("systemd does not understand the units.", said, "Correct conf/schedule or ARGS.")


def _check_ours(folder: Path, names: Sequence[str]) -> None:
    foreign = [name for name in names if (text := _text(folder / name)) and not text.startswith(MARK)]
    if foreign:
        what = f"{folder / foreign[0]} was not written by make schedule."
        raise ConfigError(what, fix="Move it away, or choose another schedule.name.")


def _text(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


def _write(path: Path, text: str) -> None:
    """Write a unit in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.half")
    half.write_text(text, encoding="utf-8")
    half.replace(path)
