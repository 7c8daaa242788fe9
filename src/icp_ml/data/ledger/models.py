"""Models that scored a cycle, kept by digest beside the ledger: one deleted elsewhere does no harm."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from icp_ml.data.ledger.cycles import flush
from icp_ml.errors import DataError
from icp_ml.model.candidate import Model
from icp_ml.model.digests import DIGEST_LENGTH

MODELS = "models"
FIX = "Restore it from a copy of the ledger, or from where models are exported."


def keep_models(models: Iterable[Model], folder: Path) -> None:
    """Write models to `folder/models/VERSION`, each in one step; one that is there whole stays.

    Parameters
    ----------
    models : iterable of Model
    folder : Path
        Of the ledger.
    """
    for model in models:
        target = folder / MODELS / model.version
        if _is_whole(folder, model.version):
            continue
        half = target.with_name(f".{model.version}.half")
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir(parents=True)
        for name, text in model.to_files().items():
            (half / name).write_text(text, encoding="utf-8")
        flush(half)
        shutil.rmtree(target, ignore_errors=True)  # a damaged one: this one mends it
        half.rename(target)
        flush(target.parent, with_files=False)


def kept_model(folder: Path, version: str) -> Model:
    """Read a model from `folder/models/VERSION`.

    Raises
    ------
    DataError
        It is not there, or is not what its digest says.
    """
    place = folder / MODELS / version
    if len(version) != DIGEST_LENGTH or not version.isalnum() or not (place / "model.json").is_file():
        raise DataError(f"the ledger does not keep the model {version}.", [f"{place} is lacking"], FIX)
    paths = sorted(path for path in place.iterdir() if path.is_file())
    try:
        model = Model.from_files({path.name: path.read_text(encoding="utf-8") for path in paths})
    except DataError as failure:
        raise DataError(
            f"the model in {place} cannot be used.", [failure.what, *failure.details], FIX
        ) from failure
    except (OSError, ValueError) as failure:
        raise DataError(f"the model in {place} cannot be read.", [str(failure)[:200]], FIX) from failure
    if model.version != version:
        details = [f"its content's digest is {model.version}"]
        raise DataError(f"the model in {place} is not the one that its name says.", details, FIX)
    return model


def kept_versions(folder: Path) -> list[str]:
    """List the models that the ledger keeps."""
    return sorted(one.parent.name for one in (folder / MODELS).glob("[!.]*/model.json"))


def _is_whole(folder: Path, version: str) -> bool:
    try:
        kept_model(folder, version)
    except DataError:
        return False
    return True
