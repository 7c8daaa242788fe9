"""Decisions about the champion: attempts, promotions, rollbacks; tags in the registry, lines of a log."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from icp_ml.errors import LockedError, UnavailableError
from icp_ml.model.candidate import Model
from icp_ml.settings import TrackingSettings
from icp_ml.tracking.attempts import versions
from icp_ml.tracking.exports import read_model
from icp_ml.tracking.store import CHAMPION, Registered, find, registered, stored_folder

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient

BEFORE, ROLLED_BACK = "champion_before", "rolled_back"
Outcome = Literal["promoted", "refused", "rolled back"]


@dataclass(frozen=True)
class Decision:
    """What was decided of a registered version.

    Attributes
    ----------
    outcome : Outcome
    about : Registered
        The challenger; of a rollback, the champion that it takes back.
    champion : Registered, optional
        The one in use before; of a rollback, the one in use after.
    words : str
        Why.
    today : date
    where : str
        The folder of the dry run; empty where there is none.
    """

    outcome: Outcome
    about: Registered
    champion: Registered | None
    words: str
    today: date
    where: str = ""


def promote(client: MlflowClient, settings: TrackingSettings, decision: Decision) -> None:
    """Make a version the champion, once its artifact proved to be what was registered; keep why.

    The tags come before the alias, so that a champion always names the one before it.

    Raises
    ------
    LockedError
        Another champion is in use than the one that was compared.
    DataError
        The stored artifact is not the model that was registered.
    UnavailableError
        The log of decisions cannot be written to; nothing was changed.
    """
    number, now = decision.about.number, find(client, settings, CHAMPION)
    if (now and now.number) != (decision.champion and decision.champion.number):
        what = f"another model became the champion of {settings.registered_model} meanwhile."
        raise LockedError(what, fix="Run make promote again, to compare with that one.")
    stored_model(settings, decision.about)
    _check_log(settings)
    before = decision.champion.number if decision.champion else ""
    _tag(client, settings, number, {"promoted": str(decision.today), BEFORE: before})
    _tag_decision(client, settings, number, decision)
    client.set_registered_model_alias(settings.registered_model, CHAMPION, number)
    write_line(settings, decision)


def refuse(client: MlflowClient, settings: TrackingSettings, decision: Decision) -> None:
    """Keep why a version was not promoted."""
    _tag_decision(client, settings, decision.about.number, decision)
    write_line(settings, decision)


def roll_back(client: MlflowClient, settings: TrackingSettings, decision: Decision) -> None:
    """Go back to the champion that the decision names, once it proved to be whole."""
    assert decision.champion is not None
    stored_model(settings, decision.champion)
    _check_log(settings)
    number = decision.about.number
    _tag(client, settings, number, {ROLLED_BACK: str(decision.today)})
    _tag_decision(client, settings, number, decision)
    client.set_registered_model_alias(settings.registered_model, CHAMPION, decision.champion.number)
    write_line(settings, decision)


def champion_before(client: MlflowClient, settings: TrackingSettings, now: Registered) -> Registered:
    """Give the last champion before one, without those that were taken back themselves.

    Raises
    ------
    UnavailableError
        There is none, or it was removed.
    """
    kept = {str(one.version): one.tags for one in versions(client, settings)}
    seen, number = {now.number}, kept[now.number].get(BEFORE, "")
    while number in kept and number not in seen:
        if ROLLED_BACK not in kept[number]:
            return registered(client, settings, number)
        seen.add(number)
        number = kept[number].get(BEFORE, "")
    what = f"{settings.registered_model} {now.number} has no champion before it to go back to."
    raise UnavailableError(what, fix="Train a better model, and promote it with make promote.")


def rolled_back_on(client: MlflowClient, settings: TrackingSettings, model_version: str) -> str | None:
    """Give the day on which a model, under whatever number, was taken back."""
    days = [
        str(one.tags[ROLLED_BACK])
        for one in versions(client, settings)
        if ROLLED_BACK in one.tags and one.tags.get("model_version") == model_version
    ]
    return max(days, default=None)


def stored_model(settings: TrackingSettings, found: Registered) -> Model:
    """Load the very artifact that the registry holds of a version, not a copy of it.

    Raises
    ------
    DataError
        It is not the model that was registered.
    """
    return read_model(stored_folder(settings, found.number), found.model_version)


def write_line(settings: TrackingSettings, decision: Decision) -> None:
    """Append a decision to the log, and bring it to the disk."""
    path = Path(settings.decisions)
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {
        "decided_on": str(decision.today),
        "registered_model": settings.registered_model,
        "outcome": decision.outcome,
        "version": decision.about.number,
        "model_version": decision.about.model_version,
        "champion": decision.champion and decision.champion.number,
        "champion_model_version": decision.champion and decision.champion.model_version,
        "words": decision.words,
        "where": decision.where,
    }
    with path.open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(content, ensure_ascii=False) + "\n")
        stream.flush()
        os.fsync(stream.fileno())


def _check_log(settings: TrackingSettings) -> None:
    """Refuse before anything changes what could not be logged afterwards."""
    path = Path(settings.decisions)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.open("a", encoding="utf-8").close()
    except OSError as failure:
        what = f"the decision cannot be logged in {path}: {failure.strerror}."
        raise UnavailableError(what, fix="Free or permit it, then run again.") from failure


def _tag_decision(client: MlflowClient, settings: TrackingSettings, number: str, decision: Decision) -> None:
    said = f"{decision.outcome}: {decision.words}"[:4_000]
    _tag(client, settings, number, {"decided_on": str(decision.today), "decision": said})


def _tag(client: MlflowClient, settings: TrackingSettings, number: str, tags: dict[str, str]) -> None:
    for name, value in tags.items():
        client.set_model_version_tag(settings.registered_model, number, name, value)
