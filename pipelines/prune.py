"""Remove old runs, exported models and lists, as tracking.retention says; show first what would go."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from icp_ml.config import Run, run_pipeline, stage
from icp_ml.settings import Config

DAY_SECONDS = 86_400


@dataclass(frozen=True)
class Going:
    """Something that may go: what it is, how many bytes that frees, and how it is removed."""

    name: str
    n_bytes: int
    remove: Callable[[], None]


def prune(run: Run) -> None:
    """List what may go; remove it where tracking.retention.is_confirmed says so.

    Lists go first, then runs, then exports, each in one step: killed at any point, all that is needed is
    there, and the next call goes on.

    Raises
    ------
    LockedError
        A list is being scored.
    UnavailableError
        The store does not answer; nothing is removed, for what is needed is not known.
    """
    from icp_ml.data.publish import locked

    with stage("prune") as say, ExitStack() as locks:
        for folder in _list_folders(run.config):
            locks.enter_context(locked(folder))
        is_confirmed, now = run.config.tracking.retention.is_confirmed, time.time()
        n_bytes, going = 0, list[str]()
        for one in _all_going(run, now):
            if is_confirmed:
                one.remove()
            n_bytes += one.n_bytes
            going.append(one.name)
        say(_said(len(going), n_bytes, is_confirmed), [*going, *_server_notes(run)])


def _all_going(run: Run, now: float) -> Iterator[Going]:
    """Give what may go, one after the other; what lists need is known before any model goes."""
    config, lists = run.config, list(_lists(run.config, now))
    needed = _in_lists(config, {one.name for one in lists}) | _in_outbox(config)
    runs = [(one, _needed_of(one)) for one in run.segments()]
    yield from lists
    for one, versions in runs:
        yield from _runs(one, needed | versions, now)
        yield from _exports(one.config, needed | versions, now)
        yield from _history(one, now)


def _said(n: int, n_bytes: int, is_confirmed: bool) -> str:
    if not n:
        return "nothing is old enough to go"
    size = f"{n_bytes / 1e6:,.1f} MB"
    if is_confirmed:
        return f"{n:,} removed, {size} freed"
    return f"{n:,} would go, {size}; to remove them: make prune ARGS=tracking.retention.is_confirmed=true"


def _server_notes(run: Run) -> list[str]:
    from icp_ml.tracking.reaching import is_server

    if not is_server(run.config.tracking.uri):
        return []
    return ["runs on a server are only marked as deleted; their space is freed by mlflow gc, run there"]


def _list_folders(config: Config) -> list[Path]:
    named = dict.fromkeys((Path(config.scoring.folder), Path(config.rescore.folder)))
    return [one for one in named if one.is_dir()]


def _before(config: Config, now: float) -> float:
    return now - config.tracking.retention.keep_days * DAY_SECONDS


def _lists(config: Config, now: float) -> Iterator[Going]:
    from icp_ml.data.retention import leftovers, old_lists

    before = _before(config, now)
    for folder in _list_folders(config):
        found = old_lists(folder, config.tracking.retention.keep_lists, before)
        for one in [*found, *leftovers(folder, before)]:
            yield _folder("list", one)


def _history(run: Run, now: float) -> Iterator[Going]:
    """Give the profiles, and the papers of promotions, of a segment that may go."""
    from icp_ml.data.retention import leftovers, old_folders, old_lists
    from pipelines.moving import promotion_folder
    from pipelines.profile import profile_folder

    before, n_kept = _before(run.config, now), run.config.tracking.retention.keep_lists
    profiles, promotions = profile_folder(run), promotion_folder(run)
    papers = [one.parent for one in promotions.glob("[!.]*/decision.json")]
    old = [*old_lists(profiles, n_kept, before), *old_folders(papers, n_kept, before)]
    for one in [*old, *leftovers(profiles, before), *leftovers(promotions, before)]:
        yield _folder("history", one)


def _exports(config: Config, needed: set[str], now: float) -> Iterator[Going]:
    """Give the exports of a segment's models that may go, except those that anything needs."""
    from icp_ml.data.retention import leftovers, old_folders

    settings, before = config.tracking, _before(config, now)
    folder = Path(settings.export_folder, settings.registered_model)
    models = [one.parent for one in folder.glob("[!.]*/model.json")]
    old = old_folders(models, settings.retention.keep_exports, before)
    for one in [*(one for one in old if one.name not in needed), *leftovers(folder, before)]:
        yield _folder("export", one)


def _folder(kind: str, folder: Path) -> Going:
    from icp_ml.data.retention import remove_folder
    from icp_ml.tracking.removing import bytes_in

    return Going(f"{kind} {folder}", bytes_in(folder), lambda: remove_folder(folder))


def _runs(run: Run, needed: set[str], now: float) -> Iterator[Going]:
    """Give the old runs of a segment, while its store is open."""
    from icp_ml.tracking.removing import free_removed, remove_training, size_of
    from icp_ml.tracking.retaining import old_runs
    from icp_ml.tracking.store import store

    settings = run.config.tracking
    with store(settings) as client:
        experiment = client.get_experiment_by_name(settings.experiment)
        if experiment is not None and settings.retention.is_confirmed:
            free_removed(settings, experiment.experiment_id)
        for one in old_runs(client, settings, needed, round(now * 1000)):
            name = f"run {one.info.run_name} ({one.info.run_id})"
            yield Going(name, size_of(client, one), partial(remove_training, client, settings, one))


def _needed_of(run: Run) -> set[str]:
    """Give the digests of a segment's models that the registry or tracking.model needs."""
    from icp_ml.tracking.retaining import kept_versions
    from icp_ml.tracking.store import store

    settings = run.config.tracking
    with store(settings) as client:
        return {*kept_versions(client, settings).values(), Path(settings.model).name}


def _in_outbox(config: Config) -> set[str]:
    """Give the digests of the models that wait to be sent."""
    from icp_ml.tracking.outbox import outbox_of, waiting
    from icp_ml.tracking.store import registered, store

    here, found = outbox_of(config.tracking), waiting(config.tracking)
    if not found:
        return set()
    with store(here) as client:
        return {registered(client, one.there(here), one.number).model_version for one in found}


def _in_lists(config: Config, going: set[str]) -> set[str]:
    """Give the digests of the models that scored a list which stays; the ledger keeps its own."""
    from icp_ml.data.publish import results
    from pipelines.manifests import read_manifest

    staying = [
        one for folder in _list_folders(config) for one in results(folder) if f"list {one}" not in going
    ]
    return {facts["model_version"] for one in staying for facts in read_manifest(one)["segments"].values()}


if __name__ == "__main__":
    run_pipeline(prune)
