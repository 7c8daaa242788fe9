"""Decisions about the champion: attempts, promotions, rollbacks; tags in the registry, lines of a log."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from icp_ml.errors import LockedError, UnavailableError
from icp_ml.model.candidate import Model
from icp_ml.settings import TrackingSettings
from icp_ml.tracking.exports import read_model
from icp_ml.tracking.store import CHAMPION, Registered, find, registered, stored_folder

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient

BEFORE, ROLLED_BACK, ATTEMPT = "champion_before", "rolled_back", "attempt_"
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


@dataclass(frozen=True)
class Attempt:
    """A comparison of two models on some accounts; looking at these again is no fresh evidence.

    Attributes
    ----------
    champion, challenger : str
        Digests of the models.
    key : str
        Digest of all that the decision depends on.
    accounts_digest : str
    accounts : tuple of str
        Hashed ids, sorted; empty where they are lost.
    first, last : str
        Days of the first and last label row; empty where they have none.
    outcome : str
        "promoted" or "refused", or "dry run".
    words : str
    where : str
        The folder of the dry run.
    """

    champion: str
    challenger: str
    key: str
    accounts_digest: str
    accounts: tuple[str, ...]
    first: str
    last: str
    outcome: str
    words: str
    where: str

    @property
    def is_of(self) -> tuple[str, str, str]:
        """Give what makes two attempts one: the pair of models and the accounts."""
        return self.champion, self.challenger, self.accounts_digest


def promote(client: MlflowClient, settings: TrackingSettings, decision: Decision) -> None:
    """Make a version the champion, once its artifact proved to be what was registered; keep why.

    The tags come before the alias, so that a champion always names the one before it.

    Raises
    ------
    LockedError
        Another champion is in use than the one that was compared.
    DataError
        The stored artifact is not the model that was registered.
    """
    number, now = decision.about.number, find(client, settings, CHAMPION)
    if (now and now.number) != (decision.champion and decision.champion.number):
        what = f"another model became the champion of {settings.registered_model} meanwhile."
        raise LockedError(what, fix="Run make promote again, to compare with that one.")
    stored_model(settings, decision.about)
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
        There is none.
    """
    seen, tags = {now.number}, _tags(client, settings, now.number)
    while (number := tags.get(BEFORE, "")) and number not in seen:
        seen.add(number)
        tags = _tags(client, settings, number)
        if ROLLED_BACK not in tags:
            return registered(client, settings, number)
    what = f"{settings.registered_model} {now.number} has no champion before it to go back to."
    raise UnavailableError(what, fix="Train a better model, and promote it with make promote.")


def rolled_back_on(client: MlflowClient, settings: TrackingSettings, model_version: str) -> str | None:
    """Give the day on which a model, under whatever number, was taken back."""
    days = [
        str(one.tags[ROLLED_BACK])
        for one in _versions(client, settings)
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


def attempts(client: MlflowClient, settings: TrackingSettings) -> list[Attempt]:
    """List every attempt to promote that was made, by version number and key."""
    found = []
    for one in sorted(_versions(client, settings), key=lambda version: int(version.version)):
        for name in sorted(one.tags):
            if name.startswith(ATTEMPT):
                kept = Attempt(**json.loads(one.tags[name]), accounts=())
                found.append(replace(kept, accounts=_accounts(client, one.run_id, kept)))
    return found


def record_attempt(
    client: MlflowClient, settings: TrackingSettings, found: Registered, attempt: Attempt
) -> None:
    """Keep an attempt: its accounts with the challenger's run, all else as a tag of the version."""
    client.log_text(found.run_id, "\n".join(attempt.accounts), _place(attempt))
    content = {name: value for name, value in asdict(attempt).items() if name != "accounts"}
    name = f"{ATTEMPT}{attempt.key}"
    client.set_model_version_tag(settings.registered_model, found.number, name, json.dumps(content))


def held_out_groups(client: MlflowClient, found: Registered) -> list[str]:
    """Give the groups that a model's own, newest test held out; none where its run no longer says."""
    import pandas as pd
    from mlflow.exceptions import MlflowException

    try:
        path = client.download_artifacts(found.run_id, "report/test_rows.csv")
        rows = pd.read_csv(
            path, dtype=str, keep_default_na=False, usecols=lambda name: name in {"group", "test"}
        )
    except (MlflowException, OSError):
        return []
    own = rows.loc[rows["test"] == "0"] if "test" in rows else rows
    return own["group"].unique().tolist()


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


def _tag_decision(client: MlflowClient, settings: TrackingSettings, number: str, decision: Decision) -> None:
    said = f"{decision.outcome}: {decision.words}"[:4_000]
    _tag(client, settings, number, {"decided_on": str(decision.today), "decision": said})


def _tag(client: MlflowClient, settings: TrackingSettings, number: str, tags: dict[str, str]) -> None:
    for name, value in tags.items():
        client.set_model_version_tag(settings.registered_model, number, name, value)


def _tags(client: MlflowClient, settings: TrackingSettings, number: str) -> dict[str, str]:
    return dict(client.get_model_version(settings.registered_model, number).tags)


def _versions(client: MlflowClient, settings: TrackingSettings) -> Iterator[Any]:
    token, asked = None, f"name = '{settings.registered_model}'"
    while True:
        page = client.search_model_versions(asked, max_results=1_000, page_token=token)
        yield from page
        token = page.token
        if not token:
            return


def _accounts(client: MlflowClient, run_id: str, attempt: Attempt) -> tuple[str, ...]:
    from mlflow.exceptions import MlflowException

    try:
        path = client.download_artifacts(run_id, _place(attempt))
        return tuple(Path(path).read_text(encoding="utf-8").split())
    except (MlflowException, OSError):
        return ()


def _place(attempt: Attempt) -> str:
    return f"promotion/accounts_{attempt.accounts_digest}.txt"
