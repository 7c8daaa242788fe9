"""Models as folders of text and JSON, readable with no tracking store at hand."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from icp_ml.errors import DataError, UnavailableError
from icp_ml.model.candidate import Model
from icp_ml.model.digests import CONTENT, DIGEST_LENGTH, changed_files
from icp_ml.settings import TrackingSettings

MODEL_FILES = ("*.json", "trees_*.txt")
VERSION = re.compile(f"[0-9a-f]{{{DIGEST_LENGTH}}}")
NOT_AS_WRITTEN = (
    "Its files were changed, or its folder was renamed: it bears the model's digest. Restore it, or remove "
    "it and name the model by its number in the registry; else train again."
)


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


def exported_folder(settings: TrackingSettings, version: str) -> Path:
    """Give the folder that a model is exported to.

    Raises
    ------
    DataError
        The version, which a manifest or the registry may have named, is no digest: it could name any folder.
    """
    if not VERSION.fullmatch(version):
        fix = "Its manifest or its tags in the registry were changed. Restore them, or train again."
        raise DataError(f"{version!r} is no digest of a model.", fix=fix)
    return Path(settings.export_folder) / settings.registered_model / version


def read_model(folder: Path, version: str | None = None) -> Model:
    """Read a model from its folder, after every file of it was found to be as it was written.

    Parameters
    ----------
    folder : Path
    version : str, optional
        The digest it must have; absent: the name of the folder, a link to which may be called anything.

    Raises
    ------
    UnavailableError
        The folder holds no model.
    DataError
        Its content is not what its version says, or this code does not know its format.
    """
    if not (folder / CONTENT).is_file():
        fix = "Name a folder that make train exported, such as models/NAME/VERSION."
        raise UnavailableError(f"{folder} holds no model.", fix=fix)
    expected = version or folder.resolve().name
    files, wrong = _texts(folder)
    wrong += changed_files(files, expected)
    if wrong:
        raise DataError(f"the model in {folder} is not {expected} as it was written.", wrong, NOT_AS_WRITTEN)
    return Model.from_files(files)


def _texts(folder: Path) -> tuple[dict[str, str], list[str]]:
    """Read the files of a model by name, and say which cannot be read; none from outside its folder."""
    files, wrong = dict[str, str](), list[str]()
    for path in sorted(path for pattern in MODEL_FILES for path in folder.glob(pattern)):
        try:
            if path.resolve().parent != folder.resolve() or not path.is_file():
                wrong.append(f"{path.name}: is no file of this folder")
                continue
            files[path.name] = path.read_bytes().decode()
        except (OSError, UnicodeDecodeError, RuntimeError) as failure:
            wrong.append(f"{path.name}: cannot be read ({type(failure).__name__})")
    return files, wrong
