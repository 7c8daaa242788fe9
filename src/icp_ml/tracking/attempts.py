"""Attempts to promote, kept in the registry: which accounts were looked at, and what came of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from icp_ml.settings import TrackingSettings
from icp_ml.tracking.store import Registered

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient

ATTEMPT = "attempt_"


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


def attempts(client: MlflowClient, settings: TrackingSettings) -> list[Attempt]:
    """List every attempt to promote that was made, by key; also of a challenger that was pruned since."""
    tags = client.get_registered_model(settings.registered_model).tags
    found = []
    for name in sorted(name for name in tags if name.startswith(ATTEMPT)):
        content = json.loads(tags[name])
        run_id = content.pop("run_id")
        kept = Attempt(**content, accounts=())
        found.append(replace(kept, accounts=_accounts(client, run_id, kept)))
    return found


def record_attempt(
    client: MlflowClient, settings: TrackingSettings, found: Registered, attempt: Attempt
) -> None:
    """Keep an attempt: its accounts with the challenger's run, all else as a tag of the registered model."""
    client.log_text(found.run_id, "\n".join(attempt.accounts), _place(attempt))
    content = {name: value for name, value in asdict(attempt).items() if name != "accounts"}
    content["run_id"] = found.run_id
    name = f"{ATTEMPT}{attempt.key}"
    client.set_registered_model_tag(settings.registered_model, name, json.dumps(content))


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


def versions(client: MlflowClient, settings: TrackingSettings) -> Iterator[Any]:
    """Give every registered version of a model, with its tags."""
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
