"""Propose a mapping for your files: python -m pipelines.init customers.csv orders.csv."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from icp_ml.config import exit_with


def init(files: Sequence[Path], name: str | None, folder: Path, is_forced: bool) -> None:
    """Write conf/data/NAME.yaml and say what was found.

    Raises
    ------
    ConfigError
        The mapping is there already, or its name cannot be used.
    """
    from icp_ml.data.proposals import name_of, propose
    from icp_ml.data.publish import write_text
    from icp_ml.errors import ConfigError

    folders = [str(path) for path in files if path.is_dir()]
    if folders:
        raise ConfigError(
            f"{folders[0]} is a folder.", fix="Name the files in it that make init should look at."
        )
    chosen = name or name_of(files[0])
    path = folder / f"{chosen}.yaml"
    _check(chosen, path, is_forced)
    proposal = propose(files, chosen)
    write_text(path, proposal.text)
    first = ", see to the checks above" if any("check" in line for line in proposal.summary) else ""
    print("\n".join([*proposal.summary, f"wrote {path}: look at every line of it{first}, then run"]))
    print(f"  {proposal.next_command}", flush=True)


def _check(name: str, path: Path, is_forced: bool) -> None:
    import re

    from icp_ml.errors import ConfigError

    if not re.fullmatch(r"[a-z0-9_]+", name):
        what = f"{name!r} cannot name a mapping: it needs small letters, digits and underscores only."
        raise ConfigError(what, fix='Give another name: make init DATA="... --name customers".')
    if path.exists() and not is_forced:
        what = f"{path} is there already, perhaps corrected by hand."
        raise ConfigError(what, fix="Give another name with --name, or overwrite it with --force.")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make init", description=__doc__)
    parser.add_argument("files", nargs="+", type=Path, help="CSV, Parquet or Excel files")
    parser.add_argument("--name", help="of the mapping; absent: from the first file's name")
    parser.add_argument("--folder", type=Path, default=Path("conf/data"), help="where the mapping is written")
    parser.add_argument("--force", action="store_true", help="overwrite a mapping that is there")
    return parser.parse_args()


if __name__ == "__main__":
    given = _arguments()
    exit_with(partial(init, given.files, given.name, given.folder, given.force))
