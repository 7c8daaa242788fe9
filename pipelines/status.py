"""Say what is in use: champion, last training, last scoring and its age, alarms."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from icp_ml.config import Run, run_pipeline
from icp_ml.settings import Config

if TYPE_CHECKING:
    from icp_ml.tracking.store import Registered

STALE_DAYS = 2


def status(run: Run) -> int:
    """Print one line for each; the status is 10 where there is an alarm."""
    from icp_ml.errors import ExitCode
    from icp_ml.tracking.outbox import waiting_words

    config, runs = run.config, run.segments()
    alarms = waiting_words(config.tracking)
    for waits in alarms:
        print(f"outbox: {waits}", flush=True)
    champions = {one.segment: _champion(one) for one in runs}
    alarms += [
        one.named("there is no champion: run make train") for one in runs if champions[one.segment] is None
    ]
    for verb, folder in (("scoring", config.scoring.folder), ("rescoring", config.rescore.folder)):
        line, found = _scoring_line(Path(folder), config.today, runs, champions)
        print(f"last {verb}: {line}")
        alarms += [f"{verb}: {alarm}" for alarm in found]
    alarms += last_good_run(config)
    print(f"alarms: {len(alarms) or 'none'}")
    for alarm in alarms:
        print(f"  {alarm}")
    return ExitCode.ALARMS if alarms else ExitCode.OK


def last_good_run(config: Config) -> list[str]:
    """Print how old the last good scheduled run is, where there was one or should be; give the alarms.

    Those that it ended with stay until a later run ends without.
    """
    from icp_ml.schedule import is_installed
    from pipelines.heartbeats import now_utc
    from pipelines.past_runs import past_alarms, past_line, read_past

    past, now, is_scheduled = read_past(Path(config.rescore.folder)), now_utc(), is_installed(config.schedule)
    if past.is_empty and not is_scheduled:
        return []
    print(f"last good run: {past_line(past, now)}")
    return [f"rescoring: {one}" for one in [*past_alarms(past, config, now, is_scheduled), *past.alarms]]


def _champion(run: Run) -> Registered | None:
    """Print the champion and the last training of a segment; give the champion."""
    from icp_ml.tracking.store import CHAMPION, find, newest_run, store

    settings = run.config.tracking
    with store(settings) as client:
        champion, trained = find(client, settings, CHAMPION), newest_run(client, settings)
    if champion is None:
        print(run.named("champion: none"))
    else:
        made = datetime.fromtimestamp(champion.created_at).date()
        name = f"{settings.registered_model} {champion.number}"
        print(run.named(f"champion: {name} ({champion.model_version}), made {made}"))
    print(run.named(f"last training: {_training_line(trained)}"))
    return champion


def _training_line(trained: Any) -> str:
    if trained is None:
        return "none"
    info, data = trained.info, trained.data
    day = datetime.fromtimestamp(info.start_time / 1000).date()
    auc = data.metrics.get("test/roc_auc")
    tested = "not tested" if auc is None else f"test ROC AUC {auc:.3f}"  # a declared rubric has no labels
    return f"{day}, {info.run_name}, {tested}, gates {data.tags.get('gates')}"


def _scoring_line(
    folder: Path, today: date, runs: list[Run], champions: dict[str, Registered | None]
) -> tuple[str, list[str]]:
    """Say of the newest list when it was made and by which models, and what is wrong with it."""
    from icp_ml.data.publish import latest
    from icp_ml.errors import count
    from pipelines.manifests import read_manifest

    found = latest(folder)
    if found is None:
        return "none", []
    manifest = read_manifest(found)
    versions = {name: str(facts["model_version"]) for name, facts in manifest["segments"].items()}
    day = date.fromisoformat(manifest["today"])
    age = (today - day).days
    by = [version if len(versions) == 1 else f"{name} {version}" for name, version in versions.items()]
    made = f"{manifest['rows_scored']:,} rows by {', '.join(by)}, in {folder / 'latest'}"
    alarms = [
        one.named("the list was not scored by the champion")
        for one in runs
        if (champion := champions[one.segment]) and champion.model_version != versions.get(one.segment)
    ]
    if not alarms and age > STALE_DAYS:
        alarms = [f"the list is {age} days old"]
    how_old = f"{age} days old" if age >= 0 else f"{count(-age, 'day')} ahead of today"
    if age < 0:
        stops = ", and the next run stops" if folder == Path(runs[0].config.rescore.folder) else ""
        alarms.append(f"the list is {how_old}: the clock was set back, or was ahead then{stops}")
    return f"{day} ({how_old}), {made}", alarms


if __name__ == "__main__":
    run_pipeline(status)
