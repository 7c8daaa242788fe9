"""Say what is in use: champion, last training, last scoring and its age, alarms."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

from icp_ml.config import Run, run_pipeline

STALE_DAYS = 2


def status(run: Run) -> int:
    """Print one line for each; the status is 10 where there is an alarm."""
    from icp_ml.errors import ExitCode
    from icp_ml.tracking.store import CHAMPION, find, newest_run, store

    config, alarms = run.config, []
    with store(config.tracking) as client:
        champion = find(client, config.tracking, CHAMPION)
        trained = newest_run(client, config.tracking)
    if champion is None:
        alarms.append("there is no champion: run make train")
        print("champion: none")
    else:
        made = datetime.fromtimestamp(champion.created_at).date()
        name = f"{config.tracking.registered_model} {champion.number}"
        print(f"champion: {name} ({champion.model_version}), made {made}")
    print(f"last training: {_training_line(trained)}")
    for verb, folder in (("scoring", config.scoring.folder), ("rescoring", config.rescore.folder)):
        line, alarm = _scoring_line(Path(folder), config.today, champion.model_version if champion else "")
        print(f"last {verb}: {line}")
        alarms += [f"{verb}: {alarm}"] if alarm else []
    print(f"alarms: {len(alarms) or 'none'}")
    for alarm in alarms:
        print(f"  {alarm}")
    return ExitCode.ALARMS if alarms else ExitCode.OK


def _training_line(trained: Any) -> str:
    if trained is None:
        return "none"
    info, data = trained.info, trained.data
    day = datetime.fromtimestamp(info.start_time / 1000).date()
    auc = data.metrics.get("test/roc_auc")
    return f"{day}, {info.run_name}, test ROC AUC {auc:.3f}, gates {data.tags.get('gates')}"


def _scoring_line(folder: Path, today: date, champion: str) -> tuple[str, str]:
    from icp_ml.data.publish import latest

    found = latest(folder)
    if found is None:
        return "none", ""
    manifest = json.loads((found / "manifest.json").read_text(encoding="utf-8"))
    day = date.fromisoformat(manifest["today"])
    age = (today - day).days
    made = f"{manifest['rows_scored']:,} rows by {manifest['model_version']}, in {folder / 'latest'}"
    line = f"{day} ({age} days old), {made}"
    if champion and manifest["model_version"] != champion:
        return line, "the list was not scored by the champion"
    return line, f"the list is {age} days old" if age > STALE_DAYS else ""


if __name__ == "__main__":
    run_pipeline(status)
