"""Find a model by its digest: the very one that scored a list, whatever is champion now."""

from __future__ import annotations

from pathlib import Path

from icp_ml.errors import UnavailableError
from icp_ml.model.candidate import Model
from icp_ml.settings import TrackingSettings
from icp_ml.tracking.exports import exported_folder, read_model
from icp_ml.tracking.store import load, store


def load_version(settings: TrackingSettings, model_version: str) -> Model:
    """Load the model of a digest: from where models are exported, else as `tracking.model`, or as registered.

    Raises
    ------
    UnavailableError
        It is in none of these places.
    """
    exported = exported_folder(settings, model_version)
    if (exported / "model.json").is_file():
        return read_model(exported, model_version)
    named = Path(settings.model)
    if (named / "model.json").is_file():
        model = read_model(named)
        if model.version == model_version:
            return model
    number = _number(settings, model_version)
    if number is None:
        what = (
            f"the model that scored this list is not at hand: {settings.registered_model}, {model_version}."
        )
        fix = f"Bring it back to {exported}, or score the list again: make predict."
        raise UnavailableError(what, fix=fix)
    return load(settings.model_copy(update={"model": number}))


def _number(settings: TrackingSettings, model_version: str) -> str | None:
    """Give the number under which a model is registered, None where it is not."""
    with store(settings) as client:
        found = client.search_model_versions(f"name = '{settings.registered_model}'")
        numbers = [str(one.version) for one in found if one.tags.get("model_version") == model_version]
    return numbers[0] if numbers else None
