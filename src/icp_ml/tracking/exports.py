"""Models as folders of text and JSON, readable with no tracking store at hand."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from icp_ml.errors import DataError, UnavailableError
from icp_ml.model.candidate import Model

MODEL_FILES = ("*.json", "trees_*.txt")


def write_model(model: Model, folder: Path) -> Path:
    """Write a model to `folder/VERSION`, in one step; one already there stays, without its old report."""
    target = folder / model.version
    if target.exists():
        shutil.rmtree(report_folder(folder, model.version), ignore_errors=True)  # it is no part of the model
        return target
    half = folder / f".{model.version}.half"
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(parents=True)
    for name, text in model.to_files().items():
        (half / name).write_text(text, encoding="utf-8")
    half.rename(target)
    return target


def report_folder(folder: Path, version: str) -> Path:
    """Give where a model's report lies: within its folder, apart from what its version digests."""
    return folder / version / "report"


def write_report(folder: Path, version: str, texts: Mapping[str, str]) -> Path:
    """Write the report of a written model, a file at a time in one step; give the page's path."""
    target = report_folder(folder, version)
    target.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        half = target / f".{name}.half"
        half.write_text(text, encoding="utf-8")
        half.replace(target / name)
    return target / "report.html"


def read_report(folder: Path, version: str) -> dict[str, Any] | None:
    """Read the facts of a model's report; None where there is none."""
    path = report_folder(folder, version) / "report.json"
    if not path.is_file():
        return None
    facts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return facts


def read_model(folder: Path, version: str | None = None) -> Model:
    """Read a model from its folder.

    Parameters
    ----------
    folder : Path
    version : str, optional
        The digest it must have.

    Raises
    ------
    UnavailableError
        The folder holds no model.
    DataError
        Its content is not what its version says, or this code does not know its format.
    """
    if not (folder / "model.json").is_file():
        fix = "Name a folder that make train exported, such as models/NAME/VERSION."
        raise UnavailableError(f"{folder} holds no model.", fix=fix)
    paths = sorted(path for pattern in MODEL_FILES for path in folder.glob(pattern))
    model = Model.from_files({path.name: path.read_text(encoding="utf-8") for path in paths})
    if version is not None and model.version != version:
        what = f"the model in {folder} is not the one that was registered."
        details = [f"registered: {version}", f"found: {model.version}"]
        raise DataError(what, details, "Its files were changed. Train again, or restore them.")
    return model
